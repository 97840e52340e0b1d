"""Imports: look first, then write; undo; re-import at start."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError, KnownError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.money import decimal_to_nano
from pennyweight.services.imports import overlap, reconcile, sources, survey
from pennyweight.services.imports.estimates import EstimateSum, priced
from pennyweight.services.imports.pricing import entry_of
from pennyweight.services.imports.report import ImportReport
from pennyweight.services.imports.rows import BillRow, EstimateRow, ParsedRow, Skipped, UsageRow
from pennyweight.store import Store
from pennyweight.store.imports import Estimate, ImportRun, ProviderBill
from pennyweight.store.overlaps import Counting
from pennyweight.store.staging import Staging

Progress = Callable[[str, float | None], None]
_BATCH = 2_000
_WATCH = "imports.watch"
_SEEN = "imports.seen"
_INSTANT = timedelta(microseconds=1)


class ImportStopped(KnownError):  # noqa: N818 - no failure: the person asked for it
    """The person stopped the import."""


def _ignore(text: str, fraction: float | None) -> None:
    del text, fraction


class ImportService:
    """Blocking; call it from a worker thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def preview(
        self, kind: str, path: Path, *, cancel: Cancel | None = None, progress: Progress = _ignore
    ) -> ImportReport:
        """What `run` would write. Changes nothing."""
        return self._import(kind, path, cancel or Cancel(), progress, write=False)

    def run(self, kind: str, path: Path, *, cancel: Cancel | None = None, progress: Progress = _ignore) -> ImportReport:
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

    def overlaps(self, start: datetime, end: datetime) -> overlap.Overlap:
        """What the ledger tells twice on the UTC days that a period touches."""
        return overlap.in_ledger(self._store, f"{start:%Y-%m-%d}", f"{end - _INSTANT:%Y-%m-%d}")

    def counting(self) -> Counting:
        return overlap.counting(self._store)

    def set_counting(self, chosen: str) -> Counting:
        """`calls`, `reports` or `both`: what the audit counts of what is told twice. InputError for another word."""
        return overlap.set_counting(self._store, chosen)

    def watching(self) -> bool:
        return self._store.settings.get(_WATCH, False) is True

    def set_watching(self, on: bool) -> None:
        self._store.settings.set(_WATCH, on)

    def import_watched(self, *, cancel: Cancel | None = None, progress: Progress = _ignore) -> list[ImportReport]:
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
        if kind != "auto" and kind not in sources.KINDS:
            raise InputError(f"{kind!r} is not a kind of import.", advice=f"Known: auto, {', '.join(sources.KINDS)}.")
        found = sources.files(kind, path)
        kinds = {one.kind for one in found}
        report = ImportReport(kind=kinds.pop() if len(kinds) == 1 else "auto")
        staging = Staging()
        try:
            self._stage(found, staging, report, cancel, progress)
            self._write(staging, report, path, cancel, progress, write=write)
        finally:
            staging.close()
        report.overlap = overlap.with_file(self._store, report.cells.sides(), written=write)
        return report

    def _stage(
        self,
        found: list[sources.SourceFile],
        staging: Staging,
        report: ImportReport,
        cancel: Cancel,
        progress: Progress,
    ) -> None:
        skipped: Counter[str] = Counter()
        encode = msgspec.msgpack.Encoder().encode
        for index, source in enumerate(found):
            progress(source.path.name, index / len(found))
            try:
                for count, row in enumerate(sources.rows_of(source)):
                    if count % 256 == 0 and cancel.cancelled:
                        raise ImportStopped("Stopped.", kept="Nothing was imported.")
                    if isinstance(row, Skipped):
                        skipped[row.reason] += 1
                        continue
                    key = f"{source.kind}:{row.key}"
                    place = f"{type(row).__name__}|{source.kind}|{source.path}:{row.line}"
                    staging.put(_clean(key), row.rank, row.at.isoformat(), _clean(place), encode(row))
            except (OSError, EOFError) as error:
                skipped[f"{source.path.name} cannot be read: {error}"] += 1
            except InputError as error:
                if len(found) == 1:
                    raise
                skipped[error.what] += 1
        report.skipped, report.rows_skipped = dict(skipped), sum(skipped.values())

    def _write(
        self, staging: Staging, report: ImportReport, path: Path, cancel: Cancel, progress: Progress, *, write: bool
    ) -> None:
        run_id, total, done = uuid.uuid4().hex, staging.count(), 0
        if write and total:
            self._store.imports.begin(run_id, report.kind, str(path))
        for batch in _batches(staging):
            if cancel.cancelled:
                if write:
                    self._store.imports.undo(run_id)
                raise ImportStopped("Stopped.", kept="Nothing was imported.")
            entries = [
                entry_of(row, key=key, entry_id=f"{run_id}-{done + number}", origin=f"{kind}:{place}", kind=kind)
                for number, (key, kind, place, row) in enumerate(batch)
                if isinstance(row, UsageRow)
            ]
            bills = [_bill(*one) for one in batch if isinstance(one[3], BillRow)]
            estimates = [_estimate(*one) for one in batch if isinstance(one[3], EstimateRow)]
            if write:
                new, corrected = self._store.imports.add(run_id, entries, bills, estimates)
                report.rows_corrected += corrected
            else:
                keys = [one[0] for one in batch]
                new = set(keys) - self._store.imports.known(keys)
            _count(report, [row.at for *_, row in batch], entries, bills, estimates, new)
            done += len(batch)
            progress("Writing" if write else "Reckoning", done / total)
        if write and total:
            if report.rows_new or report.rows_corrected:
                report.run_id = run_id
                self._store.imports.finish(run_id, report.facts())
            else:
                self._store.imports.undo(run_id)  # nothing to keep of it


def _count(
    report: ImportReport,
    times: list[datetime],
    entries: list[LedgerEntry],
    bills: list[ProviderBill],
    estimates: list[Estimate],
    new: set[str],
) -> None:
    report.rows_new += len(new)
    report.rows_known += len(times) - len(new)
    for entry in entries:
        if entry.dedup_key in new:
            report.see(entry)
    for bill in bills:
        if bill.key in new:
            report.bills += 1
            report.billed_nano += bill.amount_nano
    report.rows_estimated += sum(estimate.key in new for estimate in estimates)
    report.first = min([*times, *([report.first] if report.first else [])])
    report.last = max([*times, *([report.last] if report.last else [])])


_TYPES: dict[str, type[UsageRow] | type[BillRow] | type[EstimateRow]] = {
    one.__name__: one for one in (UsageRow, BillRow, EstimateRow)
}
_Staged = tuple[str, str, str, ParsedRow]


def _batches(staging: Staging) -> Iterator[list[_Staged]]:
    """(key, kind, place, row), oldest first."""
    decoders = {name: msgspec.msgpack.Decoder(one) for name, one in _TYPES.items()}
    batch: list[_Staged] = []
    for key, where, payload in staging.rows():
        name, kind, place = where.split("|", 2)
        batch.append((key, kind, place, decoders[name].decode(payload)))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _bill(key: str, kind: str, place: str, row: ParsedRow) -> ProviderBill:
    assert isinstance(row, BillRow)
    return ProviderBill(key, row.source, f"{row.at:%Y-%m-%d}", row.item, decimal_to_nano(row.usd), f"{kind}:{place}")


def _estimate(key: str, kind: str, place: str, row: ParsedRow) -> Estimate:
    assert isinstance(row, EstimateRow)
    return Estimate(
        key,
        row.at,
        row.source,
        row.model,
        row.conversation,
        row.input_tokens,
        row.output_tokens,
        row.kept,
        f"{kind}:{place}",
    )


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
