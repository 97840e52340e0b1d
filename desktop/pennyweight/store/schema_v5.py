"""Version 5 of the schema: project tags, and views in dollars. Never edited again.

A tag belongs to a conversation, here or in an imported log, and not to a ledger row: it may be changed at any time
without touching the ledger, and it outlives the chat, so that past spend stays with its project.
"""

VERSION_5 = """
CREATE TABLE project_tags (
    conversation_id TEXT PRIMARY KEY NOT NULL,  -- of a chat here, or of a session of an imported log
    project TEXT NOT NULL CHECK (project <> ''),
    set_by TEXT NOT NULL CHECK (set_by IN ('person', 'import')),
    set_at TEXT NOT NULL
) STRICT;
CREATE INDEX project_tags_by_project ON project_tags (project);

-- For people who open the file in Datasette or the sqlite3 shell: every call with its chat, its project and dollars.
CREATE VIEW calls AS
SELECT l.at AS utc_time,
       l.source,
       CASE WHEN l.origin = 'pennyweight' THEN '' ELSE substr(l.origin, 1, instr(l.origin || ':', ':') - 1) END
           AS imported_from,
       l.model, l.task,
       c.title AS chat,
       p.project,
       l.input_total AS input_tokens,
       CASE WHEN l.source = 'local' THEN l.resent ELSE max(l.resent, l.cache_read) END AS resent_tokens,
       l.cache_read AS cached_tokens,
       l.output_total AS output_tokens,
       l.reasoning AS reasoning_tokens,
       l.usage_state,
       l.seconds,
       l.energy_joules,
       l.energy_source,
       l.billed_nano / 1e9 AS cloud_usd,
       l.electric_nano / 1e9 AS electricity_usd,
       l.hardware_nano / 1e9 AS hardware_usd,
       e.reference_name AS equivalent_model,
       e.expected_nano / 1e9 AS equivalent_usd,
       l.priced_as, l.price_source, l.rate_card, l.origin, l.note,
       l.id AS ledger_id
FROM ledger l
LEFT JOIN equivalents e ON e.reference = l.equivalent_reference AND e.ledger_number = l.number
LEFT JOIN conversations c ON c.id = l.conversation_id AND c.deleted_at IS NULL
LEFT JOIN project_tags p ON p.conversation_id = l.conversation_id;
CREATE VIEW spend_by_project AS
SELECT coalesce(p.project, '') AS project,
       sum(l.kind <> 'correction') AS calls,
       sum(l.input_total) AS input_tokens,
       sum(l.output_total) AS output_tokens,
       sum(coalesce(l.billed_nano, 0)) / 1e9 AS cloud_usd,
       sum(coalesce(l.electric_nano, 0)) / 1e9 AS electricity_usd,
       sum(l.source <> 'local' AND l.billed_nano IS NULL AND l.kind <> 'correction') AS calls_without_a_price
FROM ledger l LEFT JOIN project_tags p ON p.conversation_id = l.conversation_id GROUP BY 1;
"""
