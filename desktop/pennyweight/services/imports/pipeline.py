"""The way of an import: files, the staging table where the best row of each key stays, the ledger.

Memory holds one piece of a file and a few thousand rows, whatever the size of the files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import msgspec

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError, KnownError
from pennyweight.domain.progress import Progress
from pennyweight.meter.money import decimal_to_nano
from pennyweight.services.imports import sources
from pennyweight.services.imports.pricing import entry_of
from pennyweight.services.imports.report import ImportReport
from pennyweight.services.imports.rows import BillRow, EstimateRow, ParsedRow, Skipped, UsageRow
from pennyweight.store import Store
from pennyweight.store.imports import Estimate, ProviderBill
from pennyweight.store.staging import Staging

_BATCH = 4_000


class ImportStopped(KnownError):  # noqa: N818 - no failure: the person asked for it
    """The person stopped the import."""


def read(
    found: list[sources.SourceFile], staging: Staging, report: ImportReport, cancel: Cancel, progress: Progress
) -> None:
    """Every row of the files into the staging table; what was left out, with its reason, into the report."""
    skipped: Counter[str] = Counter()
    encode = msgspec.msgpack.Encoder().encode
    watch = _Watch(found, cancel, progress)
    for source in found:
        watch.begin(source)
        before, after = f"|{source.kind}|", _clean(str(source.path))
        try:
            for row in sources.rows_of(source, watch.read):
                if isinstance(row, Skipped):
                    skipped[row.reason] += 1
                    continue
                place = f"{type(row).__name__}{before}{after}:{row.line}"
                staging.put(_clean(f"{source.kind}:{row.key}"), row.rank, row.at.isoformat(), place, encode(row))
        except (OSError, EOFError) as error:
            skipped[f"{source.path.name} cannot be read: {error}"] += 1
        except InputError as error:
            if len(found) == 1:
                raise
            skipped[error.what] += 1
    report.skipped, report.rows_skipped = dict(skipped), sum(skipped.values())


def reckon(store: Store, staging: Staging, report: ImportReport, cancel: Cancel, progress: Progress) -> None:
    """What `write` would write, into the report. Changes nothing."""
    for rows in _batches(staging, "", cancel, lambda done: progress("Reckoning", done)):
        rows.new = rows.keys - store.imports.known(list(rows.keys))
        rows.count(report)


def write(
    store: Store, staging: Staging, report: ImportReport, run_id: str, cancel: Cancel, progress: Progress
) -> None:
    """The staged rows as the import `run_id`, oldest first, some thousand in a transaction."""
    before: _Rows | None = None
    for rows in _batches(staging, run_id, cancel, lambda done: progress("Writing", done)):
        rows.written = store.imports.submit(run_id, rows.entries, rows.bills, rows.estimates)
        if before is not None:
            before.count(report)
        before = rows  # the next are worked out while these are being written
    if before is not None:
        before.count(report)


class _Watch:
    """How far the reading of some files is, by bytes; hears the person's stop between any two pieces."""

    def __init__(self, found: list[sources.SourceFile], cancel: Cancel, progress: Progress) -> None:
        self._sizes = {one.path: sources.size_of(one) for one in found}
        self._all = sum(self._sizes.values()) or 1
        self._cancel, self._progress = cancel, progress
        self._before = self._read = self._size = 0
        self._name = ""

    def begin(self, source: sources.SourceFile) -> None:
        self._before += self._size
        self._name, self._size, self._read = source.path.name, self._sizes[source.path], 0
        self.read(0)

    def read(self, count: int) -> None:
        if self._cancel.cancelled:
            raise _stopped()
        self._read += count
        self._progress(self._name, (self._before + min(self._read, self._size)) / self._all)


def _stopped() -> ImportStopped:
    return ImportStopped("Stopped.", kept="Nothing was imported.")


_TYPES: dict[str, type[UsageRow] | type[BillRow] | type[EstimateRow]] = {
    one.__name__: one for one in (UsageRow, BillRow, EstimateRow)
}
_Staged = tuple[str, str, str, ParsedRow]


class _Rows:
    """Some rows on their way into the database."""

    def __init__(self, batch: list[_Staged], run_id: str, done: int) -> None:
        self.entries = [
            entry_of(row, key=key, entry_id=f"{run_id}-{number}", origin=f"{kind}:{place}", kind=kind)
            for number, (key, kind, place, row) in enumerate(batch, done)
            if isinstance(row, UsageRow)
        ]
        self.bills = [_bill(*one) for one in batch if isinstance(one[3], BillRow)]
        self.estimates = [_estimate(*one) for one in batch if isinstance(one[3], EstimateRow)]
        self.keys = {one[0] for one in batch}
        self.first, self.last = batch[0][3].at, batch[-1][3].at
        self.new: set[str] = set()
        self.written: Future[tuple[set[str], int]] | None = None

    def count(self, report: ImportReport) -> None:
        """Into the report, once it is known which of the rows are new."""
        if self.written is not None:
            self.new, corrected = self.written.result()
            report.rows_corrected += corrected
        report.rows_new += len(self.new)
        report.rows_known += len(self.keys) - len(self.new)
        for entry in self.entries:
            if entry.dedup_key in self.new:
                report.see(entry)
        for bill in self.bills:
            if bill.key in self.new:
                report.bills += 1
                report.billed_nano += bill.amount_nano
        report.rows_estimated += sum(estimate.key in self.new for estimate in self.estimates)
        report.first, report.last = report.first or self.first, self.last


def _batches(staging: Staging, run_id: str, cancel: Cancel, progress: Callable[[float], None]) -> Iterator[_Rows]:
    """Oldest first; `progress` hears the share that was taken."""
    decoders = {name: msgspec.msgpack.Decoder(one) for name, one in _TYPES.items()}
    total, done = staging.count(), 0
    batch: list[_Staged] = []
    for key, where, payload in staging.rows():
        name, kind, place = where.split("|", 2)
        batch.append((key, kind, place, decoders[name].decode(payload)))
        if len(batch) == _BATCH or done + len(batch) == total:
            if cancel.cancelled:
                raise _stopped()
            yield _Rows(batch, run_id, done)
            done += len(batch)
            batch = []
            progress(done / total)


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
    """Without lone surrogates, and without NUL, at which SQLite's text functions end."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
