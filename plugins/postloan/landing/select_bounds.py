"""What a SELECT of a mapping or a connector may reach: its tables, and nothing else.

The engine opens no file for it, and no function is called that asks the clock, chance, the session
or the machine: the same files give the same deliveries, whoever brings them in and when.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from postloan.landing.writer import literal

_WITHOUT_BRACKETS = frozenset(
    (
        *("current_catalog", "current_date", "current_role", "current_schema", "current_time"),
        *("current_timestamp", "current_user", "localtime", "localtimestamp", "session_user"),
    )
)
"""Called without brackets where no column has the name."""
_BESIDES = _WITHOUT_BRACKETS | frozenset(
    ("ago", "current_localtime", "current_localtimestamp", "getenv", "user", "version")
)
"""What the engine's own list calls consistent, tells no more of, or only its command line has."""
_HARMLESS = frozenset(["error"])
"""It gives no answer at all, and says so on purpose."""

_INCONSISTENT = """
    select distinct lower(function_name) as name
    from duckdb_functions()
    where stability <> 'CONSISTENT'
"""


def close_the_door(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Whatever a SELECT says, no file is opened for it from now on but below a folder."""
    for setting in (
        f"allowed_directories = [{literal(str(folder))}, {literal(str(folder.resolve()))}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")


def outside_functions(connection: duckdb.DuckDBPyConnection, select: str) -> list[str]:
    """Functions in a SELECT whose answer does not depend on what they are given alone.

    Args:
        connection: knows which functions these are, and how the engine reads the SELECT.
        select: the SELECT; one that is none is left to whoever runs it.
    """
    inconsistent = {name for (name,) in connection.execute(_INCONSISTENT).fetchall()}
    forbidden = (inconsistent | _BESIDES) - _HARMLESS
    told = connection.execute("select json_serialize_sql(?)", [select]).fetchone()
    return sorted(set(_called(json.loads(told[0] if told else "{}"), forbidden)))


def _called(node: Any, forbidden: frozenset[str] | set[str]) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _called(part, forbidden)
    elif isinstance(node, dict):
        name = str(node.get("function_name", "")).lower()
        # The time from one date on until now, not until another.
        is_until_now = name == "age" and len(node.get("arguments") or ()) == 1
        if name in forbidden or is_until_now:
            yield f"{name}()"
        names = [str(n).lower() for n in node.get("column_names") or ()]
        if len(names) == 1 and names[0] in _WITHOUT_BRACKETS:
            yield names[0]
        for part in node.values():
            yield from _called(part, forbidden)
