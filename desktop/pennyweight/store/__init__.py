"""Everything that is kept: one SQLite file with conversations, ledger, settings and drafts."""

from pennyweight.store.database import Store
from pennyweight.store.ledger import OutputStats, SpeedStats
from pennyweight.store.problems import DamagedError, MissingRowError
from pennyweight.store.settings import EDIT_OF, StoredDraft
from pennyweight.store.tree import UnsavedAnswerError

__all__ = [
    "EDIT_OF", "DamagedError", "MissingRowError", "OutputStats", "SpeedStats", "Store", "StoredDraft",
    "UnsavedAnswerError",
]  # fmt: skip
