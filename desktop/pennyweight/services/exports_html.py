"""The audit of a period as one HTML file: no script, nothing fetched, printable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from pennyweight.meter.money import decimal_to_nano, format_dollars, format_usd
from pennyweight.meter.quantities import format_energy, format_tokens
from pennyweight.services.audit import AuditReport, AuditRow
from pennyweight.services.subscription import SubscriptionCheck
from pennyweight.services.svg import Series, nice_lines, stacked_bars
from pennyweight.store.audit import AuditSums

_NANO = 1e9
_STYLE = """
:root { --bg:#faf8f5; --panel:#fff; --ink:#1f1c18; --mute:#6f675d; --line:#e6e0d8; --local:#1d7a5f; --cloud:#4b57c8;
  --copper:#a9572a; }
@media (prefers-color-scheme: dark) { :root { --bg:#1b1916; --panel:#24211d; --ink:#ece6dd; --mute:#a0968a;
  --line:#37322c; --local:#5cc3a0; --cloud:#97a1ff; --copper:#d98a55; } }
@media print { :root { --bg:#fff; --panel:#fff; --ink:#1f1c18; --mute:#6f675d; --line:#e6e0d8; --local:#1d7a5f;
  --cloud:#4b57c8; --copper:#a9572a; } section { break-inside: avoid; } body { padding: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px; max-width: 1100px; background: var(--bg); color: var(--ink);
  font: 14px/1.5 Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 15px; margin: 0 0 10px; }
p { margin: 0 0 8px; color: var(--mute); }
section, .card { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 16px; }
section { margin-top: 18px; overflow-x: auto; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 14px; margin-top: 18px; }
.card b { display: block; font: 600 24px/1.3 ui-monospace, monospace; }
.card span { color: var(--mute); font-size: 12px; } .local { color: var(--local); } .cloud { color: var(--cloud); }
.copper { color: var(--copper); }
table { border-collapse: collapse; width: 100%; } th { color: var(--mute); font-size: 12px; }
th, td { text-align: right; padding: 6px 8px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; } svg rect.local { fill: var(--local); } svg rect.cloud { fill: var(--cloud); }
svg .grid { stroke: var(--line); } svg .axis { fill: var(--mute); font: 11px system-ui, sans-serif; }
.key { float: right; color: var(--mute); font-size: 12px; } .key i { display: inline-block; width: 9px; height: 9px;
  border-radius: 5px; margin: 0 5px 0 12px; }
i.local { background: var(--local); } i.cloud { background: var(--cloud); }
"""


def html_report(report: AuditReport, check: SubscriptionCheck) -> str:
    """The whole page."""
    body = [
        f"<h1>Audit: {escape(report.period.title)}</h1>",
        f"<p>{report.period.first} to {report.period.last}, local days. Amounts in US dollars.</p>",
        _cards(report, check),
        _days(report),
        _table("By model", "Model", report.models),
        _table("By task", "Task", report.tasks),
        _table("By source", "Source", report.sources),
        _tokens(report.totals),
        _notes(report),
        _table("Every day", "Day", [row for row in report.days if row.sums.calls or row.cost_nano]),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Pennyweight audit: {escape(report.period.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def plan_words(check: SubscriptionCheck) -> str:
    """ "you used $13.82: metered is $6.18 cheaper"."""
    used = f"you used {format_dollars(check.metered_nano)}"
    saved = check.metered_is_cheaper_by_nano
    if saved == 0:
        return f"{used}: as much as the plan"
    cheaper = "metered is" if saved > 0 else "the plan is"
    return f"{used}: {cheaper} {format_dollars(abs(saved))} cheaper"


def _cards(report: AuditReport, check: SubscriptionCheck) -> str:
    totals = report.totals
    plan = format_dollars(decimal_to_nano(check.plan_usd))
    hardware = f" · hardware {format_usd(totals.hardware_nano)}, not in this" if totals.hardware_nano else ""
    cards = (
        ("Paid to the cloud", "cloud", format_dollars(totals.billed_nano),
         f"{format_usd(report.here.billed_nano)} here · {format_usd(report.imported.billed_nano)} imported · "
         f"{totals.unpriced_rows:,} unpriced rows"),
        ("Electricity on this computer", "local", format_dollars(totals.electric_nano),
         f"{format_energy(totals.joules)} · {format_usd(totals.electric_low_nano)} to "
         f"{format_usd(totals.electric_high_nano)}{hardware}"),
        ("Local work at cloud prices", "copper", format_dollars(totals.equivalent_nano),
         f"{report.reference.name} · range {format_usd(totals.equivalent_low_nano)} to "
         f"{format_usd(totals.equivalent_high_nano)}"),
        ("Subscription check", "", f"{plan} / mo", plan_words(check)),
    )  # fmt: skip
    return '<div class="cards">' + "".join(
        f'<div class="card"><span>{name}</span><b class="{css}">{escape(figure)}</b><span>{escape(small)}</span></div>'
        for name, css, figure, small in cards
    ) + "</div>"  # fmt: skip


def _days(report: AuditReport) -> str:
    local = [row.local.equivalent_nano for row in report.days]
    cloud = [row.sums.billed_nano for row in report.days]
    highest = max((here + there for here, there in zip(local, cloud, strict=True)), default=0) / _NANO
    chart = stacked_bars(
        "Every day, by where it ran",
        [f"{row.period.first.day}.{row.period.first.month}." for row in report.days],
        [
            Series("local, at cloud price", "local", [n / _NANO for n in local], [format_usd(n) for n in local]),
            Series("cloud, billed", "cloud", [n / _NANO for n in cloud], [format_usd(n) for n in cloud]),
        ],
        [(value, format_usd(round(value * _NANO))) for value in nice_lines(highest)],
    )
    key = '<span class="key"><i class="local"></i>local (at cloud price)<i class="cloud"></i>cloud, billed</span>'
    return f"<section>{key}<h2>Every day, by where it ran</h2>{chart}</section>"


def _table(title: str, first: str, rows: Sequence[AuditRow]) -> str:
    heads = (first, "calls", "in", "out", "cloud", "electricity", "local at cloud price", "per kept answer")
    lines = [
        (
            row.label + (" (imported)" if row.imported else ""),
            f"{row.sums.calls:,}",
            format_tokens(row.sums.input_total),
            format_tokens(row.sums.output_total),
            format_usd(row.sums.billed_nano)
            + (f" + {row.sums.unpriced_rows:,} unpriced" if row.sums.unpriced_rows else ""),
            format_usd(row.sums.electric_nano),
            format_usd(row.sums.equivalent_nano),
            "" if row.per_kept_answer_nano is None else format_usd(row.per_kept_answer_nano),
        )
        for row in rows
    ]
    return _grid(title, heads, lines)


def _tokens(sums: AuditSums) -> str:
    names = ("in", "new", "re-sent", "cached", "out", "reasoning")
    counts = (sums.input_total, sums.new_input, sums.resent, sums.cache_read, sums.output_total, sums.reasoning)
    return _grid("Tokens", names, [[format_tokens(count) for count in counts]])


def _notes(report: AuditReport) -> str:
    totals = report.totals
    notes = [
        f"{totals.unpriced_rows:,} cloud calls have no price and are in no sum of money.",
        f"{totals.uncompared_rows:,} local calls have no price at {report.reference.name}.",
        f"{totals.estimated_rows:,} calls have token counts that are estimated or partial.",
        "Local work at cloud prices is a list price that was avoided, never money spent.",
    ]
    return "<section><h2>Counted, not hidden</h2>" + "".join(f"<p>{escape(note)}</p>" for note in notes) + "</section>"


def _grid(title: str, heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    return (
        f"<section><h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
    )
