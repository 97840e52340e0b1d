"""The chat and the pages beside it. Each page is built, and its code read, when it is first wanted: a start pays for
none of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.container import Services
from pennyweight.services.settings import Settings
from pennyweight.ui.models.controller import ModelsController
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.banner import Toast

if TYPE_CHECKING:
    from pennyweight.ui.audit.importing import Importing
    from pennyweight.ui.audit.page import AuditPage
    from pennyweight.ui.compare.controller import CompareController
    from pennyweight.ui.compare.page import ComparePage
    from pennyweight.ui.models.page import ModelsPage
    from pennyweight.ui.onboarding.page import OnboardingPage
    from pennyweight.ui.settings.page import SettingsPage

WATCH_DELAY_MS = 4_000
"""The window is painted and the model is being loaded before the logs are looked at."""


class Pages(QStackedWidget):
    """`show_page` brings one up and has it read its contents anew."""

    ledger_changed = Signal()
    """By an import or a comparison."""
    spending_changed = Signal()
    chats_removed = Signal()
    """Those that were deleted, for good."""
    settings_changed = Signal(object)
    """All settings, after a change."""
    settings_wanted = Signal(str)
    """A section of the settings."""
    questions_wanted = Signal()
    questions_done = Signal()
    continued = Signal(str)
    """The id of a new chat, made from the winner of a comparison."""
    imported = Signal(str)
    """What a quiet import brought."""
    problem = Signal(object)

    def __init__(
        self, services: Services, runner: TaskRunner, theme: Theme, models: ModelsController, chat: QWidget
    ) -> None:
        super().__init__()
        self._services = services
        self._runner = runner
        self._theme = theme
        self._models = models
        self._chat = chat
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(lambda: self.importing.import_watched())
        self.addWidget(chat)

    def show_page(self, key: str) -> None:
        """`chat`, `compare`, `audit`, `models` or `settings`."""
        self.setCurrentWidget(self.page(key))
        if key == "compare":
            self.compare.refresh()
            self.compare_page.focus_prompt()
        elif key == "audit":
            self.audit_page.refresh()
            self.audit_page.focus_period()
        elif key == "models":
            self.models_page.refresh()
        elif key == "settings":
            self.settings_page.refresh()

    def page(self, key: str) -> QWidget:
        """Built now if it was not yet."""
        found: dict[str, Callable[[], QWidget]] = {
            "chat": lambda: self._chat,
            "compare": lambda: self.compare_page,
            "audit": lambda: self.audit_page,
            "models": lambda: self.models_page,
            "settings": lambda: self.settings_page,
        }
        return found[key]()

    def shows(self, key: str) -> bool:
        """Asking builds nothing."""
        page = self._chat if key == "chat" else self.__dict__.get(f"{key}_page")
        return self.currentWidget() is page

    def show_size(self, settings: Settings) -> None:
        """A size that was chosen by a key, on the page that shows it; what is being typed there stays."""
        if self.shows("settings"):
            self.settings_page.show_size(settings)

    @property
    def toast(self) -> Toast | None:
        """That of the page which is shown; the chat's is the window's own, and the first questions have none."""
        found = getattr(self.currentWidget(), "toast", None)
        return found if isinstance(found, Toast) else None

    def watch_logs_later(self) -> None:
        """Other programs' logs are looked at again once the first contents are there."""
        self._later.start(WATCH_DELAY_MS)

    def close_all(self) -> None:
        """End what runs for the pages: for the end of the program."""
        self._later.stop()
        if "compare" in self.__dict__:
            self.compare.close()
        if "importing" in self.__dict__:
            self.importing.close()

    @cached_property
    def compare(self) -> CompareController:
        from pennyweight.ui.compare.controller import CompareController
        from pennyweight.ui.compare.page import ComparePage

        page = ComparePage(self._theme)
        compare = CompareController(self._services, self._runner, self._theme, page, self.window())
        compare.problem.connect(self.problem)
        compare.continued.connect(self.continued)
        compare.spent.connect(self.ledger_changed)
        compare.settings_wanted.connect(self.settings_wanted)
        self.addWidget(page)
        return compare

    @cached_property
    def compare_page(self) -> ComparePage:
        return self.compare.page

    @cached_property
    def models_page(self) -> ModelsPage:
        from pennyweight.ui.models.page import ModelsPage

        page = ModelsPage(self._models, self._theme)
        self.addWidget(page)
        return page

    @cached_property
    def importing(self) -> Importing:
        """Also at work while the audit page is not there: logs are looked at a while after each start."""
        from pennyweight.ui.audit.importing import Importing

        importing = Importing(self._services.imports, self._runner, self)
        importing.told.connect(self.imported)
        importing.changed.connect(self.ledger_changed)
        return importing

    @cached_property
    def audit_page(self) -> AuditPage:
        from pennyweight.ui.audit.page import AuditPage

        page = AuditPage(self._services, self._runner, self._theme, self.importing)
        self.addWidget(page)
        return page

    @cached_property
    def settings_page(self) -> SettingsPage:
        from pennyweight.ui.settings.page import SettingsPage

        page = SettingsPage(self._services, self._runner, self._theme)
        page.changed.connect(self.settings_changed)
        page.questions_wanted.connect(self.questions_wanted)
        page.spending_changed.connect(self.spending_changed)
        page.chats_removed.connect(self.chats_removed)
        self.addWidget(page)
        return page

    @cached_property
    def onboarding(self) -> OnboardingPage:
        from pennyweight.ui.onboarding.page import OnboardingPage

        page = OnboardingPage(self._services.settings, self._services.meter, self._runner, self._theme)
        page.done.connect(self.questions_done)
        self.addWidget(page)
        return page
