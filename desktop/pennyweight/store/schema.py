"""The schema: its version, and what belongs to it.

Times are UTC text of fixed width, `2026-11-21T05:45:26.000000Z`, so that they sort, compare and read as they are.
Money is INTEGER nano-dollars (1 USD = 1,000,000,000). JSON columns hold one object or list as text.
"""

from __future__ import annotations

import re

from pennyweight.store.handle import Database
from pennyweight.store.schema_v1 import VERSION_1
from pennyweight.store.schema_v2 import VERSION_2
from pennyweight.store.schema_v3 import VERSION_3
from pennyweight.store.schema_v4 import VERSION_4
from pennyweight.store.schema_v5 import VERSION_5
from pennyweight.store.schema_v6 import VERSION_6
from pennyweight.store.schema_v7 import VERSION_7
from pennyweight.store.schema_v8 import VERSION_8
from pennyweight.store.schema_v9 import VERSION_9
from pennyweight.store.schema_v10 import VERSION_10

APPLICATION_ID = 0x50574754
"""`PWGT`: marks the file as ours, also for `file(1)`."""

SCRIPTS = (
    VERSION_1,
    VERSION_2,
    VERSION_3,
    VERSION_4,
    VERSION_5,
    VERSION_6,
    VERSION_7,
    VERSION_8,
    VERSION_9,
    VERSION_10,
)
"""From each version of the schema to the next, the first from nothing."""
CURRENT_VERSION = len(SCRIPTS)
_NAMED = re.compile(r"^(CREATE|DROP)(?: VIRTUAL)? (TABLE|TRIGGER) (?:IF (?:NOT )?EXISTS )?(\w+)", re.MULTILINE)


def missing_part(db: Database) -> str:
    """The first table or trigger of the current schema that `db` lacks, as words; empty if it has all."""
    wanted: dict[str, str] = {}
    for verb, kind, name in _NAMED.findall("".join(SCRIPTS)):
        if verb == "CREATE":
            wanted[name] = kind.lower()
        else:
            wanted.pop(name, None)
    there = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    return next((f"the {kind} {name} is missing" for name, kind in wanted.items() if name not in there), "")


def version_of(db: Database) -> int:
    """The schema version of a database; 0 for an empty one."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def is_ours(db: Database) -> bool:
    """True for a database of this program and for one without any table."""
    if int(db.execute("PRAGMA application_id").fetchone()[0]) == APPLICATION_ID:
        return True
    return db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
