"""Full-text search: finds words, marks them, and takes whatever a person types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.store.store_samples import answer, user_message

from pennyweight.domain.conversation import MessageState
from pennyweight.store import Store


def found(store: Store, text: str) -> list[str]:
    return [hit.message_id for hit in store.conversations.search(text)]


def chat_saying(store: Store, *texts: str) -> str:
    chat = store.conversations.create().id
    for number, text in enumerate(texts):
        store.conversations.add_message(user_message(chat, f"m{number}", text=text))
    return chat


def test_every_word_must_occur_and_the_last_may_be_begun(store: Store) -> None:
    chat_saying(store, "The quick brown fox", "the brown bear", "Käse aus Österreich")
    assert found(store, "brown") == ["m1", "m0"] or set(found(store, "brown")) == {"m0", "m1"}
    assert found(store, "BROWN qui") == ["m0"]
    assert found(store, "qui brown") == []
    assert found(store, "osterr") == ["m2"]


def test_the_match_is_marked_in_plain_text(store: Store) -> None:
    chat_saying(store, "a\n\nlong \u2068faked\u2069 line about <b>pineapples</b> " + "and more " * 200)
    (hit,) = store.conversations.search("pineapple")
    assert "\u2068pineapples\u2069" in hit.snippet
    assert hit.snippet.count("\u2068") == hit.snippet.count("\u2069") == 1
    assert "\n" not in hit.snippet
    assert len(hit.snippet) < 300


def test_a_title_is_found_and_comes_first(store: Store) -> None:
    chat = chat_saying(store, "nothing of it", "pineapple pizza")
    store.conversations.rename(chat, "Pineapple diary")
    hits = store.conversations.search("pineapple")
    assert [hit.snippet for hit in hits] == ["\u2068Pineapple\u2069 diary", "\u2068pineapple\u2069 pizza"]
    assert hits[0].message_id == "m1"  # the leaf
    assert len(store.conversations.search("pineapple", limit=1)) == 1


def test_the_index_follows_every_change(store: Store) -> None:
    chat = chat_saying(store, "question")
    store.conversations.add_message(answer(chat, "a1", "m0"))
    store.conversations.append_text("a1", text="walrus", reasoning="", state=MessageState.STREAMING)
    assert found(store, "walrus") == []  # being written
    done = answer(chat, "a1", "m0", "a walrus swims", state=MessageState.COMPLETE)
    store.conversations.finish_answer(done, [])
    assert found(store, "walrus") == ["a1"]
    store.conversations.append_text("a1", text="a seal swims", reasoning="", state=MessageState.STOPPED)
    assert (found(store, "walrus"), found(store, "seal")) == ([], ["a1"])
    store.conversations.append_text("a1", text="", reasoning="", state=MessageState.STREAMING)
    assert found(store, "seal") == []
    store.conversations.delete(chat)
    assert found(store, "question") == []
    store._writer.write(lambda db: db.execute("INSERT INTO messages_fts (messages_fts) VALUES ('integrity-check')"))


def test_scripts_without_spaces_are_searched_letter_by_letter(store: Store) -> None:
    chat = chat_saying(store, "請幫我總結這份會議記錄", "nothing")
    (hit,) = store.conversations.search("會議")
    assert (hit.message_id, hit.snippet) == ("m0", "請幫我總結這份\u2068會議\u2069記錄")
    assert found(store, "請幫") == ["m0"]  # by the index: not listed twice
    store.conversations.delete(chat)
    assert found(store, "會議") == []


def test_signs_without_a_word_are_found_in_messages_and_titles(store: Store) -> None:
    chat = chat_saying(store, "We won 🎉 at last", "50 % off, 3 < 4", "nothing")
    (hit,) = store.conversations.search("🎉")
    assert (hit.message_id, hit.snippet) == ("m0", "We won \u2068🎉\u2069 at last")
    assert found(store, " % ") == found(store, "<") == ["m1"]
    assert found(store, "🎊") == []
    store.conversations.rename(chat, "🎉 party")
    assert found(store, "🎉") == ["m2", "m0"]  # the title first, which leads to the leaf
    assert len(store.conversations.search("🎉", limit=1)) == 1
    store.conversations.delete(chat)
    assert found(store, "🎉") == []


NASTY = ['"', "'", "* * *", "NEAR(a b)", "text:foo", "a AND", "OR", "NOT x", "(", "foo)", "^x", "a\0b", "-", "{a b}:c"]


def test_search_syntax_is_just_text(store: Store) -> None:
    chat_saying(store, "say OR NOT x foo text:foo a AND b")
    for text in NASTY:
        store.conversations.search(text)
    assert found(store, "text:foo") == ["m0"]
    assert found(store, "NOT x") == ["m0"]
    assert found(store, "") == found(store, '"') == []


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("search") / "pennyweight.db") as store:
        chat_saying(store, "some words to look through", "and others")
        yield store


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_can_be_searched_for(searched: Store, text: str) -> None:
    searched.conversations.search(text)
    searched.conversations.list(query=text)
