"""What the price table leaves out: dearer rates for a chosen region. Data in `assets/price_overlay.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache

from pennyweight.domain.resources import assets_dir


@dataclass(frozen=True, slots=True)
class GeoRule:
    provider: str
    model: re.Pattern[str]
    geo: frozenset[str]
    since: datetime
    multiplier: Decimal


@cache
def geo_rules() -> tuple[GeoRule, ...]:
    with (assets_dir() / "price_overlay.toml").open("rb") as file:
        data = tomllib.load(file)
    return tuple(
        GeoRule(
            provider=row["provider"],
            model=re.compile(row["model"]),
            geo=frozenset(row["geo"]),
            since=row["since"],
            multiplier=Decimal(row["multiplier"]),
        )
        for row in data["geo"]
    )


def geo_multiplier(provider: str, model: str, geo: str | None, at: datetime) -> Decimal:
    """The factor on every token rate of a request served in `geo`; 1 where no rule applies. `at` has a zone."""
    if geo is None:
        return Decimal(1)
    for rule in geo_rules():
        if (
            rule.provider == provider
            and geo.strip().lower() in rule.geo
            and at >= rule.since
            and rule.model.search(model)
        ):
            return rule.multiplier
    return Decimal(1)
