"""Chats as Markdown or JSON, the ledger as CSV or JSON lines, a report of the spend. Never a half-written file."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pennyweight.domain.conversation import Conversation, Message
from pennyweight.domain.errors import InputError
from pennyweight.domain.ledger import LedgerEntry
from pennyweight.meter.money import format_usd, nano_to_decimal
from pennyweight.meter.quantities import format_energy
from pennyweight.services import exports_focus
from pennyweight.services.audit import AuditService
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.exports_focus import focus_values
from pennyweight.services.exports_html import MOST_CHATS, MOST_ROWS, ReportDetails, html_report
from pennyweight.services.meter import MeterService, Period
from pennyweight.services.subscription import SubscriptionService
from pennyweight.services.thrift import ThriftService
from pennyweight.store import Store
from pennyweight.store.audit import RowFilter

ChatFormat = Literal["md", "json"]
LedgerFormat = Literal["csv", "jsonl"]
_PERIODS: tuple[tuple[Period, str], ...] = (("today", "Today"), ("month", "This month"), ("all", "All time"))
_PAGE = 200


class ExportService:
    def __init__(
        self, store: Store, meter: MeterService, audit: AuditService, subscription: SubscriptionService
    ) -> None:
        self._store = store
        self._meter = meter
        self._audit = audit
        self._subscription = subscription
        self._thrift = ThriftService(store)

    def chat(self, conversation_id: str, path: Path, format_: ChatFormat | None = None) -> Path:
        """The branch of a chat that is shown, into a file; the format by its ending if not given. Returns the file."""
        conversation = self._store.conversations.get(conversation_id)
        chosen = format_ or ("json" if path.suffix.lower() == ".json" else "md")
        messages = self._messages(conversation)
        if chosen == "json":
            write_whole(path, _json_text(_chat_values(conversation, messages)))
        else:
            write_whole(path, _markdown(conversation, messages))
        return path

    def chats(self, path: Path, format_: ChatFormat | None = None) -> int:
        """Every chat: `md` one file each into the folder `path`, `json` all into one file. Returns how many."""
        chosen = format_ or ("json" if path.suffix.lower() == ".json" else "md")
        conversations = list(self._conversations())
        if chosen == "json":
            values = [_chat_values(each, self._messages(each)) for each in conversations]
            write_whole(path, _json_text({"conversations": values}))
        else:
            if path.exists() and not path.is_dir():
                raise InputError(f"{path} is a file.", advice="Name a folder for the chats, or a file ending in .json.")
            for each in conversations:
                write_whole(path / _file_name(each), _markdown(each, self._messages(each)))
        return len(conversations)

    def ledger(self, path: Path, format_: LedgerFormat | None = None) -> int:
        """Every ledger row, oldest first; returns how many."""
        chosen = format_ or ("jsonl" if path.suffix.lower() in (".jsonl", ".json", ".ndjson") else "csv")
        rows = [ledger_values(entry) for entry in self._store.ledger.iterate()]
        if chosen == "jsonl":
            write_whole(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
            return len(rows)
        write_whole(path, _csv(_LEDGER_COLUMNS, rows))
        return len(rows)

    def focus(self, path: Path, period: AuditPeriod | None = None) -> int:
        """The ledger rows of a period (all of them) as CSV in FinOps FOCUS columns; returns how many."""
        start, end = period.bounds(self._audit.zone) if period else (None, None)
        rows = [focus_values(entry) for entry in self._store.ledger.iterate(start, end)]
        write_whole(path, _csv(exports_focus.COLUMNS, rows))
        return len(rows)

    def audit_page(self, path: Path, period: AuditPeriod) -> Path:
        """The audit of a period as one HTML file that needs nothing else and prints well."""
        report = self._audit.report(period)
        check = self._subscription.check(report, self._audit.today())
        chats = self._audit.lines(period, "conversation")
        details = ReportDetails(
            projects=self._audit.lines(period, "project"),
            chats=chats[:MOST_CHATS],
            more_chats=max(0, len(chats) - MOST_CHATS),
            thrift=self._thrift.chats(chats, MOST_CHATS),
            unpriced=self._audit.rows(period, RowFilter(only="unpriced"), limit=MOST_ROWS),
            estimated=self._audit.rows(period, RowFilter(only="estimated"), limit=MOST_ROWS),
        )
        write_whole(path, html_report(report, check, details))
        return path

    def report(self, path: Path) -> Path:
        """What was used and what it cost: today, this month, all time; as Markdown."""
        write_whole(path, "\n".join(self._report_lines()) + "\n")
        return path

    def backup(self, path: Path) -> Path:
        """A checked copy of the whole database into the file `path`; StoreError if it cannot be written."""
        self._store.copy_to(path)
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

    def _conversations(self) -> Iterator[Conversation]:
        offset = 0
        while page := self._store.conversations.list(_PAGE, offset):
            for summary in page:
                yield self._store.conversations.get(summary.id)
            offset += len(page)

    def _messages(self, conversation: Conversation) -> list[Message]:
        return self._store.conversations.path_to(conversation.leaf_id) if conversation.leaf_id else []


def _csv(columns: Sequence[str], rows: list[dict[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_whole(path: Path, text: str) -> None:
    """The file has all of the text or is as it was before. InputError if it cannot be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _chat_values(conversation: Conversation, messages: list[Message]) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "messages": [
            {
                "id": message.id,
                "role": message.role,
                "task": message.task.value,
                "created_at": message.created_at.isoformat(),
                "state": message.state.value,
                "model": message.model,
                "source": message.source,
                "note": message.note,
                "verdict": message.verdict.value if message.verdict else None,
                "text": message.text,
                "reasoning": message.reasoning,
                "attachments": [
                    {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes, "text": file.text}
                    for file in message.attachments
                ],
            }
            for message in messages
        ],
    }


