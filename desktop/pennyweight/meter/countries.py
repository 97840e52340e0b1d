"""What a household pays for electricity, by country: a default to start from. Data in `assets/electricity.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from pennyweight.domain.errors import InputError
from pennyweight.domain.resources import assets_dir
from pennyweight.meter.money import usd_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """An approximate household price. `value` is in `currency` per kWh, as published; `usd_per_kwh` is converted."""

    code: str
    """ISO 3166 code in capitals; "EU" for the average of the Union."""
    name: str
    usd_per_kwh: Decimal
    value: Decimal
    currency: str
    source_note: str
    """Where it comes from, and that it is approximate; one sentence for a person."""


@cache
def countries() -> tuple[Country, ...]:
    """Every country of the file, by name."""
    with (assets_dir() / "electricity.toml").open("rb") as file:
        data = tomllib.load(file, parse_float=Decimal)
    rates = {code: Decimal(rate) for code, rate in data["usd_per"].items()}
    rows = [_country(row, rates, data["period"]) for row in data["country"]]
    return tuple(sorted(rows, key=lambda country: country.name))


def find_country(code: str) -> Country | None:
    """The country with that ISO code, in any case; None if the file has none."""
    return next((country for country in countries() if country.code == code.strip().upper()), None)


def country_of_locale(locale_name: str | None) -> Country | None:
    """The country of a locale such as "de_DE.UTF-8"; None if it names none we know."""
    territory = (locale_name or "").split(".")[0].split("@")[0].replace("-", "_").partition("_")[2]
    return find_country(territory) if territory else None


def parse_usd_per_kwh(text: str) -> Decimal:
    """What a person typed as dollars per kWh ("0.18", "$0,18"); InputError if it cannot be a price of electricity."""
    cleaned = text.strip().lstrip("$").replace(",", ".").strip()
    negative = cleaned[:1] in ("-", "\u2212")
    cleaned = cleaned[1:].lstrip("$ ") if negative else cleaned
    if not cleaned.isascii() or not cleaned.replace(".", "", 1).isdigit():
        raise InputError("The price of electricity must be a number of dollars per kWh, such as 0.18.")
    value = Decimal(cleaned)
    if negative and value:
        raise InputError("The price of electricity must not be negative: from $0 to $10 per kWh.")
    if value > 10:
        raise InputError("The price of electricity is more than $10 per kWh.", advice="Check the decimal point.")
    return value


def _country(row: dict[str, str], rates: dict[str, Decimal], period: str) -> Country:
    value, currency = Decimal(row["value"]), row["currency"]
    usd = (value * rates[currency]).quantize(Decimal("0.001"))
    note = row.get("note", "")
    told = f"{currency} {usd_text(value)} per kWh, household average {period}, {row['source']}; approximate."
    return Country(
        code=row["code"],
        name=row["name"],
        usd_per_kwh=usd,
        value=value,
        currency=currency,
        source_note=f"{told} {note}".strip(),
    )
