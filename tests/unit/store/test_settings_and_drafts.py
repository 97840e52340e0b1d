from __future__ import annotations

import sqlite3

import pytest
from tests.unit.store.store_samples import NOON

from pennyweight.domain.conversation import Attachment, Task
from pennyweight.store import Store, StoredDraft


def test_settings_keep_json_values(store: Store) -> None:
    values = {"text": "é", "number": 3, "price": "0.18", "none": None, "list": [1, {"a": True}], "half": "\ud83d"}
    for key, value in values.items():
        store.settings.set(key, value)
    assert store.settings.all() == values | {"half": "\ufffd"}
    assert store.settings.get("none", "default") is None
    assert store.settings.get("missing", 7) == 7
    store.settings.set("number", 4)
    assert store.settings.get("number") == 4
    store.settings.remove("number")
    store.settings.remove("number")
    assert store.settings.get("number") is None


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}])
def test_a_setting_that_is_not_json_is_refused(store: Store, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        store.settings.set("bad", value)
    assert store.settings.all() == {}


def test_a_draft_survives_with_its_files_for_each_chat(store: Store) -> None:
    file = Attachment(name="notes.txt", text="line\n", size_bytes=5, sha256="0" * 64)
    store.drafts.save(None, "for a new chat")
    store.drafts.save("chat", "first")
    store.drafts.save("chat", "second", Task.SUMMARIZE, [file])
    assert store.drafts.load("chat") == StoredDraft("second", Task.SUMMARIZE, (file,), NOON)
    assert store.drafts.load(None) == StoredDraft("for a new chat", Task.ASK, (), NOON)
    store.drafts.clear("chat")
    store.drafts.clear("chat")
    assert store.drafts.load("chat") is None
    assert store.drafts.load(None) is not None


def test_a_setting_that_somebody_broke_by_hand_counts_as_not_set(store: Store) -> None:
    store.settings.set("good", 1)
    store.settings.set("broken", 2)
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE settings SET value = 'not json' WHERE key = 'broken'")
    db.close()
    assert store.settings.all() == {"good": 1}
    assert store.settings.get("broken", "default") == "default"
