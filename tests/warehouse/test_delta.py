"""Tables of a lake, read as Delta tables by a reader that is not ours."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from postloan.contracts import catalogue
from postloan.errors import WarehouseError
from postloan.warehouse import open_warehouse
from postloan.warehouse.spark.delta import CHECKPOINT_EVERY, FOLDER, TOLD, DeltaLogs
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.log import Change, CommitLog, Part, place_within
from postloan.warehouse.statement import Statement
from tests.support.spark import TestLake

DAY, NEXT_DAY = "2026-11-20", "2026-11-21"
COLUMNS = {"loan_id": "string", "amount": "decimal(18,2)", "received_on": "date"}
Row = tuple[Any, ...]


class Lake:
    """A lake whose parts are written by hand."""

    def __init__(self, root: Path) -> None:
        self.root, self.files = root, LakeFiles(str(root))
        self.log = CommitLog(self.files)
        self.delta = DeltaLogs(self.files, self.log)
        self.form = Form("loan", COLUMNS, ("loan_id",), "received_on")
        self.versions = 0

    def part(self, day: str, loans: Sequence[str]) -> Part:
        """Write some loans of a day; they count for nobody yet."""
        self.versions += 1
        part = Part(f"v{self.versions}", day, len(loans))
        folder = self.root / "loan" / place_within(self.form, part)
        folder.mkdir(parents=True)
        values = {"loan_id": loans, "amount": [Decimal("1.50")] * len(loans)}
        more = [n for n in self.form.columns if n not in (*values, "received_on")]
        values |= {name: [7] * len(loans) for name in more}
        pq.write_table(pa.table(values, schema=self.form.stored), folder / "part-0.parquet")
        (folder / "_SUCCESS").touch()
        return part

    def commit(self, *come: Part, gone: Sequence[Part] = (), form: Form | None = None) -> None:
        change = Change()
        change.add("loan", come)
        change.remove("loan", gone)
        if form:
            change.forms["loan"] = self.form = form
        self.log.commit(self.log.newest(), change)

    def begin(self) -> None:
        self.commit(form=self.form)

    @property
    def table(self) -> DeltaTable:
        return DeltaTable(self.root / "loan")

    @property
    def rows(self) -> list[Row]:
        """What the other reader sees: loan and day."""
        found = self.table.to_pyarrow_table().to_pylist()
        return sorted((row["loan_id"], row["received_on"].isoformat()) for row in found)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path)
    made.begin()
    return made


def test_what_came_and_went_is_what_another_reader_sees(lake: Lake) -> None:
    first, other = lake.part(DAY, ["L1", "L2"]), lake.part(NEXT_DAY, ["L3"])
    lake.commit(first, other)
    lake.delta.publish()
    assert lake.rows == [("L1", DAY), ("L2", DAY), ("L3", NEXT_DAY)]
    assert lake.table.to_pyarrow_table().schema.field("amount").type == pa.decimal128(18, 2)

    lake.commit(lake.part(DAY, ["L4"]), gone=[first])
    lake.delta.publish()
    assert lake.rows == [("L3", NEXT_DAY), ("L4", DAY)]
    before = lake.table
    assert before.version() == 1
    before.load_as_version(0)
    assert before.to_pyarrow_table().num_rows == 3


def test_a_table_without_rows_has_its_columns(lake: Lake) -> None:
    lake.delta.publish()
    assert lake.rows == []
    assert [field.name for field in lake.table.schema().fields] == list(COLUMNS)


def test_what_a_killed_writer_left_untold_is_told_behind_the_next_commit(lake: Lake) -> None:
    lake.delta.publish()
    come = [lake.part(DAY, [f"L{n}"]) for n in range(4)]
    lake.commit(come[0])
    lake.commit(come[1], gone=[come[0]])
    lake.commit(come[2])
    assert lake.rows == []
    # Long after, when the part that came and went is gone from the disk.
    lake.files.remove(f"loan/{place_within(lake.form, come[0])}")
    lake.commit(come[3])
    lake.delta.publish()
    assert lake.rows == [("L1", DAY), ("L2", DAY), ("L3", DAY)]
    assert lake.table.version() == 1


def test_nothing_is_told_twice(lake: Lake) -> None:
    lake.commit(lake.part(DAY, ["L1"]))
    other = DeltaLogs(LakeFiles(str(lake.root)), CommitLog(LakeFiles(str(lake.root))))
    for teller in (lake.delta, other, lake.delta):
        teller.publish()
    assert lake.table.version() == 0
    # The note of how far all is told may be lost, or be older than the tables.
    lake.files.remove(TOLD)
    lake.commit(lake.part(DAY, ["L2"]))
    lake.delta.publish()
    lake.files.write_json(TOLD, {"number": 1})
    other.publish()
    assert lake.table.version() == 1
    assert lake.rows == [("L1", DAY), ("L2", DAY)]


def test_of_two_that_tell_at_once_one_gives_way(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.delta.publish()
    lake.commit(lake.part(DAY, ["L1"]))
    other, put = DeltaLogs(lake.files, CommitLog(lake.files)), LakeFiles.put_if_absent

    def put_too_late(files: LakeFiles, path: str, data: bytes) -> bool:
        monkeypatch.undo()
        lake.commit(lake.part(DAY, ["L2"]))
        other.publish()
        return put(files, path, data)

    monkeypatch.setattr(LakeFiles, "put_if_absent", put_too_late)
    lake.delta.publish()
    assert lake.table.version() == 1
    assert lake.rows == [("L1", DAY), ("L2", DAY)]


def test_a_part_that_was_swept_away_can_still_be_removed(lake: Lake) -> None:
    first = lake.part(DAY, ["L1"])
    lake.commit(first)
    lake.delta.publish()
    lake.commit(lake.part(DAY, ["L2"]), gone=[first])
    lake.files.remove(f"loan/{place_within(lake.form, first)}")
    lake.delta.publish()
    assert lake.rows == [("L2", DAY)]


def test_new_columns_are_empty_in_old_rows(lake: Lake) -> None:
    lake.commit(lake.part(DAY, ["L1"]))
    lake.delta.publish()
    wider = Form("loan", {**COLUMNS, "terms": "int", "seen_at": "timestamp_ntz"}, (), "received_on")
    lake.commit(form=wider)
    lake.delta.publish()
    (row,) = lake.table.to_pyarrow_table().to_pylist()
    assert (row["terms"], row["seen_at"]) == (None, None)


def test_many_versions_are_read_from_a_checkpoint(lake: Lake) -> None:
    lake.delta.publish()
    parts = [lake.part(DAY, [f"L{n}"]) for n in range(CHECKPOINT_EVERY + 2)]
    for number, part in enumerate(parts):
        lake.commit(part, gone=parts[number - 1 : number])
        lake.delta.publish()
    log = lake.root / "loan" / FOLDER
    assert lake.table.version() == CHECKPOINT_EVERY + 2
    for old in range(CHECKPOINT_EVERY):
        (log / f"{old:020}.json").unlink()
    assert lake.rows == [(f"L{CHECKPOINT_EVERY + 1}", DAY)]
    lake.commit(lake.part(NEXT_DAY, ["L99"]), gone=parts[-1:])
    lake.delta.publish()
    assert lake.rows == [("L99", NEXT_DAY)]


def test_a_table_that_another_tool_has_written_to_is_named(lake: Lake) -> None:
    lake.commit(lake.part(DAY, ["L1"]))
    lake.delta.publish()
    day = date.fromisoformat(DAY)
    foreign = {"loan_id": ["L9"], "amount": [Decimal("9.00")], "received_on": [day]}
    write_deltalake(lake.table, pa.table(foreign, schema=lake.form.arrow), mode="append")
    lake.commit(lake.part(DAY, ["L2"]))
    with pytest.raises(
        WarehouseError, match="Another tool has written version 1 of the Delta tabl"
    ):
        lake.delta.publish()
    lake.files.remove(f"loan/{FOLDER}")
    lake.files.remove(TOLD)
    lake.delta.publish()
    assert lake.rows == [("L1", DAY), ("L2", DAY)]


@pytest.mark.spark
@pytest.mark.parametrize("local_rows", [10_000, 0], ids=["few rows", "jobs"])
def test_what_spark_writes_and_removes_is_seen_by_another_reader(
    spark_lake: TestLake, tmp_path: Path, local_rows: int
) -> None:
    url = spark_lake.url_of(tmp_path / "lake", tables="delta", local_rows=local_rows)
    day, later = date(2026, 11, 20), date(2026, 11, 21)
    with open_warehouse(url) as warehouse:
        for told in (day, later):
            values = {"business_date": told, "pack": "p", "value_number": None}
            rows = [
                {
                    **values,
                    "parameter": name,
                    "value_text": "中",
                    "rule_id": "r",
                    "rule_version": "1",
                }
                for name in ("a", "b", "c")
            ]
            warehouse.write_rows("rule_parameter", told, rows)
        warehouse.delete_partition("rule_parameter", day)
        warehouse.run(Statement.parsed("delete from rule_parameter where parameter = 'b'"), {})
        columns = catalogue().tables["rule_parameter"].column_names
        select = f"select {', '.join(columns)} from rule_parameter where parameter = 'c'"
        again = select.replace("parameter,", "'d' as parameter,", 1)
        warehouse.append_from("rule_parameter", columns, again)
        kept = warehouse.fetch("select parameter from rule_parameter order by parameter")
        quiet = DeltaTable(tmp_path / "lake" / "loan").to_pyarrow_table()
    seen = DeltaTable(tmp_path / "lake" / "rule_parameter").to_pyarrow_table()
    others = [(row["parameter"],) for row in seen.sort_by("parameter").to_pylist()]
    assert others == kept == [("a",), ("c",), ("d",)]
    assert set(seen.column("business_date").to_pylist()) == {later}
    assert quiet.num_rows == 0


def test_dates_and_times_are_told_as_they_are(lake: Lake) -> None:
    form = Form("seen", {"at": "timestamp_ntz", "n": "bigint", "ok": "boolean", "d": "date"})
    change = Change()
    change.forms["seen"] = form
    change.add("seen", [Part("v1", None, 1)])
    folder = lake.root / "seen" / "version=v1"
    folder.mkdir(parents=True)
    at = datetime(2026, 11, 20, 1, 2, 3)  # noqa: DTZ001 (local by contract)
    row = {"at": at, "n": 2**40, "ok": True, "d": date(2026, 1, 2)}
    pq.write_table(pa.Table.from_pylist([row], form.arrow), folder / "part-0.parquet")
    lake.log.commit(lake.log.newest(), change)
    lake.delta.publish()
    assert DeltaTable(lake.root / "seen").to_pyarrow_table().to_pylist() == [row]
