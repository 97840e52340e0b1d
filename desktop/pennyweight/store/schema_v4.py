"""Version 4 of the schema: imports and their undo, providers' own bills, estimates. Never edited again.

The ledger stays append-only with one exception: rows of an undone import leave it whole, and are kept in
`ledger_undone`. The sums per day and hour follow.
"""

from pennyweight.store.schema_v2 import GRAINS, SUMS


def _leaving(grain: str, length: int) -> str:
    changes = ", ".join(f"{name} = {name} - ({expression.format(row='OLD.')})" for name, expression in SUMS.items())
    return f"""
CREATE TRIGGER ledger_sums_{grain}_of_undone AFTER DELETE ON ledger BEGIN
    UPDATE ledger_sums SET {changes}
    WHERE grain = '{grain}' AND span = substr(OLD.at, 1, {length}) AND is_local = (OLD.source = 'local');
END;
"""  # noqa: S608 - our own text


VERSION_4 = f"""
CREATE TABLE imports (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,           -- ledger rows of this import have ids that begin with it and a hyphen
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    started_at TEXT NOT NULL,
    state TEXT NOT NULL,               -- running, done, undone
    report TEXT NOT NULL,              -- JSON: what was found, and why rows were left out
    undone_at TEXT
) STRICT;
-- What a provider says it billed, per UTC day; beside the ledger, never added to it.
CREATE TABLE provider_bills (
    number INTEGER PRIMARY KEY,
    dedup_key TEXT NOT NULL UNIQUE,
    import_id TEXT NOT NULL,
    source TEXT NOT NULL,
    utc_day TEXT NOT NULL,
    item TEXT NOT NULL,
    amount_nano INTEGER NOT NULL,
    origin TEXT NOT NULL
) STRICT;
CREATE INDEX provider_bills_by_day ON provider_bills (source, utc_day);
-- Chats of exports without token counts: estimates with a band, kept apart from spend.
CREATE TABLE import_estimates (
    number INTEGER PRIMARY KEY,
    dedup_key TEXT NOT NULL UNIQUE,
    import_id TEXT NOT NULL,
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    model TEXT NOT NULL,               -- empty where the export does not say
    conversation TEXT NOT NULL,
    input_low INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    input_high INTEGER NOT NULL,
    output_low INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    output_high INTEGER NOT NULL,
    kept INTEGER NOT NULL,             -- 0 for an answer of a branch that was left
    origin TEXT NOT NULL
) STRICT;
CREATE TABLE ledger_undone AS SELECT *, '' AS import_id, '' AS undone_at FROM ledger WHERE 0;
CREATE INDEX ledger_undone_by_id ON ledger_undone (id);
DROP TRIGGER ledger_no_delete;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
WHEN NOT EXISTS (SELECT 1 FROM ledger_undone WHERE id = OLD.id) BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: write a correction row');
END;
CREATE TRIGGER ledger_undone_no_update BEFORE UPDATE ON ledger_undone BEGIN
    SELECT RAISE(ABORT, 'undone rows are kept as they were');
END;
CREATE TRIGGER ledger_undone_no_delete BEFORE DELETE ON ledger_undone BEGIN
    SELECT RAISE(ABORT, 'undone rows are kept as they were');
END;
{"".join(_leaving(grain, length) for grain, length in GRAINS.items())}
"""  # noqa: S608
