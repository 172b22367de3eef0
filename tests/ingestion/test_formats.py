"""Files in every format a contract may declare: the same rows make the same facts."""

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.contracts import catalogue
from postloan.contracts.file_format import FileFormat, file_format_of
from postloan.errors import ContractError, DeliveryError
from postloan.ingestion.reading import formats
from postloan.warehouse import open_warehouse
from tests.support.customer_files import (
    NAMES,
    PLAIN,
    ROWS,
    WIDTHS,
    deliver,
    fixed_width,
    joined,
    json_lines,
    parquet,
    quoted,
    zipped,
)
from tests.support.deliveries import Lender
from tests.support.rule_files import RuleFiles


@pytest.fixture
def engine() -> str:
    """Formats are read before the warehouse; one engine shows it."""
    return "duckdb"


BARE = {"quoted": False}
FORMATS: dict[str, tuple[dict[str, Any], bytes]] = {
    "bar": ({"delimiter": "|"}, quoted("|").encode()),
    "tab, no quotes": ({"delimiter": "\t", **BARE}, joined("\t", [NAMES, *ROWS]).encode()),
    "x01": ({"delimiter": "\x01", **BARE}, joined("\x01", [NAMES, *ROWS]).encode()),
    "gb18030": ({"encoding": "gb18030"}, PLAIN.decode().encode("gb18030")),
    "utf-16": ({"encoding": "utf-16"}, PLAIN.decode().encode("utf-16")),
    "utf-16 big endian": (
        {"encoding": "utf-16"},
        b"\xfe\xff" + PLAIN.decode().encode("utf-16-be"),
    ),
    "no header": ({"header": False}, PLAIN.partition(b"\n")[2]),
    "trailer": ({"trailer": "T|{rows}"}, PLAIN + b"T|00002\n\n"),
    "gzip": ({"compression": "gzip"}, gzip.compress(PLAIN)),
    "zip": ({"compression": "zip"}, zipped(PLAIN)),
    "json lines": ({"kind": "json_lines"}, json_lines().encode()),
    "fixed width": ({"kind": "fixed_width", "widths": WIDTHS}, fixed_width().encode()),
    "fixed width in bytes": (
        {"kind": "fixed_width", "widths": WIDTHS, "widthUnit": "bytes", "encoding": "gb18030"},
        fixed_width("gb18030").encode("gb18030"),
    ),
    "parquet": ({"kind": "parquet"}, parquet()),
}


def people(lender: Lender) -> list[Any]:
    return lender.warehouse.fetch("select * exclude (line_no) from customer order by customer_id")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_makes_the_facts_of_the_plain_file(
    name: str, lender: Lender, rule_files: RuleFiles, tmp_path: Path
) -> None:
    with open_warehouse("duckdb:///:memory:") as other:
        usual = Lender(tmp_path / "usual", other)
        deliver(usual, PLAIN)
        expected = people(usual)
    form, content = FORMATS[name]
    rule_files.declare_format("customer", form)
    deliver(lender, content)
    assert people(lender) == expected
    assert len(expected) == 2


def test_a_delimiter_of_several_signs_keeps_commas_and_quotes(
    lender: Lender, rule_files: RuleFiles
) -> None:
    rule_files.declare_format(
        "customer", {"delimiter": "|+|", "encoding": "gb18030", "quoted": False}
    )
    rows = [[v.replace("|+|", "|,|") for v in r] for r in ROWS]
    deliver(lender, joined("|+|", [NAMES, *rows]).encode("gb18030"))
    assert lender.ids("customer", "customer_name")[-1] == '王"小",二|,|¥'


