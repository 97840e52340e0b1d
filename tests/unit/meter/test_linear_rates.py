"""Our weighted sums against genai-prices' own `calc_price`, for every set of rates in its table."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest
from genai_prices.types import ModelInfo, ModelPrice, Tier, TieredPrices
from hypothesis import given, settings
from hypothesis import strategies as st

from pennyweight.domain.usage import UsageRecord
from pennyweight.meter import price_table
from pennyweight.meter.linear_rates import Weights, counts, weights
from pennyweight.meter.price_overlay import geo_multiplier
from pennyweight.meter.prices import price


def standard_rates(model: ModelInfo) -> list[ModelPrice]:
    return [model.prices] if isinstance(model.prices, ModelPrice) else [one.prices for one in model.prices]


@cache
def all_rates() -> list[tuple[str, ModelPrice]]:
    """Each price of each model at any time, and what each of its variants makes of each."""
    found = []
    for provider, model in price_table.all_rows():
        for base in standard_rates(model):
            found.append((f"{provider.id}/{model.id}", base))
            for variant in model.price_variants or ():
                varied = copy(base)
                varied.__dict__.update({k: v for k, v in variant.prices.__dict__.items() if v is not None})
                found.append((f"{provider.id}/{model.id} {variant.when}", varied))
    return found


@cache
def tiered_rates() -> list[tuple[str, ModelPrice]]:
    return [one for one in all_rates() if any(isinstance(price, TieredPrices) for price in one[1].__dict__.values())]


@cache
def weights_of(index: int, tiered: bool) -> Weights | None:
    return weights((tiered_rates() if tiered else all_rates())[index][1])


@st.composite
def records(draw: st.DrawFn, starts: tuple[int, ...] = ()) -> UsageRecord:
    """Mostly counts that fit into each other, with prompts at the edge of a context tier; some that contradict."""
    edges = [edge + step for edge in starts for step in (-1, 0, 1)]
    sizes = st.one_of(st.integers(0, 300_000), st.integers(0, 10**12), st.sampled_from(edges or [0]))
    total, output = draw(sizes), draw(st.integers(0, 10**7))
    read = draw(st.integers(0, total))
    written = draw(st.integers(0, total - read))
    one_hour = draw(st.integers(0, written))
    return UsageRecord(
        input_total=max(0, total - draw(st.sampled_from([0, 0, 0, 1]))),
        cache_read=read,
        cache_write_5m=written - one_hour,
        cache_write_1h=one_hour,
        tool_prompt=draw(st.sampled_from([0, 0, 7])),
        output_total=output,
        reasoning=draw(st.integers(0, output + 1)),
        web_searches=draw(st.integers(0, 3)),
    )


def of_genai_prices(rates: ModelPrice, record: UsageRecord) -> Decimal | None:
    try:
        return price_table.total_usd(rates, record)
    except ValueError:
        return None


LEFT_TO_GENAI_PRICES = Decimal(-1)


def of_weights(found: Weights, record: UsageRecord) -> Decimal | None:
    try:
        usd = found.usd(counts(record))
    except ValueError:
        return None
    assert usd is not None or record.input_total > 10**10, "only a sum without end is left to genai-prices"
    return LEFT_TO_GENAI_PRICES if usd is None else usd


@settings(max_examples=1500)
@given(st.data())
def test_any_record_costs_what_genai_prices_says(data: st.DataObject) -> None:
    tiered = data.draw(st.booleans())
    among = tiered_rates() if tiered else all_rates()
    index = data.draw(st.integers(0, len(among) - 1))
    name, rates = among[index]
    found = weights_of(index, tiered)
    assert found is not None, name
    record = data.draw(records(found.starts))
    ours = of_weights(found, record)
    assert ours in (of_genai_prices(rates, record), LEFT_TO_GENAI_PRICES), name


def test_every_set_of_rates_in_the_table_has_its_weights_and_a_few_records_agree() -> None:
    some = [
        UsageRecord(input_total=1000, output_total=100),
        UsageRecord(input_total=250_000, cache_read=200_000, cache_write_5m=900, cache_write_1h=77, output_total=3,
                    reasoning=2, tool_prompt=5, web_searches=2),
        UsageRecord(input_total=10, cache_read=11, output_total=1),
        UsageRecord(input_total=10, output_total=1, reasoning=2),
    ]  # fmt: skip
    assert len(all_rates()) > 2_000
    for name, rates in all_rates():
        found = weights(rates)
        assert found is not None, name
        for record in some:
            assert of_weights(found, record) == of_genai_prices(rates, record), name


@settings(max_examples=400)
@given(st.data())
def test_a_price_with_its_tier_period_and_region_is_the_sum_of_genai_prices(data: st.DataObject) -> None:
    rows = [(p.id, m.id) for p, m in price_table.all_rows()]
    provider, model = data.draw(st.sampled_from(rows))
    at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=data.draw(st.integers(0, 3 * 365 * 24 * 60)))
    record = data.draw(records((128_000, 200_000, 272_000)))
    tier = data.draw(st.sampled_from([None, "standard", "priority", "flex", "fast", "no such tier"]))
    processing = data.draw(st.sampled_from(["interactive", "batch"]))
    changes = {
        "service_tier": tier,
        "processing": processing,
        "geo": data.draw(st.sampled_from([None, "us", "global"])),
    }
    record = UsageRecord(**{name: getattr(record, name) for name in record.__dataclass_fields__} | changes)
    got = price(provider, model, record, at)
    found = price_table.find_model(provider, model)
    assert found is not None
    context = price_table.tier_context(found, record, at)
    if context is None:
        assert got.usd is None
        return
    whole = of_genai_prices(price_table.rates_at(found, at, context), record)
    if whole is None or got.usd is None:
        assert got.usd is None
        return
    if record.geo != "us":
        assert got.usd == whole
    factor = geo_multiplier(found.provider.id, found.model.id, record.geo, at)
    assert whole <= got.usd <= whole * factor


def test_rates_that_contradict_each_other_or_are_of_another_class_are_left_to_genai_prices() -> None:
    class Own(ModelPrice):
        pass

    assert weights(ModelPrice(cache_read_mtok=Decimal(1))) is None  # no price for the input around it
    assert weights(Own(input_mtok=Decimal(1))) is None


def test_a_fee_per_request_and_one_that_depends_on_the_context() -> None:
    plain = weights(ModelPrice(input_mtok=Decimal("0.1"), requests_kcount=Decimal(5)))
    assert plain is not None
    assert plain.usd(counts(UsageRecord(input_total=10**6))) == Decimal("0.105")
    by_context = TieredPrices(Decimal(5), [Tier(10, Decimal(6))])
    assert weights(ModelPrice(input_mtok=Decimal(1), requests_kcount=by_context)) is None


def test_negative_counts_are_refused_as_genai_prices_does() -> None:
    found = weights(ModelPrice(input_mtok=Decimal(1)))
    assert found is not None
    with pytest.raises(ValueError, match="negative"):
        found.usd(counts(UsageRecord(input_total=-1)))
