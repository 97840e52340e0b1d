"""ChatGPT exports: estimates of every branch, apart from spend."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.unit.imports.import_samples import chat_exports

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_every_branch_is_estimated_apart_from_spend_and_only_one_was_kept(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    assert service.run("auto", chat_exports(tmp_path)[0]).rows_estimated == 2
    assert store.ledger.totals().calls == 0
    found = {one.key: one for one in service.estimates()}
    assert found["chatgpt:c1:b"].input_tokens == (1, 2, 4)
    assert [found[f"chatgpt:c1:{key}"].kept for key in ("b", "c")] == [True, False]


def test_the_zip_as_it_was_downloaded_is_read_without_unpacking_it(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/user.json", "{}")
        archive.write(chat_exports(tmp_path)[0], "export/conversations.json")
    (tmp_path / "chatgpt.json").unlink()
    report = ImportService(store).run("auto", path)
    assert (report.kind, report.rows_estimated) == ("chatgpt", 2)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["claude.json", "export.zip", "home"]
