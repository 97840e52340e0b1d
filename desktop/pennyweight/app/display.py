"""Can a window open here? Asked before Qt is, because Qt ends the process when it finds no screen."""

from __future__ import annotations

import ctypes
import importlib.util
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

_ELSE = (
    "Run it from a desktop, or with a virtual screen (xvfb-run pennyweight), or use the command line: "
    "pennyweight ask --help"
)
_NO_SCREEN = f"There is no screen to open a window on. {_ELSE}"


def display_problem(environment: Mapping[str, str], platform: str = sys.platform) -> str:
    """One or two sentences if a window cannot open, else empty. Does not import Qt's widgets."""
    if importlib.util.find_spec("PySide6") is None:
        return "Qt is not installed, so there is no window. Use the command line: pennyweight ask --help"
    if not platform.startswith("linux"):
        return ""
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if not chosen and not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        return _NO_SCREEN
    display = environment.get("DISPLAY", "")
    if chosen in ("", "xcb") and display and not environment.get("WAYLAND_DISPLAY"):
        if not x_server_answers(display):
            return f"The screen DISPLAY={display} does not answer. {_ELSE}"
        return xcb_problem()
    return ""


def x_server_answers(display: str) -> bool:
    """False if `display` names a screen of this computer (":0") whose server is not there."""
    match = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if match is None:
        return True  # another computer's: for Qt to find out
    path = f"/tmp/.X11-unix/X{match[1]}"  # noqa: S108  the place that X servers agree on
    for address in (f"\0{path}", path):
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(address)
            except OSError:
                continue
            return True
    return False


def xcb_problem() -> str:
    """Names the first system library that Qt's X11 support misses; empty if it has all."""
    try:
        import PySide6
        import PySide6.QtGui  # its libraries must be there before the plugin's can be found
    except ImportError as error:
        return missing_library(str(error))
    plugin = Path(PySide6.__path__[0]) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.is_file():
        return ""
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return missing_library(str(error))
    return ""


def missing_library(error: str) -> str:
    """A sentence from what the loader said."""
    match = re.search(r"(lib[\w.+-]+\.so[.\d]*)", error)
    library = match[1] if match else "a library"
    return f"Qt misses the system library {library}. Install it (packaging/system-packages.txt lists all of them)."
