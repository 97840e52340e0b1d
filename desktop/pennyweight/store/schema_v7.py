"""Version 7 of the schema: what the person says of an answer. Never edited again.

A verdict has the id of a message as ledger rows have it, and no foreign key: it outlives its chat, so that what a kept
answer cost stays what it was.
"""

VERSION_7 = """
CREATE TABLE answer_verdicts (
    message_id TEXT PRIMARY KEY NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('kept', 'not useful')),
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
