"""The same days give the same tables and the same files, byte for byte, on every engine.

A few days run with every test run; `POSTLOAN_LONG_TESTS=1` takes a month.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from postloan.business_day.ledger import next_due
from postloan.landing.foreign import import_tables, read_mapping
from postloan.landing.sample import write_sample
from postloan.warehouse import Warehouse, open_warehouse
from tests.support.long_tests import IS_LONG
from tests.support.moved_deliveries import Landing
from tests.support.real_data import MAPPINGS, real_data
from tests.support.whole_day import files, run_whole_day, tables

# The first of a month is among the days, when scores are due.
LAST = date(2026, 12, 2)
DAYS = 30 if IS_LONG else 5
LOANS = 600 if IS_LONG else 120
OPENING = LAST - timedelta(days=DAYS)
RUN_AGAIN = OPENING + timedelta(days=2)
"""Its payments are sent once more, with one taken out: the date gets a second revision."""

OTHER_ENGINES = (
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("spark", marks=pytest.mark.spark),
)


@dataclass(frozen=True)
class Answer:
    """All that a lender's days have left behind: hash of every table, hash of every file."""

    tables: dict[str, str]
    outbox: dict[str, str]
    quarantine: dict[str, str]

    def differences(self, other: "Answer") -> list[str]:
        """Names of what is not the same."""
        pairs = zip(vars(self).items(), vars(other).values(), strict=True)
        return [
            f"{kind}: {name}"
            for (kind, ours), theirs in pairs
            for name in sorted(ours.keys() | theirs.keys())
            if ours.get(name) != theirs.get(name)
        ]


def _answer(warehouse: Warehouse, home: Path) -> Answer:
    told = tables(warehouse)
    # What an engine had to do to its own tables is no answer of a lender's.
    del told["schema_change"]
    return Answer(told, files(home / "outbox"), files(home / "quarantine"))


def _send_sample(landing: Path) -> None:
    write_sample(
        landing, loans=LOANS, days=DAYS, seed=3, last_business_date=LAST,
        dirty_share=Fraction(1, 100),
    )  # fmt: skip
    sent = Landing(landing, OPENING, LAST)
    # Payments that come late would make the core's own figures differ, and hold the files.
    sent.leave_out("loan_position")
    taken_back = sent.reverse_some()
    assert taken_back
    assert sent.delay_some(but=taken_back)


def _run_sample(home: Path, url: str) -> Answer:
    landing = Landing(home / "landing", OPENING, LAST)
    with open_warehouse(url) as warehouse:
        for day in (OPENING, *landing.days):
            run_whole_day(warehouse, day)
        again = landing.repayments(RUN_AGAIN)
        landing.send(RUN_AGAIN, again[:-1])
        due: date | None = RUN_AGAIN
        while due:
            run_whole_day(warehouse, due)
            due = next_due(warehouse, due)
        assert warehouse.scalar("select max(revision) as n from publication") > 1
        assert warehouse.count("task_recall") > 0
        return _answer(warehouse, home)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a sample lender sends: dirty rows, reversals, payments that come late."""
    landing = tmp_path_factory.mktemp("sent") / "landing"
    _send_sample(landing)
    return landing


@pytest.fixture(scope="module")
def on_duckdb(sent: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answer]:
    """The answer of the embedded engine, which the others are held against."""
    home = tmp_path_factory.mktemp("duckdb")
    shutil.copytree(sent, home / "landing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSTLOAN_HOME", str(home))
        yield _run_sample(home, f"duckdb:///{home}/warehouse.duckdb")


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_a_sample_lender(on_duckdb: Answer, sent: Path, home: Path, warehouse_url: str) -> None:
    shutil.copytree(sent, home / "landing")
    assert on_duckdb.outbox
    assert on_duckdb.quarantine
    assert _run_sample(home, warehouse_url).differences(on_duckdb) == []


@pytest.mark.parametrize("engine", OTHER_ENGINES)
@pytest.mark.parametrize(
    ("name", "day"), [("berka", date(1994, 4, 20)), ("credit_record", date(2019, 12, 20))]
)
def test_real_lenders(
    name: str, day: date, home: Path, warehouse_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    data = real_data(name)
    answers = []
    for place, url in ((home / "a", f"duckdb:///{home}/a.duckdb"), (home / "b", warehouse_url)):
        monkeypatch.setenv("POSTLOAN_HOME", str(place))
        mapping, landing = read_mapping(MAPPINGS / f"{name}.yaml"), place / "landing"
        import_tables(mapping, data, landing, opening=day, until=day)
        with open_warehouse(url) as warehouse:
            run_whole_day(warehouse, day)
            assert warehouse.count("loan_delinquency") > 0
            answers.append(_answer(warehouse, place))
    assert answers[1].differences(answers[0]) == []
