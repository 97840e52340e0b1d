"""Version 2 of the schema: the ledger's sums per day and hour. Never edited again: a change is a new version.

Reading every row for the totals of all time took 1.5 seconds for a million rows (imports bring that many), and the
meter asks after each answer. Rows never change, so sums can be kept by triggers and stay exact.
"""

SUMS = {
    "calls": "{row}kind <> 'correction'",
    "answers": "{row}opens_answer",
    "input_total": "{row}input_total",
    "resent": "{row}resent",
    "reused": "{row}cache_read",
    "output_total": "{row}output_total",
    "reasoning": "{row}reasoning",
    "electric_nano": "coalesce({row}electric_nano, 0)",
    "electric_low_nano": "coalesce({row}electric_low_nano, 0)",
    "electric_high_nano": "coalesce({row}electric_high_nano, 0)",
    "hardware_nano": "coalesce({row}hardware_nano, 0)",
    "billed_nano": "coalesce({row}billed_nano, 0)",
    "energy_joules": "coalesce({row}energy_joules, 0.0)",
    "seconds": "{row}seconds",
    "unbilled": "{row}source <> 'local' AND {row}billed_nano IS NULL AND {row}kind <> 'correction'",
    "estimated_rows": "{row}usage_state <> 'reported'",
}
"""What is summed, as SQL over a ledger row (`{row}` is a prefix such as `NEW.`)."""

BILL_SUMS = {
    "priced": "{row}expected_nano IS NOT NULL",
    "expected_nano": "coalesce({row}expected_nano, 0)",
    "low_nano": "coalesce({row}low_nano, 0)",
    "high_nano": "coalesce({row}high_nano, 0)",
}
"""The same over a row of `equivalents`."""

_REAL = ("energy_joules", "seconds")


def _columns(sums: dict[str, str]) -> str:
    return "".join(f"    {name} {'REAL' if name in _REAL else 'INTEGER'} NOT NULL,\n" for name in sums)


def _values(sums: dict[str, str]) -> str:
    return ", ".join(expression.format(row="NEW.") for expression in sums.values())


def _additions(sums: dict[str, str]) -> str:
    return ", ".join(f"{name} = {name} + excluded.{name}" for name in sums)


def _summed(sums: dict[str, str]) -> str:
    return ", ".join(f"sum({expression.format(row='')})" for expression in sums.values())


GRAINS = {"day": 10, "hour": 13}
"""Sums are kept for UTC days and UTC hours; a span is that many first characters of the rows' time."""


def _backfill(grain: str, length: int) -> str:
    return f"""
INSERT INTO ledger_sums SELECT '{grain}', substr(at, 1, {length}) AS span, source = 'local' AS is_local, {_summed(SUMS)}
FROM ledger GROUP BY span, is_local;
INSERT INTO equivalent_sums SELECT reference, '{grain}', substr(at, 1, {length}) AS span, {_summed(BILL_SUMS)}
FROM equivalents WHERE source = 'local' GROUP BY reference, span;
INSERT INTO equivalent_sums SELECT '', '{grain}', substr(at, 1, {length}) AS span, {_summed(BILL_SUMS)}
FROM equivalents WHERE source = 'local' AND came_with_row = 1 GROUP BY span;
"""  # noqa: S608


def _triggers(grain: str, length: int) -> str:
    span = f"substr(NEW.at, 1, {length})"
    return f"""
CREATE TRIGGER ledger_sums_{grain} AFTER INSERT ON ledger BEGIN
    INSERT INTO ledger_sums (grain, span, is_local, {", ".join(SUMS)})
    VALUES ('{grain}', {span}, NEW.source = 'local', {_values(SUMS)})
    ON CONFLICT (grain, span, is_local) DO UPDATE SET {_additions(SUMS)};
END;
CREATE TRIGGER equivalent_sums_{grain} AFTER INSERT ON equivalents WHEN NEW.source = 'local' BEGIN
    INSERT INTO equivalent_sums (reference, grain, span, {", ".join(BILL_SUMS)})
    VALUES (NEW.reference, '{grain}', {span}, {_values(BILL_SUMS)})
    ON CONFLICT (reference, grain, span) DO UPDATE SET {_additions(BILL_SUMS)};
END;
CREATE TRIGGER equivalent_sums_{grain}_of_the_moment AFTER INSERT ON equivalents
WHEN NEW.source = 'local' AND NEW.came_with_row = 1 BEGIN
    INSERT INTO equivalent_sums (reference, grain, span, {", ".join(BILL_SUMS)})
    VALUES ('', '{grain}', {span}, {_values(BILL_SUMS)})
    ON CONFLICT (reference, grain, span) DO UPDATE SET {_additions(BILL_SUMS)};
END;
"""  # noqa: S608


# The text is made of the constants above alone.
VERSION_2 = f"""
CREATE TABLE ledger_sums (
    grain TEXT NOT NULL,               -- day or hour
    span TEXT NOT NULL,                -- 2026-11-21 or 2026-11-21T05, UTC
    is_local INTEGER NOT NULL,
{_columns(SUMS)}    PRIMARY KEY (grain, span, is_local)
) STRICT, WITHOUT ROWID;
-- Bills of local rows. The empty reference holds the bills that came with their rows.
CREATE TABLE equivalent_sums (
    reference TEXT NOT NULL,
    grain TEXT NOT NULL,
    span TEXT NOT NULL,
{_columns(BILL_SUMS)}    PRIMARY KEY (reference, grain, span)
) STRICT, WITHOUT ROWID;
{"".join(_backfill(grain, length) for grain, length in GRAINS.items())}
{"".join(_triggers(grain, length) for grain, length in GRAINS.items())}
CREATE INDEX equivalents_by_conversation ON equivalents (conversation_id, reference) WHERE conversation_id IS NOT NULL;
CREATE INDEX equivalents_that_came_with_rows ON equivalents (at) WHERE came_with_row = 1;
"""
