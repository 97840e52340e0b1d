"""The undo of an undo: the rows an import left behind come back as a new import, under new ids.

What was undone stays in its tables as it was: the ledger remains append-only, and every step can be read later.
"""

from __future__ import annotations

from sqlite_utils import Database

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
    before = db.execute("SELECT count(*) FROM ledger").fetchone()[0]
    db.execute(
        f"INSERT INTO ledger (id, {columns}) SELECT :new || '-' || row_number() OVER (ORDER BY number), {columns}"  # noqa: S608
        " FROM ledger_undone WHERE import_id = :run ORDER BY number",
        values,
    )
    back = int(db.execute("SELECT count(*) FROM ledger").fetchone()[0]) - int(before)
    for table in _BESIDE:
        names = _columns(db, table, {"number", "import_id"})
        back += db.execute(
            f"INSERT OR IGNORE INTO {table} (import_id, {names}) SELECT :new, {names}"  # noqa: S608
            f" FROM {table}_undone WHERE import_id = :run ORDER BY number",
            values,
        ).rowcount
    return back


def _columns(db: Database, table: str, without: set[str]) -> str:
    names = [row["name"] for row in db.execute(f"PRAGMA table_info({table})")]
    return ", ".join(name for name in names if name not in without)
