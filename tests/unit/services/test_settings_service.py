from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pennyweight.domain.errors import InputError
from pennyweight.meter.local_cost import Hardware
from pennyweight.services.settings import Settings, SettingsService
from pennyweight.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "pennyweight.db") as opened:
        yield opened


def test_every_choice_survives_a_restart(store: Store) -> None:
    chosen = {
        "country": "DE",
        "usd_per_kwh": Decimal("0.4125"),
        "reference": "openai/gpt-5.1",
        "hardware": Hardware(price=Decimal("1400.50"), resale=Decimal(300)),
        "theme": "dark",
        "onboarding_done": True,
        "model_id": "mine",
        "context_length": 4096,
        "threads": 3,
        "memory_saver": True,
        "idle_unload_minutes": None,
        "window": "geometry",
    }
    SettingsService(store).update(**chosen)
    assert SettingsService(store).get() == Settings(**chosen)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("usd_per_kwh", Decimal("NaN")), ("usd_per_kwh", Decimal(-1)), ("usd_per_kwh", 0.2), ("country", "XX"),
        ("reference", "nobody/nothing"), ("theme", "pink"), ("threads", 0), ("context_length", 1), ("threads", True),
        ("hardware", {}), ("model_id", ""), ("colour", 1),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(store: Store, name: str, value: object) -> None:
    service = SettingsService(store)
    before = service.get()
    with pytest.raises(InputError):
        service.update(onboarding_done=True, **{name: value})
    assert service.get() == before


def test_a_stored_value_that_cannot_be_read_counts_as_not_set(store: Store) -> None:
    service = SettingsService(store)
    before = service.get()
    for key, value in (("usd_per_kwh", "dear"), ("hardware", {"price": []}), ("theme", 7), ("threads", "two")):
        store.settings.set(f"choice.{key}", value)
    assert service.get() == before


def test_a_change_is_told_until_nobody_wants_to_hear(store: Store) -> None:
    service, heard = SettingsService(store), list[str]()
    forget = service.on_change(lambda settings: heard.append(settings.theme))
    service.update(theme="dark")
    forget()
    service.update(theme="light")
    assert heard == ["dark"]


def test_the_default_reference_has_a_price(store: Store) -> None:
    assert "/" in SettingsService(store).get().reference


@pytest.mark.parametrize("nonsense", ["x", -5, [], {}, {"price": "x"}, True, 10**20])
def test_nonsense_in_the_database_counts_as_not_set(store: Store, nonsense: object) -> None:
    untouched = SettingsService(store).get()
    for name in ("usd_per_kwh", "hardware", "theme", "reference", "context_length", "threads", "idle_unload_minutes"):
        store.settings.set(f"choice.{name}", nonsense)
    assert SettingsService(store).get() == untouched
