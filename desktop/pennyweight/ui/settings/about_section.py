"""What this is, under which licence, and that it keeps to itself."""

from __future__ import annotations

from importlib import metadata

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from pennyweight import __version__
from pennyweight.ui.settings.section import Section
from pennyweight.ui.widgets import GhostButton, PlainLabel
from pennyweight.ui.widgets.flow import FlowLayout

_PRIVACY = (
    "Nothing leaves this computer without your yes: no telemetry, no update check, no download. What you write, the "
    "answers and the meter stay in the folder above. Prices come from a table that is part of the program."
)
_COMPONENTS = (
    "PySide6-Essentials", "llama-cpp-python", "genai-prices", "sqlite-utils", "httpx", "keyring", "platformdirs",
    "psutil", "nvidia-ml-py", "click", "msgspec", "jinja2", "pygments", "qtawesome",
)  # fmt: skip


class AboutSection(Section):
    """`questions_wanted` asks to show the first questions again."""

    questions_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("about", "About and privacy")
        self.body.addWidget(PlainLabel(f"Pennyweight {__version__}, MIT licence.", selectable=True))
        self.privacy = PlainLabel(_PRIVACY, wrap=True)
        self.body.addWidget(self.privacy)
        self.questions = GhostButton("Ask the first questions again")
        self.licences = GhostButton("Licences…")
        self.questions.clicked.connect(self.questions_wanted)
        self.licences.clicked.connect(self._show_licences)
        row = FlowLayout(gap=8, line_gap=8)
        row.addWidget(self.questions)
        row.addWidget(self.licences)
        self.body.addLayout(row)

    def _show_licences(self) -> None:
        dialog = LicencesDialog(self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class LicencesDialog(QDialog):
    """The parts this program is built from, with their licences as they state them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licences")
        self.resize(620, 460)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(PlainLabel("Built with", kind="title"))
        self.text = QPlainTextEdit(component_lines())
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Components and licences")
        column.addWidget(self.text, 1)
        close = GhostButton("Close")
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)


def component_lines() -> str:
    """One line for each part: name, version, licence."""
    return "\n".join([*(_component(name) for name in _COMPONENTS), "Inter typeface: SIL Open Font License 1.1"])


def _component(name: str) -> str:
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return f"{name}: not installed"
    stated = next((facts[key] for key in ("License-Expression", "License") if key in facts), "")
    stated = stated or _classified(facts.get_all("Classifier") or [])
    first = (stated or "see its own pages").strip().splitlines()[0]
    return f"{facts['Name']} {facts['Version']}: {first}"


def _classified(classifiers: list[str]) -> str:
    return ", ".join(line.split("::")[-1].strip() for line in classifiers if line.startswith("License ::"))
