"""The first-run page: three short questions, each of which can be skipped, and asked again from the settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.meter import MeterService, ReferenceChoices
from pennyweight.services.settings import Settings, SettingsService
from pennyweight.ui.onboarding.steps import ElectricityStep, HardwareStep, ReferenceStep, Step
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import GhostButton, LinkButton, PlainLabel, PrimaryButton, restyle
from pennyweight.ui.widgets.page_scroll import PageScroll

_WELCOME = (
    "Pennyweight answers on this computer and counts what every answer costs. Three short questions make the numbers "
    "yours. Each can be skipped, and changed later in the settings."
)
_WIDTH = 620
_FIRST = 1000  # takes the room up to its greatest width before the space beside it does
_TOP = 72
"""The same on every step, so that the question stands still."""


class StepDot(QFrame):
    """One dot for each question."""


class OnboardingPage(QWidget):
    """Call `start` to show the questions; `done` fires once they are answered or skipped, and everything is saved."""

    done = Signal()

    def __init__(
        self,
        settings: SettingsService,
        meter: MeterService,
        runner: TaskRunner,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._meter = meter
        self._runner = runner
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("First questions")
        self.electricity = ElectricityStep()
        self.reference = ReferenceStep(theme)
        self.hardware = HardwareStep()
        self.steps: tuple[Step, ...] = (self.electricity, self.reference, self.hardware)
        self.stack = QStackedWidget()
        for step in self.steps:
            step.body.addStretch(1)
            self.stack.addWidget(step)
        self.dots = [StepDot() for _ in self.steps]
        self.count = PlainLabel("", tone="mute", kind="small")
        self.back = GhostButton("Back")
        self.skip = LinkButton("Skip this question")
        self.skip_all = LinkButton("Skip all", quiet=True)
        self.go_on = PrimaryButton("Continue")
        self.problem = PlainLabel("", tone="warn", kind="small", wrap=True)
        self._arrange()
        for step in self.steps:
            step.edited.connect(self._clear_problem)
        self.back.clicked.connect(lambda: self._show_step(self.stack.currentIndex() - 1))
        self.skip.clicked.connect(self._next)
        self.skip_all.clicked.connect(self._finish)
        self.go_on.clicked.connect(self.answer)
        self.reference.picked.connect(self.go_on.setFocus)

    def start(self) -> None:
        """Show the first question, filled with what is known."""
        self._show_step(0)

        def read() -> tuple[Settings, ReferenceChoices]:
            return self._settings.get(), self._meter.reference_choices()

        self._runner.query(read, self._fill, owner=self)

    def answer(self) -> None:
        """Keep the answer of this question and go on; an answer that cannot be used is pointed out instead."""
        number = self.stack.currentIndex()
        problem = self.steps[number].problem()
        self.problem.setText(problem)
        if problem:
            return
        changes = self._changes(number)
        if changes:
            self._runner.change(lambda: self._settings.update(**changes), owner=self)
        self._next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():  # a key held down answers one question, not all of them
                self.answer()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._focus)

    def _clear_problem(self) -> None:
        self.problem.setText("")

    def _changes(self, number: int) -> dict[str, object]:
        if number == 0:
            return {"country": self.electricity.field.code(), "usd_per_kwh": self.electricity.field.usd_per_kwh()}
        if number == 1:
            chosen = self.reference.reference()
            return {"reference": chosen} if chosen else {}
        return {"hardware": self.hardware.field.hardware()}

    def _fill(self, known: tuple[Settings, ReferenceChoices]) -> None:
        settings, choices = known
        if settings.onboarding_done:
            self.electricity.show_values(settings.country, settings.usd_per_kwh)
        else:
            self.electricity.show_here()
        self.reference.show_models(choices.models, (choices.cheap, choices.flagship), settings.reference)
        self.hardware.show_hardware(settings.hardware)

    def _next(self) -> None:
        number = self.stack.currentIndex() + 1
        if number < len(self.steps):
            self._show_step(number)
        else:
            self._finish()

    def _finish(self) -> None:
        self._runner.change(
            lambda: self._settings.update(onboarding_done=True), lambda _settings: self.done.emit(), owner=self
        )

    def _show_step(self, number: int) -> None:
        self.stack.setCurrentIndex(number)
        for position, dot in enumerate(self.dots):
            restyle(dot, on="true" if position <= number else "false")
        last = number == len(self.steps) - 1
        self.count.setText(f"{number + 1} of {len(self.steps)}")
        self.back.setVisible(number > 0)
        self.go_on.setText("Start" if last else "Continue")
        self.problem.setText("")
        QTimer.singleShot(0, self, self._focus)

    def _focus(self) -> None:
        step = self.steps[self.stack.currentIndex()]
        step.first_control().setFocus(Qt.FocusReason.TabFocusReason)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        for dot in self.dots:
            head.addWidget(dot)
        head.addSpacing(4)
        head.addWidget(self.count)
        head.addStretch(1)
        head.addWidget(self.skip_all)
        self.welcome = QWidget()
        welcome = QVBoxLayout(self.welcome)
        welcome.setContentsMargins(0, 0, 0, 14)
        welcome.setSpacing(4)
        welcome.addWidget(PlainLabel("Welcome to Pennyweight", kind="title", tone="copper"))
        welcome.addWidget(PlainLabel(_WELCOME, wrap=True))
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.skip)
        foot.addWidget(self.go_on)
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addSpacing(10)
        column.addWidget(self.welcome)
        column.addWidget(self.stack)
        column.addWidget(self.problem)
        column.addLayout(foot)
        content = QWidget()
        content.setObjectName("content")
        page = QVBoxLayout(content)
        page.setContentsMargins(24, 24, 24, 24)
        page.addSpacing(_TOP)
        room = QHBoxLayout()
        room.addStretch(1)
        room.addWidget(middle, _FIRST)
        room.addStretch(1)
        page.addLayout(room)
        page.addStretch(1)
        scroll = PageScroll(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
