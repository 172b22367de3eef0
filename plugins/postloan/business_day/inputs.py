"""What a business date is a function of: what was delivered for it and before, and the rules.

A date is opened once for every version of these inputs; the fingerprint tells one from another.
"""

import hashlib
import json
from datetime import date
from typing import Any

from postloan.business_day.gates import gate_inputs
from postloan.rules.model import HOUSE, Pack
from postloan.rules.packs import rule_book
from postloan.warehouse import Warehouse

Hashes = dict[date, dict[tuple[str, str], str]]
"""Per date of delivery: (source, feed) -> hash of what was delivered."""


def deliveries_by_date(warehouse: Warehouse) -> Hashes:
    """What was delivered for every date, corrections and orders of a gate included."""
    rows = warehouse.fetch("""
        select business_date, source, feed, file_sha256, contract_version, rows_loaded
        from delivery
        order by business_date, source, feed
    """)
    found: Hashes = {}
    for day, source, feed, sha256, version, loaded in rows:
        found.setdefault(day, {})[source, feed] = f"{sha256}@{version}:{loaded}"
    for day, what, value in gate_inputs(warehouse):
        found.setdefault(day, {})[what] = value
    for day, source, feed, sha256 in warehouse.read_model("delivered_correction"):
        found[day][source, feed] += f"+{sha256}"
    return found


def fingerprint(hashes: Hashes, day: date, before: tuple[date, str] | None) -> str:
    """Hash of everything the date is a function of.

    Older deliveries are in it through the fingerprint of the previous date, one date after another:
    the same inputs have the same fingerprint, whatever the order they came in.

    Args:
        hashes: what was delivered.
        day: the date.
        before: the date that it builds on, with its fingerprint.
    """
    delivered = [
        [d.isoformat(), *key, value]
        for d, found in sorted(hashes.items())
        if d <= day and (before is None or d > before[0])
        for key, value in sorted(found.items())
    ]
    built_on = [before[0].isoformat(), before[1]] if before else None
    rules = [_said(pack) for pack in rule_book().in_force(day)]
    text = json.dumps([delivered, built_on, rules], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _said(pack: Pack) -> dict[str, Any]:
    """What a version says of a date, as it is written.

    Whom it binds has decided that it is in force, and moves no date. What is of the house was once
    of no jurisdiction: the dates of that time have their fingerprint without the word.
    """
    said = dict(pack.document)
    if said.get("jurisdiction") == HOUSE:
        del said["jurisdiction"]
    applies_to = dict(said.pop("applies_to", {}))
    applies_to.pop("actor", None)
    return {**said, "applies_to": applies_to} if applies_to else said
