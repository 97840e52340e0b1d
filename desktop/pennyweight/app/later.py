"""The services that no start needs, each made when it is first asked for, on whichever thread that is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from pennyweight.services.answering import Parts
from pennyweight.services.budgets import BudgetService
from pennyweight.services.container import Later
from pennyweight.services.keys import KeysService
from pennyweight.services.meter import MeterService
from pennyweight.services.models import ModelService
from pennyweight.services.providers import Providers
from pennyweight.services.settings import SettingsService

if TYPE_CHECKING:
    from pennyweight.engine.process import LocalEngine
    from pennyweight.power import PowerMeter
    from pennyweight.services.audit import AuditService
    from pennyweight.services.compare import CompareService
    from pennyweight.services.doctor import DoctorService
    from pennyweight.services.escalate import EscalateService
    from pennyweight.services.exports import ExportService
    from pennyweight.services.imports import ImportService
    from pennyweight.services.reprice import RepriceService
    from pennyweight.services.subscription import SubscriptionService
    from pennyweight.services.thrift import ThriftService
    from pennyweight.services.what_if import WhatIfService

T = TypeVar("T")


def later(
    parts: Parts,
    *,
    settings: SettingsService,
    models: ModelService,
    meter: MeterService,
    keys: KeysService,
    budgets: BudgetService,
    desk: Providers,
    engine: LocalEngine,
    power: PowerMeter,
    model_name: Callable[[str], str],
) -> Later:
    store = parts.store

    def audit() -> AuditService:
        from pennyweight.services.audit import AuditService

        return AuditService(store, settings, model_name=model_name)

    def compare() -> CompareService:
        from pennyweight.services.compare import CompareService

        return CompareService(parts, made.escalate(), budgets, models)

    def doctor() -> DoctorService:
        from pennyweight.services.doctor import DoctorService

        return DoctorService(store, models, engine, power, keys)

    def escalate() -> EscalateService:
        from pennyweight.services.escalate import EscalateService
        from pennyweight.services.previewing import Previewer

        def model_id() -> str:
            current = models.current()
            return current.id if current is not None else ""

        return EscalateService(parts, Previewer(store, parts.recipes, desk, budgets, model_id), models)

    def exports() -> ExportService:
        from pennyweight.services.exports import ExportService

        return ExportService(store, meter, made.audit(), made.subscription())

    def imports() -> ImportService:
        from pennyweight.services.imports import ImportService

        return ImportService(store)

    def reprice() -> RepriceService:
        from pennyweight.services.reprice import RepriceService

        return RepriceService(store)

    def subscription() -> SubscriptionService:
        from pennyweight.services.subscription import SubscriptionService

        return SubscriptionService(store)

    def thrift() -> ThriftService:
        from pennyweight.services.thrift import ThriftService

        return ThriftService(store)

    def what_if() -> WhatIfService:
        from pennyweight.services.what_if import WhatIfService

        return WhatIfService(store, settings, models.current)

    made = Later(
        audit=_once(audit),
        compare=_once(compare),
        doctor=_once(doctor),
        escalate=_once(escalate),
        exports=_once(exports),
        imports=_once(imports),
        reprice=_once(reprice),
        subscription=_once(subscription),
        thrift=_once(thrift),
        what_if=_once(what_if),
    )
    return made


def _once(make: Callable[[], T]) -> Callable[[], T]:
    """The same object for every caller, also where two threads ask first."""
    lock, made = threading.RLock(), list[T]()

    def get() -> T:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get
