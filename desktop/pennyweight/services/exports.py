"""Chats as Markdown or JSON, the ledger as CSV or JSON lines, a report of the spend. Never a half-written file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Conversation, Message
from pennyweight.domain.errors import InputError, KnownError, StoreError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.domain.progress import Progress, untold
from pennyweight.meter.money import format_usd
from pennyweight.meter.quantities import format_energy
from pennyweight.services import exports_chat, exports_focus, exports_ledger
from pennyweight.services.audit import AuditService
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.exports_focus import focus_values
from pennyweight.services.exports_html import MOST_CHATS, MOST_ROWS, ReportDetails, html_report
from pennyweight.services.imports import ImportService
from pennyweight.services.imports.beside import beside
from pennyweight.services.meter import MeterService, Period
from pennyweight.services.subscription import SubscriptionService
from pennyweight.services.thrift import ThriftService
from pennyweight.services.whole_file import made_folder, whole_file, write_whole
from pennyweight.store import Store
from pennyweight.store.audit import RowFilter

T = TypeVar("T")
ChatFormat = Literal["md", "json"]
LedgerFormat = Literal["csv", "jsonl"]
_PERIODS: tuple[tuple[Period, str], ...] = (("today", "Today"), ("month", "This month"), ("all", "All time"))
_PAGE = 200
_READINGS = 8
"""Of the database, for an audit page."""

_LEDGER_ENDINGS = {"": "csv", ".csv": "csv", ".jsonl": "jsonl", ".json": "jsonl", ".ndjson": "jsonl"}
_STEP = 500


class ExportStopped(KnownError):  # noqa: N818 - no failure: the person asked for it
    """The person stopped the export."""


def _by_ending(path: Path, known: Mapping[str, str], told: str) -> str:
    """The format that a file's ending stands for, in any case; InputError for one that is not known."""
    chosen = known.get(path.suffix.lower())
    if chosen is None:
        raise InputError(f"{told}, not as {path.suffix}.", advice="Choose a file name with such an ending.")
    return chosen


