"""Where the money and the tokens went: any period from each side. Reads, never writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Literal

from pennyweight.cloud.facts import name_of
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter import reference as table
from pennyweight.meter.money import format_usd
from pennyweight.meter.periods import local_day
from pennyweight.meter.reference import ReferenceModel
from pennyweight.services.audit_period import AuditPeriod, PeriodKind, all_time
from pennyweight.services.imports.kinds import IMPORT_NAMES
from pennyweight.services.imports.overlap import counting, is_report
from pennyweight.services.settings import SettingsService
from pennyweight.services.titles import comparison_title
from pennyweight.store import Store
from pennyweight.store.audit import AuditGroup, AuditSums, RowFilter, Span, Split
from pennyweight.store.overlaps import Counting

Grouping = Literal["day", "model", "provider", "task", "conversation", "project", "source"]
GROUPINGS: tuple[Grouping, ...] = ("day", "model", "provider", "task", "conversation", "project", "source")
HERE = "This computer"
NO_CHAT, NO_PROJECT = "Not part of a chat", "No project"
GONE, UNTITLED = "A chat that is gone", "New chat"
BUDGET_CHANGE = "Budget change"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One line of a table. `chosen` finds the ledger rows behind it; a day's are found by its `period`."""

    key: str
    label: str
    source: str | None
    """`local`, a provider's id, or None where the line holds several."""
    imported: str | None
    """Kind of the import, empty for rows of this program, None where the line holds both."""
    sums: AuditSums
    local: AuditSums
    """The part that ran on this computer."""
    here: AuditSums
    """The part that this program asked of the cloud."""
    chosen: RowFilter
    period: AuditPeriod

    @property
    def cost_nano(self) -> int:
        """What was paid: the provider's bill and the electricity; hardware wear is a line of its own."""
        return self.sums.billed_nano + self.sums.electric_nano

    @property
    def per_usable_answer_nano(self) -> int | None:
        """Cost of the rows, stopped and failed ones included, for each usable answer; None if not known."""
        if self.imported != "" or not self.sums.usable_answers or self.sums.unpriced_rows:
            return None
        return round(self.cost_nano / self.sums.usable_answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """A period from every side. The lines of each table add up to `totals`."""

    period: AuditPeriod
    reference: ReferenceModel
    totals: AuditSums
    local: AuditSums
    here: AuditSums
    """Cloud work that this program asked for."""
    imported: AuditSums
    energy_sources: tuple[str, ...]
    kwh_prices: tuple[str, ...]
    """What a kWh cost in the rows, US dollars, the cheapest first."""
    days: tuple[AuditRow, ...]
    """One for each local day, also those without any work."""
    models: tuple[AuditRow, ...]
    tasks: tuple[AuditRow, ...]
    sources: tuple[AuditRow, ...]
    providers: tuple[AuditRow, ...]


@dataclass(frozen=True, slots=True)
class Chat:
    conversation_id: str
    name: str
    last: datetime
    """Of its last call."""


class AuditService:
    """Thread-safe. `zone` is the person's zone, by default this computer's."""

    def __init__(
        self,
        store: Store,
        settings: SettingsService,
        *,
        model_name: Callable[[str], str] = lambda model: model,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: tzinfo | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._model_name = model_name
        self._now = now
        self.zone = zone

    def period(self, kind: PeriodKind) -> AuditPeriod:
        """The week, month or year that today is in, or all time."""
        today = self.today()
        if kind == "week":
            return AuditPeriod.week(today)
        if kind == "year":
            return AuditPeriod.year(today)
        if kind == "all":
            return all_time(self._store.audit.reach(), self._now(), self.zone)
        return AuditPeriod.month(today)

    def today(self) -> date:
        return local_day(self._now(), self.zone)

    def reference(self) -> ReferenceModel:
        """The chosen reference model; the suggested flagship if the price table no longer has it."""
        return table.find(self._settings.get().reference) or table.suggestions()[1]

    def counting(self) -> Counting:
        """What counts of use that a provider's report and calls both tell: see `services.imports.overlap`."""
        return counting(self._store) if self._store.overlaps.any_reports() else "both"

    def report(self, period: AuditPeriod) -> AuditReport:
        """Every table but those of chats and projects, from one reading of the period's rows."""
        reference = self.reference()
        groups = self._store.audit.groups(period.spans(self.zone), reference.id, counting=self.counting())
        start, end = period.bounds(self.zone)
        return AuditReport(
            period=period,
            reference=reference,
            totals=_sum(groups),
            local=_sum(group for group in groups if group.source == "local"),
            here=_sum(group for group in groups if group.source != "local" and not group.imported),
            imported=_sum(group for group in groups if group.imported),
            energy_sources=self._store.audit.energy_sources(start, end),
            kwh_prices=self._store.audit.kwh_prices(start, end),
            days=self._days(period, groups),
            models=self._lines("model", groups, period),
            tasks=self._lines("task", groups, period),
            sources=self._lines("source", groups, period),
            providers=self._lines("provider", groups, period),
        )

    def lines(self, period: AuditPeriod, by: Grouping) -> tuple[AuditRow, ...]:
        """One table of the report, or that of chats or projects."""
        by_day = by == "day"
        spans: Sequence[Span] = period.spans(self.zone) if by_day else [period.whole(self.zone)]
        split: Split = by if by in ("conversation", "project") else ""
        groups = self._store.audit.groups(spans, self.reference().id, split=split, counting=self.counting())
        return self._days(period, groups) if by_day else self._lines(by, groups, period)

    def rows(
        self, period: AuditPeriod, chosen: RowFilter | None = None, *, limit: int = 200, offset: int = 0
    ) -> list[LedgerEntry]:
        """The ledger rows of a period that pass, newest first: what is behind a bar or a line.

        A row that is in no sum, because other rows tell the same use, says so in its note.
        """
        rows = self._store.audit.rows(
            *period.bounds(self.zone), chosen, self.reference().id, limit=limit, offset=offset
        )
        twice = self._store.overlaps.uncounted(self.counting())
        return [_marked(row) if row.id in twice else row for row in rows]

    def chats(self, limit: int = 1_000) -> tuple[Chat, ...]:
        """Every conversation with a call, newest first, imported sessions and deleted chats too."""
        found = self._store.audit.chats(limit)
        titles = self._titles([conversation_id for conversation_id, _ in found])
        return tuple(Chat(one, chat_name(one, titles), at) for one, at in found)

    def _days(self, period: AuditPeriod, groups: Sequence[AuditGroup]) -> tuple[AuditRow, ...]:
        found: dict[str, list[AuditGroup]] = {day.isoformat(): [] for day in period.dates()}
        for group in groups:
            found[group.span].append(group)
        return tuple(
            _row(day.isoformat(), day.isoformat(), found[day.isoformat()], RowFilter(), AuditPeriod(day, day))
            for day in period.dates()
        )

    def _lines(self, by: Grouping, groups: Sequence[AuditGroup], period: AuditPeriod) -> tuple[AuditRow, ...]:
        """Largest cost first, then most tokens."""
        found: dict[tuple[str | None, ...], list[AuditGroup]] = {}
        for group in groups:
            found.setdefault(_key(by, group), []).append(group)
        titles = self._titles([g.conversation_id for g in groups if g.conversation_id]) if by == "conversation" else {}
        rows = [
            _row(
                "/".join(part for part in key if part),
                self._label(by, members[0], titles),
                members,
                _filter(by, members[0]),
                period,
            )
            for key, members in found.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-row.cost_nano, -row.sums.input_total, row.key)))

    def _titles(self, conversation_ids: Sequence[str]) -> dict[str, str]:
        ids = sorted(set(conversation_ids))
        titles: dict[str, str] = {}
        for first in range(0, len(ids), 500):
            some = ids[first : first + 500]
            compared = self._store.audit.compared(some)
            titles |= {one: comparison_title(prompt) for one, prompt in compared.items()}
            titles |= self._store.audit.titles(some)  # of one that goes on as a chat, the chat's
        return titles

    def _label(self, by: Grouping, group: AuditGroup, titles: dict[str, str]) -> str:
        match by:
            case "model":
                return self._model_name(group.model) if group.source == "local" else group.model
            case "task":
                return group.task
            case "conversation":
                return NO_CHAT if group.conversation_id is None else chat_name(group.conversation_id, titles)
            case "project":
                return group.project or NO_PROJECT
        return source_name(group.source, group.imported if by == "source" else "")


