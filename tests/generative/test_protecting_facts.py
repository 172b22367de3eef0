"""Whatever protects a customer protects him however it is told, until a person releases it."""

from itertools import chain
from pathlib import Path

import pytest

from postloan.contact.restrictions.release import Release, append_releases, kinds
from postloan.contact.restrictions.waiting import Asked, releases_of
from postloan.contracts import catalogue
from postloan.warehouse import Warehouse
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY, Lender, csv_bytes
from tests.support.planting import FACTS, FORMS, QUEUES, Plant, plants
from tests.support.standing_facts import OFTEN, RIGHT, STANDING, standing_plants

FREE = range(1, 6)
DAMAGED = 460
"""Not so many that the delivery of a feed would be refused as a whole."""


def _files(source: str, planted: list[Plant]) -> dict[str, bytes]:
    """The file of every feed of a source with the rows that were planted in it."""
    lines: dict[str, list[bytes]] = {}
    for plant in planted:
        if catalogue().feeds[plant.feed].source == source:
            lines.setdefault(plant.feed, []).append(plant.line)
    return {
        feed: csv_bytes(feed, ()) + b"".join(line + b"\n" for line in rows)
        for feed, rows in lines.items()
    }


def _release(warehouse: Warehouse, plant: Plant) -> None:
    """A person releases what protects the customer of a plant."""
    releases: tuple[Release, ...] = (Release(plant.kind, plant.customer_id),)
    if plant.form != RIGHT:
        releases = releases_of(warehouse, Asked(customer_id=plant.customer_id))
    append_releases(warehouse, releases, released_by="Officer", reason="looked at the paper")


def _passed(debtors: Debtors, queue: str, planted: list[Plant]) -> list[str]:
    """What let its customer into a file of a queue that it should have kept him from."""
    reached = debtors.reached(queue)
    return [
        f"{queue}: {p.fact}, {p.form}, {p.customer_id}"
        for p in planted
        if queue in p.shuts and p.customer_id in reached
    ]


@pytest.fixture
def engine() -> str:
    """What a row means is settled before the engine; the examples run on every one."""
    return "duckdb"


def test_no_fact_that_protects_lets_a_message_a_call_or_a_case_pass(
    home: Path, warehouse: Warehouse
) -> None:
    damaged = list(plants(FREE.stop, DAMAGED))
    planted = [*damaged, *standing_plants(damaged[-1].number + 1)]
    # Every form and every fact takes part, and often enough.
    assert len(planted) == DAMAGED + OFTEN * len(STANDING) >= 500
    assert {p.form for p in damaged} == {form.__name__ for form in FORMS}
    assert {p.fact for p in damaged} == set(FACTS)

    debtors = Debtors(Lender(home, warehouse))
    debtors.open([*FREE, *(p.number for p in planted)], due_on="2026-08-22")
    for source in catalogue().sources():
        files = _files(source, planted)
        if files or source == "core_banking":
            rows = {feed: content.count(b"\n") - 1 for feed, content in files.items()}
            debtors.lender.send(NEXT_DAY, source, raw=files, rows_told=rows)
    debtors.run()

    # However many rows of a feed are refused, each holds the one it names and nobody else.
    assert debtors.shut() == set()
    assert list(chain.from_iterable(_passed(debtors, q, planted) for q in sorted(QUEUES))) == []
    # Everybody else is written to, called and sued as ever.
    free = {f"C{n}" for n in FREE}
    others = {q: free | {p.customer_id for p in planted if q not in p.shuts} for q in QUEUES}
    assert {q: debtors.reached(q) for q in QUEUES} == others

    # One of each kind is released and is contacted and sued; nobody else is. What was taken back
    # takes a second delivery (`tests/contact/restrictions/test_taken_back.py`); a number that was
    # reported is no fact about its customer (`tests/sql/contact/number_report`).
    chosen = {p.kind: p for p in planted if p.kind}
    assert set(chosen) == set(kinds()) - {"taken_back", "reported_number"}
    for plant in chosen.values():
        _release(warehouse, plant)
    debtors.run()
    vacuum = {p.customer_id for p in chosen.values()}
    assert {q: debtors.reached(q) for q in QUEUES} == {q: others[q] | vacuum for q in QUEUES}
