"""Whom a record of several lines names: each of its lines may be a row of its own."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from postloan.contact.restrictions.waiting import waiting_rows
from postloan.contracts import catalogue
from postloan.errors import ContractError
from postloan.ingestion.reading.normalise import MAX_SHOWN
from postloan.ingestion.reprocess import ReprocessRequest, requeue
from postloan.settings import settings
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    NEXT_DAY,
    OPENING_DAY,
    REPAYMENT,
    Lender,
    csv_bytes,
)
from tests.support.fuzzing.layouts import parquet_of
from tests.support.later_contracts import Contracts
from tests.support.restricting_rows import complaint, hold
from tests.support.rule_files import copy_include


@pytest.fixture
def engine() -> str:
    """Lines are read before the engine; that nobody is contacted is tested on every one."""
    return "duckdb"


def header(feed: str) -> bytes:
    return csv_bytes(feed, ())


def opened(lender: Lender, numbers: Iterable[int] = range(1, 4)) -> None:
    """A book of customers with a loan each: C7 has L7."""
    people = [{**CUSTOMER, "customer_id": f"C{n}", "phone": f"15400000{n:03}"} for n in numbers]
    loans = [{**LOAN, "loan_id": f"L{n}", "customer_id": f"C{n}"} for n in numbers]
    instalments = [{**INSTALMENT, "loan_id": f"L{n}"} for n in numbers]
    lender.deliver(OPENING_DAY, customer=people, loan=loans, instalment=instalments)


def held(lender: Lender) -> set[str | None]:
    """Whom refused rows hold, None where one names nobody."""
    return {row.customer_id for row in waiting_rows(lender.warehouse)}


# Formats --------------------------------------------------------------------------------------

INSIDE = "L3\nH1,C1,,dispute,2026-11-20,\nH2,C2,"
ROW = {**hold(3), "loan_id": INSIDE}
NAMES = [c.name for c in catalogue().feeds["hold"].file_columns]


def delimited(sign: str, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, NAMES, delimiter=sign, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow({**ROW, "loan_id": INSIDE.replace(",", sign)})
    return text.getvalue().encode(encoding)


FORMATS: dict[str, tuple[dict[str, Any], bytes]] = {
    "semicolons": ({"delimiter": ";"}, delimited(";")),
    "UTF-16": ({"encoding": "utf-16"}, delimited(",", "utf-16")),
    "JSON lines": ({"kind": "json_lines"}, json.dumps(ROW).encode() + b"\n"),
    "JSON lines with CR": (
        {"kind": "json_lines"},
        json.dumps({**ROW, "loan_id": INSIDE.replace("\n", "\r")}).encode() + b"\n",
    ),
    "JSON lines of another key": (
        {"kind": "json_lines"},
        json.dumps({**ROW, "another": "x"}).encode() + b"\n",
    ),
    "Parquet": (
        {"kind": "parquet"},
        parquet_of(pa.table({n: pa.array([ROW.get(n)], pa.string()) for n in NAMES})),
    ),
    "Parquet of tabs": (
        {"kind": "parquet"},
        parquet_of(
            pa.table(
                {n: pa.array([str(ROW.get(n, "")).replace(",", "\t")], pa.string()) for n in NAMES}
            )
        ),
    ),
}


def test_a_line_break_swallows_nobody_in_any_format(
    lender: Lender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(lender)
    for name, (form, content) in FORMATS.items():
        files = copy_include(tmp_path / name)
        monkeypatch.setenv("POSTLOAN_INCLUDE", str(files.folder))
        files.declare_format("hold", form)
        lender.deliver(NEXT_DAY, raw={"hold": content}, rows_told={"hold": 1})
        assert lender.ids("hold", "hold_id") == [], name
        sha256 = hashlib.sha256(content).hexdigest()
        rows = (r for r in waiting_rows(lender.warehouse) if r.file_sha256 == sha256)
        assert {row.customer_id for row in rows} == {"C1", "C2", "C3"}, name


A, B, END = "H1,C1,,dispute,2026-11-20,", "H2,C2,", ",dispute,2026-11-20,"
RECORDS: dict[str, tuple[str, set[str | None]]] = {
    "in a loan": (f'H3,C3,"L3\n{A}\n{B}"{END}', {"C1", "C2", "C3"}),
    "in the key": (f'"H3\n{A}\nH2",C2,{END}', {"C1", "C2", None}),
    "in the name": (f'H3,"C3\n{A}\nH2,C2",{END}', {"C1", "C2", None}),
    "in a day": (f'H3,C3,,dispute,"2026-11-20\n{A}\n{B}{END[:-1]}",', {"C1", "C2", "C3"}),
    "in a list": (f'H3,C3,,"dispute\n{A}\n{B},dispute",2026-11-20,', {"C1", "C2", "C3"}),
    "at the end": (f'H3,C3,{END}"\n{A}\n{B}{END}"', {"C1", "C2", "C3"}),
    "begun with": (f'H3,C3,"\n{A}"{END}', {"C1", "C3"}),
    "blank lines": (f'H3,C3,"L3\n\n \n{A}\n\n"{END}', {"C1", "C3"}),
    "CRLF": (f'H3,C3,"L3\r\n{A}\r\n"{END}', {"C1", "C3"}),
    "CR alone": (f'H3,C3,"L3\r{A}\r{B}"{END}', {"C1", "C2", "C3"}),
    "line separators": (f'H3,C3,"L3\u2028{A}\u2029{B}"{END}', {"C1", "C2", "C3"}),
    "rare ends": (f'H3,C3,"L3\x85{A}\x0b{B}"{END}', {"C1", "C2", "C3"}),
    "two values": (f'H3,C3,"L3\n{B}","dispute\n{A}\n",2026-11-20,', {"C1", "C2", "C3"}),
    "quotes doubled": (f'H3,C3,"L3\n""H1"",""C1"",,dispute,,\n{B}"{END}', {"C1", "C2", "C3"}),
    "a field too many": (f'H3,C3,"L3\n{A}\n{B}"{END},', {"C1", "C2", "C3"}),
    "NUL": (f'H3,C3,"L3\n{A}\0\n{B}"{END}', {"C1", "C2", "C3"}),
    "a line of a loan alone": (f'H3,C3,"L3\nH1,,L1{END}\n{B}"{END}', {"C2", "C3", None}),
    "a line of two": (f'H3,C3,"L3\nH1,C1,L2{END}\n{B}"{END}', {"C2", "C3", None}),
    "a line of nobody": (f'H3,C3,"L3\nH1,C9,{END}\n{B}"{END}', {"C2", "C3", None}),
    "no row at all": (f'H3,C3,"L3\nx\n{B}"{END}', {"C2", "C3", None}),
    # What has swallowed nothing holds the customer whom it names.
    "nothing behind it": (f'H3,C3,"L3\n"{END}', {"C3"}),
    "CR at the end": (f"H3,C3,L3\r{END}", {"C3"}),
    "a word behind CR": (f"H3,C3,L3{END}\rx", {"C3"}),
    "tab": (f"H3,C3,L3\t{END}", {"C3"}),
    "bell": (f"H3,C3,L3\x07{END}", {"C3"}),
    "delete": (f"H3,C3,L3\x7f{END}", {"C3"}),
    "next line": (f"H3,C3,L3\x85{END}", {"C3"}),
}


def test_whom_a_record_of_several_lines_holds(lender: Lender) -> None:
    numbers = {name: place * 10 for place, name in enumerate(RECORDS, start=1)}
    opened(lender, [number + n for number in numbers.values() for n in (1, 2, 3)])

    def of(name: str, text: str) -> str:
        """Customers, loans and keys of each record are its own."""
        return re.sub(r"\b([CHL])(\d)\b", lambda m: f"{m[1]}{numbers[name] + int(m[2])}", text)

    content, lines = header("hold"), {}
    for name, (record, _) in RECORDS.items():
        lines[content.count(b"\n") + 1] = name
        content += of(name, record).encode() + b"\n"
    lender.deliver(NEXT_DAY, raw={"hold": content}, rows_told={"hold": len(RECORDS)})
    assert lender.ids("hold", "hold_id") == []
    found: dict[str, set[str | None]] = {name: set() for name in RECORDS}
    for row in waiting_rows(lender.warehouse):
        found[lines[row.line_no]].add(row.customer_id)
    assert found == {
        name: {who and of(name, who) for who in whom} for name, (_, whom) in RECORDS.items()
    }


def test_what_is_cut_off_of_a_record_of_several_lines_names_nobody(lender: Lender) -> None:
    opened(lender)
    long = b"x" * MAX_SHOWN
    many = b'H3,C3,"' + long + b"\nH1,C1,,dispute,2026-11-20,\n" + b'",dispute,,,,\n'
    lender.deliver(NEXT_DAY, raw={"hold": header("hold") + many}, rows_told={"hold": 1})
    assert held(lender) == {"C3", None}
    # One of one line has nothing behind the cut but the rest of a field.
    one = b'H3,C3,"' + long + b'",dispute,,,,\n'
    lender.deliver(NEXT_DAY, raw={"hold": header("hold") + one}, rows_told={"hold": 1})
    rows = {r.file_sha256: set[str | None]() for r in waiting_rows(lender.warehouse)}
    for row in waiting_rows(lender.warehouse):
        rows[row.file_sha256].add(row.customer_id)
    assert sorted(rows.values(), key=len) == [{"C3"}, {"C3", None}]


def test_whoever_bears_the_number_in_a_swallowed_row_is_held(lender: Lender) -> None:
    opened(lender)
    swallowed = 'C3,"测试\nC77,x,,15400000001,,,,employed,,2026-11-10\n",,,,,,employed,,\n'
    raw = {"customer": header("customer") + swallowed.encode()}
    lender.deliver(NEXT_DAY, raw=raw, rows_told={"customer": 1})
    assert held(lender) == {"C1", "C3", None}


def test_a_swallowed_payment_keeps_its_loan_from_being_dunned(lender: Lender) -> None:
    opened(lender)
    paid = {**REPAYMENT, "paid_on": "2026-11-20"}
    first, second = (
        csv_bytes("repayment", [{**paid, "repayment_id": f"R{n}", "loan_id": f"L{n}"}])
        .partition(b"\n")[2]
        .rstrip(b"\n")
        for n in (1, 2)
    )
    record = first.replace(b"R1,L1,1,", b'R1,L1,"1\n' + second + b'\nR9,L9,,,,\n,",')
    lender.deliver(
        NEXT_DAY,
        raw={"repayment": header("repayment") + record + b"\n"},
        rows_told={"repayment": 1},
    )
    # What names no loan of the book holds nobody, as ever with claims.
    assert held(lender) == {"C1", "C2"}
    # So does a payment whose columns cannot be told apart.
    torn = second.replace(b"R2,L2", b"R3,L3") + b",,\n"
    lender.deliver(NEXT_DAY, raw={"repayment": header("repayment") + torn})
    assert held(lender) == {"C1", "C2", "C3"}


def test_a_quoted_row_that_is_right_mends_and_is_loaded_as_ever(lender: Lender) -> None:
    opened(lender)
    broken = b'K1,C1,,"2026-11-20 09:00:00\n",conduct,,received,\n'
    good = csv_bytes("complaint", [complaint(1)])
    lender.deliver(NEXT_DAY, "feedback", raw={"complaint": header("complaint") + broken},
                   rows_told={"complaint": 1})  # fmt: skip
    assert held(lender) == {"C1"}
    lender.deliver(NEXT_DAY, "feedback", raw={"complaint": good.replace(b"K1", b'"K1"')})
    assert held(lender) == set()
    assert lender.ids("complaint", "complaint_id") == ["K1"]


def test_corrected_by_a_person_the_record_holds_those_whom_it_swallowed(
    lender: Lender, tmp_path: Path
) -> None:
    opened(lender)
    swallowed = b'H3,C3,"L3\nH1,C1,,dispute,2026-11-20,\n",dispute,2026-11-20,\n'
    lender.deliver(NEXT_DAY, raw={"hold": header("hold") + swallowed}, rows_told={"hold": 1})
    fixed = tmp_path / "fixed.csv"
    head, body = csv_bytes("hold", [hold(3)]).decode().splitlines()
    fixed.write_text(f"line_no,{head}\n2,{body}\n", encoding="utf-8")
    requeue(
        lender.warehouse,
        settings(),
        ReprocessRequest("core_banking", NEXT_DAY, "Officer", "typing error", "hold", fixed),
    )
    assert lender.ids("hold", "hold_id") == ["H3"]
    assert held(lender) == {"C1", "C3"}


# Free text -----------------------------------------------------------------------------------

SEVERAL = [{"property": "severalLines", "value": True}]


@pytest.fixture
def contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contracts:
    """Contracts that may be changed until they are read."""
    changed = Contracts(tmp_path / "include")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(changed.include))
    return changed


def test_free_text_of_several_lines_is_loaded_as_it_is(
    lender: Lender, contracts: Contracts
) -> None:
    contracts.set("customer", "address", customProperties=SEVERAL)
    told = {1: "one", 2: "one\ntwo\n\n\tthree", 3: "bell\x07", 4: "one\n\x0btwo"}
    opened(lender)
    people = [{**CUSTOMER, "customer_id": f"C1{n}", "address": told[n]} for n in told]
    file = csv_bytes("customer", people)
    lender.deliver(NEXT_DAY, raw={"customer": file}, rows_told={"customer": len(told)})
    assert lender.ids("customer", "address")[:2] == [told[1], told[2]]
    assert [(c, r) for _, c, r in lender.refused("customer", NEXT_DAY)] == [
        ("address", "control_character")
    ] * 2


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("complaint_kind", True, "no list"),
        ("complaint_id", True, "no key"),
        ("loan_id", True, "names another row"),
        ("closed_on", True, "only free text"),
        ("channel", "yes", "true or false"),
    ],
)
def test_only_free_text_may_have_several_lines(
    column: str, value: object, told: str, contracts: Contracts
) -> None:
    several = [{"property": "severalLines", "value": value}]
    contracts.set("complaint", column, customProperties=several)
    with pytest.raises(ContractError, match=told):
        catalogue()
