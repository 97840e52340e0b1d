"""Builds every service once, in order, and closes them in the opposite one."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pennyweight.app.later import later
from pennyweight.cloud.gate import EgressGate
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import ModelFileError, StoreError
from pennyweight.engine.process import LocalEngine
from pennyweight.engine.state import EngineOptions
from pennyweight.models import Shelf
from pennyweight.power import PowerMeter
from pennyweight.services.ask import AskService
from pennyweight.services.budgets import BudgetService
from pennyweight.services.calibration import TokenCalibration
from pennyweight.services.container import Services
from pennyweight.services.conversations import ConversationService
from pennyweight.services.egress import EgressService
from pennyweight.services.keys import KeysService
from pennyweight.services.meter import MeterService, stored_calibration
from pennyweight.services.models import ModelService, threads_for
from pennyweight.services.providers import Providers
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.settings import SettingsService
from pennyweight.store import DamagedError, Store

if TYPE_CHECKING:
    from pennyweight.keys import KeyStore

_log = logging.getLogger(__name__)
DATABASE = "pennyweight.db"
_SHELF_KEY = "models.shelf"
_KEEP_DELETED = timedelta(days=30)


def build_services(home: Path) -> Services:
    """Everything over the data folder `home`. StoreError if the database cannot be opened. Call `close` at the end."""
    store = Store.open(home / DATABASE)
    closers = [store.close]
    try:
        _tidy(store)
        settings = SettingsService(store)
        shelf = Shelf(
            load=lambda: store.settings.get(_SHELF_KEY), save=lambda places: store.settings.set(_SHELF_KEY, places)
        )
        power = PowerMeter(calibration=stored_calibration(store))
        closers.append(power.close)
        engine = LocalEngine(
            locate=shelf.locate,
            state_dir=home / "engine",
            options=lambda model_id: _engine_options(settings, shelf, model_id),
        )
        closers.append(engine.close)
        recipes = RecipeBook()
        models = ModelService(
            shelf, engine, settings, lambda model: store.ledger.speed_stats(model).decode_tokens_per_second
        )
        calibration = TokenCalibration(store, engine)
        meter = MeterService(
            store=store, settings=settings, power=power, models=models, engine=engine, calibration=calibration
        )
        ask = AskService(store=store, source=engine, power=power, settings=settings, models=models, recipes=recipes)
        gate = EgressGate()
        egress = EgressService(store, gate)
        desk = Providers(store, gate, _open_keys, engine, calibration)
        budgets = BudgetService(store)
        keys = KeysService(store, desk, egress)
        made_later = later(
            ask.parts,
            settings=settings,
            models=models,
            meter=meter,
            keys=keys,
            budgets=budgets,
            desk=desk,
            engine=engine,
            power=power,
            model_name=lambda model_id: _model_name(shelf, model_id),
        )
        ask.use_cloud(made_later.escalate)
        return Services(
            home=home,
            ask=ask,
            conversations=ConversationService(store),
            meter=meter,
            models=models,
            settings=settings,
            recipes=recipes,
            egress=egress,
            keys=keys,
            budgets=budgets,
            later=made_later,
            each_day=partial(_each_day, store),
            closers=closers,
        )
    except BaseException:
        while closers:
            closers.pop()()
        raise


def _open_keys() -> KeyStore:
    from pennyweight.keys import KeyStore

    return KeyStore()


def _engine_options(settings: SettingsService, shelf: Shelf, model_id: str) -> EngineOptions:
    chosen = settings.get()
    minutes = chosen.idle_unload_minutes
    return EngineOptions(
        context_length=chosen.context_length,
        threads=chosen.threads or threads_for(shelf.get(model_id).size_bytes),
        memory_saver=chosen.memory_saver,
        idle_unload_seconds=None if minutes is None else 60.0 * minutes,
    )


def _model_name(shelf: Shelf, model_id: str) -> str:
    """The id of a model that is no longer there: its rows stay in the ledger."""
    with suppress(ModelFileError):
        return shelf.get(model_id).name
    return model_id


def _tidy(store: Store) -> None:
    """What no start can leave for later: answers of a program that died."""
    interrupted = store.conversations.mark_interrupted()
    if interrupted:
        _log.info("answers found interrupted: %d", interrupted)
    store.comparisons.mark_interrupted()
    booked = store.running.settle()
    if booked:
        _log.info("cloud calls of a program that died, booked as estimates: %d", booked)


def _each_day(store: Store, cancel: Cancel) -> DamagedError | None:
    """Chats deleted long ago, today's backup; cancelled, that is left to the next start.

    Returns what the backup's check found to be damaged: the rest of the database may be of use.
    """
    store.conversations.purge_deleted(datetime.now(UTC) - _KEEP_DELETED)
    try:
        store.backup_daily(cancel)
    except DamagedError as error:
        _log.warning("there is no backup today: the database is damaged")
        return error
    except StoreError:
        # A full disk must not keep the program from starting; the next start tries again.
        if not cancel.cancelled:
            _log.warning("the daily backup could not be written")
    return None
