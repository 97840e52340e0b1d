"""The settings page: sections in one column, each change applied at once and with a way back."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.errors import KnownError
from pennyweight.meter.reference import suggestions
from pennyweight.services.container import Services
from pennyweight.services.meter import ReferenceChoices
from pennyweight.services.settings import Settings
from pennyweight.ui.meter.energy_panel import EnergyPanel
from pennyweight.ui.settings.about_section import AboutSection
from pennyweight.ui.settings.budget_section import BudgetSection
from pennyweight.ui.settings.data_section import DataSection
from pennyweight.ui.settings.electricity import country_here
from pennyweight.ui.settings.engine_section import EngineSection
from pennyweight.ui.settings.keys_section import KeysSection
from pennyweight.ui.settings.section import Section
from pennyweight.ui.settings.sections import AppearanceSection, ElectricitySection, HardwareSection, ReferenceSection
from pennyweight.ui.settings.server_section import ServerSection
from pennyweight.ui.settings.words_section import WordsSection
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Banner, KeyButton, PlainLabel, Toast
from pennyweight.ui.widgets.page_scroll import PageScroll

_WIDTH = 720
_BESIDE = 24
_ABOVE = 22
"""Room over a section that was brought into view."""
_GLIMPSE, _TURN = 60, 60
_NARROW = 860
"""Below this the list of sections gives its room to the sections."""


class SectionLink(KeyButton):
    """A name on the left that brings its section into view."""


class SettingsPage(QWidget):
    """`refresh` reads the settings anew. `changed` carries all settings after a change that was kept;
    `questions_wanted` asks for the first-run page."""

    changed = Signal(object)
    questions_wanted = Signal()
    spending_changed = Signal()
    """A budget, or whom it could be spent on."""
    chats_removed = Signal()
    """Those that were deleted, for good."""

    def __init__(self, services: Services, runner: TaskRunner, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._runner = runner
        self._theme = theme
        self._shown: Settings | None = None
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Settings")
        self.electricity = ElectricitySection()
        self.reference = ReferenceSection(theme)
        self.hardware = HardwareSection()
        self.engine = EngineSection()
        self.appearance = AppearanceSection()
        self.energy = Section("energy", "Energy source", "How the joules of an answer come to be known here.")
        self.panel = EnergyPanel(services.meter, runner)
        self.energy.body.addWidget(self.panel)
        self.keys = KeysSection(services.keys, runner)
        self.server = ServerSection(services.keys, runner)
        self.budgets = BudgetSection(services.budgets, services.keys, runner)
        self.words = WordsSection(services.escalate, runner)
        self.data = DataSection(services.home, services.exports, services.conversations, runner)
        self.about = AboutSection()
        self.sections: tuple[Section, ...] = (
            self.electricity, self.reference, self.hardware, self.energy, self.engine, self.keys, self.server,
            self.budgets, self.words, self.appearance, self.data, self.about,
        )  # fmt: skip
        self.banner = Banner(theme)
        self.toast = Toast()
        self.links: dict[str, SectionLink] = {}
        self._wanted = ""
        self._arrange()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        for section in self.sections:
            section.changed.connect(self.apply)
        self.reference.picker_wanted.connect(self._fetch_models)
        self.data.told.connect(self.toast.tell)
        self.data.failed.connect(self._fail)
        self.data.chats_removed.connect(self.chats_removed)
        for cloud in (self.keys, self.server, self.budgets, self.words):
            cloud.told.connect(self.toast.tell)
            cloud.failed.connect(self._tell_failure)
        for part in (self.keys, self.server):
            part.changed_keys.connect(self._keys_changed)
        self.keys.settled.connect(self.banner.withdraw)
        self.keys.address_wanted.connect(self._ask_address)
        self.budgets.spending_changed.connect(self.spending_changed)
        self.about.questions_wanted.connect(self.questions_wanted)

    def refresh(self) -> None:
        self._runner.query(self._services.settings.get, self.show_settings, owner=self)
        self._runner.query(self._services.models.automatic_threads, self.engine.show_automatic, owner=self)
        self.panel.refresh()

    def show_settings(self, settings: Settings) -> None:
        self._shown = settings
        self._middle.show()
        defaults = default_settings()
        for section in self.sections:
            section.show_settings(settings, defaults)

    def show_size(self, settings: Settings) -> None:
        self._shown = settings
        self.appearance.show_settings(settings, default_settings())

    def apply(self, changes: dict[str, object], *, undoing: bool = False) -> None:
        """Keep the named settings now; what they were before can be brought back from the toast."""
        before = self._shown
        self._touched()

        def done(settings: Settings) -> None:
            self.banner.hide()
            self.show_settings(settings)
            self._theme.set_look(settings.theme)
            self.changed.emit(settings)
            if undoing or before is None:
                self.toast.tell("As it was before.")
            else:
                old = {name: getattr(before, name) for name in changes}
                self.toast.tell("Saved.", ("Undo", lambda: self.apply(old, undoing=True)))

        self._runner.change(lambda: self._services.settings.update(**changes), done, self._fail, owner=self)

    def show_section(self, key: str) -> None:
        """Bring a section into view, and keep it there while a new page still fills: until something is done."""
        self._wanted = key
        for section in self.sections:
            if section.key == key:
                self._scroll.verticalScrollBar().setValue(max(0, section.y() - _ABOVE))
                self.links[key].setChecked(True)  # also where it is too near the end to be at the top

    def _grown(self) -> None:
        if self._wanted:
            self.show_section(self._wanted)

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._scroll.isAncestorOf(now):
            self._touched()

    def _touched(self) -> None:
        self._wanted = ""

    def _scrolled(self, value: int) -> None:
        """The name on the left follows what is read: the topmost section of which more than a glimpse is to be seen.

        The last ones never get to the top: they take turns over the last bit of the way.
        """
        end, last = self._scroll.verticalScrollBar().maximum(), len(self.sections) - 1
        if end == 0:
            return
        turn, here = min(_TURN, end / len(self.sections)), self.sections[0]
        for number, (before, section) in enumerate(pairwise(self.sections), 1):
            if value >= min(before.y() + before.height() - _GLIMPSE, end - turn * (last - number)):
                here = section
        self.links[here.key].setChecked(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._names.setVisible(event.size().width() >= _NARROW)

    def _fetch_models(self) -> None:
        def show(choices: ReferenceChoices) -> None:
            chosen = self._shown.reference if self._shown else ""
            suggested = (choices.cheap, choices.flagship)
            self.reference.picker.open_for(self.reference.change, choices.models, suggested, chosen)

        self._runner.query(self._services.meter.reference_choices, show, owner=self)

    def _ask_address(self) -> None:
        self.show_section("server")
        self.server.field.setFocus()

    def _keys_changed(self) -> None:
        self.keys.refresh()
        self.budgets.refresh()
        self.spending_changed.emit()

    def _tell_failure(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.toast.hide()
            self.banner.tell(error.sentence)
        else:
            self._runner.problem.emit(error)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.banner.tell(error.sentence)
        else:
            self._runner.problem.emit(error)
        if self._shown is not None:
            self.show_settings(self._shown)

    def _arrange(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(PlainLabel("Settings", kind="h1"))
        names.addSpacing(12)
        group = QButtonGroup(self)
        for section in self.sections:
            link = SectionLink(section.title)
            link.setCheckable(True)
            link.setAutoDefault(False)
            link.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # no ring after a click of the mouse
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            link.clicked.connect(lambda _checked=False, key=section.key: self.show_section(key))
            group.addButton(link)
            self.links[section.key] = link
            names.addWidget(link)
        self.links[self.sections[0].key].setChecked(True)
        names.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(16)
        for section in self.sections:
            column.addWidget(section)
        column.addStretch(1)
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)  # on the column as a whole: text wraps at the width it is measured with
        middle.setLayout(column)
        middle.hide()  # until the settings are there: a wrong value, even for a moment, would be one
        self._middle = middle
        column.setContentsMargins(0, 22, 0, 28)
        content = QWidget()
        content.setObjectName("content")
        room = QHBoxLayout(content)
        room.setContentsMargins(0, 0, _BESIDE, 0)
        room.addWidget(middle, 1)
        room.addStretch(0)
        self._scroll = PageScroll(content)
        self._scroll.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._scroll.verticalScrollBar().rangeChanged.connect(self._grown)
        self._scroll.verticalScrollBar().actionTriggered.connect(self._touched)
        right = QVBoxLayout()
        right.setSpacing(0)
        told = QHBoxLayout()
        told.setContentsMargins(0, 0, _BESIDE + self._scroll.verticalScrollBar().sizeHint().width(), 0)
        self.banner.setMaximumWidth(_WIDTH)
        told.addWidget(self.banner, 1)
        told.addStretch(0)
        right.addLayout(told)
        right.addWidget(self._scroll, 1)
        self.toast.setMaximumWidth(_WIDTH)  # in the middle of the sections
        right.addWidget(self.toast)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(28, 0, 0, 0)
        outer.setSpacing(28)
        left = self._names = QWidget()
        left.setFixedWidth(190)
        left.setLayout(names)
        names.setContentsMargins(0, 22, 0, 22)
        outer.addWidget(left)
        outer.addLayout(right, 1)


def default_settings() -> Settings:
    """What a fresh start on this desktop would have."""
    country = country_here()
    return replace(Settings(), country=country.code, usd_per_kwh=country.usd_per_kwh, reference=suggestions()[1].id)
