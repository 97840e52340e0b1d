"""Project tags: the person's word over the import's, and no figure changes by one."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.store.store_samples import NOON, Clock, cloud_entry

from pennyweight.store import Store
from pennyweight.store.audit import RowFilter, Span

SPAN = Span("", NOON - timedelta(days=1), NOON + timedelta(days=1))


def spent(store: Store) -> dict[str, int]:
    return {group.project: group.sums.billed_nano for group in store.audit.groups([SPAN], split="project")}


def test_a_tag_is_set_changed_and_taken_off_without_touching_the_ledger(store: Store) -> None:
    chat = store.conversations.create("Harbour")
    store.ledger.add([cloud_entry("a", conversation_id=chat.id), cloud_entry("b")])
    before = store.ledger.totals()
    assert spent(store) == {"": 1_610_000}
    store.projects.set(chat.id, "harbour")
    assert spent(store) == {"harbour": 805_000, "": 805_000}
    assert store.conversations.list()[0].project == "harbour"
    assert [entry.project for entry in store.ledger.recent()] == ["", "harbour"]
    store.projects.set(chat.id, "port")
    assert store.projects.all() == [("port", 1)]
    store.projects.set(chat.id, "")
    assert spent(store) == {"": 1_610_000}
    assert store.ledger.totals() == before


def test_a_tag_outlives_its_chat(store: Store, clock: Clock) -> None:
    chat = store.conversations.create("Harbour")
    store.ledger.add([cloud_entry("a", conversation_id=chat.id)])
    store.projects.set(chat.id, "harbour")
    store.conversations.delete(chat.id)
    clock.forward(days=40)
    assert store.conversations.purge_deleted(clock()) == 1
    assert spent(store) == {"harbour": 805_000}


def test_an_import_tags_its_session_once_and_never_over_the_person(store: Store) -> None:
    told = {"conversation_id": "claude-code:s1", "origin": "claude-code:f:1"}
    store.ledger.add([cloud_entry("a", project="pennyweight", **told), cloud_entry("b", project="tests", **told)])
    assert store.projects.get("claude-code:s1") == "pennyweight"
    store.projects.set("claude-code:s1", "mine")
    store.ledger.add([cloud_entry("c", project="pennyweight", **told)])
    assert spent(store) == {"mine": 3 * 805_000}


def test_rows_of_a_project_and_those_of_none_can_be_listed(store: Store) -> None:
    store.ledger.add(
        [cloud_entry("a", conversation_id="one"), cloud_entry("b", conversation_id="two"), cloud_entry("c")]
    )
    store.projects.set("one", "harbour")

    def ids(chosen: RowFilter) -> list[str]:
        return [entry.id for entry in store.audit.rows(SPAN.start, SPAN.end, chosen)]

    assert ids(RowFilter(project="harbour")) == ["a"]
    assert ids(RowFilter(project="")) == ["c", "b"]
    assert ids(RowFilter(conversation_id="")) == ["c"]
