from __future__ import annotations

from decimal import Decimal

import pytest

from pennyweight.domain.errors import InputError
from pennyweight.meter.countries import countries, country_of_locale, find_country, parse_usd_per_kwh


def test_the_four_given_prices_are_kept_in_their_own_currency() -> None:
    given = {"US": ("USD", "0.18"), "EU": ("EUR", "0.287"), "DE": ("EUR", "0.384"), "HU": ("EUR", "0.104")}
    for code, (currency, value) in given.items():
        country = find_country(code)
        assert country is not None
        assert (country.currency, country.value) == (currency, Decimal(value))


def test_every_country_is_whole_and_told_to_be_approximate() -> None:
    listed = countries()
    assert len(listed) >= 45
    assert len({country.code for country in listed}) == len(listed)
    assert [country.name for country in listed] == sorted(country.name for country in listed)
    for country in listed:
        assert Decimal("0.01") < country.usd_per_kwh < Decimal(1)
        assert "approximate" in country.source_note
        assert len(country.code) == 2


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("de_DE.UTF-8", "DE"),
        ("en-US", "US"),
        ("en_GB@euro", "GB"),
        ("C", None),
        ("", None),
        (None, None),
        ("xx_QQ", None),
    ],
)
def test_a_locale_names_its_country(locale: str | None, code: str | None) -> None:
    country = country_of_locale(locale)
    assert (country.code if country else None) == code


@pytest.mark.parametrize(
    ("text", "value"), [("0.18", "0.18"), (" $0,384 ", "0.384"), ("1", "1"), ("0", "0"), (".2", "0.2")]
)
def test_a_price_as_a_person_types_it(text: str, value: str) -> None:
    assert parse_usd_per_kwh(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-1", "abc", "1e3", "18", "0.1.2", "NaN", "٣", "."])
def test_what_is_no_price_of_electricity_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_usd_per_kwh(text)


@pytest.mark.parametrize("text", ["-1", "$-0,2", "-$0.2", "\u22120.3"])
def test_a_negative_price_is_told_the_range_and_not_that_it_is_no_number(text: str) -> None:
    with pytest.raises(InputError, match=r"must not be negative: from \$0 to \$10"):
        parse_usd_per_kwh(text)
