"""Imports: look first, then write; undo; re-import at start."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError, KnownError
from pennyweight.domain.progress import Progress, untold
from pennyweight.services.imports import overlap, pipeline, reconcile, sources, survey
from pennyweight.services.imports.estimates import EstimateSum, priced
from pennyweight.services.imports.kinds import KINDS
from pennyweight.services.imports.pipeline import ImportStopped
from pennyweight.services.imports.report import ImportReport
from pennyweight.store import Store
from pennyweight.store.imports import Estimate, ImportRun
from pennyweight.store.overlaps import Counting
from pennyweight.store.staging import Staging

__all__ = ["ImportReport", "ImportService", "ImportStopped"]

_WATCH = "imports.watch"
_SEEN = "imports.seen"
_DAY, _HALF_DAY = timedelta(days=1), timedelta(hours=12)


def _utc_days(start: datetime, end: datetime) -> tuple[str, str]:
    """The UTC days nearest to a period of local days, first and last: its ends rounded to midnight of UTC."""
    first, past = (at.astimezone(UTC) + _HALF_DAY for at in (start, end))
    return f"{first:%Y-%m-%d}", f"{past - _DAY:%Y-%m-%d}"


class ImportService:
    """Blocking; call it from a worker thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def preview(
        self, kind: str, path: Path, *, cancel: Cancel | None = None, progress: Progress = untold
    ) -> ImportReport:
        """What `run` would write. Changes nothing."""
        return self._import(kind, path, cancel or Cancel(), progress, write=False)

    def run(self, kind: str, path: Path, *, cancel: Cancel | None = None, progress: Progress = untold) -> ImportReport:
        """Import a file or a folder. Stopped halfway, it takes back what it wrote and raises ImportStopped."""
        return self._import(kind, path, cancel or Cancel(), progress, write=True)

    def undo(self, run_id: str) -> int:
        """Take a whole import back; the number of rows. InputError if there is no such import."""
        if not any(run.id == run_id and run.state != "undone" for run in self._store.imports.runs()):
            raise InputError("There is no such import to take back.")
        return self._store.imports.undo(run_id)

    def put_back(self, run_id: str) -> tuple[str, int]:
        """Take an undo back: (id of the import that has the rows now, how many). InputError if there is none."""
        if not any(run.id == run_id and run.state == "undone" and not run.put_back_as for run in self.runs()):
            raise InputError("There is no such import to put back.")
        new_id = uuid.uuid4().hex
        return new_id, self._store.imports.put_back(run_id, new_id)

    def runs(self) -> list[ImportRun]:
        """Newest first; imports that found nothing new are left out."""
        return [run for run in self._store.imports.runs() if run.state != "undone" or run.report]

    def usual_places(self) -> list[sources.SourceFile]:
        return sources.usual_places()

    def look(self, cancel: Cancel | None = None) -> list[survey.Place]:
        """The usual places with anything in them. Opens no file."""
        return survey.look(cancel)

    def estimates(self) -> list[Estimate]:
        return self._store.imports.estimates()

    def priced_estimates(
        self, reference: str, start: datetime | None, end: datetime | None, cancel: Cancel | None = None
    ) -> tuple[EstimateSum, ...]:
        """The chat exports' answers with start <= at < end at the list price of `reference` (`provider/model`)."""
        return priced(self._store.imports.estimates(None, end), reference, cancel or Cancel(), since=start)

    def reconcile(self, source: str, first: str | None = None, last: str | None = None) -> reconcile.Reconciliation:
        """A provider's bills against the rows that count, per UTC day; from the first bill to the last one if no days
        (`YYYY-MM-DD`) are given, and over everything where there is no bill."""
        bills = self._store.imports.bills(source)
        first, last = first or min(bills, default="0000"), last or max(bills, default="9999")
        chosen, found = self.counting(), overlap.in_ledger(self._store, first, last)
        days = self._store.imports.days(source, first, last, chosen if found else "both")
        bills = {day: nano for day, nano in bills.items() if first <= day <= last}
        return reconcile.compare(source, bills, days, found, chosen)

    def billed(self) -> list[tuple[str, str, str, int]]:
        """(provider, first UTC day, last UTC day, nano-dollars) of the bills that were imported."""
        return self._store.imports.bill_days()

    def billed_in(self, start: datetime, end: datetime) -> list[tuple[str, int, int, int]]:
        """(provider, nano-dollars billed, nano-dollars of the counted rows on the billed days, days) of each provider
        with a bill for a UTC day that begins in start <= day < end."""
        first, last = _utc_days(start, end)
        rows = []
        for source, *_ in self.billed():
            billed = {day for day in self._store.imports.bills(source) if first <= day <= last}
            if billed:
                days = [day for day in self.reconcile(source, min(billed), max(billed)).days if day.utc_day in billed]
                nano = sum(day.billed_nano or 0 for day in days)
                rows.append((source, nano, sum(day.ledger_nano for day in days), len(days)))
        return rows

    def overlaps(self, start: datetime, end: datetime) -> overlap.Overlap:
        """What the ledger tells twice on the UTC days that a period touches."""
        return overlap.in_ledger(self._store, *_utc_days(start, end))

    def overlap_of_days(self, first: str, last: str) -> overlap.Overlap:
        """The same from one UTC day (`YYYY-MM-DD`) to another, both included."""
        return overlap.in_ledger(self._store, first, last)

    def counting(self) -> Counting:
        return overlap.counting(self._store)

    def set_counting(self, chosen: str) -> Counting:
        """`calls`, `reports` or `both`: what the audit counts of what is told twice. InputError for another word."""
        return overlap.set_counting(self._store, chosen)

    def watching(self) -> bool:
        return self._store.settings.get(_WATCH, False) is True

    def set_watching(self, on: bool) -> None:
        self._store.settings.set(_WATCH, on)

    def import_watched(self, *, cancel: Cancel | None = None, progress: Progress = untold) -> list[ImportReport]:
        """At start: the usual places again, if the switch is on and anything changed there since the last time.

        What cannot be read is left out.
        """
        reports = []
        seen = self._store.settings.get(_SEEN, {})
        marks = dict(seen) if isinstance(seen, dict) else {}
        for place in self.look(cancel) if self.watching() else []:
            if marks.get(str(place.path)) == place.mark:
                continue
            try:
                reports.append(self.run(place.kind, place.path, cancel=cancel, progress=progress))
            except ImportStopped:
                break
            except InputError:
                continue  # an empty folder, or one that became unreadable
            marks[str(place.path)] = place.mark
        if reports:
            self._store.settings.set(_SEEN, marks)
        return reports

    def _import(self, kind: str, path: Path, cancel: Cancel, progress: Progress, *, write: bool) -> ImportReport:
        if kind != "auto" and kind not in KINDS:
            raise InputError(f"{kind!r} is not a kind of import.", advice=f"Known: auto, {', '.join(KINDS)}.")
        found = sources.files(kind, path)
        kinds = {one.kind for one in found}
        report = ImportReport(kind=kinds.pop() if len(kinds) == 1 else "auto")
        staging = Staging()
        try:
            pipeline.read(found, staging, report, cancel, progress)
            if not write:
                pipeline.reckon(self._store, staging, report, cancel, progress)
            elif staging.count():
                self._write(staging, report, path, cancel, progress)
        finally:
            staging.close()
        report.overlap = overlap.with_file(self._store, report.cells.sides(), written=write)
        return report

    def _write(self, staging: Staging, report: ImportReport, path: Path, cancel: Cancel, progress: Progress) -> None:
        run_id = uuid.uuid4().hex
        self._store.imports.begin(run_id, report.kind, str(path))
        try:
            pipeline.write(self._store, staging, report, run_id, cancel, progress)
        except BaseException:
            with suppress(KnownError):  # a full disk may forbid that too; then it can be undone by hand
                self._store.imports.undo(run_id)
            raise
        if report.rows_new or report.rows_corrected:
            report.run_id = run_id
            self._store.imports.finish(run_id, report.facts())
        else:
            self._store.imports.undo(run_id)  # nothing to keep of it
