"""Full-text search over messages and titles. Whatever a person types is safe to search for."""

from __future__ import annotations

import secrets
from typing import Any

from pennyweight.domain.conversation import MATCH_END, MATCH_START, SearchHit
from pennyweight.store import codec
from pennyweight.store.handle import Database

_SNIPPET_TOKENS = 24
# The best rows are chosen first: making a snippet of every match is what takes time.
_MESSAGES = """
WITH best AS MATERIALIZED (
    SELECT m.number, messages_fts.rank AS rank
    FROM messages_fts JOIN messages m ON m.number = messages_fts.rowid JOIN conversations c ON c.id = m.conversation_id
    WHERE messages_fts MATCH :query AND c.deleted_at IS NULL
    ORDER BY messages_fts.rank, m.number DESC LIMIT :limit
)
SELECT m.conversation_id, m.id AS message_id, c.title, m.created_at AS at,
       snippet(messages_fts, 0, :start, :end, '…', :tokens) AS snippet
FROM best CROSS JOIN messages_fts ON messages_fts.rowid = best.number
JOIN messages m ON m.number = best.number JOIN conversations c ON c.id = m.conversation_id
WHERE messages_fts MATCH :query
ORDER BY best.rank, m.number DESC
"""
_TITLES = """
SELECT c.id AS conversation_id, coalesce(c.leaf_id, '') AS message_id, c.title, c.updated_at AS at,
       highlight(titles_fts, 0, :start, :end) AS snippet
FROM titles_fts JOIN conversations c ON c.number = titles_fts.rowid
WHERE titles_fts MATCH :query AND c.deleted_at IS NULL
ORDER BY titles_fts.rank, c.updated_at DESC LIMIT :limit
"""
# The index takes a run of Chinese, Japanese or Thai as one word, so these are also looked for letter by letter; and it
# holds no signs, so these are looked for in the text alone.
_SUBSTRING = """
SELECT m.conversation_id, m.id AS message_id, c.title, m.created_at AS at, m.text AS snippet
FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE instr(m.text, :text) > 0 AND m.state <> 'streaming' AND c.deleted_at IS NULL
ORDER BY m.number DESC LIMIT :limit
"""
_SUBSTRING_OF_TITLE = """
SELECT c.id AS conversation_id, coalesce(c.leaf_id, '') AS message_id, c.title, c.updated_at AS at, c.title AS snippet
FROM conversations c WHERE instr(c.title, :text) > 0 AND c.deleted_at IS NULL
ORDER BY c.updated_at DESC LIMIT :limit
"""
_AROUND = 40


def match_query(text: str) -> str:
    """An FTS5 query for every word of `text`, the last one as a prefix; empty if there is no word in it."""
    words = [word.replace("\0", "") for word in codec.clean(text).split()]
    terms = ['"' + word.replace('"', '""') + '"' for word in words if any(letter.isalnum() for letter in word)]
    return " ".join(terms) + "*" if terms else ""


def search(db: Database, text: str, limit: int) -> list[SearchHit]:
    """Titles first, then messages, best match first; at most `limit` hits."""
    query, whole = match_query(text), codec.clean(text).replace("\0", "").strip()
    if not whole or limit <= 0:
        return []
    if not query:  # an emoji, say
        titles = _substring_hits(db, _SUBSTRING_OF_TITLE, whole, set(), limit)
        return (titles + _substring_hits(db, _SUBSTRING, whole, set(), limit))[:limit]
    # Marks that no text holds, so that a text with U+2068 in it cannot fake a match.
    start, end = f"\ue000{secrets.token_hex(6)}", f"\ue001{secrets.token_hex(6)}"
    values = {"query": query, "start": start, "end": end, "tokens": _SNIPPET_TOKENS, "limit": limit}
    rows = db.execute(_TITLES, values).fetchall() + db.execute(_MESSAGES, values).fetchall()
    hits = [_hit(row, start, end) for row in rows[:limit]]
    if len(hits) < limit and _has_no_spaces(text):
        hits += _substring_hits(db, _SUBSTRING, whole, {hit.message_id for hit in hits}, limit)
    return hits[:limit]


def _has_no_spaces(text: str) -> bool:
    """True for text with letters of scripts that put no spaces between words."""
    return any(
        "\u0e00" <= letter <= "\u0eff" or "\u1780" <= letter <= "\u17ff" or letter >= "\u2e80" for letter in text
    )


def _substring_hits(db: Database, sql: str, text: str, known: set[str], limit: int) -> list[SearchHit]:
    hits = []
    for row in db.execute(sql, {"text": text, "limit": limit}):
        if row["message_id"] not in known:
            whole = str(row["snippet"])
            at = max(whole.find(text), 0)
            before, after = whole[max(at - _AROUND, 0) : at], whole[at + len(text) : at + len(text) + _AROUND]
            hits.append(_hit(dict(row) | {"snippet": f"{before}\ue000{text}\ue001{after}"}, "\ue000", "\ue001"))
    return hits


def _hit(row: codec.Row | dict[str, Any], start: str, end: str) -> SearchHit:
    snippet = str(row["snippet"]).replace(MATCH_START, "").replace(MATCH_END, "")
    return SearchHit(
        conversation_id=row["conversation_id"],
        message_id=row["message_id"],
        title=row["title"],
        snippet=" ".join(snippet.replace(start, MATCH_START).replace(end, MATCH_END).split()),
        at=codec.text_to_time(row["at"]),
    )
