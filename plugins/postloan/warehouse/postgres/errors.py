"""What PostgreSQL says when it cannot work, in words that say what to do."""

import re

import psycopg

from postloan.errors import RunAgainError, WarehouseError

_LOOK = "Look at POSTLOAN_WAREHOUSE"
_AT_THE_DOOR: tuple[tuple[str, type[WarehouseError], str], ...] = (
    (
        r"password authentication failed|no password supplied|authentication failed",
        WarehouseError,
        f"it refuses the user or the password. {_LOOK}: special characters of a password are "
        "percent-encoded.",
    ),
    (
        r"no pg_hba\.conf entry",
        WarehouseError,
        "it lets nobody in from here. Have this machine, user and database added to its "
        "pg_hba.conf.",
    ),
    (
        r'database "[^"]*" does not exist',
        WarehouseError,
        f"it has no such database. {_LOOK}, or make it (docs/engines/postgresql.md).",
    ),
    (
        r'role "[^"]*" does not exist',
        WarehouseError,
        f"it has no such user. {_LOOK}, or make it (docs/engines/postgresql.md).",
    ),
    (
        r"could not translate host name|[Nn]ame or service not known|Name resolution|resolve host",
        RunAgainError,
        f"nobody knows its host. {_LOOK} and at the network, then run it again.",
    ),
    (
        r"too many clients|remaining connection slots|too many connections",
        RunAgainError,
        "it has no connection left. Raise max_connections, or wait, then run it again.",
    ),
    (
        r"starting up|shutting down|recovery mode",
        RunAgainError,
        "it is starting or stopping. Wait, then run it again.",
    ),
)
_ELSE_AT_THE_DOOR = f"it does not answer. Look whether it runs, and {_LOOK[0].lower()}{_LOOK[1:]}."

_AT_WORK: dict[str, tuple[type[WarehouseError], str]] = {
    "53100": (
        RunAgainError,
        "its disk is full. Nothing was written; make room there, then run it again.",
    ),
    "53200": (
        RunAgainError,
        "its memory is used up. Nothing was written; give it more, then run it again.",
    ),
    "53400": (RunAgainError, "a limit of its configuration is reached. Raise it, then run again."),
    "58030": (RunAgainError, "it cannot read or write its files. Look at its disk."),
    "58P01": (WarehouseError, "a file of it is gone. Put its last copy back."),
    "XX001": (WarehouseError, "its data are damaged. Put its last copy back."),
    "XX002": (WarehouseError, "an index of it is damaged. REINDEX, or put its last copy back."),
    "42501": (
        WarehouseError,
        "this user has not the right. Grant it: python -m postloan admin roles --apply, as the "
        "owner of the tables.",
    ),
    "25006": (WarehouseError, f"it is read-only, as a replica is. {_LOOK}: name the primary."),
    "57014": (RunAgainError, "the statement was cancelled there. Run it again."),
    "55P03": (RunAgainError, "another session holds what is needed. Run it again."),
}


def at_the_door(text: str, shown_url: str) -> WarehouseError:
    """Why there is no connection. Nothing of what the server says is repeated.

    Args:
        text: what the driver says.
        shown_url: the address without its password.
    """
    for pattern, kind, told in _AT_THE_DOOR:
        if re.search(pattern, text):
            return kind(f"Cannot reach the warehouse {shown_url}: {told}")
    return RunAgainError(f"Cannot reach the warehouse {shown_url}: {_ELSE_AT_THE_DOOR}")


def at_work(error: psycopg.Error) -> WarehouseError | None:
    """What is wrong with the server; None where it is about the statement."""
    found = _AT_WORK.get(error.sqlstate or "")
    return found[0](f"PostgreSQL refused a statement: {found[1]}") if found else None
