"""Each of these defects once got a lender into trouble; each must shut the right gate.

The delivery of a day is what it was but for one defect, under a manifest that fits: only the
content is wrong. Days past due are computed all the same, and no outside receiver gets a file.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.business_day.gates import FailedCheck, failed_checks, release_gate
from postloan.business_day.ledger import close_day, open_day
from postloan.business_day.result import StepResult
from postloan.contracts import catalogue
from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
from postloan.errors import DayError, DeliveryError, PostloanError
from postloan.ingestion.deliver import ingest
from postloan.landing.sample import write_sample
from postloan.publication.publish_task_files import publish_task_files
from postloan.warehouse import Warehouse, open_warehouse

DAY = date(2026, 11, 20)
CORE = "core_banking"
OUTSIDE = {q for q, c in catalogue().task_files.items() if not c.is_internal}

Rows = list[dict[str, str]]


@dataclass
class Bank:
    """The sample lender in a folder of its own, with the day before already closed."""

    home: Path
    warehouse: Warehouse

    def folder(self, day: date = DAY) -> Path:
        return self.home / "landing" / CORE / day.isoformat()

    def rows(self, feed: str, day: date = DAY) -> Rows:
        with (self.folder(day) / f"{feed}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def deliver(self, feed: str, rows: Rows, **totals: str) -> None:
        """Put other rows in place of a feed's, under a manifest that fits."""
        path = self.folder() / f"{feed}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            columns = [c.name for c in catalogue().feeds[feed].file_columns]
            writer = csv.DictWriter(stream, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        entry: dict[str, Any] = {"rows": len(rows), "sha256": sha256}
        if totals:
            entry["control_totals"] = totals
        manifest = self.manifest()
        for file in manifest["files"]:
            if file["feed"] == feed:
                file.pop("control_totals", None)
                file.update(entry)
        self.write_manifest(manifest)

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder() / "manifest.json").read_text("utf-8"))
        return found

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        (self.folder() / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    def take_in(self, day: date = DAY) -> None:
        home = self.home
        ingest(self.warehouse, CORE, day, home / "landing", home / "scratch", home / "quarantine")

    def run(self, day: date = DAY) -> StepResult:
        """Take in, open, compute days past due, publish, close."""
        self.take_in(day)
        gate = open_day(self.warehouse, day, after_cut_off=True)
        assert gate.day, gate.reason
        stage_overdue_loans(self.warehouse, gate.day)
        result = publish_task_files(self.warehouse, gate.day, self.home / "outbox")
        close_day(self.warehouse, gate.day)
        return result

    def published(self, day: date = DAY) -> set[str]:
        """The queues that add a task; recalls go out through a shut gate, too."""
        added = self.warehouse.fetch(
            "select distinct queue from publication "
            "where business_date = cast($day as date) "
            "and (rows_added > 0 or (rows_recalled = 0 and revision = 1))",
            {"day": day},
        )
        folders = {p.name for p in (self.home / "outbox" / day.isoformat()).glob("*")}
        return folders & {queue for (queue,) in added}


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lender whose book is open and whose first day is closed; to be copied, not changed."""
    home = tmp_path_factory.mktemp("bank")
    write_sample(home / "landing", loans=7_000, days=2, seed=5, last_business_date=DAY)
    with open_warehouse(f"duckdb:///{home}/warehouse.duckdb") as warehouse:
        bank = Bank(home, warehouse)
        for days in (2, 1):
            bank.run(DAY - timedelta(days=days))
    return home


@pytest.fixture
def bank(yesterday: Path, tmp_path: Path) -> Iterator[Bank]:
    home = shutil.copytree(yesterday, tmp_path / "bank")
    with open_warehouse(f"duckdb:///{home}/warehouse.duckdb") as warehouse:
        yield Bank(home, warehouse)


# The defects --------------------------------------------------------------------------------


def _moved(rows: Rows, days: int) -> Rows:
    shift = timedelta(days=days)
    return [{**r, "paid_on": (date.fromisoformat(r["paid_on"]) + shift).isoformat()} for r in rows]


def late_repayments(bank: Bank) -> None:
    bank.deliver("repayment", _moved(bank.rows("repayment"), -3))


def header_alone(bank: Bank) -> None:
    bank.deliver("repayment", [])


def halved(bank: Bank) -> None:
    rows = bank.rows("repayment")
    bank.deliver("repayment", rows[: len(rows) // 2])


def doubled(bank: Bank) -> None:
    rows = bank.rows("repayment")
    bank.deliver("repayment", rows + [{**r, "repayment_id": r["repayment_id"] + "B"} for r in rows])


def shifted_column(bank: Bank) -> None:
    """In some of the rows the values stand one column to the right."""
    rows = bank.rows("repayment")
    names = list(rows[0])
    few = len(rows) // 13
    moved = [dict(zip(names, ["", *list(r.values())[:-1]], strict=True)) for r in rows[:few]]
    bank.deliver("repayment", moved + rows[few:])


def wrong_unit(bank: Bank) -> None:
    rows = bank.rows("repayment")
    bank.deliver("repayment", [{**r, "amount": str(Decimal(r["amount"]) * 100)} for r in rows])


def yesterdays_file(bank: Bank) -> None:
    bank.deliver("repayment", bank.rows("repayment", DAY - timedelta(days=1)))


def yesterdays_rows(bank: Bank) -> None:
    """Not the very same file: a few rows of today come with it."""
    before = _moved(bank.rows("repayment", DAY - timedelta(days=1)), 1)
    bank.deliver("repayment", before + bank.rows("repayment")[:30])


def lying_totals(bank: Bank) -> None:
    rows = bank.rows("repayment")
    total = sum(Decimal(r["amount"]) for r in rows) + Decimal("0.01")
    bank.deliver("repayment", rows, amount=str(total))


def empty_column(bank: Bank) -> None:
    rows = bank.rows("repayment")
    bank.deliver("repayment", [{**r, "payment_type": ""} for r in rows])


def vanished_loans(bank: Bank) -> None:
    book = bank.rows("loan", DAY - timedelta(days=2))
    today = bank.rows("loan")
    known = {r["loan_id"] for r in today}
    active = [r for r in book if r["loan_status"] == "active" and r["loan_id"] not in known]
    left = {"loan_status": "settled", "status_on": DAY.isoformat()}
    bank.deliver("loan", today + [{**r, **left} for r in active[: len(book) // 5]])


def a_core_that_counts_a_day_more(bank: Bank) -> None:
    late = [(r, int(r["days_past_due"])) for r in bank.rows("loan_position")]
    rows = [{**r, "days_past_due": str(days + 1 if days else 0)} for r, days in late]
    bank.deliver("loan_position", rows)


def dates_ahead(bank: Bank) -> None:
    bank.deliver("repayment", _moved(bank.rows("repayment"), 1))


DEFECTS: list[tuple[Callable[[Bank], None], str, str, str]] = [
    (late_repayments, "freshness", "newest_date", "The newest date lies before the business date"),
    (header_alone, "completeness", "row_count", "The number of rows is unusual"),
    (halved, "completeness", "row_count", "The number of rows is unusual"),
    (doubled, "completeness", "rows_alike", "Rows say the same under different keys"),
    (shifted_column, "completeness", "quarantined_share", "Rows are in quarantine"),
    (wrong_unit, "completeness", "amount_sum", "The sum of amounts is unusual"),
    (yesterdays_file, "freshness", "same_content", "The file is that of an earlier date"),
    (yesterdays_rows, "freshness", "repeated_keys", "Rows repeat keys of the delivery before"),
    (lying_totals, "reconciliation", "control_total", "differ from the control total"),
    (empty_column, "completeness", "null_share", "The share of empty values has moved"),
    (vanished_loans, "completeness", "loans_left", "Loans leave the book in one day"),
    (
        a_core_that_counts_a_day_more,
        "reconciliation",
        "core_balance",
        "Loans differ from the core's",
    ),
    (dates_ahead, "freshness", "dates_ahead", "Rows are dated after the business date"),
]


@pytest.mark.parametrize(
    ("plant", "gate", "check", "words"), DEFECTS, ids=[d[0].__name__ for d in DEFECTS]
)
def test_a_planted_defect_shuts_its_gate(
    bank: Bank, plant: Callable[[Bank], None], gate: str, check: str, words: str
) -> None:
    plant(bank)
    result = bank.run()

    assert [(f.gate, words in f.message) for f in _failed(bank, check)] == [(gate, True)]
    assert "HELD: " in result.note
    assert words in result.note
    assert f"gate release --date {DAY}" in result.note
    assert bank.published() & OUTSIDE == set()
    assert bank.warehouse.count("loan_stage", DAY) > 0


def _failed(bank: Bank, check: str) -> list[FailedCheck]:
    return [f for f in failed_checks(bank.warehouse, DAY) if f.check_name == check]


def test_a_missing_feed_is_refused_and_the_date_does_not_open(bank: Bank) -> None:
    manifest = bank.manifest()
    manifest["files"] = [f for f in manifest["files"] if f["feed"] != "repayment"]
    bank.write_manifest(manifest)
    (bank.folder() / "repayment.csv").unlink()
    with pytest.raises(DeliveryError, match="required feeds are left out: repayment"):
        bank.take_in()
    gate = open_day(bank.warehouse, DAY, after_cut_off=True)
    assert not gate.opened
    assert "repayment" in gate.reason


# The way out --------------------------------------------------------------------------------


def test_a_good_day_passes_and_true_totals_agree(bank: Bank) -> None:
    rows = bank.rows("repayment")
    bank.deliver("repayment", rows, amount=str(sum(Decimal(r["amount"]) for r in rows)))
    result = bank.run()
    assert failed_checks(bank.warehouse, DAY) == ()
    assert result.note == ""
    assert bank.published() >= OUTSIDE


def test_a_corrected_delivery_publishes_what_was_held(bank: Bank) -> None:
    rows = bank.rows("repayment")
    halved(bank)
    bank.run()
    assert bank.published() & OUTSIDE == set()
    bank.deliver("repayment", rows)
    bank.run()
    assert bank.published() >= OUTSIDE


def test_corrected_totals_alone_open_the_gate(bank: Bank) -> None:
    rows = bank.rows("repayment")
    lying_totals(bank)
    bank.run()
    bank.deliver("repayment", rows, amount=str(sum(Decimal(r["amount"]) for r in rows)))
    bank.run()
    assert bank.published() >= OUTSIDE


def test_a_release_publishes_once_and_says_who(bank: Bank) -> None:
    halved(bank)
    bank.run()
    released = release_gate(bank.warehouse, DAY, released_by="A Person", reason="bank holiday")
    # The core has booked what we have not received, and counts otherwise.
    assert {r.check_name for r in released} == {"row_count", "core_balance"}
    assert bank.run().note == ""
    assert bank.published() >= OUTSIDE
    kept = bank.warehouse.fetch(
        "select distinct check_name, released_by, reason from gate_release order by check_name"
    )
    assert kept == [(c, "A Person", "bank holiday") for c in ("core_balance", "row_count")]
    # Nothing is left to open, to run or to release.
    assert open_day(bank.warehouse, DAY).answer == "closed"
    with pytest.raises(DayError, match="nothing was released"):
        release_gate(bank.warehouse, DAY, released_by="A Person", reason="again")


def test_a_release_does_not_cover_another_defect_of_the_same_kind(bank: Bank) -> None:
    rows = bank.rows("repayment")
    halved(bank)
    bank.run()
    release_gate(bank.warehouse, DAY, released_by="A Person", reason="bank holiday")
    bank.deliver("repayment", rows[: len(rows) // 3])
    assert "HELD: " in bank.run().note
    assert bank.published() & OUTSIDE == set()


def test_a_release_needs_a_person_and_a_reason(bank: Bank) -> None:
    halved(bank)
    bank.run()
    missing = (("", "fine", "needs the person"), ("A Person", " ", "Give the reason"))
    for person, reason, told in missing:
        with pytest.raises(PostloanError, match=told):
            release_gate(bank.warehouse, DAY, released_by=person, reason=reason)
    with pytest.raises(DayError, match="amount_sum"):
        release_gate(
            bank.warehouse, DAY, released_by="A Person", reason="fine", check_name="amount_sum"
        )
