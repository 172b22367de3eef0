"""Values of a Parquet file become the text that a text file would hold."""

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.contracts.file_format import FileFormat
from postloan.errors import DeliveryError
from postloan.ingestion.reading import formats
from tests.support.customer_files import NAMES, deliver, parquet
from tests.support.deliveries import Lender
from tests.support.rule_files import RuleFiles


@pytest.fixture
def engine() -> str:
    """Formats are read before the warehouse; one engine shows it."""
    return "duckdb"


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
