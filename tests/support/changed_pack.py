"""A rule pack with something changed in it, as if it were written so."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

from postloan.rules.model import Pack
from postloan.rules.packs import rule_book
from postloan.rules.reading import read_pack

DAY = date(2026, 11, 20)


def changed(name: str, change: Callable[[dict[str, Any]], None]) -> Pack:
    """A pack of the repository, read again with something changed in it."""
    pack = rule_book().pack(name, DAY, Pack)
    document = deepcopy(dict(pack.document))
    change(document)
    return read_pack(document, pack.path)
