"""Use that is told twice, by a provider's report and call by call: found, said in one sentence, counted once.

The rule. A cell is one provider, one UTC day and one model, as the price table names it. Where a cell holds rows of a
provider's report and rows of calls, the audit counts one side of it: the calls, unless the person chose otherwise. They
are finer, and they are what the program itself saw. The other side stays in the ledger, not counted. Cells with one
side only count as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pennyweight.domain.errors import InputError
from pennyweight.meter.money import format_usd
from pennyweight.store import Store
from pennyweight.store.overlaps import REPORT_KINDS, Counting, Side

_KEY = "audit.counting"
COUNTINGS: tuple[Counting, ...] = ("calls", "reports", "both")


@dataclass(frozen=True, slots=True)
class Cell:
    """One provider, UTC day and model that are told twice; nano-dollars."""

    source: str
    utc_day: str
    model: str
    report_rows: int
    report_nano: int
    call_rows: int
    call_nano: int
    kinds: tuple[str, ...]
    """Where the calls came from: kinds of import, empty for this program."""


@dataclass(frozen=True, slots=True)
class Overlap:
    cells: tuple[Cell, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cells)

    @property
    def days(self) -> int:
        return len({cell.utc_day for cell in self.cells})

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({cell.source for cell in self.cells}))

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted({kind for cell in self.cells for kind in cell.kinds}))

    @property
    def report_nano(self) -> int:
        return sum(cell.report_nano for cell in self.cells)

    @property
    def call_nano(self) -> int:
        return sum(cell.call_nano for cell in self.cells)

    def uncounted(self, counting: Counting) -> tuple[int, int]:
        """(rows, nano-dollars) that are in the ledger but in no sum."""
        if counting == "calls":
            return sum(cell.report_rows for cell in self.cells), self.report_nano
        if counting == "reports":
            return sum(cell.call_rows for cell in self.cells), self.call_nano
        return 0, 0


def cells_of(sides: Iterable[Side]) -> Overlap:
    """The cells that have both sides, oldest first."""
    found: dict[tuple[str, str, str], list[Side]] = {}
    for side in sides:
        found.setdefault((side.utc_day, side.source, side.model), []).append(side)
    cells = []
    for (utc_day, source, model), members in sorted(found.items()):
        reports = [side for side in members if side.is_report]
        calls = [side for side in members if not side.is_report]
        if reports and calls:
            cells.append(
                Cell(
                    source,
                    utc_day,
                    model,
                    sum(side.rows for side in reports),
                    sum(side.nano for side in reports),
                    sum(side.rows for side in calls),
                    sum(side.nano for side in calls),
                    tuple(sorted({side.imported for side in calls})),
                )
            )
    return Overlap(tuple(cells))


def in_ledger(store: Store, first: str, last: str) -> Overlap:
    """What the ledger tells twice from one UTC day (`YYYY-MM-DD`) to another, both included."""
    if not store.overlaps.any_reports():
        return Overlap()
    return cells_of(store.overlaps.sides(store.overlaps.report_days(first, last)))


def with_file(store: Store, sides: Iterable[Side], *, written: bool) -> Overlap:
    """What a file's rows tell twice, among themselves and with the ledger (which holds them if `written`)."""
    own = list(sides)
    touched = {(side.source, side.utc_day, side.model) for side in own}
    if not own or not (any(side.is_report for side in own) or store.overlaps.any_reports()):
        return Overlap()
    held = store.overlaps.sides(sorted({(side.source, side.utc_day) for side in own}))
    found = cells_of([*held, *([] if written else own)])
    return Overlap(tuple(cell for cell in found.cells if (cell.source, cell.utc_day, cell.model) in touched))


class Cells:
    """Collects the sides of a file's rows while it is read."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, str, str], list[int]] = {}

    def add(self, source: str, utc_day: str, model: str, imported: str, nano: int) -> None:
        sums = self._sums.setdefault((source, utc_day, model, imported), [0, 0])
        sums[0] += 1
        sums[1] += nano

    def sides(self) -> list[Side]:
        return [Side(*key, *sums) for key, sums in self._sums.items()]


def counting(store: Store) -> Counting:
    """The person's choice; the calls if there is none."""
    chosen = store.settings.get(_KEY)
    return next((one for one in COUNTINGS if one == chosen), "calls")


def set_counting(store: Store, chosen: str) -> Counting:
    if chosen not in COUNTINGS:
        raise InputError(f"{chosen!r} is not a way to count.", advice=f"Known: {', '.join(COUNTINGS)}.")
    store.settings.set(_KEY, chosen)
    return counting(store)


def sentence(found: Overlap, chosen: Counting, names: dict[str, str], *, ahead: bool = False) -> str:
    """What is told twice and what of it counts; empty if nothing is. `names` are those of providers and imports."""
    if not found:
        return ""
    days = f"{found.days:,} {'day' if found.days == 1 else 'days'}"
    sources = " and ".join(names.get(source, source) for source in found.sources)
    where = ", ".join("this program" if not kind else names.get(kind, kind) for kind in found.kinds)
    verb = "would be" if ahead else "is" if found.days == 1 else "are"
    told = (
        f"{days} of {sources} {verb} in the ledger twice: {format_usd(found.report_nano)} in"
        f" the provider's report, {format_usd(found.call_nano)} call by call ({where})."
    )
    counts = {
        "calls": "The audit counts them once, from the calls.",
        "reports": "The audit counts them once, from the report.",
        "both": "The audit counts both, because you chose so.",
    }
    return f"{told} {counts[chosen]}"


def is_report(kind: str) -> bool:
    return kind in REPORT_KINDS
