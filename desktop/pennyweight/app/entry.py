"""Where the program starts: a window without arguments, the command line with any."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pennyweight.services.container import Services


def main(argv: Sequence[str]) -> int:
    """Returns the exit code: 0 done, 1 failed with a sentence on standard error, 2 wrong usage."""
    if argv:
        from pennyweight.cli.main import run

        return run(argv, _open_for_a_command)
    return open_window()


def open_services() -> Services:
    """The services over the person's data folder, with crash notes."""
    from pennyweight.app import crash
    from pennyweight.app.composition import build_services
    from pennyweight.app.home import data_folder

    home = data_folder()
    uninstall = crash.install(home)
    try:
        services = build_services(home)
    except BaseException:
        uninstall()
        raise
    services.closers.insert(0, uninstall)
    return services


def _open_for_a_command() -> Services:
    """As `open_services`; no window is waiting, so what each day needs is done at once."""
    from pennyweight.domain.cancel import Cancel

    services = open_services()
    try:
        services.each_day(Cancel())
    except BaseException:
        services.close()
        raise
    return services


def open_window() -> int:
    from pennyweight.app.display import display_problem, missing_library
    from pennyweight.app.home import data_folder
    from pennyweight.app.single import AlreadyOpenError, WindowLock
    from pennyweight.domain.errors import KnownError

    problem = display_problem(os.environ)
    if problem:
        return _failed(problem)
    try:
        lock = WindowLock(data_folder())
        with lock:
            try:
                from pennyweight.ui.shell.run import RESTART, run_window
            except ImportError as error:
                return _failed(missing_library(str(error)))
            services = open_services()
            try:
                code = run_window(services, lock.asked)
            finally:
                services.close()
        return _restart() if code == RESTART else code
    except KnownError as error:
        if isinstance(error, AlreadyOpenError) and lock.ask():
            sys.stderr.write(f"{error.sentence} It comes to the front.\n")
            return 0
        code = _failed(error.sentence)
        from pennyweight.ui.shell.trouble import show_trouble

        show_trouble(error.sentence)
        return code


def _restart() -> int:
    """The program anew, in this process where the system can do that. The data folder is free again."""
    command = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "pennyweight"]
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  our own program


def _failed(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1
