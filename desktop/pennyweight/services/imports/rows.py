"""What an importer yields, and the strict reading of numbers and times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

import msgspec

from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageRecord
from pennyweight.meter.usage_fields import MOST_TOKENS


class UsageRow(msgspec.Struct, kw_only=True):
    """One model call. Of rows with the same key the one of the highest rank stays, of equals the last."""

    key: str
    at: datetime
    source: str
    model: str
    usage: UsageRecord
    rank: int = 0
    line: int = 0
    conversation: str = ""
    project: str = ""
    """The name of the folder that the conversation worked in."""
    stopped: bool = False
    """The answer ended before its end."""
    billed_usd: Decimal | None = None
    """As the provider says; None where only the price table can tell."""
    requests: int | None = 1
    """How many requests the row adds up; None where that is not said."""
    seconds: float = 0.0
    note: str = ""


class BillRow(msgspec.Struct, kw_only=True):
    """What a provider billed; never spend of its own, only compared with it."""

    key: str
    at: datetime
    source: str
    item: str
    usd: Decimal
    line: int = 0
    rank: int = 0


class EstimateRow(msgspec.Struct, kw_only=True):
    """An answer of which only the text is known: tokens as (low, expected, high)."""

    key: str
    at: datetime
    source: str
    model: str
    conversation: str
    input_tokens: tuple[int, int, int]
    output_tokens: tuple[int, int, int]
    kept: bool = True
    line: int = 0
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    reason: str
    line: int = 0


ParsedRow = UsageRow | BillRow | EstimateRow
Rows = Iterator[ParsedRow | Skipped]
Importer = Callable[[BinaryIO], Iterable[ParsedRow | Skipped]]
MALFORMED = "not readable"
LONGEST_LINE = 64 * 1024 * 1024


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number, line) of the lines that hold anything; a longer line than any log has comes as empty bytes."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, b""
        elif not line.isspace():
            yield number, line


def whole(value: object) -> int:
    """A count as files write it: 592, "592", "592.0", "" or None for nothing. InputError for anything else."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        raise InputError("a count is true or false")
    number = money(value)
    if number != number.to_integral_value() or number > MOST_TOKENS:
        raise InputError("a count is not a whole number")
    return int(number)


def money(value: object) -> Decimal:
    """An amount, exactly as written. InputError if negative or no number."""
    try:
        number = Decimal(repr(value) if isinstance(value, float) else str(value).strip())
    except InvalidOperation as error:
        raise InputError("a number is not readable") from error
    if not number.is_finite() or number < 0 or number > MOST_TOKENS:
        raise InputError("a number is negative or too large")
    return number


def instant(value: object) -> datetime:
    """ISO text (without a zone: UTC) or seconds since 1970, as UTC. InputError if it is no time of this age."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            at = datetime.fromisoformat(value.strip())
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        else:
            at = datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError("a time is not readable") from error
    if not 2015 <= at.year <= 2100:
        raise InputError("a time is out of range")
    return at


def mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def listing(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def words(value: object) -> str:
    return value if isinstance(value, str) else ""


def folder_name(path: object) -> str:
    """The last part of a folder's path, of any system; empty for anything else."""
    return words(path).replace("\\", "/").rstrip("/").rpartition("/")[2][:80].strip()


def checked(usage: UsageRecord) -> UsageRecord:
    """InputError if the parts are more than the whole."""
    if usage.cache_read + usage.cache_write_5m + usage.cache_write_1h > usage.input_total:
        raise InputError("more cached tokens than input tokens")
    if usage.reasoning > usage.output_total:
        raise InputError("more reasoning tokens than output tokens")
    return usage
