"""The address of a warehouse as it may be shown."""

import re

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_SECRET = re.compile("pass|secret|token|key", re.IGNORECASE)


def without_password(url: str) -> str:
    """A URL that may be shown: neither its password nor what only might be one."""
    try:
        shown = make_url(url)
    except (ArgumentError, ValueError):
        return "not a URL; it is not shown, as it may hold a password"
    if "@" in (shown.host or ""):
        return "a URL whose password is not percent-encoded; it is not shown"
    secrets = [name for name in shown.query if _SECRET.search(name)]
    return shown.difference_update_query(secrets).render_as_string(hide_password=True)
