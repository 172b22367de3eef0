"""Personal data is classified in the contracts and masked by its class."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlglot import exp

from postloan.cli import main
from postloan.contracts import Column, catalogue
from postloan.contracts.masking import mask_of, masked
from postloan.errors import ContractError, WarehouseError
from postloan.warehouse import Warehouse, open_warehouse
from postloan.warehouse.masked_rows import masked_rows, table_named
from postloan.warehouse.statement import Statement

DAY = date(2026, 11, 20)
PERSONAL_NAMES = re.compile(
    r"(^|_)(customer_name|contact_name|phone|mobile|id_number|address|email|birth_on|deceased_on"
    r"|relation|raw_text|evidence|employer_name|new_value|old_value)$"
)


def column(name: str, mask: str = "") -> Column:
    return Column(name, name, "", "string", "varchar", classification="personal", mask=mask)


def test_every_column_whose_name_says_person_is_classified() -> None:
    known = catalogue()
    tables = [*known.tables.values(), *(t.table for t in known.task_files.values())]
    found = [(t.name, c) for t in tables for c in t.columns if PERSONAL_NAMES.search(c.name)]
    assert len(found) > 10
    assert [(t, c.name) for t, c in found if not c.is_personal] == []


def test_every_personal_column_has_a_mask_that_there_is() -> None:
    for table in catalogue().tables.values():
        for found in table.columns:
            if found.is_personal:
                assert mask_of(found)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("customer_name", "张三丰", "张*"),
        ("customer_name", "张", "***"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "12345678", "***"),
        ("id_number", "110101199001011234", "110***34"),
        # The older form: the birth is in places 7 to 12.
        ("id_number", "110101900101123", "110***23"),
        ("address", "广东省深圳市南山区一号", "广东省深圳市***"),
        ("address", "广东省深圳市", "***"),
        ("email", "zhang@example.com", "z***"),
        ("remarks", "anything at all", "***"),
        ("phone", None, None),
        ("remarks", None, None),
    ],
)
def test_what_a_masked_value_looks_like(
    warehouse: Warehouse, name: str, value: str | None, shown: str | None
) -> None:
    source = exp.select(exp.cast(exp.Placeholder(this="value"), "varchar").as_(name)).subquery(
        "given"
    )
    select = exp.select(masked(column(name))).from_(source)
    assert list(warehouse.stream_rows(Statement(select), {"value": value})) == [(shown,)]


def test_numbers_and_dates_are_hidden_altogether() -> None:
    assert mask_of(replace(column("birth_on"), sql_type="date")) == "text"
    assert mask_of(replace(column("phone"), sql_type="bigint")) == "text"


def test_a_contract_may_state_the_mask_but_only_one_there_is() -> None:
    assert mask_of(column("reached_at", mask="phone")) == "phone"
    with pytest.raises(ContractError, match=r"mask 'half' is none of name, phone"):
        mask_of(column("reached_at", mask="half"))


def customers(*ids: str) -> list[dict[str, object]]:
    return [
        {
            "customer_id": i,
            "customer_name": "测试甲",
            "phone": "13900001111",
            "birth_on": date(1990, 1, 1),
            "received_on": DAY,
            "line_no": n,
        }
        for n, i in enumerate(ids, start=2)
    ]


def test_rows_are_found_by_date_and_key_and_always_masked(warehouse: Warehouse) -> None:
    warehouse.append_rows("customer", customers("C1", "C2", "C3"))
    table = table_named("customer")
    place = {c: n for n, c in enumerate(table.column_names)}
    rows = list(masked_rows(warehouse, table, day=DAY, keys={"customer_id": "C2"}))
    assert [r[place["customer_id"]] for r in rows] == ["C2"]
    assert rows[0][place["customer_name"]] == "测*"
    assert rows[0][place["phone"]] == "139****1111"
    assert rows[0][place["birth_on"]] == "***"
    assert len(list(masked_rows(warehouse, table, limit=2))) == 2
    assert list(masked_rows(warehouse, table, day=date(2026, 11, 19))) == []


def test_only_tables_and_keys_of_the_contracts_are_asked(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match=r"There is no table 'customers'. Tables: .*customer"):
        table_named("customers")
    table = table_named("customer")
    with pytest.raises(WarehouseError, match="phone is no key column of customer"):
        list(masked_rows(warehouse, table, keys={"phone": "1"}))
    injected = {"customer_id": "C1' or '1'='1"}
    warehouse.append_rows("customer", customers("C1"))
    assert list(masked_rows(warehouse, table, keys=injected)) == []


def test_the_command_prints_no_personal_value(capsys: pytest.CaptureFixture[str]) -> None:
    with open_warehouse() as warehouse:
        warehouse.append_rows("customer", customers("C1"))
    assert main(["data", "show", "customer", "--where-key", "customer_id=C1"]) == 0
    told = capsys.readouterr().out
    assert "139****1111" in told
    assert "13900001111" not in told
    assert "测试甲" not in told
    assert "1 rows of customer" in told
