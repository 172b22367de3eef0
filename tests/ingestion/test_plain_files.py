"""A plain file that the engine reads itself gives what the careful way gives, row by row."""

from pathlib import Path
from typing import Any

import pytest

from postloan.ingestion.loading import staging
from postloan.ingestion.reading import plain_csv_check as survey_module
from postloan.ingestion.reading.normalise import normalise
from postloan.ingestion.reading.plain_csv_check import survey
from postloan.ingestion.reading.refusals import MAX_RECORD_BYTES
from postloan.warehouse import open_warehouse
from postloan.warehouse.duckdb.engine import DuckDBWarehouse
from postloan.warehouse.migration import bring_up_to_date
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, OPENING_DAY, Lender, csv_bytes

AMOUNTS = (
    "100",
    "100.5",
    "100.50",
    "100.505",
    "0",
    "0.00",
    "-0.00",
    "-1",
    "1e3",
    "+5",
    ".5",
    "5.",
    "1,5",
    "007.10",
    "NaN",
    "inf",
    "x",
    "１２",
    "999999999999.99",
    "-999.99",
    "999999999999.00",
    "9999999999999999.99",
    "99999999999999999.99",
    "123456789012345678901234567890",
)
DATES = (
    "2026-02-28",
    "2026-02-29",
    "2024-02-29",
    "2026-2-1",
    "20260201",
    "0999-01-01",
    "10000-01-01",
    "9999-12-31",
    "infinity",
    "-infinity",
    "2026-13-01",
    "2026-00-10",
    "2026-04-31",
    "today",
    "epoch",
)
NUMBERS = (
    "1",
    "01",
    "-1",
    "2147483647",
    "2147483648",
    "99999999999999999999",
    "1.0",
    "one",
    "",
)


def instalments() -> list[dict[str, str]]:
    """A good row for every bad one, and one odd value in each of the others."""
    odd = [
        *({"amount_due": v} for v in AMOUNTS),
        *({"principal_due": v} for v in AMOUNTS),
        *({"due_on": v} for v in DATES),
        *({"instalment_no": v} for v in NUMBERS),
        {"loan_id": ""},
        {"loan_id": "L" * 65},
        {"loan_id": "L9"},
        {"loan_id": "NULL"},
        {"loan_id": " L1"},
        {"amount_due": " 100.00"},
        {"due_on": ""},
    ]
    rows = []
    for number, values in enumerate(odd, start=100):
        rows.append({**INSTALMENT, "instalment_no": str(number)})
        rows.append({**INSTALMENT, "instalment_no": str(number + 1000), **values})
    orphans = [{**INSTALMENT, "loan_id": "L404", "fee_due": "1", "interest_due": "2.50"}]
    return [*rows, *orphans, {**INSTALMENT, "instalment_no": "100"}]


Outcome = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


def taken_in(home: Path, file: bytes) -> Outcome:
    """Facts and quarantine after one delivery of instalments."""
    with open_warehouse("duckdb:///:memory:") as warehouse:
        bring_up_to_date(warehouse)
        lender = Lender(home, warehouse)
        lender.deliver(customer=[CUSTOMER], loan=[LOAN], raw={"instalment": file})
        columns = "loan_id, instalment_no, due_on, amount_due, principal_due, line_no"
        return (
            warehouse.fetch(f"select {columns} from instalment order by line_no"),
            warehouse.fetch(
                "select line_no, column_name, reason, detail, raw_text from quarantine "
                "order by line_no"
            ),
        )


