"""What is going on while an answer has no words yet: a sentence, how far it is, and what was written meanwhile."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pennyweight.ui.widgets import PlainLabel, ProgressBar

_MEANWHILE_CHARACTERS = 400


class StatusLines(QWidget):
    """Hidden while there is nothing to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.sentence = PlainLabel(tone="mute", wrap=True)
        self.bar = ProgressBar("Progress of this answer")
        self.meanwhile = PlainLabel(tone="mute", kind="small", wrap=True)
        self.meanwhile.setAccessibleName("The newest part's summary")
        for widget in (self.sentence, self.bar, self.meanwhile):
            column.addWidget(widget)

    def text(self) -> str:
        return self.sentence.text()

    def tell(self, sentence: str, fraction: float | None = None, meanwhile: str = "") -> None:
        self.sentence.setText(sentence)
        self.bar.setVisible(fraction is not None)
        self.bar.show_fraction(fraction or 0.0)
        text = " ".join(meanwhile.split())
        cut = len(text) > _MEANWHILE_CHARACTERS
        self.meanwhile.setText(f"{text[:_MEANWHILE_CHARACTERS]}…" if cut else text)
        self.meanwhile.setVisible(bool(text))
        self.setVisible(bool(sentence))
