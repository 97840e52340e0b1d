"""Version 3 of the schema: comparisons, and token counts of one text by two tokenizers. Never edited again."""

VERSION_3 = """
CREATE TABLE comparisons (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    task TEXT NOT NULL,
    prompt TEXT NOT NULL,
    attachments TEXT NOT NULL,         -- JSON list of name, text, size_bytes, sha256
    conversation_id TEXT NOT NULL,     -- of the chat it may become; its ledger rows carry it
    blind INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    batch TEXT NOT NULL,
    choice TEXT,                       -- left, right, both, neither; NULL while nothing is chosen
    note TEXT NOT NULL,
    edited TEXT NOT NULL,
    chosen_at TEXT
) STRICT;
CREATE INDEX comparisons_by_time ON comparisons (at);

CREATE TABLE comparison_sides (
    comparison_id TEXT NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,         -- as shown, from left to right
    id TEXT NOT NULL UNIQUE,           -- message_id of its ledger rows
    kept INTEGER NOT NULL,             -- 1 if it was good enough
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    model_name TEXT NOT NULL,
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    state TEXT NOT NULL,
    input_total INTEGER NOT NULL,
    output_total INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    seconds REAL NOT NULL,
    first_token_seconds REAL,
    cost_nano INTEGER,
    joules REAL,
    note TEXT NOT NULL,
    PRIMARY KEY (comparison_id, position)
) STRICT;

-- One text counted here and by a provider.
CREATE TABLE calibration_samples (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    local_model TEXT NOT NULL,
    local_input INTEGER NOT NULL,
    cloud_input INTEGER NOT NULL,
    local_output INTEGER,              -- of the local answer to the same question, where there is one
    cloud_output INTEGER
) STRICT;
CREATE INDEX calibration_samples_by_provider ON calibration_samples (provider, number);

CREATE INDEX ledger_of_the_cloud ON ledger (at, source) WHERE source <> 'local';
"""
