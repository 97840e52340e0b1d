"""Every use case in one object, built once by `app.composition`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pennyweight.services.ask import AskService
from pennyweight.services.audit import AuditService
from pennyweight.services.budgets import BudgetService
from pennyweight.services.compare import CompareService
from pennyweight.services.conversations import ConversationService
from pennyweight.services.doctor import DoctorService
from pennyweight.services.egress import EgressService
from pennyweight.services.escalate import EscalateService
from pennyweight.services.exports import ExportService
from pennyweight.services.imports import ImportService
from pennyweight.services.keys import KeysService
from pennyweight.services.meter import MeterService
from pennyweight.services.models import ModelService
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.reprice import RepriceService
from pennyweight.services.settings import SettingsService
from pennyweight.services.subscription import SubscriptionService
from pennyweight.services.thrift import ThriftService
from pennyweight.services.what_if import WhatIfService


@dataclass(kw_only=True)
class Services:
    """`close` ends everything in the right order; calling it twice is harmless."""

    home: Path
    ask: AskService
    conversations: ConversationService
    meter: MeterService
    models: ModelService
    settings: SettingsService
    exports: ExportService
    doctor: DoctorService
    recipes: RecipeBook
    egress: EgressService
    keys: KeysService
    budgets: BudgetService
    escalate: EscalateService
    compare: CompareService
    audit: AuditService
    imports: ImportService
    what_if: WhatIfService
    subscription: SubscriptionService
    reprice: RepriceService
    thrift: ThriftService
    closers: list[Callable[[], None]] = field(default_factory=list)
    """Run last to first by `close`."""

    def close(self) -> None:
        while self.closers:
            self.closers.pop()()
