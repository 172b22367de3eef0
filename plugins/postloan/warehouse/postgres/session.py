"""What a session on PostgreSQL must be before anything is run in it."""

from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from postloan.errors import WarehouseError

SESSION = """
    SET TimeZone = 'UTC';
    SET client_min_messages = 'warning';
    -- What is read is mostly what other SELECTs made; how many rows these give is a guess. Where
    -- it is far too low, a nested loop reads millions of rows again and again: the monthly scores
    -- of 100,000 loans took 7.5 seconds without it, and were not done after 8 minutes with it.
    SET enable_nestloop = off;
    -- Compiling a large statement takes longer than running it once.
    SET jit = off;
    -- A day's statements are few and large; the server's default of 4 MB would sort them on disk.
    SELECT set_config('work_mem', '64MB', false) FROM pg_settings
    WHERE name = 'work_mem' AND setting::int < 65536;
    SELECT set_config('hash_mem_multiplier', '4', false) FROM pg_settings
    WHERE name = 'hash_mem_multiplier' AND setting::numeric < 4
"""
CODE_POINT_LOCALES = ("C", "POSIX", "C.UTF-8", "C.UTF8", "C.utf8", "PG_UNICODE_FAST")
"""Locales of the C library and of PostgreSQL that order text by code point."""
DATABASE = """
    SELECT current_database()::text, pg_encoding_to_char(encoding), datlocprovider::text,
        CASE WHEN datlocprovider = 'c' THEN datcollate
             ELSE to_jsonb(d) ->> CASE WHEN to_jsonb(d) ? 'datlocale'
                                       THEN 'datlocale' ELSE 'daticulocale' END END
    FROM pg_database AS d WHERE datname = current_database()
"""


def postgres_url(url: str) -> URL:
    """The URL with the driver that the product uses.

    Raises:
        WarehouseError: the text is no URL; the message does not repeat it, it may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or "@" in (parsed.host or ""):
        raise WarehouseError(
            "POSTLOAN_WAREHOUSE is no valid PostgreSQL URL. Write postgresql://user:password@host:"
            "port/database, with special characters in the password percent-encoded (@ is %40)."
        )
    return parsed.set(drivername="postgresql+psycopg")


def compares_by_code_point(encoding: str, provider: str, locale: str) -> bool:
    """Whether a database with these properties sorts text as the other engines do.

    Args:
        encoding: name of the encoding.
        provider: `c` for the C library, `b` for builtin, `i` for ICU (always a language order).
        locale: default collation of the database.
    """
    return encoding == "UTF8" and provider != "i" and locale in CODE_POINT_LOCALES


def prepare(connection: Any) -> None:
    """Set a session of psycopg up, in a database that compares text as the other engines do.

    Raises:
        WarehouseError: the database has a language collation or another encoding than UTF-8.
    """
    connection.execute(SESSION)
    database, encoding, provider, locale = connection.execute(DATABASE).fetchone()
    if not compares_by_code_point(encoding, provider, locale):
        raise WarehouseError(
            f"Database {database} has encoding {encoding} and collation {locale}; the "
            f"warehouse needs UTF8 and text in code point order. Create one with: CREATE "
            f"DATABASE {database} TEMPLATE template0 ENCODING 'UTF8' "
            f"LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8' "
            f"(before PostgreSQL 17: … ENCODING 'UTF8' LOCALE 'C')."
        )
