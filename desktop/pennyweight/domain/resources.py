"""Where the files that come with the program are: recipes, icons, country data, the starter model."""

from __future__ import annotations

import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _root() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)  # set by PyInstaller
    if isinstance(frozen, str):
        return Path(frozen)
    installed = _PACKAGE / "_bundled"
    return installed if installed.is_dir() else _PACKAGE.parent.parent


def assets_dir() -> Path:
    return _root() / "assets"


def starter_model_path() -> Path:
    return _root() / "models" / "starter" / "pennyweight-starter.gguf"
