"""Joining small parts of dates gone by: a table of years shall not lie in thousands of files.

What several writers share grows by a part with every slice. Nobody changes the rows of dates that
lie behind, so there a few small parts become one.
"""

from collections import defaultdict

from postloan.errors import WarehouseError
from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.log import Change, CommitLog, Part, Parts
from postloan.warehouse.spark.store import Store

NEWEST_LEFT = 2
"""So many of the newest dates of a table are left alone: they are being worked on."""


def compact(store: Store, log: CommitLog) -> None:
    """Join small parts, in a commit of its own; if another writer was faster, another time.

    Args:
        store: where the rows are.
        log: which parts count.
    """
    before, change = log.newest(), Change()
    for name, parts in before.tables.items():
        if before.forms[name].partition:
            _join(store, before.forms[name], parts, change)
    if change.is_empty:
        return
    try:
        log.commit(before, change)
    except WarehouseError:
        for name, written in change.added.items():
            store.forget(before.forms[name], written)


def _join(store: Store, form: Form, parts: Parts, change: Change) -> None:
    """Add to a change what joins the small parts of one table."""
    of_date: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        of_date[str(part.partition)].append(part)
    for date in sorted(of_date)[:-NEWEST_LEFT]:
        small = tuple(of_date[date])
        if len(small) > 1 and store.is_small(small):
            change.remove(form.name, small)
            change.add(form.name, store.write_rows(form, store.rows(form, small)))