@pytest.mark.parametrize(
    ("form", "content", "reason"),
    [
        pytest.param(
            {"encoding": "gb18030"},
            PLAIN.decode().encode("gb18030").replace(b"C2", b"\xff2"),
            "not_gb18030",
            id="bad byte",
        ),
        pytest.param(
            {"encoding": "utf-16"},
            PLAIN.decode().encode("utf-16").replace("C2".encode("utf-16-le"), b"\x00\xd8C\0"),
            "not_utf16",
            id="half a character",
        ),
        pytest.param(
            {"kind": "fixed_width", "widths": WIDTHS},
            fixed_width().encode()[:-5] + b"\n",
            "wrong_width",
            id="short line",
        ),
        pytest.param(
            {"kind": "json_lines"},
            json_lines().replace('"C2"', '["C2"]').encode(),
            "nested_value",
            id="nested",
        ),
        pytest.param(
            {"kind": "json_lines"},
            json_lines().replace('"C2"', '"C2", "extra": 1').encode(),
            "unknown_key",
            id="unknown key",
        ),
        pytest.param(
            {"kind": "json_lines"}, json_lines().encode()[:-9] + b"\n", "not_json", id="cut"
        ),
        pytest.param(
            {"kind": "json_lines"},
            json_lines().replace('"C2"', '"C2\\ud800"').encode(),
            "not_json",
            id="half a character in JSON",
        ),
        pytest.param(
            {"delimiter": "|"},
            quoted("|").replace("C2|", "C2||").encode(),
            "wrong_column_count",
            id="one field too many",
        ),
        pytest.param(
            {"kind": "parquet"},
            parquet("C2", "C" * 2_000_000),
            "record_too_long",
            id="a value too long for a record",
        ),
    ],
)
def test_a_bad_record_is_held_back_and_the_others_go_on(
    form: dict[str, Any], content: bytes, reason: str, lender: Lender, rule_files: RuleFiles
) -> None:
    rule_files.declare_format("customer", form)
    deliver(lender, content)
    assert [r for _, _, r in lender.refused("customer")] == [reason]
    assert lender.ids("customer", "customer_id") == ["C1"]


@pytest.mark.parametrize(
    "form",
    [
        FileFormat(header=False),
        FileFormat(kind="json_lines"),
        FileFormat(kind="fixed_width", widths=(1, 1)),
        FileFormat(kind="json_lines", encoding="utf-16"),
    ],
)
def test_a_file_that_holds_a_byte_order_mark_alone_holds_no_row(
    form: FileFormat, tmp_path: Path
) -> None:
    """Found by the fuzzer: the mark was counted as a line that nobody had accounted for."""
    path, good = tmp_path / "a.dat", tmp_path / "good"
    path.write_bytes("\ufeff".encode(form.encoding))
    account = formats.read_file(path, path.name, ["a", "b"], form, good, tmp_path / "bad")
    assert (account.physical_lines, account.rows) == (0, 0)
    assert good.read_text(encoding="utf-8") == "line_no,a,b\n"


@pytest.mark.parametrize("flag", [".ok", ".txt"])
def test_the_flag_completes_the_delivery(lender: Lender, rule_files: RuleFiles, flag: str) -> None:
    rule_files.declare_format("customer", {"flag": flag})
    with pytest.raises(DeliveryError):
        deliver(lender, PLAIN)
    (lender.folder(date(2026, 11, 19)) / f"customer.csv{flag}").touch()
    lender.take_in()
    assert lender.ids("customer", "customer_id") == ["C1", "C2"]


@pytest.mark.parametrize(
    "form",
    [
        {"delimiter": '"'},
        {"encoding": "latin-1"},
        {"kind": "fixed_width"},
        {"kind": "fixed_width", "widths": [1]},
        {"trailer": "END"},
        {"seperator": ";"},
    ],
)
def test_a_format_that_makes_no_sense_is_refused(
    form: dict[str, Any], rule_files: RuleFiles
) -> None:
    rule_files.declare_format("customer", form)
    with pytest.raises(ContractError, match=r"customer\.yaml, fileFormat"):
        file_format_of(catalogue().feeds["customer"])


def test_every_contract_declares_a_format_that_makes_sense() -> None:
    read: Callable[[Any], FileFormat] = file_format_of
    assert all(map(read, catalogue().feeds.values()))
