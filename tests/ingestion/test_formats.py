"""Files in every format a contract may declare: the same rows make the same facts."""

import csv
import gzip
import io
import json
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.contracts import catalogue
from postloan.contracts.file_format import FileFormat, file_format_of
from postloan.errors import ContractError, DeliveryError
from postloan.ingestion import formats, normalise
from postloan.ingestion.formats import read_file
from postloan.ingestion.refusals import MAX_RECORD_BYTES
from postloan.ingestion.unpack import unpack
from postloan.warehouse import open_warehouse
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, Lender
from tests.support.rule_files import RuleFiles

NAMES = [c.name for c in catalogue().feeds["customer"].file_columns]
CUSTOMERS = [CUSTOMER, {**CUSTOMER, "customer_id": "C2", "customer_name": '王"小",二|+|¥'}]
ROWS = [[str(c.get(n, "")) for n in NAMES] for c in CUSTOMERS]
WIDTHS = [24] * len(NAMES)


@pytest.fixture
def engine() -> str:
    """Formats are read before the warehouse; one engine shows it."""
    return "duckdb"


def quoted(sign: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sign, lineterminator="\n")
    writer.writerows([NAMES, *ROWS])
    return text.getvalue()


def joined(sign: str, rows: list[list[str]]) -> str:
    return "".join(sign.join(r) + "\n" for r in rows)


def json_lines() -> str:
    return "".join(json.dumps(c, ensure_ascii=False) + "\n" for c in CUSTOMERS)


def fixed_width(encoding: str | None = None) -> str:
    def filled(value: str) -> str:
        return value + " " * (24 - len(value.encode(encoding) if encoding else value))

    return joined("", [[filled(v) for v in r] for r in ROWS])


def parquet(replaced: str = "", by: str = "") -> bytes:
    target = io.BytesIO()
    columns = {
        n: [by if replaced and r[i] == replaced else r[i] or None for r in ROWS]
        for i, n in enumerate(NAMES)
    }
    pq.write_table(pa.table({n: pa.array(v, pa.string()) for n, v in columns.items()}), target)
    return target.getvalue()


def inflated() -> bytes:
    """A small file that says a long value once and refers to it in every row."""
    values, rows = pa.array(["x" * 90_000]), pa.array([0] * 90_000, pa.int32())
    column = pa.DictionaryArray.from_arrays(rows, values)
    target = io.BytesIO()
    pq.write_table(pa.table([column] * len(NAMES), NAMES), target, store_schema=False)
    return target.getvalue()


