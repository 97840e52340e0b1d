"""Other programs' usage into the ledger."""

from pennyweight.services.imports.service import ImportReport, ImportService, ImportStopped

__all__ = ["ImportReport", "ImportService", "ImportStopped"]
