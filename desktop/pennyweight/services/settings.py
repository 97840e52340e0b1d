"""The person's choices, typed and checked, kept in the database."""

from __future__ import annotations

import locale
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pennyweight.domain.errors import InputError
from pennyweight.meter import reference
from pennyweight.meter.countries import country_of_locale, find_country
from pennyweight.meter.local_cost import Hardware
from pennyweight.store import Store

Theme = Literal["system", "light", "dark"]
SIZES = (80, 90, 100, 110, 125, 150, 175, 200)
"""Percent of the usual size of texts and buttons."""
_PREFIX = "choice."
_SMALLEST_CONTEXT, _LARGEST_CONTEXT = 256, 4_194_304


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every choice; change with `SettingsService.update`."""

    country: str = "US"
    """ISO code as in `pennyweight.meter.countries`; "" for a price of the person's own."""
    usd_per_kwh: Decimal = Decimal("0.18")
    reference: str = ""
    """`provider/model` of the price table."""
    hardware: Hardware | None = None
    """None: hardware wear is not counted."""
    theme: Theme = "system"
    size: int = 100
    """One of `SIZES`; holds from the next start of the window."""
    onboarding_done: bool = False
    model_id: str | None = None
    """None: the starter model."""
    context_length: int | None = None
    """None: the engine chooses."""
    threads: int | None = None
    memory_saver: bool = False
    idle_unload_minutes: int | None = 15
    """None keeps the model in memory."""
    cloud_model: str = ""
    """`provider/model` that was last chosen to be asked in the cloud; "" before the first time."""
    window: str = ""
    """Geometry and state of the window, as text of the window's own making."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtStart:
    """Those of `Settings` that decide how the window looks when it opens."""

    theme: Theme = "system"
    size: int = 100
    onboarding_done: bool = False
    window: str = ""


class SettingsService:
    """Thread-safe. A stored value that cannot be read any more counts as not set."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[Settings], None]] = []
        self._defaults: Settings | None = None

    def get(self) -> Settings:
        return replace(self._default(), **self._stored([field.name for field in fields(Settings)]))

    def at_start(self) -> AtStart:
        """What the window needs before it is painted. Does without the price table, which takes a while to read."""
        return AtStart(**self._stored([field.name for field in fields(AtStart)]))

    def _stored(self, names: Sequence[str]) -> dict[str, Any]:
        """The named values that are set and can be read."""
        stored = self._store.settings.all()
        values: dict[str, Any] = {}
        for name in names:
            key = _PREFIX + name
            if key in stored:
                with suppress(InputError, InvalidOperation, TypeError, ValueError, KeyError):
                    values[name] = _checked(name, _from_json(name, stored[key]))
        return values

    def update(self, **changes: object) -> Settings:
        """Change the named fields; InputError in one sentence for a value that cannot be. Returns all settings."""
        checked = {name: _checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            self._store.settings.set(_PREFIX + name, _to_json(value))
        settings = self.get()
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback(settings)
        return settings

    def on_change(self, callback: Callable[[Settings], None]) -> Callable[[], None]:
        """Call `callback` after each change, in the thread that changed it; returns what takes it back."""
        with self._lock:
            self._callbacks.append(callback)

        def forget() -> None:
            with self._lock, suppress(ValueError):
                self._callbacks.remove(callback)

        return forget

    def _default(self) -> Settings:
        if self._defaults is None:
            country = country_of_locale(_locale_name()) or find_country("US")
            settings = Settings(reference=reference.suggestions()[1].id)
            if country is not None:
                settings = replace(settings, country=country.code, usd_per_kwh=country.usd_per_kwh)
            self._defaults = settings
        return self._defaults


def _locale_name() -> str | None:
    for name in ("LC_ALL", "LC_MONETARY", "LANG"):
        value = os.environ.get(name, "")
        if "_" in value:
            return value
    try:
        return locale.getlocale()[0]
    except ValueError:
        return None


def _checked(name: str, value: Any) -> Any:
    match name:
        case "country":
            return _country(value)
        case "usd_per_kwh":
            return _usd_per_kwh(value)
        case "reference":
            return _reference(value)
        case "hardware":
            _expect(value is None or isinstance(value, Hardware), "The hardware's price is not usable.")
        case "theme":
            _expect(value in ("system", "light", "dark"), "The theme is system, light or dark.")
        case "size":
            _expect(value in SIZES, f"The size is one of {', '.join(map(str, SIZES))} percent.")
        case "onboarding_done" | "memory_saver":
            _expect(isinstance(value, bool), f"{name} is on or off.")
        case "model_id":
            _expect(value is None or (isinstance(value, str) and value != ""), "That is not a model.")
        case "context_length":
            fits = value is None or _whole(value, _SMALLEST_CONTEXT, _LARGEST_CONTEXT)
            _expect(fits, f"The context window is a number of tokens from {_SMALLEST_CONTEXT} on.")
        case "threads":
            _expect(value is None or _whole(value, 1, 1024), "The number of threads is from 1 to 1,024.")
        case "idle_unload_minutes":
            fits = value is None or _whole(value, 1, 10_080)
            _expect(fits, "The time before a model is unloaded is from one minute to a week.")
        case "cloud_model":
            _expect(isinstance(value, str), "That is not a model of a provider.")
        case "window":
            _expect(isinstance(value, str), "The window's place is not usable.")
        case _:
            raise InputError(f"There is no setting {name}.")
    return value


def _expect(condition: bool, sentence: str) -> None:
    if not condition:
        raise InputError(sentence)


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _country(value: object) -> str:
    if not isinstance(value, str) or (value and find_country(value) is None):
        raise InputError(f"There is no electricity price for {value!r}.", advice="Enter your own price.")
    return value.upper()


def _usd_per_kwh(value: object) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= 10:
        raise InputError("The price of electricity must be a number of dollars per kWh, from 0 to 10, such as 0.18.")
    return value


def _reference(value: object) -> str:
    known = reference.find(value) if isinstance(value, str) else None
    if known is None:
        raise InputError(f"The price table has no price for {value}.", advice="Choose another reference model.")
    return known.id


def _to_json(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Hardware):
        return {name: str(getattr(value, name)) for name in ("price", "resale", "years", "hours_per_year")}
    return value


def _from_json(name: str, value: Any) -> Any:
    if name == "usd_per_kwh":
        _expect(isinstance(value, str), "The price of electricity is not usable.")
        return Decimal(value)
    if name == "hardware" and value is not None:
        _expect(isinstance(value, dict), "The hardware's price is not usable.")
        return Hardware(**{key: Decimal(amount) for key, amount in value.items()})
    return value
