"""The models page: what this computer is, what is on it, and what is worth getting."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.domain.errors import KnownError
from pennyweight.ui.models.controller import ModelsController, ShelfState
from pennyweight.ui.models.suggested import load_suggestions
from pennyweight.ui.models.suggestions_panel import SuggestionsPanel
from pennyweight.ui.models.table import ModelTable, Row
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Card, ElidedLabel, GhostButton, Pill, PlainLabel, ProgressBar, restyle
from pennyweight.ui.widgets.banner import Banner, Toast
from pennyweight.ui.widgets.page_scroll import PageScroll

_WIDE = 700


class ModelsPage(QWidget):
    """`refresh` reads the shelf anew; it also does so by itself whenever the controller tells of a change."""

    def __init__(self, controller: ModelsController, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Models")
        self.setAcceptDrops(True)
        self.pills = [Pill(theme, "…", elide=True), Pill(theme, "…", elide=True)]
        self.add_button = GhostButton("Add a GGUF file…")
        self.banner = Banner(theme)
        self.table = ModelTable(theme)
        self.suggestions = SuggestionsPanel(load_suggestions())
        self.toast = Toast()
        self.loading = _LoadingLine()
        self._arrange()
        self._connect()

    def refresh(self) -> None:
        self._controller.look(self.show_state, self)

    def show_state(self, state: ShelfState) -> None:
        for pill, text in zip(self.pills, state.machine.pills, strict=True):
            pill.set_text(text)
        self.pills[0].setToolTip(state.machine.cpu)
        current = state.current.id if state.current else ""
        rows = [Row(info, info.id == current, state.speeds.get(info.id)) for info in state.models]
        self.table.show_rows(rows, state.missing)
        self.suggestions.show_for(state.machine.memory_free)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        self.table.fit_to(width)
        self.suggestions.fit_to(width)
        side = 28 if width >= _WIDE else 14
        self._column.setContentsMargins(side, 22, side, 28)
        for pill in self.pills:
            pill.setVisible(width >= _WIDE)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if gguf_files(event.mimeData()):
            event.acceptProposedAction()
            restyle(self, drop="true")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        del event
        restyle(self, drop="false")

    def dropEvent(self, event: QDropEvent) -> None:
        restyle(self, drop="false")
        event.acceptProposedAction()
        self._controller.add(gguf_files(event.mimeData()))

    def _connect(self) -> None:
        controller, loader = self._controller, self._controller.loader
        self.add_button.clicked.connect(lambda: controller.add_from_dialog(self.window()))
        self.table.use_wanted.connect(controller.use)
        self.table.remove_wanted.connect(controller.remove)
        self.table.details_wanted.connect(lambda model_id: controller.show_details(model_id, self.window()))
        controller.changed.connect(self.refresh)
        controller.told.connect(self._tell)
        controller.failed.connect(self._fail)
        loader.started.connect(self.loading.begin)
        loader.progress.connect(self.loading.move_to)
        loader.loaded.connect(lambda _model: self._loaded())
        loader.failed.connect(self._fail)
        loader.failed.connect(lambda _error: self.loading.hide())
        loader.stopped.connect(self.loading.hide)
        self.loading.cancel.clicked.connect(loader.stop)

    def _tell(self, sentence: str, undo: object) -> None:
        self.banner.hide()
        self.toast.tell(sentence, undo if isinstance(undo, tuple) else None)

    def _fail(self, error: KnownError) -> None:
        self.banner.tell(error.sentence)

    def _loaded(self) -> None:
        self.loading.hide()
        self.banner.hide()
        self.refresh()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(PlainLabel("Models", kind="h1"))
        head.addSpacing(4)
        for pill in self.pills:
            head.addWidget(pill)
        head.addStretch(1)
        head.addWidget(self.add_button)
        shelf = Card("On this computer")
        shelf.body.addWidget(self.table)
        shelf.body.addWidget(self.loading)
        shelf.body.addWidget(
            PlainLabel("Files stay where they are; the list only remembers them.", tone="mute", kind="small")
        )
        content = QWidget()
        content.setObjectName("content")
        column = self._column = QVBoxLayout(content)
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(18)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(shelf)
        column.addWidget(self.suggestions)
        column.addStretch(1)
        scroll = PageScroll(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addWidget(self.toast)


class _LoadingLine(QWidget):
    """“Loading NAME”, a bar, and Cancel; hidden until `begin`."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ElidedLabel("", tone="mute", greedy=False)
        self.bar = ProgressBar("Loading the model")
        self.cancel = GhostButton("Cancel")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 4, 2)
        row.setSpacing(12)
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self.hide()

    def begin(self, name: str) -> None:
        self.words.setText(f"Loading {name}")
        self.bar.show_fraction(0.0)
        self.show()

    def move_to(self, fraction: float) -> None:
        self.bar.show_fraction(fraction)


def gguf_files(data: QMimeData) -> list[Path]:
    """The local `.gguf` files among what is dragged."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() == ".gguf"]
