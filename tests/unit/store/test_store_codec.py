"""What is stored comes back equal."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pennyweight.domain.answer import StopReason
from pennyweight.domain.conversation import Attachment, Message, MessageState, Task
from pennyweight.domain.ledger import EnergyReading, EquivalentBill, LedgerEntry, LocalCost
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.store import Store, codec

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NAME = st.text("abcdef0123456789-/.", min_size=1, max_size=20)
COUNT = st.integers(0, 2**40)
NANO = st.integers(-(2**50), 2**50)  # a million dollars: sums of many stay in 64 bits
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-9, minutes=-30))])
TIME = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=ZONES)
RATES = st.dictionaries(NAME, TEXT, max_size=4)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


USAGE = st.builds(
    UsageRecord,
    **dict.fromkeys(["input_total", "cache_read", "cache_write_5m", "cache_write_1h", "tool_prompt"], COUNT),
    **dict.fromkeys(["output_total", "reasoning", "web_searches"], COUNT),
    service_tier=maybe(NAME),
    processing=st.sampled_from(["interactive", "batch"]),
    geo=maybe(NAME),
    at=maybe(TIME),
    usage_state=st.sampled_from(UsageState),
    provider_total=maybe(COUNT),
)
ENERGY = st.builds(
    EnergyReading,
    joules=NUMBER,
    low=NUMBER,
    high=NUMBER,
    source=NAME,
    measured=st.booleans(),
    seconds=NUMBER,
    watts=NUMBER,
)
LOCAL = st.builds(
    LocalCost,
    electric_nano=NANO,
    electric_low_nano=NANO,
    electric_high_nano=NANO,
    hardware_nano=maybe(NANO),
    usd_per_kwh=NAME,
)
BILL = st.builds(
    EquivalentBill,
    reference=NAME,
    reference_name=TEXT,
    expected_nano=maybe(NANO),
    low_nano=maybe(NANO),
    high_nano=maybe(NANO),
    price_source=TEXT,
    rate_card=RATES,
)
ENTRY = st.builds(
    LedgerEntry,
    id=NAME,
    at=TIME,
    kind=st.sampled_from(["answer", "part", "join", "correction"]),
    source=NAME,
    model=TEXT,
    usage=USAGE,
    dedup_key=TEXT,
    origin=TEXT,
    task=NAME,
    conversation_id=maybe(NAME),
    message_id=maybe(NAME),
    stop_reason=st.sampled_from(StopReason),
    prompt_evaluated=COUNT,
    resent=COUNT,
    seconds=NUMBER,
    prefill_seconds=NUMBER,
    decode_seconds=NUMBER,
    first_token_seconds=maybe(NUMBER),
    energy=maybe(ENERGY),
    local=maybe(LOCAL),
    equivalent=maybe(BILL),
    billed_nano=maybe(NANO),
    priced_as=maybe(TEXT),
    price_source=maybe(TEXT),
    rate_card=RATES,
    note=TEXT,
)
ATTACHMENT = st.builds(Attachment, name=TEXT, text=TEXT, size_bytes=COUNT, sha256=NAME)
MESSAGE = st.builds(
    Message,
    id=NAME,
    conversation_id=st.just("set below"),
    parent_id=st.none(),
    role=st.sampled_from(["system", "user", "assistant"]),
    text=TEXT,
    created_at=TIME,
    task=st.sampled_from(Task),
    state=st.sampled_from(MessageState),
    reasoning=TEXT,
    attachments=st.lists(ATTACHMENT, max_size=3).map(tuple),
    model=maybe(TEXT),
    source=maybe(NAME),
    note=TEXT,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("codec") / "pennyweight.db") as store:
        yield store


@settings(max_examples=150)
@given(ENTRY)
def test_a_ledger_row_comes_back_equal(shared: Store, drawn: LedgerEntry) -> None:
    name = uuid.uuid4().hex
    entry = replace(drawn, id=name, message_id=name, dedup_key=name + drawn.dedup_key)
    assert shared.ledger.add([entry]) == 1
    assert shared.ledger.for_message(name) == [entry]
    assert entry in shared.ledger.iterate(entry.at, entry.at + timedelta(microseconds=1))


@settings(max_examples=100)
@given(MESSAGE)
def test_a_message_comes_back_equal(shared: Store, drawn: Message) -> None:
    message = replace(drawn, id=uuid.uuid4().hex, conversation_id=shared.conversations.create().id)
    shared.conversations.add_message(message)
    assert shared.conversations.get_message(message.id) == message


@given(TIME, TIME)
def test_times_sort_as_text(one: datetime, other: datetime) -> None:
    assert (codec.time_to_text(one) < codec.time_to_text(other)) == (one < other)
    assert codec.text_to_time(codec.time_to_text(one)) == one
    assert len(codec.time_to_text(one)) == 27


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        codec.time_to_text(datetime(2026, 1, 1))
