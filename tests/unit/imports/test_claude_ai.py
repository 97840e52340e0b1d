"""Claude.ai exports: each turn is estimated with all the text before it."""

from __future__ import annotations

from pathlib import Path

from tests.unit.imports.import_samples import chat_exports

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_an_attachment_counts_as_input_and_nothing_as_spend(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    assert service.run("auto", chat_exports(tmp_path)[1]).rows_estimated == 1
    assert store.ledger.totals().calls == 0
    (found,) = service.estimates()
    assert (found.key, found.input_tokens) == ("claude-ai:m2", (80, 100, 160))
