"""Version 1 of the schema. Never edited again: a change is a new version."""

VERSION_1 = """
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    leaf_id TEXT,                      -- newest message of the branch that is shown
    deleted_at TEXT                    -- set while a deletion can still be undone
) STRICT;
CREATE INDEX conversations_by_time ON conversations (updated_at DESC) WHERE deleted_at IS NULL;

CREATE TABLE messages (
    number INTEGER PRIMARY KEY,        -- order of creation
    id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,  -- messages form a tree
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    task TEXT NOT NULL,
    state TEXT NOT NULL,               -- complete, streaming, stopped, interrupted, failed
    model TEXT,
    source TEXT,                       -- local, or a provider
    note TEXT NOT NULL DEFAULT '',
    owner_pid INTEGER,                 -- the process that is writing it, while it streams
    owner_started REAL                 -- when that process began (seconds since 1970): process numbers come again
) STRICT;
CREATE INDEX messages_by_conversation ON messages (conversation_id, parent_id);
CREATE INDEX messages_by_parent ON messages (parent_id);
CREATE INDEX messages_by_role ON messages (conversation_id, role, source);
CREATE INDEX messages_streaming ON messages (state) WHERE state = 'streaming';

CREATE TABLE attachments (
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (message_id, position)
) STRICT;

-- One row per model call. Append-only: the triggers below refuse every change, and no foreign key leads out of it,
-- so that deleting a chat never changes the spend.
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    dedup_key TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,                -- answer, part, join, correction
    source TEXT NOT NULL,              -- local, or a provider
    origin TEXT NOT NULL,              -- this program, or the import that brought the row
    model TEXT NOT NULL,
    task TEXT NOT NULL,
    conversation_id TEXT,
    message_id TEXT,
    opens_answer INTEGER NOT NULL,     -- 1 for the first call of an answer: their sum counts answers
    stop_reason TEXT NOT NULL,
    input_total INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    tool_prompt INTEGER NOT NULL,
    output_total INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    web_searches INTEGER NOT NULL,
    service_tier TEXT,
    processing TEXT NOT NULL,
    geo TEXT,
    usage_at TEXT,
    usage_state TEXT NOT NULL,         -- reported, partial, estimated, unknown
    provider_total INTEGER,
    prompt_evaluated INTEGER NOT NULL,
    resent INTEGER NOT NULL,
    seconds REAL NOT NULL,
    prefill_seconds REAL NOT NULL,
    decode_seconds REAL NOT NULL,
    first_token_seconds REAL,
    energy_joules REAL,
    energy_low_joules REAL,
    energy_high_joules REAL,
    energy_source TEXT,
    energy_measured INTEGER,
    energy_seconds REAL,
    energy_watts REAL,
    electric_nano INTEGER,
    electric_low_nano INTEGER,
    electric_high_nano INTEGER,
    hardware_nano INTEGER,
    usd_per_kwh TEXT,
    equivalent_reference TEXT,         -- the reference model of the moment; its bill is in `equivalents`
    billed_nano INTEGER,
    priced_as TEXT,
    price_source TEXT,
    rate_card TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_by_time ON ledger (at);
CREATE INDEX ledger_by_conversation ON ledger (conversation_id, at) WHERE conversation_id IS NOT NULL;
CREATE INDEX ledger_by_message ON ledger (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX ledger_by_model ON ledger (model, task, number);
CREATE INDEX ledger_by_energy_source ON ledger (energy_source, at) WHERE energy_source IS NOT NULL;

-- What a ledger row would have cost at a reference model's list price; any number of reference models per row.
CREATE TABLE equivalents (
    reference TEXT NOT NULL,           -- provider/model
    ledger_number INTEGER NOT NULL REFERENCES ledger (number),
    at TEXT NOT NULL,                  -- of the ledger row, with its source and its chat: neither ever changes
    source TEXT NOT NULL,
    conversation_id TEXT,
    came_with_row INTEGER NOT NULL,    -- 1 for the reference model of the moment of the call
    reference_name TEXT NOT NULL,
    expected_nano INTEGER,             -- NULL where the reference model has no price
    low_nano INTEGER,
    high_nano INTEGER,
    price_source TEXT NOT NULL,
    rate_card TEXT NOT NULL,
    PRIMARY KEY (reference, ledger_number)
) STRICT;
CREATE INDEX equivalents_by_row ON equivalents (ledger_number);
CREATE INDEX equivalents_by_time ON equivalents (reference, at);

-- REPLACE deletes without firing delete triggers in a connection that did not ask for it, hence the insert trigger.
CREATE TRIGGER ledger_keeps_rows BEFORE INSERT ON ledger BEGIN
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM ledger WHERE dedup_key = NEW.dedup_key) THEN RAISE(IGNORE)
        WHEN EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id OR number = NEW.number)
            THEN RAISE(ABORT, 'the ledger is append-only: this row is already there')
    END;
END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: write a correction row');
END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: write a correction row');
END;
CREATE TRIGGER equivalents_keep_rows BEFORE INSERT ON equivalents
WHEN EXISTS (SELECT 1 FROM equivalents WHERE reference = NEW.reference AND ledger_number = NEW.ledger_number) BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER equivalents_no_update BEFORE UPDATE ON equivalents BEGIN
    SELECT RAISE(ABORT, 'equivalents are append-only');
END;
CREATE TRIGGER equivalents_no_delete BEFORE DELETE ON equivalents BEGIN
    SELECT RAISE(ABORT, 'equivalents are append-only');
END;

CREATE TABLE settings (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,               -- JSON
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE drafts (
    conversation_id TEXT PRIMARY KEY NOT NULL,  -- empty for a chat that does not exist yet
    text TEXT NOT NULL,
    task TEXT NOT NULL,
    attachments TEXT NOT NULL,         -- JSON list of name, text, size_bytes, sha256
    saved_at TEXT NOT NULL
) STRICT;

-- Full-text search. A message enters the index when it is no longer being written.
CREATE VIRTUAL TABLE messages_fts USING fts5 (
    text, content = 'messages', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER messages_fts_insert AFTER INSERT ON messages WHEN NEW.state <> 'streaming' BEGIN
    INSERT INTO messages_fts (rowid, text) VALUES (NEW.number, NEW.text);
END;
CREATE TRIGGER messages_fts_delete AFTER DELETE ON messages WHEN OLD.state <> 'streaming' BEGIN
    INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', OLD.number, OLD.text);
END;
CREATE TRIGGER messages_fts_update_old AFTER UPDATE OF text, state ON messages WHEN OLD.state <> 'streaming' BEGIN
    INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', OLD.number, OLD.text);
    INSERT INTO messages_fts (rowid, text) SELECT NEW.number, NEW.text WHERE NEW.state <> 'streaming';
END;
CREATE TRIGGER messages_fts_update_new AFTER UPDATE OF text, state ON messages
WHEN OLD.state = 'streaming' AND NEW.state <> 'streaming' BEGIN
    INSERT INTO messages_fts (rowid, text) VALUES (NEW.number, NEW.text);
END;
CREATE VIRTUAL TABLE titles_fts USING fts5 (
    title, content = 'conversations', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);
CREATE TRIGGER titles_fts_insert AFTER INSERT ON conversations BEGIN
    INSERT INTO titles_fts (rowid, title) VALUES (NEW.number, NEW.title);
END;
CREATE TRIGGER titles_fts_delete AFTER DELETE ON conversations BEGIN
    INSERT INTO titles_fts (titles_fts, rowid, title) VALUES ('delete', OLD.number, OLD.title);
END;
CREATE TRIGGER titles_fts_update AFTER UPDATE OF title ON conversations BEGIN
    INSERT INTO titles_fts (titles_fts, rowid, title) VALUES ('delete', OLD.number, OLD.title);
    INSERT INTO titles_fts (rowid, title) VALUES (NEW.number, NEW.title);
END;

-- For people who open the file in Datasette or the sqlite3 shell.
CREATE VIEW spend_by_day AS
SELECT substr(at, 1, 10) AS utc_day,
       count(*) AS calls,
       sum(opens_answer) AS answers,
       sum(input_total) AS input_tokens,
       sum(output_total) AS output_tokens,
       sum(coalesce(billed_nano, 0)) / 1e9 AS cloud_usd,
       sum(coalesce(electric_nano, 0)) / 1e9 AS electricity_usd,
       sum(coalesce(hardware_nano, 0)) / 1e9 AS hardware_usd,
       sum(source <> 'local' AND billed_nano IS NULL) AS calls_without_a_price
FROM ledger GROUP BY utc_day;
CREATE VIEW spend_by_model AS
SELECT source, model,
       count(*) AS calls,
       sum(input_total) AS input_tokens,
       sum(output_total) AS output_tokens,
       sum(coalesce(billed_nano, 0)) / 1e9 AS cloud_usd,
       sum(coalesce(electric_nano, 0)) / 1e9 AS electricity_usd,
       sum(output_total) / nullif(sum(decode_seconds), 0) AS output_tokens_per_second
FROM ledger GROUP BY source, model;
CREATE VIEW chat_messages AS
SELECT c.title AS chat, m.created_at, m.role, m.text, m.model, m.state, m.task, m.id AS message_id, c.id AS chat_id
FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE c.deleted_at IS NULL ORDER BY c.updated_at DESC, m.number;
"""
