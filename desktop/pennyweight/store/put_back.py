"""The undo of an undo: the rows an import left behind come back as a new import, under new ids.

What was undone stays in its tables as it was: the ledger remains append-only, and every step can be read later.
"""

from __future__ import annotations

from pennyweight.store.handle import Database

_BESIDE = ("provider_bills", "import_estimates")


def put_back(db: Database, run_id: str, new_id: str, now: str) -> int:
    """Inside the caller's transaction; how many rows there are again. Rows imported anew meanwhile stay as they are."""
    values = {"run": run_id, "new": new_id, "now": now}
    db.execute(
        "INSERT INTO imports (id, kind, path, started_at, state, report)"
        " SELECT :new, kind, path, :now, 'done', report FROM imports WHERE id = :run",
        values,
    )
    db.execute("UPDATE imports SET put_back_as = :new WHERE id = :run", values)
    columns = _columns(db, "ledger", {"number", "id"})
    before = _rows(db)
    db.execute(
        f"INSERT INTO ledger (id, {columns}) SELECT :new || '-' || row_number() OVER (ORDER BY number), {columns}"  # noqa: S608
        " FROM ledger_undone WHERE import_id = :run AND kind <> 'correction' ORDER BY number",
        values,
    )
    ages = _ages(db)
    corrections = db.execute(
        "SELECT id, dedup_key FROM ledger_undone WHERE import_id = :run AND kind = 'correction' ORDER BY number",
        values,
    ).fetchall()
    for place, row in enumerate(corrections, 1):
        if _fits(db, row["dedup_key"], _age(ages, row["id"]), ages):
            db.execute(
                f"INSERT INTO ledger (id, {columns}) SELECT ?, {columns} FROM ledger_undone WHERE id = ?",  # noqa: S608
                [f"{new_id}-c{place}", row["id"]],
            )
    back = _rows(db) - before
    for table in _BESIDE:
        names = _columns(db, table, {"number", "import_id"})
        back += db.execute(
            f"INSERT OR IGNORE INTO {table} (import_id, {names}) SELECT :new, {names}"  # noqa: S608
            f" FROM {table}_undone WHERE import_id = :run ORDER BY number",
            values,
        ).rowcount
    return back


def _fits(db: Database, dedup_key: str, age: int, ages: dict[str, int]) -> bool:
    """A correction brings a row from what it was to what it is: it needs the rows it found, as they were.

    Over a row that a later import brought anew it would count twice; without any row it would be all there is.
    """
    key, _, found = dedup_key.rpartition("#")
    rows = db.execute(
        "SELECT id FROM ledger WHERE dedup_key = :key OR (dedup_key >= :key || '#' AND dedup_key < :key || '$')",
        {"key": key},
    ).fetchall()
    return str(len(rows)) == found and all(_age(ages, row["id"]) <= age for row in rows)


def _ages(db: Database) -> dict[str, int]:
    """Import -> the number of the one that first brought its rows: a row is the same after it was put back."""
    ages: dict[str, int] = {}
    for row in db.execute("SELECT id, number, put_back_as FROM imports ORDER BY number"):
        age = ages.setdefault(row["id"], row["number"])
        if row["put_back_as"]:
            ages[row["put_back_as"]] = age
    return ages


def _age(ages: dict[str, int], ledger_id: str) -> int:
    return ages.get(ledger_id.partition("-")[0], 0)


def _rows(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM ledger").fetchone()[0])


def _columns(db: Database, table: str, without: set[str]) -> str:
    names = [row["name"] for row in db.execute(f"PRAGMA table_info({table})")]
    return ", ".join(name for name in names if name not in without)
