"""Every use case in one object, built once by `app.composition`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.services.ask import AskService
from pennyweight.services.budgets import BudgetService
from pennyweight.services.conversations import ConversationService
from pennyweight.services.egress import EgressService
from pennyweight.services.keys import KeysService
from pennyweight.services.meter import MeterService
from pennyweight.services.models import ModelService
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.settings import SettingsService

if TYPE_CHECKING:
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


@dataclass(kw_only=True, frozen=True)
class Later:
    """What no start needs: made, and its code read, when it is first asked for. Each call gives the same one."""

    audit: Callable[[], AuditService]
    compare: Callable[[], CompareService]
    doctor: Callable[[], DoctorService]
    escalate: Callable[[], EscalateService]
    exports: Callable[[], ExportService]
    imports: Callable[[], ImportService]
    reprice: Callable[[], RepriceService]
    subscription: Callable[[], SubscriptionService]
    thrift: Callable[[], ThriftService]
    what_if: Callable[[], WhatIfService]


@dataclass(kw_only=True)
class Services:
    """`close` ends everything in the right order; calling it twice is harmless."""

    home: Path
    ask: AskService
    conversations: ConversationService
    meter: MeterService
    models: ModelService
    settings: SettingsService
    recipes: RecipeBook
    egress: EgressService
    keys: KeysService
    budgets: BudgetService
    later: Later
    each_day: Callable[[Cancel], KnownError | None]
    """What the database needs once a day, after a start and in a window that stays open: a large one takes seconds.

    Returns damage that was found, which the rest of the database is good enough for.
    """
    closers: list[Callable[[], None]] = field(default_factory=list)
    """Run last to first by `close`."""

    @property
    def audit(self) -> AuditService:
        return self.later.audit()

    @property
    def compare(self) -> CompareService:
        return self.later.compare()

    @property
    def doctor(self) -> DoctorService:
        return self.later.doctor()

    @property
    def escalate(self) -> EscalateService:
        return self.later.escalate()

    @property
    def exports(self) -> ExportService:
        return self.later.exports()

    @property
    def imports(self) -> ImportService:
        return self.later.imports()

    @property
    def reprice(self) -> RepriceService:
        return self.later.reprice()

    @property
    def subscription(self) -> SubscriptionService:
        return self.later.subscription()

    @property
    def thrift(self) -> ThriftService:
        return self.later.thrift()

    @property
    def what_if(self) -> WhatIfService:
        return self.later.what_if()

    def close(self) -> None:
        while self.closers:
            self.closers.pop()()
