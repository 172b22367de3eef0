"""Deliveries in any order, late, corrected and reversed, end where the clean history ends.

Eight days of it run with every test run; `POSTLOAN_LONG_TESTS=1` takes a month.
"""

import csv
import hashlib
import json
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from postloan.contracts import catalogue
from postloan.contracts.model import KNOWN_ON
from postloan.daybook import close_day, next_due, open_day, stale_dates
from postloan.ingestion.deliver import ingest
from postloan.sample import write_sample
from postloan.steps.stage_overdue_loans import stage_overdue_loans
from postloan.warehouse import Warehouse, open_warehouse

LAST = date(2026, 11, 20)
DAYS, LOANS = (30, 150) if "POSTLOAN_LONG_TESTS" in os.environ else (8, 300)
OPENING = LAST - timedelta(days=DAYS)
SOURCE = "core_banking"
STATES = ("loan_delinquency", "loan_stage", "stage_event", "customer_delinquency")
Rows = list[dict[str, str]]


@dataclass
class Landing:
    """The deliveries of one lender, whose repayments a test may move about."""

    folder: Path
    chance: random.Random = field(default_factory=lambda: random.Random(8))  # noqa: S311 (shuffles a test)

    @property
    def days(self) -> list[date]:
        return [OPENING + timedelta(days=n) for n in range(1, DAYS + 1)]

    def _file(self, day: date) -> Path:
        return self.folder / SOURCE / day.isoformat() / "repayment.csv"

    def repayments(self, day: date) -> Rows:
        with self._file(day).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def send(self, day: date, rows: Rows) -> None:
        """Deliver these repayments of a date; the manifest says so."""
        path = self._file(day)
        columns = [c.name for c in catalogue().feeds["repayment"].file_columns]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        manifest_path = path.with_name("manifest.json")
        manifest: dict[str, Any] = json.loads(manifest_path.read_text(encoding="utf-8"))
        for entry in manifest["files"]:
            if entry["feed"] == "repayment":
                entry["rows"] = len(rows)
                entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest_path.write_text(json.dumps(manifest), encoding="utf-8")

    def reverse_some(self) -> set[str]:
        """Reversals two days after their payments; the ids of what they take back."""
        reversed_: set[str] = set()
        for day in self.days[:-4:3]:
            (original,) = self.chance.sample(
                [r for r in self.repayments(day) if not r["reverses_id"]], 1
            )
            later = day + timedelta(days=2)
            reversed_.add(original["repayment_id"])
            taken_back = {
                **original,
                "repayment_id": f"{original['repayment_id']}-B",
                "paid_on": later.isoformat(),
                "payment_type": "reversal",
                "reverses_id": original["repayment_id"],
            }
            self.send(later, [*self.repayments(later), taken_back])
        return reversed_

    def delay_some(self, but: set[str]) -> int:
        """Send three of ten repayments one to ten days late; how many."""
        moved = 0
        late: dict[date, Rows] = {day: [] for day in self.days}
        for day in self.days[:-1]:
            stay: Rows = []
            for row in self.repayments(day):
                if row["repayment_id"] in but or self.chance.random() > 0.3:
                    stay.append(row)
                else:
                    late[min(day + timedelta(days=self.chance.randint(1, 10)), LAST)].append(row)
                    moved += 1
            self.send(day, stay)
        for day, rows in late.items():
            self.send(day, [*self.repayments(day), *rows])
        return moved


@dataclass
class Run:
    """A warehouse that takes deliveries in as they come and runs what has become due."""

    warehouse: Warehouse
    landing: Landing
    home: Path
    held: dict[date, dict[str, list[str]]] = field(default_factory=dict)

    def arrive(self, day: date) -> None:
        """Take in one delivery, ask the gate for its date, and follow the dates that are woken."""
        ingest(
            self.warehouse, SOURCE, day, self.landing.folder,
            self.home / "scratch", self.home / "quarantine",
        )  # fmt: skip
        due: date | None = day
        while due:
            gate = open_day(self.warehouse, due, after_cut_off=True)
            if gate.day is None:
                return
            stage_overdue_loans(self.warehouse, gate.day)
            close_day(self.warehouse, gate.day)
            if not stale_dates(self.warehouse):
                self.held[self._newest()] = self.now()
            due = next_due(self.warehouse, due)

    def _newest(self) -> date:
        newest: date = self.warehouse.scalar("select max(business_date) as day from business_day")
        return newest

    def now(self) -> dict[str, list[str]]:
        """The current tables without the dates of knowledge."""
        return {name: self._rows(name, f"from {name}") for name in STATES}

    def believed_on(self, known_on: date) -> dict[str, list[str]]:
        """The tables as they were known on a date."""
        known = {"known_on": known_on}
        return {
            name: sorted(
                self._rows(name, f"from {name} where known_on <= cast($known_on as date)", known)
                + self._rows(
                    name,
                    f"from {name}_history where known_from <= cast($known_on as date) "
                    "and known_before > cast($known_on as date)",
                    known,
                )
            )
            for name in STATES
        }

    def _rows(self, name: str, source: str, known: dict[str, date] | None = None) -> list[str]:
        columns = [c for c in catalogue().tables[name].column_names if c != KNOWN_ON]
        return sorted(
            map(repr, self.warehouse.fetch(f"select {', '.join(columns)} {source}", known))
        )


@pytest.fixture
def clean(tmp_path: Path) -> Iterator[Run]:
    """Everything on its day."""
    landing = Landing(tmp_path / "clean_landing")
    write_sample(
        landing.folder, loans=LOANS, days=DAYS, seed=3, last_business_date=LAST,
        dirty_share=Fraction(0),
    )  # fmt: skip
    with open_warehouse("duckdb:///:memory:") as warehouse:
        yield Run(warehouse, landing, tmp_path / "clean")


def test_any_order_ends_where_the_clean_history_ends(clean: Run, tmp_path: Path) -> None:
    reversed_ = clean.landing.reverse_some()
    shutil.copytree(clean.landing.folder, tmp_path / "landing")
    messy_landing = Landing(tmp_path / "landing")
    assert messy_landing.delay_some(but=reversed_) > 8

    clean.arrive(OPENING)
    for day in clean.landing.days:
        clean.arrive(day)

    with open_warehouse("duckdb:///:memory:") as warehouse:
        messy = Run(warehouse, messy_landing, tmp_path / "messy")
        # One feed comes with half its rows at first, and whole when all others are closed.
        halved = messy_landing.days[DAYS * 2 // 3]
        whole = messy_landing.repayments(halved)
        messy_landing.send(halved, whole[: len(whole) // 2])
        messy.arrive(OPENING)
        order = messy_landing.days
        messy_landing.chance.shuffle(order)
        for day in order:
            messy.arrive(day)
        messy_landing.send(halved, whole)
        messy.arrive(halved)

        assert messy.now() == clean.now()
        assert clean.now()["stage_event"], "days in which nothing happens prove nothing"
        given_up = {n: warehouse.count(f"{n}_history") for n in STATES}
        assert all(given_up.values()), given_up
        assert sorted(messy.held) == [OPENING, *messy_landing.days]
        for known_on, held in messy.held.items():
            assert messy.believed_on(known_on) == held, known_on