def zipped(content: bytes, *names: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name in names or ("customer.txt",):
            archive.writestr(name, content)
    return target.getvalue()


PLAIN = quoted(",").encode()
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


def deliver(lender: Lender, content: bytes, rows: int = 2) -> None:
    lender.deliver(
        raw={"customer": content},
        rows_told={"customer": rows},
        loan=[LOAN],
        instalment=[INSTALMENT],
    )


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


@pytest.mark.parametrize("length", [1 << 20, 6_000_000])
def test_what_is_cut_off_a_long_record_is_never_lost(length: int, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"a|+|b|+|c\n" + b"1|+|2|+|" + b"x" * length + b"\n" + b"4|+|5|+|6\n")
    form = FileFormat(delimiter="|+|", quoted=False)
    places = tmp_path / "clean", tmp_path / "refused"
    account = formats.read_file(path, path.name, ["a", "b", "c"], form, *places)
    assert (account.records, account.refused) == (1, 1)


def link() -> bytes:
    member = zipfile.ZipInfo("customer.txt")
    member.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(member, "/etc/hosts")
    return target.getvalue()


def damaged(method: int) -> bytes:
    content = bytearray(zipped(PLAIN, method=method))
    content[50:60] = bytes(10)
    return bytes(content)


def with_a_name_in_no_encoding() -> bytes:
    content = bytearray(zipped(PLAIN))
    entry = content.index(b"PK\x01\x02")
    content[entry + 9] |= 8
    content[entry + 46] = 0xFF
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(zipped(PLAIN))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("form", "content", "told"),
    [
        ({"trailer": "T|{rows}"}, PLAIN + b"T|3\n", "trailer record says 3"),
        ({"trailer": "T|{rows}"}, PLAIN, "not the trailer record"),
        ({"delimiter": "|"}, PLAIN, "contract says delimiter '|'"),
        ({"delimiter": "|"}, b"x" * 5_000_000 + b"\n", "which no header row is"),
        ({"compression": "gzip"}, gzip.compress(PLAIN)[:-9], "not a whole gzip file"),
        ({"compression": "gzip"}, PLAIN, "not a whole gzip file"),
        ({"compression": "zip"}, PLAIN, "not a whole zip file"),
        ({"compression": "gzip"}, gzip.compress(bytes(32 << 20)), "more than 200 times"),
        ({"compression": "zip", "maxBytes": 1000}, zipped(bytes(5000)), "larger than the 1,000"),
        ({"maxBytes": 10}, PLAIN, "larger than the 10 bytes"),
        ({"compression": "zip"}, zipped(PLAIN, "../../customer.txt"), "has a path"),
        ({"compression": "zip"}, zipped(PLAIN, "a", "b"), "holds 2 entries"),
        ({"compression": "zip"}, link(), "holds a link"),
        ({"compression": "zip"}, encrypted(), "is encrypted"),
        ({"compression": "zip"}, damaged(zipfile.ZIP_DEFLATED), "not a whole zip file"),
        *(
            ({"compression": "zip"}, zipped(PLAIN, method=method), "other than deflate")
            for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)
        ),
        ({"compression": "zip"}, with_a_name_in_no_encoding(), "not a whole zip file"),
        ({"kind": "parquet", "maxBytes": 9_000_000}, inflated(), "larger than the 9,000,000"),
        ({"kind": "parquet"}, inflated(), "more than 200 times"),
        ({"kind": "parquet"}, parquet()[:-20], "not a whole Parquet file"),
        ({"flag": ".ok"}, PLAIN, "flag customer.csv.ok is missing"),
    ],
)
def test_a_file_that_is_not_what_the_contract_says_stops_the_delivery(
    form: dict[str, Any], content: bytes, told: str, lender: Lender, rule_files: RuleFiles
) -> None:
    rule_files.declare_format("customer", form)
    with pytest.raises(DeliveryError, match=told.replace("|", r"\|")):
        deliver(lender, content)
    assert lender.warehouse.count("customer") == 0


EMPTY = FileFormat(trailer="T|{rows}")


