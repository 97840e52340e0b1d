"""What the import dialog and the reconciliation say. No widgets here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pennyweight.meter.money import format_usd
from pennyweight.services.imports.kinds import IMPORT_NAMES
from pennyweight.services.imports.reconcile import Day, Reconciliation
from pennyweight.services.imports.report import ImportReport
from pennyweight.services.imports.survey import Place
from pennyweight.services.imports.words import REASONS, day_reasons, provider_name
from pennyweight.store.imports import ImportRun
from pennyweight.ui.models.words import size_text
from pennyweight.ui.widgets import Tone

FOUND_HEADS = ("What", "Where", "Files", "Size", "Newest")
PAST_HEADS = ("When", "What", "From", "Rows", "Priced at", "")
DAY_HEADS = ("UTC day", "Explained by", "Billed", "In the ledger", "Difference", "Unexplained")
SKIPPED_HEADS = ("Left out, because", "Rows")
STATES = {"running": "broken off", "done": "", "undone": "taken back"}


def kind_name(kind: str) -> str:
    return IMPORT_NAMES.get(kind, "Several kinds")


def short_path(path: Path | str) -> str:
    """With `~` for the person's folder."""
    text, home = str(path), str(Path.home())
    return f"~{text[len(home) :]}" if text.startswith(home + "/") else text


def found_line(place: Place) -> tuple[str, ...]:
    newest = f"{place.newest.astimezone():%Y-%m-%d}" if place.newest else ""
    return kind_name(place.kind), short_path(place.path), f"{place.files:,}", size_text(place.size_bytes), newest


def rows_text(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def headline(report: ImportReport, *, written: bool) -> str:
    """The one sentence of a preview or a result."""
    if not report.rows_new and not report.rows_corrected:
        if report.rows_known:
            return f"Nothing new: {rows_text(report.rows_known)} {_are(report.rows_known)} in the ledger already."
        return "There is nothing in it to import."
    if not written:
        return f"{rows_text(report.rows_new)} would be new. Nothing has been written yet."
    corrected = f", {rows_text(report.rows_corrected)} brought up to date" if report.rows_corrected else ""
    return f"{rows_text(report.rows_new)} imported{corrected}."


def facts(report: ImportReport) -> list[tuple[str, str, Tone]]:
    """(name, value, tone) of what was found."""
    lines: list[tuple[str, str, Tone]] = [("Recognised as", kind_name(report.kind), "ink")]
    if report.first is not None and report.last is not None:
        lines.append(("Period", _period(report.first, report.last), "ink"))
    lines.append(("New", rows_text(report.rows_new), "ink"))
    if report.rows_known:
        lines.append(("In the ledger already", rows_text(report.rows_known), "mute"))
    if report.nano or not (report.bills or report.rows_estimated):
        lines.append(("Priced at", format_usd(report.nano), "cloud"))
    if report.rows_unpriced:
        lines.append(("Without a price", f"{rows_text(report.rows_unpriced)}, in no sum", "warn"))
    if report.bills:
        lines.append(("Billed by the provider", f"{format_usd(report.billed_nano)}, compared and never added", "cloud"))
    if report.rows_estimated:
        count = f"{report.rows_estimated:,} {'answer' if report.rows_estimated == 1 else 'answers'}"
        lines.append(("Estimates", f"{count} without token counts, kept apart from spend", "warn"))
    if report.rows_skipped:
        lines.append(("Left out", rows_text(report.rows_skipped), "warn"))
    return lines


def skipped_lines(report: ImportReport) -> list[tuple[str, str]]:
    return [(reason, f"{count:,}") for reason, count in sorted(report.skipped.items(), key=lambda one: -one[1])]


def past_line(run: ImportRun) -> tuple[str, ...]:
    state = STATES.get(run.state, run.state)
    if run.put_back_as:
        state = "taken back, put back later"
    nano = run.report.get("nano", 0)
    billed = run.report.get("billed_nano", 0)
    money = format_usd(nano) if nano or not billed else f"{format_usd(billed)} billed"
    if not nano and run.report.get("rows_estimated"):
        money = "estimates"
    return (
        f"{run.started_at.astimezone():%Y-%m-%d %H:%M}",
        kind_name(run.kind),
        short_path(run.path),
        f"{run.report.get('rows_new', 0):,}" if run.report else "not known",
        money,
        state,
    )


def watched_notice(reports: Sequence[ImportReport]) -> str:
    """One quiet line on what came in at start; empty if nothing did."""
    brought = [report for report in reports if report.rows_new]
    if not brought:
        return ""
    names = " and ".join(dict.fromkeys(kind_name(report.kind) for report in brought))
    rows, nano = sum(report.rows_new for report in brought), sum(report.nano for report in brought)
    return f"{names}: {rows:,} new {'row' if rows == 1 else 'rows'} since the last time, {format_usd(nano)}."


def day_line(day: Day) -> tuple[str, ...]:
    return (
        day.utc_day,
        day_reasons(day),
        "–" if day.billed_nano is None else format_usd(day.billed_nano),
        format_usd(day.ledger_nano),
        format_usd(day.difference_nano),
        format_usd(day.unexplained_nano),
    )


def reconciled(found: Reconciliation) -> str:
    """The sum of a reconciliation in one sentence."""
    days = f"{len(found.days):,} UTC {'day' if len(found.days) == 1 else 'days'}"
    text = (
        f"{provider_name(found.source)} billed {format_usd(found.billed_nano)} for {days}; the ledger has "
        f"{format_usd(found.ledger_nano)}."
    )
    reasons = ", ".join(f"{REASONS[reason]} {format_usd(nano)}" for reason, nano in found.explained().items() if nano)
    if found.difference_nano == 0 and not reasons:
        return f"{text} They agree, to the billionth of a dollar."
    explained = f" Explained: {reasons}." if reasons else ""
    rest = format_usd(found.unexplained_nano)
    return f"{text} Difference {format_usd(found.difference_nano)}.{explained} Unexplained: {rest}."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _period(first: datetime, last: datetime) -> str:
    one, two = first.astimezone().date().isoformat(), last.astimezone().date().isoformat()
    return one if one == two else f"{one} to {two}"
