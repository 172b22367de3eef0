"""What has expired goes, what is held stays, and every deletion is recorded."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.cli import main
from postloan.contracts import catalogue
from postloan.errors import DayError
from postloan.ingestion.quarantine import publish_quarantine
from postloan.retention import expire as expiring
from postloan.retention.expire import Expired, expire
from postloan.retention.files import ExpiredFile, delete_files
from postloan.retention.holds import Hold, lift, place
from postloan.rules.retention import retained_files
from postloan.settings import Settings, settings
from postloan.warehouse import Warehouse, open_warehouse
from tests.support.swapping import swapped_at, tree

NOW = date(2026, 11, 20)
OLD = date(2020, 1, 10)
RECENT = date(2026, 11, 10)
CUTS = {"quarantine": date(2026, 8, 22), "loan_stage": date(2025, 10, 16)}

FILLERS: dict[str, Any] = {
    "varchar": "x",
    "date": OLD,
    "boolean": False,
    "integer": 1,
    "bigint": 1,
}


def row(table: str, **known: Any) -> dict[str, Any]:
    """A row with what the contract requires, and what the test is about."""
    required = {
        c.name: FILLERS.get(c.sql_type, 1) for c in catalogue().tables[table].columns if c.required
    }
    return {**required, **known}


@dataclass
class Archive:
    """A warehouse and files with something old and something recent of two customers."""

    warehouse: Warehouse
    home: Settings

    def fill(self) -> None:
        add = self.warehouse.append_rows
        add("business_day", [row("business_day", business_date=NOW, day_state="closed")])
        for day in (OLD, RECENT):
            add("loan_stage", [self._state("loan_stage", day, n) for n in (1, 2)])
            add(
                "loan",
                [
                    row("loan", loan_id=f"L{n}", customer_id=f"C{n}", received_on=day)
                    for n in (1, 2)
                ],
            )
            refused = (f"L{n},bad" for n in (1, 2))
            add(
                "quarantine",
                [
                    row("quarantine", business_date=day, source="core_banking", feed="loan",
                        line_no=n, raw_text=text)
                    for n, text in enumerate(refused, start=2)
                ],
            )  # fmt: skip
            publish_quarantine(self.warehouse, self.home.quarantine, "core_banking", day)
            for name in ("loan.csv", "manifest.json"):
                self.add_file(self.home.landing / "core_banking" / str(day) / name)
            self.add_file(self.home.outbox / str(day) / "call_list" / "r1" / "call_list.csv")
        add("task", [self._state("task", OLD, n, task_id=f"T{n}") for n in (1, 2)])

    def _state(self, table: str, day: date, n: int, **known: Any) -> dict[str, Any]:
        return row(table, business_date=day, loan_id=f"L{n}", customer_id=f"C{n}", **known)

    def add_file(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")

    def dates(self, table: str, column: str = "business_date") -> list[date]:
        select = f"select distinct {column} from {table} order by {column}"
        return [d for (d,) in self.warehouse.fetch(select)]

    def customers(self, table: str, day: date = OLD) -> list[str]:
        select = (
            f"select customer_id from {table} where business_date = cast($day as date) "
            "order by customer_id"
        )
        return [c for (c,) in self.warehouse.fetch(select, {"day": day})]

    def files(self) -> list[str]:
        found = (p for p in self.home.home.rglob("*") if p.is_file())
        names = [str(p.relative_to(self.home.home)) for p in found]
        return sorted(n for n in names if not n.startswith("warehouse"))

    def expire(self, as_of: date = NOW, **how: Any) -> dict[str, Expired]:
        return {e.what: e for e in expire(self.warehouse, self.home, as_of, **how)}

    def records(self) -> list[tuple[Any, ...]]:
        return self.warehouse.fetch(
            "select what, unit, from_on, to_on, quantity, rule_id, rule_version "
            "from expiry_record order by record_no"
        )


@pytest.fixture
def archive(warehouse: Warehouse, home: Path) -> Archive:
    made = Archive(warehouse, settings())
    made.fill()
    return made


def test_what_has_expired_goes_and_the_record_says_by_which_rule(archive: Archive) -> None:
    gone = archive.expire()
    assert archive.dates("loan_stage") == archive.dates("quarantine") == [RECENT]
    assert archive.files() == sorted(
        [
            f"landing/core_banking/{RECENT}/loan.csv",
            f"landing/core_banking/{RECENT}/manifest.json",
            f"quarantine/core_banking/{RECENT}/loan.csv",
            f"outbox/{RECENT}/call_list/r1/call_list.csv",
            f"outbox/{OLD}/call_list/r1/call_list.csv",
        ]
    )
    assert gone["loan_stage"] == Expired(
        "loan_stage", "rows", OLD, OLD, 2, "HOUSE-RET-003", "2026.11.26"
    )
    assert gone["manifests of core_banking"].rule_id == "CN-PII-011"
    assert [tuple(vars(e).values()) for e in gone.values()] == archive.records()


def test_facts_never_expire(archive: Archive) -> None:
    archive.expire()
    assert archive.dates("loan", "received_on") == [OLD, RECENT]


def known_customer(archive: Archive, customer: str, *loans: tuple[date, str]) -> None:
    """What was told of a customer long ago, and what became of the loan on which day."""
    archive.warehouse.append_rows(
        "customer", [row("customer", customer_id=customer, received_on=OLD)]
    )
    archive.warehouse.append_rows(
        "extension_request",
        [row("extension_request", request_id=customer, loan_id=f"L-{customer}", received_on=OLD)],
    )
    archive.warehouse.append_rows(
        "loan",
        [
            row("loan", loan_id=f"L-{customer}", customer_id=customer, received_on=day,
                loan_status=status)
            for day, status in loans
        ],
    )  # fmt: skip


def test_a_customer_is_known_until_five_years_after_the_last_loan(archive: Archive) -> None:
    five_years_ago = date(2021, 11, 20)
    day_before = date(2021, 11, 19)
    known_customer(archive, "settled long ago", (OLD, "active"), (day_before, "settled"))
    known_customer(archive, "settled later", (OLD, "active"), (five_years_ago, "settled"))
    known_customer(archive, "still owes", (OLD, "active"))
    known_customer(archive, "written off", (OLD, "active"), (day_before, "written_off"))
    archive.warehouse.append_rows(
        "customer", [row("customer", customer_id="new", received_on=RECENT)]
    )
    archive.warehouse.append_rows(
        "extension_request", [row("extension_request", request_id="new", received_on=RECENT)]
    )
    gone = archive.expire()
    assert gone["customer"].rule_id == "HOUSE-RET-007"
    for table, column in (("customer", "customer_id"), ("extension_request", "request_id")):
        left = archive.warehouse.fetch(f"select {column} from {table} order by {column}")
        assert [name for (name,) in left] == ["new", "settled later", "still owes", "written off"]


def test_what_speaks_of_a_time_gone_by_goes_whoever_owes(archive: Archive) -> None:
    limit = date(2025, 10, 16)
    days = (date.fromordinal(limit.toordinal() - 1), limit, RECENT)
    for table in ("spending", "bureau_delinquency"):
        known_customer(archive, table, (OLD, "active"))
        archive.warehouse.append_rows(
            table, [row(table, customer_id=table, received_on=day) for day in days]
        )
    archive.expire()
    for table in ("spending", "bureau_delinquency"):
        assert archive.dates(table, "received_on") == [limit, RECENT]


def test_what_the_core_said_goes_before_what_the_comparison_found(archive: Archive) -> None:
    book, state = date(2026, 8, 22), date(2025, 10, 16)
    told = {"loan_position": (book, "received_on")}
    found = dict.fromkeys(("position_difference", "position_total"), (state, "business_date"))
    for table, (limit, column) in {**told, **found}.items():
        for day in (date.fromordinal(limit.toordinal() - 1), limit, RECENT):
            archive.warehouse.append_rows(table, [row(table, **{column: day})])
    gone = archive.expire()
    for table, (limit, column) in {**told, **found}.items():
        assert archive.dates(table, column) == [limit, RECENT], table
    assert gone["loan_position"].rule_id == "HOUSE-RET-008"
    assert gone["position_total"].rule_id == "HOUSE-RET-003"


def test_what_lies_beside_the_files_of_a_delivery_goes_with_them(archive: Archive) -> None:
    for day in (OLD, RECENT):
        delivery = archive.home.landing / "core_banking" / str(day)
        # Where earlier versions kept it, and where it lies today.
        archive.add_file(delivery / ".fetch/loan/page-1.jsonl")
        unfinished = archive.home.landing / ".writing" / "core_banking" / str(day)
        archive.add_file(unfinished / "loan" / "page-1.jsonl")
        archive.add_file(archive.home.corrections / "core_banking" / str(day) / "loan-1.csv")
        archive.add_file(archive.home.data_docs / "core_banking" / str(day) / "r1" / "index.html")
    gone = archive.expire()
    assert not (archive.home.landing / "core_banking" / str(OLD)).exists()
    unfinished = archive.home.landing / ".writing"
    for folder in (archive.home.data_docs, archive.home.corrections, unfinished):
        assert not (folder / "core_banking" / str(OLD)).exists()
    assert gone["data docs of core_banking"].quantity == 1
    for kept in (
        f"landing/core_banking/{RECENT}/.fetch/loan/page-1.jsonl",
        f"landing/.writing/core_banking/{RECENT}/loan/page-1.jsonl",
        f"corrections/core_banking/{RECENT}/loan-1.csv",
        f"data_docs/core_banking/{RECENT}/r1/index.html",
    ):
        assert kept in archive.files()


@pytest.mark.parametrize("depth", [1, 2], ids=["source", "date"])
def test_a_folder_swapped_for_a_link_leads_no_deletion_elsewhere(
    archive: Archive, tmp_path: Path, depth: int
) -> None:
    landing, elsewhere = archive.home.landing, tmp_path / "elsewhere"
    for folder in (elsewhere, elsewhere / str(OLD)):
        archive.add_file(folder / "manifest.json")
        archive.add_file(folder / "loan.csv")
        (folder / "empty").mkdir()
    before, step, taken, refused = tree(elsewhere), 0, [1], 0
    rule = next(iter(retained_files(NOW).values()))
    while step <= taken[0]:
        step += 1
        source = landing / f"source_{step}"
        paths = [source / str(OLD) / n for n in ("manifest.json", "loan.csv", "empty/page.jsonl")]
        for path in paths:
            archive.add_file(path)
        files = tuple(ExpiredFile("deliveries", OLD, landing, p, rule) for p in paths)
        swapped = (source, source / str(OLD))[depth - 1]
        with swapped_at(step, swapped, elsewhere, landing) as taken:
            try:
                delete_files(files)
            except NotADirectoryError:
                refused += 1
        assert tree(elsewhere) == before, f"step {step}"
    assert 0 < refused < step
    assert not source.joinpath(str(OLD)).exists()


def test_the_newest_rows_of_a_table_stay_however_old(archive: Archive) -> None:
    # Here the tasks: the next business date builds on the newest state there is.
    archive.expire()
    assert archive.customers("task") == ["C1", "C2"]
    assert not any(r[0] == "task" for r in archive.records())


def test_records_of_contacts_count_from_the_last_activity(archive: Archive) -> None:
    archive.warehouse.append_rows(
        "contact_denial", [row("contact_denial", business_date=RECENT, customer_id="C1")]
    )
    archive.warehouse.append_rows(
        "task", [row("task", business_date=RECENT, customer_id="C3", task_id="T3")]
    )
    assert archive.expire()["task"].quantity == 1
    assert archive.customers("task") == ["C1"]


def test_task_files_stay_as_long_as_one_of_their_tasks(archive: Archive) -> None:
    archive.warehouse.append_rows(
        "task", [row("task", business_date=RECENT, customer_id="C3", task_id="T3")]
    )
    place(archive.warehouse, Hold("H1", NOW, customer_id="C1"), "lawsuit", "Li")
    file = f"outbox/{OLD}/call_list/r1/call_list.csv"
    archive.expire()
    assert file in archive.files()
    lift(archive.warehouse, "H1", NOW, "Li")
    archive.expire()
    assert file not in archive.files()
    assert not (archive.home.outbox / str(OLD)).exists()


def test_the_first_day_that_is_kept_is_on_the_limit(archive: Archive) -> None:
    for table, cut in CUTS.items():
        day_before = date.fromordinal(cut.toordinal() - 1)
        archive.warehouse.append_rows(
            table, [row(table, business_date=d, line_no=9, raw_text="") for d in (cut, day_before)]
        )
        archive.expire()
        assert archive.dates(table) == [cut, RECENT], table


def test_a_second_run_changes_nothing(archive: Archive) -> None:
    archive.expire()
    files, records = archive.files(), archive.records()
    assert archive.expire() == {}
    assert (archive.files(), archive.records()) == (files, records)


def test_a_dry_run_tells_the_same_and_deletes_nothing(archive: Archive) -> None:
    before = archive.files(), archive.dates("loan_stage")
    told = archive.expire(dry_run=True)
    assert (archive.files(), archive.dates("loan_stage")) == before
    assert archive.records() == []
    assert archive.expire() == told


def test_a_held_customer_is_kept_and_the_rest_of_the_date_goes(archive: Archive) -> None:
    place(archive.warehouse, Hold("H1", NOW, customer_id="C1"), "lawsuit", "Li")
    gone = archive.expire()
    assert archive.customers("loan_stage") == ["C1"]
    assert gone["loan_stage"].quantity == gone["quarantine"].quantity == 1
    held = archive.home.quarantine / "core_banking" / str(OLD) / "loan.csv"
    text = held.read_text(encoding="utf-8-sig")
    assert "L1,bad" in text
    assert "L2,bad" not in text
    # A file cannot go in part: the delivery that brought the customer stays as a whole.
    assert f"landing/core_banking/{OLD}/loan.csv" in archive.files()


def test_a_held_range_of_dates_is_kept_as_a_whole(archive: Archive) -> None:
    # A delivery that brought no rows is part of the range, too.
    for name in ("bureau_loan.csv", "manifest.json"):
        archive.add_file(archive.home.landing / "credit_bureau" / str(OLD) / name)
    before = archive.files()
    held = Hold("H2", NOW, first_date=OLD, last_date=OLD)
    place(archive.warehouse, held, "inspection", "Li")
    assert archive.expire() == {}
    assert archive.files() == before
    assert archive.customers("loan_stage") == ["C1", "C2"]


def test_a_lifted_hold_keeps_nothing_from_its_day_on(archive: Archive) -> None:
    day_before = date(2026, 11, 19)
    place(archive.warehouse, Hold("H1", OLD, customer_id="C1"), "lawsuit", "Li")
    archive.expire(day_before)
    lift(archive.warehouse, "H1", NOW, "Wang")
    archive.expire(day_before)
    assert archive.customers("loan_stage") == ["C1"]
    archive.expire(NOW)
    assert archive.customers("loan_stage") == []


def test_a_crash_before_the_files_go_is_mended_by_running_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_files: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(expiring, "delete_files", killed)
        with pytest.raises(KeyboardInterrupt):
            archive.expire()
    records = archive.records()
    assert f"landing/core_banking/{OLD}/loan.csv" in archive.files()
    archive.expire()
    assert f"landing/core_banking/{OLD}/loan.csv" not in archive.files()
    assert archive.records() == records


def test_a_link_out_of_the_installation_is_not_followed(archive: Archive, tmp_path: Path) -> None:
    outside = tmp_path / "outside" / str(OLD)
    outside.mkdir(parents=True)
    (outside / "keep.csv").write_text("x", encoding="utf-8")
    (archive.home.landing / "linked").symlink_to(tmp_path / "outside")
    archive.expire()
    assert (outside / "keep.csv").exists()


def test_only_a_date_of_the_book_can_be_the_measure(archive: Archive) -> None:
    with pytest.raises(DayError, match="not in the book of business dates, the newest one is"):
        archive.expire(date(2036, 1, 1))


@pytest.mark.parametrize(
    ("hold", "told"),
    [
        (Hold("H 1", NOW, customer_id="C1"), "letters, digits"),
        (Hold("H1", NOW), "either a customer, or"),
        (Hold("H1", NOW, customer_id="C1", first_date=OLD, last_date=OLD), "either a customer, or"),
        (Hold("H1", NOW, first_date=OLD), "either a customer, or"),
        (Hold("H1", NOW, first_date=NOW, last_date=OLD), "before it begins"),
    ],
)
def test_a_hold_says_what_it_keeps(archive: Archive, hold: Hold, told: str) -> None:
    with pytest.raises(DayError, match=told):
        place(archive.warehouse, hold, "lawsuit", "Li")


def test_the_commands_place_expire_and_lift(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_warehouse() as warehouse:
        Archive(warehouse, settings()).fill()
    place_it = ["hold", "place", "H1", "--customer", "C1", "--starts-on", str(NOW)]
    assert main([*place_it, "--reason", "lawsuit of 张三", "--by", "Li"]) == 0
    assert main([*place_it, "--reason", "again", "--by", "Li"]) == 1
    assert main(["expire", "--as-of", str(NOW), "--dry-run"]) == 0
    assert main(["expire", "--as-of", str(NOW)]) == 0
    assert main(["hold", "lift", "H1", "--on", str(NOW), "--by", "Wang"]) == 0
    assert main(["hold", "lift", "H9", "--on", str(NOW), "--by", "Wang"]) == 1
    assert main(["hold", "list"]) == 0
    told = capsys.readouterr()
    assert "H1 is there already" in told.err
    assert "There is no hold H9" in told.err
    assert "HOUSE-RET-003@2026.11.26" in told.out
    assert "lifted 2026-11-20 by Wang" in told.out
    assert "张三" not in told.out
