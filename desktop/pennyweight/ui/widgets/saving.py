"""Asking for the place of a file to write: the name gets the ending of the kind that was chosen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from pennyweight.ui.widgets.confirm import confirm

_ENDINGS = (".csv", ".db", ".htm", ".html", ".json", ".jsonl", ".markdown", ".md", ".ndjson", ".txt")
"""What a name may end in that is meant as the ending of a file: "v1.2" is none."""


def with_ending(path: Path, kinds: str, chosen: str) -> Path:
    """`kinds` are the dialog's filters, `chosen` the one that stood there: "JSON (*.json);;CSV (*.csv)", "CSV (*.csv)".

    The first filter stands there by itself: there, the ending of another kind on offer is a choice as well.
    """
    offered, wanted = _endings(kinds), _endings(chosen) or _endings(kinds)
    ending = path.suffix.lower()
    if not wanted or ending in wanted or (ending in offered and kinds.startswith(chosen)):
        return path
    return path.with_suffix(wanted[0]) if ending in _ENDINGS else path.with_name(path.name + wanted[0])


def _endings(kinds: str) -> list[str]:
    return re.findall(r"\*(\.\w+)", kinds)


def ask_place(parent: QWidget, title: str, suggested: Path, kinds: str, write: Callable[[Path], None]) -> QFileDialog:
    """`write` gets the file, with its ending. Before one that the dialog did not ask about is replaced, this does."""
    dialog = QFileDialog(parent, title, str(suggested.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(kinds)
    dialog.selectFile(suggested.name)

    def chosen(name: str) -> None:
        path = with_ending(Path(name), kinds, dialog.selectedNameFilter())
        if path != Path(name) and path.exists():
            confirm(parent, f"Replace {path.name}?", f"{path} is there already.", "Replace", lambda: write(path))
        else:
            write(path)

    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(lambda _result: dialog.deleteLater())
    dialog.open()
    return dialog