@contextmanager
def holding_at_most(size: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("behind", [b"T|1\n", b""])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_empty_lines_without_end_are_not_held(tmp_path: Path, end: bytes, behind: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n1\n" + end * (24 << 20) + behind)
    with (
        holding_at_most(64 << 20),
        pytest.raises(DeliveryError, match="more than 16 MB of empty lines"),
    ):
        read_file(path, path.name, ("a",), EMPTY, tmp_path / "clean", tmp_path / "refused")


@pytest.mark.parametrize("place", ["before", "behind"])
def test_some_empty_lines_around_a_trailer_are_read(tmp_path: Path, place: str) -> None:
    path, many = tmp_path / "a.csv", b"\n" * (1 << 20)
    before, behind = (many, b"") if place == "before" else (b"", many)
    path.write_bytes(b"a\n1\n" + before + b"T|1\n" + behind)
    clean = tmp_path / "clean"
    account = read_file(path, path.name, ("a",), EMPTY, clean, tmp_path / "refused")
    assert (account.records, account.physical_lines) == (1, (1 << 20) + 3)


def crowded(entries: int) -> bytes:
    """An archive whose directory tells of many files, in the form for more than 65,535."""
    entry = b"PK\x01\x02" + struct.pack(
        "<6H3I5H2I", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0
    )
    directory = (entry + b"a") * entries
    told = (44, 45, 45, 0, 0, entries, entries, len(directory), 0)
    return (
        directory
        + b"PK\x06\x06" + struct.pack("<Q2H2I4Q", *told)
        + b"PK\x06\x07" + struct.pack("<IQI", 0, len(directory), 1)
        + b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)
    )  # fmt: skip


def test_the_directory_of_an_archive_is_not_read_where_it_tells_of_many_files(
    tmp_path: Path,
) -> None:
    path, form = tmp_path / "a.zip", FileFormat(compression="zip")
    path.write_bytes(crowded(100_000))
    with (
        holding_at_most(2 << 20),
        pytest.raises(DeliveryError, match=r"many entries\. Pack exactly one file"),
    ):
        unpack(path, form, tmp_path / "a")
    path.write_bytes(crowded(3))
    with pytest.raises(DeliveryError, match="holds 3 entries"):
        unpack(path, form, tmp_path / "a")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_of_one_file_is_read_however_much_its_directory_says(
    tmp_path: Path, method: int
) -> None:
    content = os.urandom(3 << 20)
    member = zipfile.ZipInfo("n" * 200)
    member.comment, member.compress_type = b"c" * 65_535, method
    member.extra = struct.pack("<2H", 0x7777, 65_531) + bytes(65_531)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
        archive.comment = b"c" * 65_535
    unpack(path, FileFormat(compression="zip"), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == content


@pytest.mark.parametrize("block_bytes", [normalise.BLOCK_BYTES, 2_000])
def test_a_header_row_without_end_is_told_alike_however_much_of_it_is_read_at_once(
    block_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the fuzzer: what lies beyond the longest record is read in large blocks alone."""
    path, form = tmp_path / "a.dat", FileFormat(delimiter="\t", quoted=False)
    path.write_bytes(b"x" * MAX_RECORD_BYTES + b"a\tb\n1\t2\n")
    monkeypatch.setattr(normalise, "BLOCK_BYTES", block_bytes)
    with pytest.raises(DeliveryError, match="which no header row is"):
        formats.read_file(path, path.name, ["a", "b"], form, tmp_path / "good", tmp_path / "bad")


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


def test_parquet_text_may_be_a_dictionary(tmp_path: Path) -> None:
    path, clean = tmp_path / "a.parquet", tmp_path / "clean"
    pq.write_table(pa.table({"a": pa.array(["x", None, "y"]).dictionary_encode()}), path)
    form = FileFormat(kind="parquet")
    formats.read_file(path, path.name, ["a"], form, clean, tmp_path / "refused")
    assert clean.read_text(encoding="utf-8") == "line_no,a\n1,x\n2,\n3,y\n"


@pytest.mark.parametrize("is_dictionary", [False, True])
def test_a_parquet_value_that_is_no_utf8_refuses_its_row_alone(
    tmp_path: Path, is_dictionary: bool
) -> None:
    path, clean, refused = tmp_path / "a.parquet", tmp_path / "clean", tmp_path / "refused"
    # A writer of another language does not look at what it calls text.
    length = pa.array([b"x", None, b"C\xff9", b"\xe6\xb5\x8b"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), len(length), length.buffers())
    ids = pa.array(["1", "2", "3", "4"])
    if is_dictionary:
        texts = pa.DictionaryArray.from_arrays(
            pa.array([0, None, 1, 2], pa.int32()),
            pa.Array.from_buffers(
                pa.string(), 3, pa.array([b"x", b"C\xff9", b"\xe6\xb5\x8b"]).buffers()
            ),
        )
    pq.write_table(pa.table({"a": texts, "b": ids}), path)
    form = FileFormat(kind="parquet")
    account = formats.read_file(path, path.name, ["a", "b"], form, clean, refused)
    assert clean.read_text(encoding="utf-8") == "line_no,a,b\n1,x,1\n2,,2\n4,测,4\n"
    assert "3,not_utf8," in refused.read_text(encoding="utf-8")
    assert (account.records, account.refused) == (3, 1)


def test_parquet_decimals_stay_exact_and_floats_are_refused(tmp_path: Path) -> None:
    def read(values: pa.Array) -> str:
        path, clean = tmp_path / "a.parquet", tmp_path / "clean"
        pq.write_table(pa.table({"a": values}), path)
        form = FileFormat(kind="parquet")
        formats.read_file(path, path.name, ["a"], form, clean, tmp_path / "refused")
        return clean.read_text(encoding="utf-8")

    amounts = [Decimal("12345678901234.10"), None]
    assert read(pa.array(amounts, pa.decimal128(18, 2))) == "line_no,a\n1,12345678901234.10\n2,\n"
    assert read(pa.array([date(2026, 1, 2), None])) == "line_no,a\n1,2026-01-02\n2,\n"
    with pytest.raises(DeliveryError, match="never floating-point"):
        read(pa.array([1.5]))


MORNING = datetime(2026, 1, 5, 8, 30)  # noqa: DTZ001 (files tell no zone)
MIDNIGHT = datetime(2026, 1, 5)  # noqa: DTZ001 (files tell no zone)


@pytest.mark.parametrize(
    ("values", "moment", "day"),
    [
        # What the column holds, and the text it becomes where the contract says timestamp or date.
        (pa.array([MORNING]), "2026-01-05 08:30:00", "2026-01-05 08:30:00"),
        (pa.array([MIDNIGHT]), "2026-01-05 00:00:00", "2026-01-05"),
        (pa.array([MIDNIGHT], pa.timestamp("s")), "2026-01-05 00:00:00", "2026-01-05"),
        (pa.array([MIDNIGHT], pa.timestamp("ns")), "2026-01-05 00:00:00", "2026-01-05"),
        (pa.array([None], pa.timestamp("us")), "", ""),
        # 08:30 in London is 16:30 in Shanghai, and its 16:00 is the midnight after.
        (pa.array([MORNING], pa.timestamp("us", "UTC")), *["2026-01-05 16:30:00"] * 2),
        (
            pa.array([MORNING.replace(hour=16, minute=0)], pa.timestamp("us", "Europe/London")),
            "2026-01-06 00:00:00",
            "2026-01-06",
        ),
        (pa.array([MORNING]).dictionary_encode(), *["2026-01-05 08:30:00"] * 2),
        # A text file would not hold that either.
        (pa.array([MORNING.replace(microsecond=500)]), *["2026-01-05 08:30:00.000500"] * 2),
    ],
)
def test_a_parquet_timestamp_becomes_what_a_text_file_would_hold(
    values: pa.Array, moment: str, day: str, tmp_path: Path
) -> None:
    path, clean, form = tmp_path / "a.parquet", tmp_path / "clean", FileFormat(kind="parquet")
    pq.write_table(pa.table({"moment": values, "day": values}), path)
    places = (clean, tmp_path / "refused")
    formats.read_file(path, path.name, ["moment", "day"], form, *places, dates=["day"])
    assert clean.read_text(encoding="utf-8") == f"line_no,moment,day\n1,{moment},{day}\n"


def test_a_moment_with_a_zone_is_told_by_the_clock_of_the_lender(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTLOAN_TIMEZONE", "Europe/Berlin")
    path, clean, form = tmp_path / "a.parquet", tmp_path / "clean", FileFormat(kind="parquet")
    summer = MORNING.replace(month=7)
    pq.write_table(pa.table({"a": pa.array([MORNING, summer], pa.timestamp("us", "UTC"))}), path)
    formats.read_file(path, path.name, ["a"], form, clean, tmp_path / "refused")
    told = "1,2026-01-05 09:30:00\n2,2026-07-05 10:30:00\n"
    assert clean.read_text(encoding="utf-8") == f"line_no,a\n{told}"


def test_parquet_days_that_are_timestamps_become_facts_and_an_hour_refuses_the_row(
    lender: Lender, rule_files: RuleFiles
) -> None:
    rule_files.declare_format("customer", {"kind": "parquet"})
    born = [datetime(2002, 5, 4), datetime(2002, 5, 4, 1)]  # noqa: DTZ001 (files tell no zone)
    table = pq.read_table(io.BytesIO(parquet()))
    place, target = NAMES.index("birth_on"), io.BytesIO()
    pq.write_table(table.set_column(place, "birth_on", pa.array(born, pa.timestamp("ms"))), target)
    deliver(lender, target.getvalue())
    assert lender.warehouse.fetch("select customer_id, birth_on from customer") == [
        ("C1", date(2002, 5, 4))
    ]
    assert lender.refused("customer") == [(2, "birth_on", "not_a_date")]


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