def both_ways(home: Path, file: bytes, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """What both ways give of the same file."""
    plainly = taken_in(home / "plain", file)
    with monkeypatch.context() as patch:
        patch.setattr(staging, "survey", lambda *_: None)
        assert plainly == taken_in(home / "careful", file)
    return plainly


def test_both_ways_give_the_same_facts_and_the_same_quarantine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = csv_bytes("instalment", instalments()).replace(b'"1,5"', b"1-5")
    facts, refused = both_ways(tmp_path, odd, monkeypatch)
    assert len(facts) + len(refused) == len(instalments())
    assert len(refused) > 40


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\n1,2\n3,4",
        b"a,b\n",
        b"a,b",
        "a,b\n姓名,地址\n,\n".encode(),
        b"a,b\n" + b"1,2\n" * 50_000,
    ],
    ids=["rows", "no last line end", "header only", "header without end", "chinese", "many"],
)
def test_the_account_of_a_plain_file_is_that_of_the_careful_way(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "delivered.csv"
    path.write_bytes(content)
    careful = normalise(path, b"a,b", 1, tmp_path / "clean", tmp_path / "refused")
    assert survey(path, 1) == careful


@pytest.mark.parametrize(
    "body",
    [
        b'1,"2"\n',
        b"1,2\r\n",
        b"1,2\n\n3,4\n",
        b"1,2\n3,4,5\n",
        b"1,2\n3,4,\n",
        b"1,\x00\n",
        b"1,\xff\n",
        b"1,2\t\n",
        b"1,2\x7f\n",
        "1,2\x85\n".encode(),
        "1,2\u2028\n".encode(),
        b"1," + b"x" * 1_100_000 + b"\n",
        b"1," + b"x" * 9_000_000,
    ],
    ids=[
        "quote",
        "carriage return",
        "blank line",
        "too many fields",
        "an empty field too many",
        "nul",
        "not utf-8",
        "tab",
        "delete",
        "next line",
        "line separator",
        "long line",
        "longer than a block",
    ],
)
def test_whatever_may_mislead_a_reader_is_not_plain(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "delivered.csv"
    path.write_bytes(b"a,b\n" + body)
    assert survey(path, 1) is None
    path.write_bytes(b"a,b\n" + b"1,2\n" * 3_000_000 + body)
    assert survey(path, 1) is None


@pytest.mark.parametrize("sign", ["\x07", "\x85", "\u2029"])
def test_a_control_character_is_seen_wherever_the_blocks_are_cut(
    sign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "delivered.csv"
    for block_bytes in range(1, 12):
        monkeypatch.setattr(survey_module, "BLOCK_BYTES", block_bytes)
        path.write_bytes(f"a,b\n姓,x{sign}y\n".encode())
        assert survey(path, 1) is None
        path.write_bytes("a,b\n姓–é,x\n".encode())
        assert survey(path, 1)


@pytest.mark.parametrize("rows", [0, 3, 400_000])
@pytest.mark.parametrize(
    "moved",
    [b"1\n2,3,4\n", b"1,2,3\n4\n", b"1,2,\n\n", b"1,2,\n3\n"],
    ids=["to the next line", "to the line before", "a blank line", "an empty field"],
)
def test_fields_on_the_wrong_line_are_passed_over_by_the_reader(
    tmp_path: Path, moved: bytes, rows: int
) -> None:
    path = tmp_path / "delivered.csv"
    good = (b"1," + b"x" * 80 + b"\n") * rows
    path.write_bytes(b"a,b\n" + good + moved + good)
    account = survey(path, 1)
    assert account
    assert account.records == 2 * rows + 2
    with DuckDBWarehouse(":memory:", threads=2) as warehouse, warehouse.transaction():
        typed = {"a": "a", "b": "b"}
        assert warehouse.load_plain("plain", path, ["a", "b"], typed, "true") < account.records


def test_fields_on_the_wrong_line_take_the_careful_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = ({**INSTALMENT, "instalment_no": str(n)} for n in (1, 2, 3))
    file = csv_bytes("instalment", [first, second, third])
    key = b"L1,2,"
    assert key in file
    facts, refused = both_ways(tmp_path, file.replace(b"\n" + key, key + b"\n"), monkeypatch)
    assert [row[1] for row in facts] == [3]
    assert [row[0] for row in refused] == [2, 3]


@pytest.mark.parametrize("block_bytes", [1, 61, 100_000])
def test_the_account_does_not_depend_on_the_blocks_that_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    good, cut, long = (tmp_path / name for name in ("good.csv", "cut.csv", "long.csv"))
    good.write_text("a,b\n姓名,地址\n1,2", encoding="utf-8")
    cut.write_bytes("a,b\n1,址".encode()[:-1])
    long.write_bytes(b"a,b\n1,2\n1," + b"x" * MAX_RECORD_BYTES + b"\n1,2\n")
    account = survey(good, 1)
    assert account
    assert account.records == 2
    monkeypatch.setattr(survey_module, "BLOCK_BYTES", block_bytes)
    assert survey(good, 1) == account
    assert survey(cut, 1) is None
    if block_bytes > 1:
        assert survey(long, 1) is None


def test_a_byte_order_mark_takes_the_careful_way(tmp_path: Path) -> None:
    path = tmp_path / "delivered.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")
    assert survey(path, 1) is None


def test_lines_are_numbered_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "delivered.csv"
    path.write_text("a\n" + "".join(f"{n}\n" for n in range(2, 2_000_002)), encoding="utf-8")
    with DuckDBWarehouse(":memory:", threads=4) as warehouse, warehouse.transaction():
        is_plain = "a <> '77' and typed_a > 5"
        plain = warehouse.load_plain("plain", path, ["a"], {"a": "cast(a as bigint)"}, is_plain)
        rest = warehouse.load_rest("rest", path, ["a"], "plain")
        assert (plain, rest) == (1_999_995, 5)
        assert warehouse.scalar("select count(*) from plain where a <> line_no") == 0
        assert warehouse.scalar("select count(*) from rest where cast(a as bigint) <> line_no") == 0


def test_a_record_that_has_doubled_its_quotes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "normalised.csv"
    path.write_text('line_no,a\n2,"' + '""' * (MAX_RECORD_BYTES - 2) + '"\n', encoding="utf-8")
    with DuckDBWarehouse(":memory:") as warehouse:
        assert warehouse.load_text("read", path, ["a"]) == 1
        assert warehouse.scalar("select length(a) from read") == MAX_RECORD_BYTES - 2


def test_lines_keep_their_order_where_values_are_looked_up_in_a_long_list(tmp_path: Path) -> None:
    path, wide = tmp_path / "delivered.csv", "x" * 120
    lines = (f"{n},kind{n % 6},{wide}\n" for n in range(2, 100_002))
    path.write_text("a,kind,filler\n" + "".join(lines), encoding="utf-8")
    columns = ["a", "kind", "filler"]
    with DuckDBWarehouse(":memory:", threads=2) as warehouse, warehouse.transaction():
        typed = {"a": "cast(a as bigint)", "kind": "kind", "filler": "filler"}
        is_plain = "kind in ('kind0', 'kind1', 'kind2', 'kind3', 'kind4', 'kind5')"
        assert warehouse.load_plain("plain", path, columns, typed, is_plain) == 100_000
        assert warehouse.scalar("select count(*) from plain where a <> line_no") == 0


def test_rows_in_doubt_are_judged_and_may_be_good(tmp_path: Path) -> None:
    with open_warehouse("duckdb:///:memory:") as warehouse:
        bring_up_to_date(warehouse)
        lender = Lender(tmp_path, warehouse)
        rows = [{**INSTALMENT, "instalment_no": str(n), "amount_due": "100"} for n in range(9)]
        result = lender.deliver(customer=[CUSTOMER], loan=[LOAN], instalment=rows)
        assert result.rows_quarantined == 0
        assert warehouse.scalar("select sum(amount_due) from instalment") == 900
        assert lender.refused("instalment", OPENING_DAY) == []