def _markdown(conversation: Conversation, messages: list[Message]) -> str:
    lines = [f"# {conversation.title or 'Chat'}", ""]
    for message in messages:
        who = "You" if message.role == "user" else (message.model or "Answer")
        lines += [f"## {who}", "", f"_{message.created_at.astimezone():%Y-%m-%d %H:%M}_", ""]
        lines += [f"Attached: {file.name}\n" for file in message.attachments]
        lines += [message.text, ""]
        if message.note:
            lines += [f"_{message.note}_", ""]
        if message.verdict:
            lines += [f"_Marked as {message.verdict.value}._", ""]
    return "\n".join(lines)


def _file_name(conversation: Conversation) -> str:
    words = re.sub(r"[^\w\- ]+", "", conversation.title).strip()[:60] or "chat"
    return f"{conversation.created_at:%Y-%m-%d} {words} {conversation.id[:8]}.md"


def _usd(nano: int | None) -> str | None:
    return None if nano is None else format(nano_to_decimal(nano), "f")


_LEDGER_COLUMNS = re.findall(
    r"\w+",
    "id at kind source origin model task conversation_id project message_id stop_reason input_total cache_read resent "
    "prompt_evaluated output_total reasoning usage_state seconds prefill_seconds decode_seconds first_token_seconds "
    "energy_joules energy_low energy_high energy_source local_usd local_usd_low local_usd_high hardware_usd "
    "usd_per_kwh equivalent_model equivalent_usd equivalent_usd_low equivalent_usd_high billed_usd priced_as "
    "price_source note",
)


def ledger_values(entry: LedgerEntry) -> dict[str, Any]:
    """One ledger row as plain values; money in US dollars as decimal strings."""
    energy, local, bill = entry.energy, entry.local, entry.equivalent
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "source": entry.source,
        "origin": entry.origin,
        "model": entry.model,
        "task": entry.task,
        "conversation_id": entry.conversation_id,
        "project": entry.project or None,
        "message_id": entry.message_id,
        "stop_reason": entry.stop_reason.value,
        "input_total": entry.usage.input_total,
        "cache_read": entry.usage.cache_read,
        "resent": entry.resent,
        "prompt_evaluated": entry.prompt_evaluated,
        "output_total": entry.usage.output_total,
        "reasoning": entry.usage.reasoning,
        "usage_state": entry.usage.usage_state.value,
        "seconds": entry.seconds,
        "prefill_seconds": entry.prefill_seconds,
        "decode_seconds": entry.decode_seconds,
        "first_token_seconds": entry.first_token_seconds,
        "energy_joules": energy.joules if energy else None,
        "energy_low": energy.low if energy else None,
        "energy_high": energy.high if energy else None,
        "energy_source": energy.source if energy else None,
        "local_usd": _usd(local.electric_nano) if local else None,
        "local_usd_low": _usd(local.electric_low_nano) if local else None,
        "local_usd_high": _usd(local.electric_high_nano) if local else None,
        "hardware_usd": _usd(local.hardware_nano) if local else None,
        "usd_per_kwh": local.usd_per_kwh if local else None,
        "equivalent_model": bill.reference if bill else None,
        "equivalent_usd": _usd(bill.expected_nano) if bill else None,
        "equivalent_usd_low": _usd(bill.low_nano) if bill else None,
        "equivalent_usd_high": _usd(bill.high_nano) if bill else None,
        "billed_usd": _usd(entry.billed_nano),
        "priced_as": entry.priced_as,
        "price_source": entry.price_source,
        "note": entry.note,
    }
