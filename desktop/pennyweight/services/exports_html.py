"""The audit of a period as one HTML file: no script, nothing fetched, printable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.money import decimal_to_nano, format_dollars, format_range, format_usd
from pennyweight.meter.quantities import counted, format_energy, format_tokens
from pennyweight.services.audit import AuditReport, AuditRow, cost_words, sum_words
from pennyweight.services.audit_period import MONTHS
from pennyweight.services.subscription import SubscriptionCheck
from pennyweight.services.svg import Series, bars, nice_lines
from pennyweight.services.thrift import KEPT_EXCHANGES, SUMMARY_TOKENS, NamedThrift
from pennyweight.store.audit import AuditSums

_NANO = 1e9
MOST_CHATS, MOST_ROWS = 15, 50
_MOST_BARS = 120
_KEY = '<i class="local"></i>local (at cloud price)<i class="cloud"></i>cloud, billed'
_STYLE = """
:root { color-scheme: light dark;
  --bg:#faf8f5; --panel:#fff; --ink:#1f1c18; --mute:#6f675d; --line:#e6e0d8; --local:#1d7a5f; --cloud:#4b57c8;
  --copper:#a9572a; }
@media (prefers-color-scheme: dark) { :root { --bg:#1b1916; --panel:#24211d; --ink:#ece6dd; --mute:#a0968a;
  --line:#37322c; --local:#5cc3a0; --cloud:#97a1ff; --copper:#d98a55; } }
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
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 8em;
  overflow-wrap: anywhere; }
svg { width: 100%; height: auto; } svg rect.local { fill: var(--local); } svg rect.cloud { fill: var(--cloud); }
svg rect.resent { fill: var(--mute); } svg rect.copper { fill: var(--copper); }
svg .grid { stroke: var(--line); } svg .axis { fill: var(--mute); font: 11px system-ui, sans-serif; }
.key { float: right; color: var(--mute); font-size: 12px; } .key i { display: inline-block; width: 9px; height: 9px;
  border-radius: 5px; margin: 0 5px 0 12px; }
i.local { background: var(--local); } i.cloud { background: var(--cloud); }
i.resent { background: var(--mute); } i.copper { background: var(--copper); }
@media print { @page { margin: 14mm; }
  :root { color-scheme: light; --bg:#fff; --panel:#fff; --ink:#1f1c18; --mute:#6f675d; --line:#e6e0d8; --local:#1d7a5f;
  --cloud:#4b57c8; --copper:#a9572a; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { padding: 0; font-size: 11px; } section, .card { padding: 10px; }
  section { margin-top: 12px; overflow: visible; }
  .cards { grid-template-columns: repeat(4, 1fr); gap: 8px; margin-top: 10px; } .card b { font-size: 17px; }
  .card span { font-size: 9.5px; } th, td { padding: 4px 5px; } th { font-size: 10px; white-space: normal; }
  .plot, .cards, .card, tr { break-inside: avoid; } h2 { break-after: avoid; } thead { display: table-header-group; }
  svg .axis { font-size: 16px; } }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDetails:
    """What the report shows besides the sums."""

    projects: Sequence[AuditRow] = ()
    chats: Sequence[AuditRow] = ()
    more_chats: int = 0
    """Chats that are left out of the table."""
    thrift: Sequence[NamedThrift] = ()
    unpriced: Sequence[LedgerEntry] = ()
    estimated: Sequence[LedgerEntry] = ()
    beside: Sequence[str] = ()
    """Sentences on what is in none of the sums: bills, estimates, use that is told twice."""


def html_report(report: AuditReport, check: SubscriptionCheck, details: ReportDetails) -> str:
    """The whole page."""
    tagged = [row for row in details.projects if row.key]
    body = [
        f"<h1>Audit: {escape(report.period.title)}</h1>",
        f"<p>{report.period.first} to {report.period.last}, local days. Amounts in US dollars.</p>",
        _cards(report, check),
        _days(report),
        _table("By model", "Model", report.models),
        _tasks(report),
        _table("By provider", "Provider", report.providers),
        _table("By project", "Project", details.projects) if tagged else "",
        _table("By chat", "Chat", details.chats, f"And {details.more_chats:,} more." if details.more_chats else ""),
        _table("By source", "Source", report.sources),
        _tokens(report.totals),
        _thrift(report.totals, details.thrift),
        _notes(report, details.beside),
        _rows("Calls without a price", details.unpriced, report.totals.unpriced_rows + report.totals.uncompared_rows),
        _rows("Calls with estimated or partial token counts", details.estimated, report.totals.estimated_rows),
        _table("Every day", "Day", [row for row in report.days if row.sums.calls or row.cost_nano]),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Pennyweight audit: {escape(report.period.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
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


def plan_price(check: SubscriptionCheck) -> str:
    """ "$20", "$19.50"."""
    whole = check.plan_usd == int(check.plan_usd)
    return f"${check.plan_usd:,.0f}" if whole else format_dollars(decimal_to_nano(check.plan_usd))


def break_even_words(check: SubscriptionCheck) -> str:
    """ "even at 2.6 times this use", "even at 11,000 times this use"; empty where nothing was billed."""
    factor = check.break_even_factor
    if factor is None:
        return ""
    times = f"{factor:,.1f}" if factor < 9.95 else f"{float(f'{factor:.2g}'):,.0f}"
    return f"even at {times} times this use"


def _cards(report: AuditReport, check: SubscriptionCheck) -> str:
    totals = report.totals
    plan = plan_price(check)
    hardware = f" · hardware {format_usd(totals.hardware_nano)}, not in this" if totals.hardware_nano else ""
    cards = (
        ("Paid to the cloud", "cloud", format_dollars(totals.billed_nano),
         f"{format_usd(report.here.billed_nano)} here · {format_usd(report.imported.billed_nano)} imported · "
         f"{totals.unpriced_rows:,} unpriced"),
        ("Electricity on this computer", "local", format_dollars(totals.electric_nano),
         f"{format_energy(totals.joules)} · "
         f"{format_range(totals.electric_low_nano, totals.electric_high_nano)}{hardware}"),
        ("Local work at cloud prices", "copper", format_dollars(totals.equivalent_nano),
         f"{report.reference.name} · range {format_range(totals.equivalent_low_nano, totals.equivalent_high_nano)}"),
        ("Subscription check", "", f"{plan} / mo",
         " · ".join(part for part in (plan_words(check), break_even_words(check)) if part)),
    )  # fmt: skip
    return '<div class="cards">' + "".join(
        f'<div class="card"><span>{name}</span><b class="{css}">{escape(figure)}</b><span>{escape(small)}</span></div>'
        for name, css, figure, small in cards
    ) + "</div>"  # fmt: skip


def _days(report: AuditReport) -> str:
    labels = [f"{row.period.first.day} {MONTHS[row.period.first.month - 1][:3]}" for row in report.days]
    series = _money(
        ("local, at cloud price", "local", [row.local.equivalent_nano for row in report.days]),
        ("cloud, billed", "cloud", [row.sums.billed_nano for row in report.days]),
    )
    return _plot("Every day, by where it ran", labels, series, _KEY)


def _tasks(report: AuditReport) -> str:
    """Imported logs do not say the task: the plot leaves them out, the table has every row."""
    tasks = [row for row in report.tasks if row.local.calls or row.here.calls]
    series = _money(
        ("local, at cloud price", "local", [row.local.equivalent_nano for row in tasks]),
        ("cloud, billed", "cloud", [row.here.billed_nano for row in tasks]),
    )
    labels = [row.label.capitalize() for row in tasks]
    plot = _plot("Local against cloud, by task", labels, series, _KEY, stacked=False) if tasks else ""
    about = "Imported logs do not say the task; they count as “ask”." if report.imported.calls else ""
    return plot + _table("By task", "Task", report.tasks, about)


def _thrift(sums: AuditSums, chats: Sequence[NamedThrift]) -> str:
    if not chats or not sums.input_total:
        return ""
    lines = [
        (
            chat.title,
            f"{len(chat.thrift.turns):,}",
            format_tokens(chat.thrift.input_total),
            f"{chat.thrift.share_resent:.0%}",
            *(
                f"{format_tokens(saved.tokens)} · {format_usd(saved.cloud_nano + saved.equivalent_nano)}"
                for saved in (chat.thrift.trim, chat.thrift.summarize)
            ),
        )
        for chat in chats
    ]
    about = (
        f"{sums.resent / sums.input_total:.0%} of {format_tokens(sums.input_total)} input tokens had been sent before. "
        f"Trimming keeps the last {KEPT_EXCHANGES} exchanges; a summary keeps the last one and about {SUMMARY_TOKENS} "
        "tokens of what came before. Money: of the bill at each row's own rates, and of local work at its list price."
    )
    heads = ("Chat", "calls", "in", "re-sent", "trimming saves", "a summary saves")
    turns = chats[0].thrift.turns
    step = -(-len(turns) // _MOST_BARS) or 1
    groups = [turns[first : first + step] for first in range(0, len(turns), step)]
    new = [sum(turn.new for turn in group) for group in groups]
    sent = [sum(turn.input_total - turn.new for turn in group) for group in groups]
    series = [
        Series("sent before", "resent", sent, [format_tokens(count) for count in sent]),
        Series("new", "copper", new, [format_tokens(count) for count in new]),
    ]
    labels = [str(group[0].number) for group in groups]
    key = '<i class="resent"></i>sent before<i class="copper"></i>new'
    plot = _plot(f"Call by call: {chats[0].title}", labels, series, key, tokens=True)
    return _grid("Prompt thrift", heads, lines, about) + plot


def _money(*series: tuple[str, str, Sequence[int]]) -> list[Series]:
    return [
        Series(name, css, [max(0, nano) / _NANO for nano in values], [format_usd(nano) for nano in values])
        for name, css, values in series
    ]


def _plot(
    title: str, labels: Sequence[str], series: Sequence[Series], key: str, *, stacked: bool = True, tokens: bool = False
) -> str:
    together = sum if stacked else max
    tops = [together([each.values[number] for each in series]) for number in range(len(labels))]
    lines = nice_lines(max(tops, default=0))
    axis = [(value, f"{value:,.0f}" if tokens else format_usd(round(value * _NANO))) for value in lines]
    chart = bars(title, labels, series, axis, stacked=stacked)
    return f'<section class="plot"><span class="key">{key}</span><h2>{escape(title)}</h2>{chart}</section>'


def _table(title: str, first: str, rows: Sequence[AuditRow], about: str = "") -> str:
    heads = (first, "calls", "in", "out", "cloud", "electricity", "local at cloud price", "per usable answer")
    lines = [
        (
            row.label + (" (imported)" if row.imported and row.key != row.label else ""),
            f"{row.sums.calls:,}",
            format_tokens(row.sums.input_total),
            format_tokens(row.sums.output_total),
            sum_words(row.sums.billed_nano, row.sums.unpriced_rows),
            _or_dash(row.sums.electric_nano),
            sum_words(row.sums.equivalent_nano, row.sums.uncompared_rows),
            _or_dash(row.per_usable_answer_nano),
        )
        for row in rows
    ]
    return _grid(title, heads, lines, about)


def _or_dash(nano: int | None) -> str:
    return format_usd(nano) if nano else "–"


def _rows(title: str, entries: Sequence[LedgerEntry], count: int) -> str:
    if not entries:
        return ""
    lines = [
        (
            f"{entry.at.astimezone():%Y-%m-%d %H:%M}",
            entry.model,
            format_tokens(entry.usage.input_total),
            format_tokens(entry.usage.output_total),
            entry.usage.usage_state.value,
            cost_words(entry),
            entry.origin,
        )
        for entry in entries
    ]
    about = f"The newest {len(entries):,} of {count:,}." if count > len(entries) else ""
    return _grid(title, ("Time", "model", "in", "out", "tokens are", "cost", "from"), lines, about)


def _tokens(sums: AuditSums) -> str:
    names = ("in", "new", "re-sent", "cached", "out", "reasoning")
    counts = (sums.input_total, sums.new_input, sums.resent, sums.cache_read, sums.output_total, sums.reasoning)
    return _grid("Tokens", names, [[format_tokens(count) for count in counts]])


def _notes(report: AuditReport, beside: Sequence[str]) -> str:
    totals = report.totals
    notes = [
        f"{counted(totals.unpriced_rows, 'cloud call')} without a price, in no sum of money.",
        f"{counted(totals.uncompared_rows, 'local call')} without a price at {report.reference.name}.",
        f"{counted(totals.estimated_rows, 'call')} with token counts that are estimated or partial.",
        "Local work at cloud prices is a list price that was avoided, never money spent.",
        *beside,
    ]
    return "<section><h2>Counted, not hidden</h2>" + "".join(f"<p>{escape(note)}</p>" for note in notes) + "</section>"


def _grid(title: str, heads: Sequence[str], lines: Iterable[Sequence[str]], about: str = "") -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    note = f"<p>{escape(about)}</p>" if about else ""
    return (
        f"<section><h2>{escape(title)}</h2>{note}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        "</section>"
    )
