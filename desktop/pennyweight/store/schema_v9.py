"""Version 9 of the schema: the electricity prices of a period are found without reading its rows.

Never edited again: a change is a new version.
"""

VERSION_9 = """
CREATE INDEX ledger_by_electricity_price ON ledger (usd_per_kwh, at) WHERE usd_per_kwh IS NOT NULL;
"""