def chat_name(conversation_id: str, titles: dict[str, str]) -> str:
    """The title of a chat or a comparison, or what an imported session is called: "Claude Code 0b3f2c1a"."""
    kind, colon, session = conversation_id.partition(":")
    if colon and kind in IMPORT_NAMES:
        return f"{IMPORT_NAMES[kind]} {session[:8]}"
    return titles.get(conversation_id, GONE) or UNTITLED


def _marked(row: LedgerEntry) -> LedgerEntry:
    what = "Report" if is_report(row.origin.partition(":")[0]) else "Call"
    other = "calls" if what == "Report" else "provider's report"
    note = f"{what}, not counted: the {other} of the same day and model tell the same use. {row.note}"
    return replace(row, note=note.strip())


def is_budget_change(entry: LedgerEntry) -> bool:
    """A note that a cap was raised or removed: no call, and nothing to pay."""
    return entry.kind == "correction" and not entry.model


def what_ran(entry: LedgerEntry) -> str:
    """The model of a row, for a person."""
    return BUDGET_CHANGE if is_budget_change(entry) else entry.model


def cost_words(entry: LedgerEntry) -> str:
    if is_budget_change(entry):
        return "–"
    if entry.source == "local":
        return format_usd(entry.local.electric_nano) if entry.local else "not known"
    return format_usd(entry.billed_nano)


