"""Version 6 of the schema: bills and estimates of an undone import are kept, as its ledger rows are.

Never edited again: a change is a new version.
"""

VERSION_6 = """
CREATE TABLE provider_bills_undone AS SELECT *, '' AS undone_at FROM provider_bills WHERE 0;
CREATE INDEX provider_bills_undone_by_import ON provider_bills_undone (import_id);
CREATE TABLE import_estimates_undone AS SELECT *, '' AS undone_at FROM import_estimates WHERE 0;
CREATE INDEX import_estimates_undone_by_import ON import_estimates_undone (import_id);
CREATE INDEX ledger_undone_by_import ON ledger_undone (import_id);
-- An import that was taken back and then put back is a new import, made of what the old one left behind.
ALTER TABLE imports ADD COLUMN put_back_as TEXT NOT NULL DEFAULT '';
CREATE INDEX import_estimates_by_time ON import_estimates (at);
"""
