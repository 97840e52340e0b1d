"""Version 10 of the schema: what had been sent before, by one rule. Never edited again: a change is a new version.

Before, the sums of the meter left out what providers' caches held, and the view counted it for calls of this program
too, which knows of each of its turns what had been sent. The index is the way from a chat's last message up to its
first: the list of chats goes it without reading a message.
"""

from pennyweight.store import schema_v2
from pennyweight.store.schema_v2 import GRAINS

RESENT = "CASE WHEN {row}origin = 'pennyweight' THEN {row}resent ELSE max({row}resent, {row}cache_read) END"
"""As `LedgerEntry.sent_before`: `{row}` is a prefix such as `NEW.`."""
SUMS = schema_v2.SUMS | {"resent": RESENT}
"""What is summed, as SQL over a ledger row."""


def _grain(grain: str, length: int) -> str:
    values = ", ".join(expression.format(row="NEW.") for expression in SUMS.values())
    more = ", ".join(f"{name} = {name} + excluded.{name}" for name in SUMS)
    less = ", ".join(f"{name} = {name} - ({expression.format(row='OLD.')})" for name, expression in SUMS.items())
    return f"""
DROP TRIGGER ledger_sums_{grain};
CREATE TRIGGER ledger_sums_{grain} AFTER INSERT ON ledger BEGIN
    INSERT INTO ledger_sums (grain, span, is_local, {", ".join(SUMS)})
    VALUES ('{grain}', substr(NEW.at, 1, {length}), NEW.source = 'local', {values})
    ON CONFLICT (grain, span, is_local) DO UPDATE SET {more};
END;
DROP TRIGGER ledger_sums_{grain}_of_undone;
CREATE TRIGGER ledger_sums_{grain}_of_undone AFTER DELETE ON ledger BEGIN
    UPDATE ledger_sums SET {less}
    WHERE grain = '{grain}' AND span = substr(OLD.at, 1, {length}) AND is_local = (OLD.source = 'local');
END;
UPDATE ledger_sums SET resent = resent + cached.more FROM (
    SELECT substr(at, 1, {length}) AS span, source = 'local' AS is_local, sum({RESENT.format(row="")} - resent) AS more
    FROM ledger WHERE origin <> 'pennyweight' GROUP BY 1, 2
) AS cached WHERE ledger_sums.grain = '{grain}' AND ledger_sums.span = cached.span
    AND ledger_sums.is_local = cached.is_local;
"""  # noqa: S608 - our own text


VERSION_10 = f"""
{"".join(_grain(grain, length) for grain, length in GRAINS.items())}
CREATE INDEX messages_path ON messages (id, parent_id, role);
DROP VIEW calls;
CREATE VIEW calls AS
SELECT l.at AS utc_time,
       l.source,
       CASE WHEN l.origin = 'pennyweight' THEN '' ELSE substr(l.origin, 1, instr(l.origin || ':', ':') - 1) END
           AS imported_from,
       l.model, l.task,
       c.title AS chat,
       p.project,
       l.input_total AS input_tokens,
       {RESENT.format(row="l.")} AS resent_tokens,
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
"""  # noqa: S608