def sum_words(nano: int, unpriced: int) -> str:
    """A sum of money over rows of which some have no price: "$0.24", "$0.24 + 2 unpriced", "2 unpriced", "–"."""
    if not unpriced:
        return format_usd(nano) if nano else "–"
    return f"{format_usd(nano)} + {unpriced:,} unpriced" if nano else f"{unpriced:,} unpriced"


def source_name(source: str, imported: str = "") -> str:
    """Where something ran or was brought from, for a person."""
    if imported:
        return IMPORT_NAMES.get(imported, imported)
    return HERE if source == "local" else name_of(source)


def _key(by: Grouping, group: AuditGroup) -> tuple[str | None, ...]:
    match by:
        case "model":
            return group.imported, group.source, group.model
        case "task":
            return (group.task,)
        case "conversation":
            return (group.conversation_id,)
        case "project":
            return (group.project,)
        case "provider":
            return (group.source,)
    return (group.imported or group.source,)


def _filter(by: Grouping, group: AuditGroup) -> RowFilter:
    match by:
        case "model":
            return RowFilter(source=group.source, imported=group.imported, model=group.model)
        case "task":
            return RowFilter(task=group.task)
        case "conversation":
            return RowFilter(conversation_id=group.conversation_id or "")
        case "project":
            return RowFilter(project=group.project)
        case "provider":
            return RowFilter(source=group.source)
    if group.imported:
        return RowFilter(imported=group.imported)
    return RowFilter(source=group.source, imported="")


def _row(key: str, label: str, members: Sequence[AuditGroup], chosen: RowFilter, period: AuditPeriod) -> AuditRow:
    sources = {group.source for group in members}
    imports = {group.imported for group in members}
    return AuditRow(
        key=key,
        label=label,
        source=sources.pop() if len(sources) == 1 else None,
        imported=imports.pop() if len(imports) == 1 else None,
        sums=_sum(members),
        local=_sum(group for group in members if group.source == "local"),
        here=_sum(group for group in members if group.source != "local" and not group.imported),
        chosen=chosen,
        period=period,
    )


def _sum(groups: Iterable[AuditGroup]) -> AuditSums:
    return AuditSums.of(group.sums for group in groups)
