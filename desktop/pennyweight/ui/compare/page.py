"""The Compare page: the prompt, the answers side by side, the choice, and what the choices say. Only the layout."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.domain.comparison import Choice, Comparison
from pennyweight.domain.conversation import Task
from pennyweight.ui.compare.batch_card import BatchCard
from pennyweight.ui.compare.choice_bar import ChoiceBar
from pennyweight.ui.compare.diff import differences, nearest
from pennyweight.ui.compare.setup_panel import SetupPanel
from pennyweight.ui.compare.side_card import SideCard
from pennyweight.ui.compare.statistics_card import StatisticsCard
from pennyweight.ui.compare.words import prompt_line, verdict
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Banner, Card, ElidedLabel, GhostButton, PlainLabel, SmallButton, Toast
from pennyweight.ui.widgets.page_scroll import PageScroll
from pennyweight.ui.widgets.pill import Pill

_STACKED_PX = 760
_KEYS = {
    Qt.Key.Key_Left: Choice.LEFT,
    Qt.Key.Key_Right: Choice.RIGHT,
    Qt.Key.Key_Up: Choice.BOTH,
    Qt.Key.Key_Down: Choice.NEITHER,
}


class ComparePage(QWidget):
    chosen = Signal(object, str)
    continue_wanted = Signal(int)
    edited = Signal(str)
    """The person's own wording of the answer they chose."""
    new_wanted = Signal()
    stop_wanted = Signal()
    history_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.comparison: Comparison | None = None
        self.running = False
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Compare")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.banner = Banner(theme)
        self.setup = SetupPanel(theme)
        self.prompt = Card()
        self.prompt_text = ElidedLabel("")
        self.prompt_extra = PlainLabel("", tone="mute")
        self.new_button = SmallButton("New comparison")
        self.stop_button = SmallButton("■  Stop", name="Stop all answers")
        self.blind = Pill(theme, "Blind: names hidden until you choose")
        self.batch = BatchCard(theme)
        self.in_batch = False
        self.table_button = GhostButton("Back to the table", name="Back to the table of the batch (Alt+Left)")
        self.table_button.setToolTip("Alt+Left")
        self.history_button = GhostButton("History")
        self.export_button = GhostButton("Export", name="Export your choices as preferences")
        self.marks = SmallButton("Show differences")
        self.marks.setCheckable(True)
        self.cards: list[SideCard] = []
        self.choices = ChoiceBar()
        self.statistics = StatisticsCard()
        self._cards = QWidget()
        self._grid = QGridLayout(self._cards)
        self.toast = Toast()
        self._arrange()
        self.choices.chosen.connect(self.chosen)
        self.new_button.clicked.connect(self.new_wanted)
        self.stop_button.clicked.connect(self.stop_wanted)
        self.batch.new_wanted.connect(self.new_wanted)
        self.table_button.clicked.connect(self.show_batch)
        back = QShortcut(QKeySequence("Alt+Left"), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(lambda: self.show_batch() if not self.table_button.isHidden() else None)
        self.history_button.clicked.connect(self.history_wanted)
        self.export_button.clicked.connect(self.export_wanted)
        self.marks.toggled.connect(lambda _on: self._show_marks())
        self.show_setup()

    def show_setup(self) -> None:
        """For a new prompt; the one before stays in the history."""
        self.comparison, self.running, self.in_batch = None, False, False
        self._clear_cards()
        self._refresh()
        self.setup.editor.setFocus()

    def focus_prompt(self) -> None:
        """The page was opened: where a prompt is wanted, typing goes into it."""
        if self.comparison is None and not self.in_batch:
            self.setup.editor.setFocus()

    def show_batch(self) -> None:
        """The table of the batch, running or done."""
        if self.running:
            return
        self.comparison, self.in_batch = None, True
        self._clear_cards()
        self._refresh()
        self.batch.table.setFocus()

    def show_comparison(self, comparison: Comparison, provider: Callable[[str], str], *, running: bool) -> None:
        """The sides as they stand. `provider` gives the name of a source."""
        if self.comparison is None or self.comparison.id != comparison.id or len(self.cards) != len(comparison.sides):
            self._clear_cards()
            for position in range(len(comparison.sides)):
                card = SideCard(self._theme, position)
                card.continue_wanted.connect(self.continue_wanted)
                card.edited.connect(self.edited)
                self.cards.append(card)
            self._place_cards()
        self.comparison, self.running, self.in_batch = comparison, running, False
        hidden = comparison.blind and comparison.choice is None
        worded = () if running else _worded(comparison)
        for card, side in zip(self.cards, comparison.sides, strict=True):
            card.show_side(side, hidden=hidden, provider="On this computer" if side.is_local else provider(side.source))
            alone = len(comparison.kept) == 1
            card.show_choice(
                chosen=alone and card.position in comparison.kept,
                can_continue=not running and bool(side.text) and (not hidden),
                edited=comparison.edited if card.position in worded else None,
            )
        text, extra = prompt_line(comparison)
        self.prompt_text.setText(text)
        self.prompt_extra.setText(extra)
        self._refresh()
        if not running and comparison.choice is None:
            self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_cards()
        self.statistics.fit_to(event.size().width() - 90)

    def stop(self) -> None:
        if self.running:
            self.stop_wanted.emit()

    def send(self) -> None:
        """By its shortcut. What is not on the screen is not pressed: nobody sends a prompt that they do not see."""
        self._press(self.setup.go)

    def attach(self) -> None:
        self._press(self.setup.attach)

    def choose_task(self, task: Task) -> None:
        if self.setup.tasks.isVisible():
            self.setup.tasks.choose(task.value)

    def _press(self, button: QAbstractButton) -> None:
        if button.isVisible():
            button.click()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows choose while no text is being written."""
        choice = _KEYS.get(Qt.Key(event.key()))
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if choice is not None and plain and not self.choices.isHidden():
            self.choices.choose(choice)
        else:
            super().keyPressEvent(event)

    def _refresh(self) -> None:
        comparison = self.comparison
        shown = comparison is not None
        self.setup.setVisible(not shown and not self.in_batch)
        self.batch.setVisible(self.in_batch)
        self.table_button.setVisible(not self.in_batch and not self.running and self.batch.table.rowCount() > 0)
        self.prompt.setVisible(shown)
        self._cards.setVisible(shown)
        self.choices.setVisible(shown)
        self.stop_button.setVisible(self.running)
        self.new_button.setVisible(not self.running)
        self.blind.setVisible(comparison is not None and comparison.blind and comparison.choice is None)
        enough = comparison is not None and not self.running and sum(1 for s in comparison.sides if s.text) > 1
        self.marks.setVisible(enough)
        if comparison is not None:
            self.choices.show_choice(
                comparison.choice, comparison.note, verdict(comparison), sides=len(self.cards), ready=not self.running
            )
        if not enough and self.marks.isChecked():
            self.marks.setChecked(False)
        elif enough:
            self._show_marks()

    def _show_marks(self) -> None:
        """Each answer against the first, the first against the second."""
        if self.comparison is None:
            return
        on = self.marks.isChecked()
        self.marks.setText("Hide differences" if on else "Show differences")
        texts = [side.text for side in self.comparison.sides]
        for card in self.cards:
            other = texts[1 if card.position == 0 else 0] if len(texts) > 1 else ""
            card.mark(differences(texts[card.position], other) if on else None)

    def _clear_cards(self) -> None:
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = []

    def _place_cards(self) -> None:
        """Side by side where there is room, else one under the other."""
        columns = 1 if self.width() < _STACKED_PX else max(2, min(len(self.cards), 3 if self.width() > 1180 else 2))
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(4):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(PlainLabel("Compare", kind="h1"))
        head.addWidget(self.blind)
        head.addStretch(1)
        head.addWidget(self.table_button)
        head.addWidget(self.history_button)
        head.addWidget(self.export_button)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(PlainLabel("Prompt", kind="strong"))
        row.addWidget(self.prompt_text, 1)
        row.addWidget(self.prompt_extra)
        for button in (self.marks, self.stop_button, self.new_button):
            row.addWidget(button)
        self.prompt.body.addLayout(row)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(16)
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 6, 28, 24)
        column.setSpacing(18)
        for widget in (self.setup, self.batch, self.prompt, self._cards, self.choices, self.statistics):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = PageScroll(content)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 22, 0, 0)
        outer.setSpacing(12)
        top = QVBoxLayout()
        top.setContentsMargins(28, 0, 28, 0)
        top.addLayout(head)
        top.addWidget(self.banner)
        outer.addLayout(top)
        outer.addWidget(scroll, 1)
        outer.addWidget(self.toast)


def _worded(comparison: Comparison) -> Collection[int]:
    """The sides that the person may word anew: the first of those they kept. Where none will do each of them, until
    there is a wording: that one stands where the answer is that it was made of.
    """
    if comparison.choice is Choice.NEITHER:
        offered = [at for at, side in enumerate(comparison.sides) if side.text]
        if not comparison.edited or not offered:
            return offered
        return (offered[nearest(comparison.edited, [comparison.sides[at].text for at in offered])],)
    return [at for at in comparison.kept if comparison.sides[at].text][:1]