class ExportService:
    def __init__(
        self, store: Store, meter: MeterService, audit: AuditService, subscription: SubscriptionService
    ) -> None:
        self._store = store
        self._meter = meter
        self._audit = audit
        self._subscription = subscription
        self._thrift = ThriftService(store)
        self._imports = ImportService(store)

    def chat(self, conversation_id: str, path: Path, format_: ChatFormat | None = None) -> Path:
        """The branch of a chat that is shown, into a file; the format by its ending if not given. Returns the file."""
        conversation = self._store.conversations.get(conversation_id)
        chosen = format_ or ("json" if path.suffix.lower() == ".json" else "md")
        messages = self._messages(conversation)
        if chosen == "json":
            write_whole(path, exports_chat.as_json(conversation, messages))
        else:
            write_whole(path, self._markdown(conversation, messages))
        return path

    def chats(
        self,
        path: Path,
        format_: ChatFormat | None = None,
        *,
        cancel: Cancel | None = None,
        progress: Progress = untold,
    ) -> int:
        """Every chat: `md` one file each into the folder `path`, `json` all into one file. Returns how many.

        Cancelled, it raises ExportStopped: one file is as it was; in a folder, the chats that are whole stay.
        """
        chosen = format_ or ("json" if path.suffix.lower() == ".json" else "md")
        kept = "Nothing was written." if chosen == "json" else "What is in the folder by now is whole."
        conversations = list(self._conversations(cancel, kept))

        def one_by_one() -> Iterator[Conversation]:
            for number, each in enumerate(conversations):
                _go_on(cancel, kept)
                progress("Writing", number / len(conversations))
                yield each
            _go_on(cancel, kept)

        if chosen == "json":
            with whole_file(path) as file:
                file.write('{"conversations": [')
                for number, each in enumerate(one_by_one()):
                    file.write(",\n" if number else "\n")
                    file.write(exports_chat.as_json(each, self._messages(each)).rstrip("\n"))
                file.write("\n]}\n")
        else:
            if not made_folder(path):
                raise InputError(f"{path} is a file.", advice="Name a folder for the chats, or a file ending in .json.")
            for each in one_by_one():
                write_whole(path / exports_chat.file_name(each), self._markdown(each, self._messages(each)))
        return len(conversations)

    def ledger(
        self,
        path: Path,
        format_: LedgerFormat | None = None,
        *,
        cancel: Cancel | None = None,
        progress: Progress = untold,
    ) -> int:
        """Every ledger row, oldest first; returns how many. The format by the file's ending if not given.

        InputError for another ending. Cancelled, it raises ExportStopped and leaves the file as it was.
        """
        chosen = format_ or _by_ending(path, _LEDGER_ENDINGS, "The ledger is written as .csv or .jsonl")
        rows = (exports_ledger.ledger_values(entry) for entry in self._rows(None, None, cancel, progress))
        with whole_file(path) as file:
            if chosen == "jsonl":
                return exports_ledger.write_lines(file, rows)
            return exports_ledger.write_csv(file, exports_ledger.COLUMNS, rows)

    def focus(
        self,
        path: Path,
        period: AuditPeriod | None = None,
        *,
        cancel: Cancel | None = None,
        progress: Progress = untold,
    ) -> int:
        """The ledger rows of a period (all of them) as CSV in FinOps FOCUS columns; returns how many.

        A row that tells again what another one counts costs nothing there, and `x_Counted` says so. InputError and
        ExportStopped as of `ledger`.
        """
        _by_ending(path, {"": "csv", ".csv": "csv"}, "FOCUS rows are written as .csv")
        start, end = period.bounds(self._audit.zone) if period else (None, None)
        twice = self._store.overlaps.uncounted(self._audit.counting())
        rows = (
            focus_values(entry, counted=entry.id not in twice) for entry in self._rows(start, end, cancel, progress)
        )
        with whole_file(path) as file:
            return exports_ledger.write_csv(file, exports_focus.COLUMNS, rows)

    def _rows(
        self, start: datetime | None, end: datetime | None, cancel: Cancel | None, progress: Progress
    ) -> Iterator[LedgerEntry]:
        total = self._store.ledger.count(start, end) or 1
        for number, entry in enumerate(self._store.ledger.iterate(start, end)):
            if number % _STEP == 0:
                _go_on(cancel)
                progress("Writing", min(1.0, number / total))
            yield entry
        _go_on(cancel)

    def audit_page(
        self, path: Path, period: AuditPeriod, *, cancel: Cancel | None = None, progress: Progress = untold
    ) -> Path:
        """The audit of a period as one HTML file that needs nothing else and prints well.

        ExportStopped as of `ledger`.
        """

        def read(number: int, work: Callable[[], T]) -> T:
            _go_on(cancel)
            progress("Reading", number / _READINGS)
            return work()

        report = read(0, lambda: self._audit.report(period))
        check = read(1, lambda: self._subscription.check(report, self._audit.today()))
        chats = read(2, lambda: self._audit.lines(period, "conversation"))
        details = ReportDetails(
            projects=read(3, lambda: self._audit.lines(period, "project")),
            chats=chats[:MOST_CHATS],
            more_chats=max(0, len(chats) - MOST_CHATS),
            thrift=read(4, lambda: self._thrift.chats(chats, MOST_CHATS)),
            unpriced=read(5, lambda: self._audit.rows(period, RowFilter(only="unpriced"), limit=MOST_ROWS)),
            estimated=read(6, lambda: self._audit.rows(period, RowFilter(only="estimated"), limit=MOST_ROWS)),
            beside=read(7, lambda: beside(self._imports, self._audit, period).sentences()),
        )
        _go_on(cancel)
        write_whole(path, html_report(report, check, details))
        return path

    def report(self, path: Path) -> Path:
        """What was used and what it cost: today, this month, all time; as Markdown. InputError for another ending."""
        _by_ending(path, dict.fromkeys(("", ".md", ".markdown", ".txt"), "md"), "The report is written as .html or .md")
        write_whole(path, "\n".join(self._report_lines()) + "\n")
        return path

    def backup(self, path: Path, *, cancel: Cancel | None = None, progress: Progress = untold) -> Path:
        """A checked copy of the whole database into the file `path`; StoreError if it cannot be written.

        ExportStopped as of `ledger`.
        """
        watched = cancel or Cancel()
        try:
            self._store.copy_to(path, watched, progress)
        except StoreError:
            _go_on(watched)
            raise
        return path

    def _report_lines(self) -> Iterator[str]:
        reference = self._meter.reference()
        yield "# What the answers cost\n"
        yield f"| | calls | tokens in | tokens out | energy | electricity | cloud spend | {reference.name} would be |"
        yield "|---|--:|--:|--:|--:|--:|--:|--:|"
        for period, name in _PERIODS:
            totals = self._meter.totals(period).totals
            tokens_in = totals.local.input_total + totals.cloud.input_total
            tokens_out = totals.local.output_total + totals.cloud.output_total
            yield (
                f"| {name} | {totals.calls:,} | {tokens_in:,} | {tokens_out:,} | {format_energy(totals.energy_joules)} "
                f"| {format_usd(totals.electric_nano)} | {format_usd(totals.billed_nano)} "
                f"| {format_usd(totals.equivalent_nano)} |"
            )

    def _conversations(self, cancel: Cancel | None, kept: str) -> Iterator[Conversation]:
        offset = 0
        while page := self._store.conversations.list(_PAGE, offset):
            _go_on(cancel, kept)
            for summary in page:
                yield self._store.conversations.get(summary.id)
            offset += len(page)

    def _messages(self, conversation: Conversation) -> list[Message]:
        return self._store.conversations.path_to(conversation.leaf_id) if conversation.leaf_id else []

    def _markdown(self, conversation: Conversation, messages: list[Message]) -> str:
        left_out = self._store.conversations.count_messages(conversation.id) - len(messages)
        return exports_chat.as_markdown(conversation, messages, self._meter.lines(m.id for m in messages), left_out)


def _go_on(cancel: Cancel | None, kept: str = "Nothing was written.") -> None:
    if cancel is not None and cancel.cancelled:
        raise ExportStopped("Stopped.", kept=kept)
