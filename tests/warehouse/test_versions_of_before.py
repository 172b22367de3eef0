"""A warehouse of before, with a history beside each restated table, goes on as one of versions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from postloan.contracts import Table, catalogue
from postloan.contracts.model import VERSION_COLUMNS, VERSION_NO
from postloan.delinquency.past_due import loan_versions
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.migration import LEDGER, bring_up_to_date
from postloan.warehouse.statements import dropping

DAY = date(2026, 11, 10)
FROM, BEFORE, NUMBER = VERSION_COLUMNS
KNOWN_ON = replace(FROM, name="known_on", required=False)
BELIEF_NO = replace(NUMBER, name="belief_no")
RESTATED = tuple(t for t in catalogue().tables.values() if t.keeps_versions)


@pytest.fixture
def of_before(warehouse_url: str) -> Iterator[Warehouse]:
    """The tables as they were until 2026-11."""
    with open_warehouse(warehouse_url) as warehouse:
        for table in RESTATED:
            history = (*table.made_columns, FROM, replace(BEFORE, required=True), BELIEF_NO)
            lay_anew(warehouse, replace(table, columns=(*table.made_columns, KNOWN_ON)))
            lay_anew(warehouse, replace(table, name=f"{table.name}_history", columns=history))
        newest = warehouse.scalar(f"select max(change_no) as n from {LEDGER}")
        row = {"table_name": "loan_stage", "change": "created", "contract_version": "1.0.0"}
        shape = {"key_columns": "business_date, loan_id", "partition_column": "business_date"}
        entry = {"change_no": newest + 1, "fingerprint": "of before", **row, **shape}
        warehouse.append_rows(LEDGER, [entry])
        yield warehouse


def lay_anew(warehouse: Warehouse, table: Table) -> None:
    warehouse.run(dropping(table.name), {})
    warehouse.create_table(table)


def stage(loan_id: str, days: int, **system_time: object) -> dict[str, object]:
    """A row of `loan_stage`; of the rest of its columns what the contract requires."""
    table = catalogue().tables["loan_stage"]
    required = {c.name: _any_of(c.sql_type, c.enum) for c in table.made_columns if c.required}
    named = {"business_date": DAY, "loan_id": loan_id, "days_past_due": days}
    return {**required, **named, **system_time}


def _any_of(sql_type: str, enum: tuple[str, ...]) -> object:
    fillers = {"date": DAY, "boolean": False, "integer": 0, "varchar": enum[0] if enum else "x"}
    return fillers.get(sql_type, 0)


def fill(warehouse: Warehouse, name: str, *rows: dict[str, object]) -> None:
    columns = list(rows[0])
    warehouse.insert_rows(name, columns, [tuple(r[c] for c in columns) for r in rows])


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def test_what_was_known_and_what_is_stand_in_one_table(of_before: Warehouse) -> None:
    fill(of_before, "loan_stage", stage("L1", 3, known_on=later(5)), stage("L2", 4, known_on=None))
    fill(
        of_before,
        "loan_stage_history",
        stage("L1", 5, known_from=DAY, known_before=later(4), belief_no=1),
        stage("L1", 6, known_from=later(4), known_before=later(5), belief_no=2),
        stage("GONE", 9, known_from=DAY, known_before=DAY, belief_no=1),
    )

    changes = {(c.table.name, c.what) for c in bring_up_to_date(of_before)}

    assert ("loan_stage", "versions of loan_stage_history taken in") in changes
    found = of_before.fetch(
        "select loan_id, version_no, days_past_due, known_from, known_before from loan_stage "
        "order by loan_id, version_no"
    )
    assert found == [
        ("GONE", 1, 9, DAY, DAY),
        ("L1", 1, 5, DAY, later(4)),
        ("L1", 2, 6, later(4), later(5)),
        ("L1", 3, 3, later(5), None),
        ("L2", 1, 4, DAY, None),
    ]
    assert [v.days_past_due for v in loan_versions(of_before, "L1", DAY)] == [5, 6, 3]
    current = "select loan_id, days_past_due from current_loan_stage order by loan_id"
    assert of_before.fetch(current) == [("L1", 3), ("L2", 4)]


def test_the_histories_are_gone_and_the_next_opening_changes_nothing(of_before: Warehouse) -> None:
    fill(of_before, "loan_stage", stage("L1", 3, known_on=DAY))
    bring_up_to_date(of_before)
    # A lake keeps the name of a table that is empty.
    left = [name for t in RESTATED if of_before.table_exists(name := f"{t.name}_history")]
    assert not any(of_before.scalar(f"select count(*) as n from {name}") for name in left)
    assert [shape(of_before, t) for t in RESTATED] == [
        tuple((c.name, c.required) for c in sorted(t.columns, key=lambda c: c.name))
        for t in RESTATED
    ]
    assert bring_up_to_date(of_before) == ()
    assert of_before.count("loan_stage") == 1


def shape(warehouse: Warehouse, table: Table) -> tuple[tuple[str, bool], ...]:
    columns = warehouse.held_columns()[table.name]
    return tuple((c.name, c.required) for c in sorted(columns, key=lambda c: c.name))


def test_whoever_is_killed_on_the_way_finds_the_tables_of_before(
    of_before: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(of_before, "loan_stage", stage("L1", 3, known_on=DAY))
    before = of_before.fetch("select * from loan_stage")

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(of_before, "append_from", killed)
        with pytest.raises(KeyboardInterrupt):
            bring_up_to_date(of_before)

    assert of_before.fetch("select * from loan_stage") == before
    assert VERSION_NO not in {n for n, _ in shape(of_before, catalogue().tables["loan_stage"])}
    bring_up_to_date(of_before)
    assert of_before.fetch("select version_no from loan_stage") == [(1,)]
