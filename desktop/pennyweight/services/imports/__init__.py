"""Other programs' usage into the ledger."""

from pennyweight.services.imports.report import ImportReport
from pennyweight.services.imports.service import ImportService, ImportStopped

__all__ = ["ImportReport", "ImportService", "ImportStopped"]
