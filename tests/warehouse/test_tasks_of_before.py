"""A warehouse of before, with the columns of all task files in `task`, goes on with payloads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import psycopg
import pytest

from postloan.contracts import Column, Table, catalogue
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.migration import LEDGER, bring_up_to_date
from postloan.warehouse.postgres.roles import VIEWS
from postloan.warehouse.statements import dropping

DAY = date(2026, 11, 10)
NEW = ("reason_code", "content")
WIDE = ("task", "contact_candidate")
TEXT = (
    "script_id", "template_id", "loan_amounts", "loan_stages", "customer_name", "currency",
    "reason_zh", "reason_en", "claim_scope_zh", "claim_scope_en", "severity", "evidence",
)  # fmt: skip


def wide(table: Table) -> Table:
    """A table of tasks as it was until 2026-11."""
    text = [replace(table.column("candidate_key"), name=n, required=False) for n in TEXT]
    amount = Column("amount_due", "x", "x", "number", "decimal(18,2)")
    days = Column("days_past_due", "x", "x", "integer", "integer")
    kept = [c for c in table.columns if c.name not in NEW]
    return replace(table, columns=(*kept, *text, amount, days))


@pytest.fixture
def of_before(warehouse_url: str) -> Iterator[Warehouse]:
    with open_warehouse(warehouse_url) as warehouse:
        for payload in catalogue().payloads().values():
            warehouse.run(dropping(payload.name), {})
        for name in WIDE:
            warehouse.run(dropping(name), {})
            warehouse.create_table(wide(catalogue().tables[name]))
        newest = warehouse.scalar(f"select max(change_no) as n from {LEDGER}")
        keys = ("business_date, queue, revision, task_id", "business_date, queue, candidate_key")
        for place, (name, key) in enumerate(zip(WIDE, keys, strict=True), start=1):
            row = {"table_name": name, "change": "created", "contract_version": "1.0.0"}
            shape = {"key_columns": key, "partition_column": "business_date"}
            entry = {"change_no": newest + place, "fingerprint": "of before", **row, **shape}
            warehouse.append_rows(LEDGER, [entry])
        fill(warehouse, "task", *TASKS)
        fill(warehouse, "contact_candidate", *CANDIDATES)
        yield warehouse


def fill(warehouse: Warehouse, name: str, *rows: dict[str, object]) -> None:
    columns = list(dict.fromkeys(c for row in rows for c in row))
    warehouse.insert_rows(name, columns, [tuple(row.get(c) for c in columns) for row in rows])


def action(task_id: str, queue: str, revision: int, told: str, **said: object) -> dict[str, object]:
    identity = {"business_date": DAY, "queue": queue, "revision": revision, "task_id": task_id}
    fate = {"task_action": told, "candidate_key": f"K-{task_id}", "customer_id": "C1"}
    return {**identity, **fate, **said}


TASKS = (
    action("T1", "call_list", 1, "added", customer_name="测试甲", phone="13900000001",
           script_id="S-1", loan_amounts="L1: 10.00", amount_due="10.00", days_past_due=30,
           reason_zh="电话", reason_en="Call", window_start="2026-11-11 08:00"),
    action("T1", "call_list", 2, "recalled"),
    action("T2", "sms_reminder", 1, "added", phone="13900000002", template_id="SMS",
           amount_due="5.00", days_past_due=3),
    action("T3", "legal_preparation", 1, "added", loan_id="L3", case_id="K3",
           amount_due="900.00", claim_scope_zh="部分", claim_scope_en="part"),
)  # fmt: skip

CANDIDATES = (
    {"business_date": DAY, "queue": "call_list", "candidate_key": "C1|CNY", "script_id": "S-1",
     "customer_id": "C1", "loan_amounts": "L1: 10.00", "loan_stages": "L1 reminder 2026-11-01",
     "amount_due": "10.00"},
    {"business_date": DAY, "queue": "student_alert", "candidate_key": "A1", "customer_id": "C1",
     "severity": "high"},
)  # fmt: skip


def test_what_a_task_said_stands_in_the_payload_of_its_queue(of_before: Warehouse) -> None:
    bring_up_to_date(of_before)

    identity = "select task_id, revision, task_action, phone, case_id, reason_code from task "
    assert of_before.fetch(f"{identity} order by task_id, revision") == [
        ("T1", 1, "added", "13900000001", None, None),
        ("T1", 2, "recalled", None, None, None),
        ("T2", 1, "added", "13900000002", None, None),
        ("T3", 1, "added", None, "K3", None),
    ]
    call = (
        "select task_id, revision, customer_id, customer_name, cast(amount_due as varchar) as a, "
    )
    assert of_before.fetch(f"{call} days_past_due, reason_zh from call_list_payload") == [
        ("T1", 1, "C1", "测试甲", "10.00", 30, "电话")
    ]
    assert of_before.fetch("select task_id, days_past_due from sms_reminder_payload") == [("T2", 3)]
    content = "select queue, task_id, cast(amount_due as varchar) as a, claim_scope_zh "
    assert of_before.fetch(f"{content} from task_content order by task_id") == [
        ("call_list", "T1", "10.00", None),
        ("sms_reminder", "T2", "5.00", None),
        ("legal_preparation", "T3", "900.00", "部分"),
    ]
    assert of_before.fetch("select content from contact_candidate order by queue") == [
        ("S-1|L1: 10.00|L1 reminder 2026-11-01|10.00",),
        ("~|~|~|~",),
    ]


def test_the_tables_are_those_of_the_contracts_and_the_next_opening_changes_nothing(
    of_before: Warehouse,
) -> None:
    bring_up_to_date(of_before)
    held = of_before.held_columns()
    for table in (*(catalogue().tables[n] for n in WIDE), *catalogue().payloads().values()):
        assert {(c.name, c.required) for c in held[table.name]} == {
            (c.name, c.required) for c in table.columns
        }
    assert bring_up_to_date(of_before) == ()


def test_whoever_is_killed_on_the_way_finds_the_tables_of_before(
    of_before: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = of_before.fetch("select * from task order by task_id, revision")

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(of_before, "append_from", killed)
        with pytest.raises(KeyboardInterrupt):
            bring_up_to_date(of_before)

    assert of_before.fetch("select * from task order by task_id, revision") == before
    bring_up_to_date(of_before)
    assert of_before.count("call_list_payload") == 1


@pytest.mark.postgres
def test_the_view_of_a_receiver_comes_back_with_the_columns_it_had(
    of_before: Warehouse, warehouse_url: str
) -> None:
    if of_before.dialect != "postgres":
        pytest.skip("views of receivers are PostgreSQL's")
    published = {"business_date": DAY, "queue": "call_list", "revision": 1, "rows_added": 1}
    more = {"rows_recalled": 0, "contract_version": "1", "header_language": "zh"}
    of_before.append_rows("publication", [{**published, **more, "rule_versions": "x"}])
    view = f"{VIEWS}.call_list"
    with psycopg.connect(warehouse_url, autocommit=True) as owner:
        owner.execute(f"CREATE SCHEMA IF NOT EXISTS {VIEWS}")
        owner.execute(
            f"CREATE VIEW {view} AS SELECT business_date, revision, task_id, customer_name, phone, "
            "reason_zh AS reason FROM task WHERE queue = 'call_list' AND task_action = 'added'"
        )
        before = owner.execute(f"SELECT * FROM {view}").fetchall()
        bring_up_to_date(of_before)
        after = owner.execute(f"SELECT * FROM {view}")
        assert [c.name for c in after.description or ()][2:] == [
            "task_id", "customer_name", "phone", "reason"
        ]  # fmt: skip
        assert after.fetchall() == before == [(DAY, 1, "T1", "测试甲", "13900000001", "电话")]
        owner.execute(f"DROP SCHEMA {VIEWS} CASCADE")
