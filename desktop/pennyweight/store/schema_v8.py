"""Version 8 of the schema: calls to providers that are under way. Never edited again: a change is a new version.

A row has what would stand in the ledger if its process were killed at this moment, so that such a call still gets its
row there. Before, only what it had cost was published, among the settings, and dropped when its process was gone.
"""

VERSION_8 = """
CREATE TABLE running_calls AS
    SELECT *, 0 AS owner_pid, 0.0 AS owner_started, 0 AS sent, 0 AS held_nano FROM ledger WHERE 0;
CREATE UNIQUE INDEX running_calls_by_id ON running_calls (id);
DELETE FROM settings WHERE key >= 'running.cost.' AND key < 'running.cost/';
"""
