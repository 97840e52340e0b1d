"""The window: rail and pages, shortcuts, messages, and an orderly end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QMainWindow, QTextEdit, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Task, Verdict
from pennyweight.domain.errors import KnownError, ModelFileError
from pennyweight.domain.model import ModelInfo
from pennyweight.services.container import Services
from pennyweight.services.settings import Settings
from pennyweight.ui.cloud.controller import CloudController
from pennyweight.ui.meter.column import MeterColumn
from pennyweight.ui.models.controller import ModelsController
from pennyweight.ui.shell.about import AboutDialog
from pennyweight.ui.shell.announce import announce, spoken
from pennyweight.ui.shell.attaching import Attaching
from pennyweight.ui.shell.chat_area import ChatArea
from pennyweight.ui.shell.chat_controller import ChatController
from pennyweight.ui.shell.chat_page import ChatPage
from pennyweight.ui.shell.conversation_actions import ConversationActions
from pennyweight.ui.shell.day_watch import DayWatch
from pennyweight.ui.shell.engine_status import EngineStatus
from pennyweight.ui.shell.geometry import WindowState, open_at
from pennyweight.ui.shell.judging import Judging
from pennyweight.ui.shell.model_trouble import ModelTrouble
from pennyweight.ui.shell.pages import Pages
from pennyweight.ui.shell.rail import Rail
from pennyweight.ui.shell.shortcuts import ShortcutsDialog, bind
from pennyweight.ui.shell.sidebar import Sidebar
from pennyweight.ui.shell.sizing import Sizing, smallest
from pennyweight.ui.theme import Theme
from pennyweight.ui.transcript.links import LinkDialog
from pennyweight.ui.widgets import Action


class MainWindow(QMainWindow):
    """Give it the services, the runner and the theme; it shuts the runner down when it is closed."""

    closed = Signal()

    def __init__(self, services: Services, runner: TaskRunner, theme: Theme) -> None:
        super().__init__()
        self.services = services
        self.runner = runner
        self.theme = theme
        self._ended = False
        chosen = services.settings.at_start()
        self.setWindowTitle("Pennyweight")
        self.setMinimumSize(*smallest(chosen.size))
        self._build()
        self.toast = self.page.toast
        self.chat = ChatController(services, runner, self.page, self)
        self.judging = Judging(services.conversations, runner, self.page.transcript, self)
        self.engine = EngineStatus(services.models, runner, self.page.top, self)
        self.trouble = ModelTrouble(self.engine, self.models, self.page, self)
        self.cloud = CloudController(services, runner, theme, self.page.top.lock, self)
        self.attaching = Attaching(runner, self.page.composer, self.tell, self.toast.withdraw, self)
        self.actions_on_chats = ConversationActions(
            services.conversations, runner, self.sidebar, self.chat, self.toast, lambda: services.exports, self
        )
        self.sizing = Sizing(services.settings, runner, chosen.size, self.tell, self)
        self.watch = DayWatch(services.meter, runner, self)
        self._connect()
        bind(self, self._shortcuts())
        theme.set_look(chosen.theme)
        self._questions_asked = chosen.onboarding_done
        self._restore(WindowState.from_text(chosen.window))
        if not self._questions_asked:
            self._show_questions()  # at once: the chat would only flash up

    def start(self) -> None:
        """Fetch what is shown first: the chats, the last one open, the model, the meter. After the first paint."""
        self.sidebar.reload()
        # Once a chat is there: opening it puts a banner away.
        self.chat.shown.connect(self._each_day, Qt.ConnectionType.SingleShotConnection)
        self.chat.open_last()
        self.engine.refresh()
        self.meter.refresh()
        self.pages.watch_logs_later()
        self.watch.start()
        if not self._questions_asked:
            self.ask_first_questions()

    def ask_first_questions(self) -> None:
        """Show the first-run page; it leads back to the chat."""
        self._show_questions()
        self.pages.onboarding.start()

    def _show_questions(self) -> None:
        self.rail.hide()
        self.pages.setCurrentWidget(self.pages.onboarding)

    def show_page(self, key: str) -> None:
        """`chat`, `compare`, `audit`, `models` or `settings`."""
        self.pages.show_page(key)
        self.rail.show()
        self.rail.show_page(key)
        if key == "chat":
            self.page.composer.setFocus()

    def _chosen_on_the_rail(self, key: str) -> None:
        """After a click of the mouse the page has the keyboard, not its first button: a ring would draw the eye."""
        self.show_page(key)
        focused = self.focusWidget()
        by_key = focused is not None and self.rail.isAncestorOf(focused)
        if not by_key and not isinstance(focused, QTextEdit):  # which waits for a text
            self.pages.page(key).setFocus(Qt.FocusReason.MouseFocusReason)

    def come_forward(self) -> None:
        """In front of other windows, where the desktop allows that; else it marks the window as wanted."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized | Qt.WindowState.WindowActive)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)

    def show_problem(self, error: object) -> None:
        """A sentence in the banner, for an expected failure and for a bug of ours alike."""
        if isinstance(error, KnownError):
            self.page.banner.tell(error.sentence)
            if isinstance(error, ModelFileError):
                self.engine.refresh()  # if it is the chosen model, the banner gets the ways out
        else:
            self.page.banner.tell(f"Something went wrong inside Pennyweight: {type(error).__name__}: {error}")

    def tell(self, sentence: str, action: Action | None = None) -> None:
        """Where it is seen: on the page that is shown."""
        shown = self.pages.toast
        (self.toast if shown is None else shown).tell(sentence, action)

    def _build(self) -> None:
        self.rail = Rail(self.theme)
        self.sidebar = Sidebar(self.theme, self.services.conversations, self.runner)
        self.page = ChatPage(self.theme, self.services.recipes)
        self.meter = MeterColumn(self.services.meter, self.runner, self.theme, self.services.budgets)
        self.area = ChatArea(self.sidebar, self.page, self.meter)
        self.models = ModelsController(self.services.models, self.runner, self.theme, self)
        self.pages = Pages(self.services, self.runner, self.theme, self.models, self.area)
        central = QWidget()
        central.setObjectName("page")
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.pages, 1)
        self.setCentralWidget(central)

    def _connect(self) -> None:
        self.rail.chosen.connect(self._chosen_on_the_rail)
        self.sidebar.new_chat.connect(self._new_chat)
        self.sidebar.opened.connect(self._open)
        self.sidebar.title_edited.connect(self._title_edited)
        chat, page = self.chat, self.page
        chat.shown.connect(self._shown)
        chat.list_changed.connect(self.sidebar.reload)
        chat.problem.connect(self.show_problem)
        chat.busy.connect(self._busy)
        chat.answering.placed.connect(self.sidebar.model.set_answering)
        chat.answering.events.connect(self.meter.take)
        chat.answering.ended.connect(self.meter.answer_ended)
        chat.answering.answered.connect(lambda message: announce(page.transcript, spoken(message)))
        page.composer.edited.connect(self.engine.load_ahead)
        page.transcript.link.connect(lambda address: self._dialog(LinkDialog(address, self)))
        self.area.meter_shown.connect(lambda _shown: self._show_cost())
        self.meter.cost_changed.connect(self._show_cost)
        self.judging.problem.connect(self.show_problem)
        self.judging.told.connect(self.tell)
        chat.drafting.blocked.connect(self.engine.check)
        self.engine.problem.connect(self.show_problem)
        self.engine.told.connect(self.tell)
        self.engine.model_changed.connect(self._model_changed)
        self.attaching.problem.connect(page.banner.tell)
        self.attaching.model_file.connect(lambda path: self.models.add([path]))
        self.meter.reference_changed.connect(lambda _id: chat.drafting.replan())
        self._connect_models()
        self._connect_cloud()
        self._connect_pages()
        self.runner.problem.connect(self.show_problem)
        self.sizing.restart.connect(self.close)
        self.sizing.chosen.connect(self.pages.show_size)
        self.watch.new_day.connect(self._figures_are_old)
        self.watch.new_day.connect(self._each_day)
        self.watch.rows_added.connect(self._figures_are_old)

    def _connect_pages(self) -> None:
        pages = self.pages
        pages.imported.connect(lambda notice: self.tell(notice, ("Show", lambda: self.show_page("audit"))))
        pages.ledger_changed.connect(self.meter.refresh)
        pages.spending_changed.connect(self.meter.refresh)
        pages.chats_removed.connect(self.actions_on_chats.offer_no_undo)
        pages.settings_changed.connect(self._settings_changed)
        pages.settings_wanted.connect(self._show_settings)
        pages.questions_wanted.connect(self.ask_first_questions)
        pages.questions_done.connect(self._questions_done)
        pages.continued.connect(self._continue_chat)
        pages.problem.connect(self.show_problem)

    def _connect_cloud(self) -> None:
        cloud, chat, page = self.cloud, self.chat, self.page
        page.top.ask_cloud.connect(self.ask_cloud)
        page.composer.ask_cloud.connect(self.ask_cloud)
        page.transcript.cloud.connect(self.ask_cloud)
        page.transcript.again_cloud.connect(self._again_in_cloud)
        page.transcript.compare.connect(self._compare)
        cloud.confirmed.connect(
            lambda preview: chat.send_to_cloud(preview, lambda cancel: self.services.escalate.send(preview, cancel))
        )
        cloud.problem.connect(self.show_problem)
        cloud.settings_wanted.connect(self._show_settings)

    def ask_cloud(self, answer_id: str = "") -> None:
        """Show what asking the cloud would mean for this answer, the draft, or the last answer. Sends nothing."""
        question = self.chat.cloud_question(answer_id)
        if question is not None:
            self.cloud.ask(question)
        elif not self.chat.answering.active:
            self.tell("Write a question first, then ask the cloud.")
            self.page.composer.setFocus()

    def _again(self) -> None:
        """Once more from the same source; for one in the cloud that goes through the sheet."""
        answer = self.chat.last_answer()
        if answer is not None and answer.source != "local":
            self._again_in_cloud(answer.id)
        else:
            self.chat.again()

    def _again_in_cloud(self, answer_id: str) -> None:
        if not self.chat.answering.active:
            self.cloud.ask(answer_id, again=True)

    def _compare(self, question_id: str) -> None:
        """Put a question of the chat onto the Compare page."""
        question = self.chat.message(question_id)
        page = self.pages.compare_page
        if question is not None and not page.running:
            page.show_setup()
            page.setup.fill(question.text, question.task, question.attachments)
            self.show_page("compare")

    def _show_settings(self, section: str) -> None:
        self.show_page("settings")
        self.pages.settings_page.show_section(section)

    def _continue_chat(self, conversation_id: str) -> None:
        self.show_page("chat")
        self.sidebar.reload()
        self.chat.open(conversation_id)

    def _connect_models(self) -> None:
        models, top = self.models, self.page.top
        top.model_clicked.connect(lambda: models.open_picker(top.model))
        models.changed.connect(self.engine.refresh)
        models.manage_wanted.connect(lambda: self.show_page("models"))
        models.told.connect(self._models_told)
        models.failed.connect(self._models_failed)
        models.loader.progress.connect(top.show_loading)
        models.loader.loaded.connect(lambda _model: top.show_loading(None))
        models.loader.failed.connect(self._models_failed)
        models.loader.stopped.connect(lambda: top.show_loading(None))

    def _models_told(self, sentence: str, action: Action | None) -> None:
        if not self.pages.shows("models"):  # which says it itself
            self.tell(sentence, action)

    def _models_failed(self, error: object) -> None:
        self.page.top.show_loading(None)
        if not self.pages.shows("models"):
            self.show_problem(error)

    def _settings_changed(self, chosen: Settings) -> None:
        self.theme.set_look(chosen.theme)
        self.meter.refresh()
        self.engine.refresh()

    def _questions_done(self) -> None:
        self._questions_asked = True
        self.show_page("chat")
        self.meter.refresh()
        self.chat.drafting.replan()

    def _shortcuts(self) -> dict[str, Callable[[], None]]:
        """What is about a chat is done while it is shown only: nobody sends a draft that they do not see."""
        chat, on = self.chat, self._on
        tasks = {f"task_{number}": task for number, task in enumerate(Task, start=1)}
        return {
            "new_chat": self._new_chat,
            "search": self._search,
            "previous_chat": lambda: self._neighbour(-1),
            "next_chat": lambda: self._neighbour(1),
            "rename": self._rename,
            "project": self._project,
            "bring_back": self._bring_back,
            "send": on(chat=chat.send, compare=lambda: self.pages.compare_page.send()),
            "stop": on(chat=self._escape, compare=lambda: self.pages.compare_page.stop()),
            "again": on(chat=self._again),
            "again_here": on(chat=chat.again),
            "edit_last": on(chat=chat.edit),
            "keep": on(chat=partial(self.judging.toggle_last, Verdict.KEPT)),
            "not_useful": on(chat=partial(self.judging.toggle_last, Verdict.NOT_USEFUL)),
            "attach": on(chat=self.attaching.choose, compare=lambda: self.pages.compare_page.attach()),
            **{
                key: on(chat=partial(chat.choose_task, task), compare=partial(self._choose_to_compare, task))
                for key, task in tasks.items()
            },
            "write": lambda: self.show_page("chat"),
            "meter": on(chat=self.area.toggle_meter),
            "list": on(chat=self.area.toggle_list),
            "ask_cloud": on(chat=self.ask_cloud),
            "lock": self._open_lock,
            "compare": lambda: self.show_page("compare"),
            "audit": lambda: self.show_page("audit"),
            "import": self._import,
            "models": lambda: self.show_page("models"),
            "settings": lambda: self.show_page("settings"),
            "larger": self.sizing.larger,
            "smaller": self.sizing.smaller,
            "usual_size": self.sizing.usual,
            "shortcuts": lambda: self._dialog(ShortcutsDialog(self)),
            "about": lambda: self._dialog(AboutDialog(self)),
            "quit": self._quit,
        }

    def _on(self, **by_page: Callable[[], None]) -> Callable[[], None]:
        """What a shortcut does on the page that is shown; nothing on any other."""

        def act() -> None:
            for key, call in by_page.items():
                if self.pages.shows(key):
                    call()
                    return

        return act

    def _open_lock(self) -> None:
        self.show_page("chat")
        self.page.top.lock.open_menu()

    def _choose_to_compare(self, task: Task) -> None:
        self.pages.compare_page.choose_task(task)

    def _import(self) -> None:
        self.show_page("audit")
        self.pages.audit_page.imports.open()

    def _quit(self) -> None:
        self.close()

    def _escape(self) -> None:
        if self.sidebar.search.hasFocus():
            self.sidebar.search.clear()
            self.page.composer.setFocus()
        elif not self.area.hide_forced():
            self.chat.escape()

    def _new_chat(self) -> None:
        self.show_page("chat")
        self.chat.new_chat()

    def _open(self, conversation_id: str, message_id: str) -> None:
        self.chat.open(conversation_id, message_id, self.sidebar.search.text().split() if message_id else ())
        self.area.hide_forced_list()

    def _neighbour(self, step: int) -> None:
        other = self.sidebar.neighbour(step)
        self.show_page("chat")
        if other:
            self.chat.open(other)

    def _rename(self) -> None:
        chosen = self._chosen_chat()
        if chosen:
            self.show_page("chat")
            self.area.show_list()
            self.sidebar.edit_title(chosen)

    def _title_edited(self) -> None:
        """The keyboard goes back where the list has it after Enter or Esc; a click elsewhere has chosen already."""
        here = self.focusWidget()
        if here is not None and here is not self.sidebar.list:
            return
        if not self.area.hide_forced():
            self.page.composer.setFocus()

    def _project(self) -> None:
        chosen = self._chosen_chat()
        if chosen:
            self.actions_on_chats.ask_project(chosen)

    def _chosen_chat(self) -> str:
        """The one chosen in the list while that has the keyboard, else the one that is shown."""
        chosen = self.sidebar.chosen() or self.chat.conversation_id
        if not chosen:
            self.tell("This chat has no name and no project yet: ask something first.")
        return chosen

    def _bring_back(self) -> None:
        self.show_page("chat")
        self.actions_on_chats.bring_back()

    def _search(self) -> None:
        self.show_page("chat")
        self.area.show_list()
        self.sidebar.search.setFocus()
        self.sidebar.search.selectAll()

    def _shown(self, conversation_id: str) -> None:
        self.sidebar.set_current(conversation_id)
        self.meter.set_conversation(conversation_id or None)
        self.cloud.set_conversation(conversation_id)
        self.trouble.tell()

    def _model_changed(self, info: ModelInfo | None) -> None:
        if info is None:
            add: Action = ("Add a GGUF file…", lambda: self.models.add_from_dialog(self))
            self.page.banner.tell("There is no model on this computer yet.", [add])
        self.chat.drafting.replan()

    def _show_cost(self) -> None:
        self.page.top.show_cost(self.meter.cost_today if self.meter.isHidden() else "")

    def _busy(self, elsewhere: str) -> None:
        """One answer at a time; what was typed stays."""
        if elsewhere:
            title = self.sidebar.title_of(elsewhere) or "Another chat"
            show = ("Show it", lambda: self._continue_chat(elsewhere))
            self.tell(f"Not sent: “{title}” is being answered. Your text stays; send it after that.", show)
        else:
            self.tell("This chat is being answered: Esc stops it.")

    def _each_day(self) -> None:
        def done(damage: KnownError | None) -> None:
            if damage is not None:
                self.show_problem(damage)

        cancel = Cancel()
        self.runner.query(lambda: self.services.each_day(cancel), done, owner=self, cancel=cancel)

    def _figures_are_old(self) -> None:
        self.meter.refresh()
        self.sidebar.reload()
        if self.pages.shows("audit"):
            self.pages.audit_page.refresh()

    def _dialog(self, dialog: QDialog) -> None:
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _restore(self, state: WindowState) -> None:
        open_at(self, state.qt_geometry())
        self.area.restore(state)

    def _state(self) -> WindowState:
        return WindowState(
            bytes(self.saveGeometry().data()), self.area.list_width(), self.area.list_wanted, self.area.meter_wanted
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        """A running answer is stopped and what it wrote is kept; the draft and the window's place are kept."""
        if not self._ended:
            self._ended = True
            self.chat.keep_draft()
            state = self._state().to_text()
            self.runner.change(lambda: self.services.settings.update(window=state))
            self.watch.stop()
            self.chat.stop()
            self.meter.stop()
            self.engine.close()
            self.cloud.close()
            self.pages.close_all()
            self.runner.shutdown()
        super().closeEvent(event)
        self.closed.emit()
