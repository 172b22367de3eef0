"""The mappings of the two real data sets give what their descriptions say."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from postloan.landing.foreign import import_tables, read_mapping

REPOSITORY = Path(__file__).resolve().parents[2]
MAPPINGS = REPOSITORY / "tests" / "data" / "mappings"


def real_data(name: str) -> Path:
    """The folder of a real data set beside the repository."""
    folder = REPOSITORY.parent / "shared" / "data" / name
    if not folder.is_dir():
        pytest.skip(f"the data set {name} is not beside this repository")
    return folder


def value(landing: Path, feed: str, expression: str, where: str = "true") -> object:
    """One value computed over all delivered files of a feed."""
    found = duckdb.execute(
        f"select {expression} from read_csv('{landing}/core_banking/*/{feed}.csv', "
        f"header = true, all_varchar = true, filename = true) where {where}"
    ).fetchone()
    assert found is not None
    return found[0]


def test_credit_record_day_by_day(tmp_path: Path) -> None:
    summary = import_tables(
        read_mapping(MAPPINGS / "credit_record.yaml"), real_data("credit_record"), tmp_path
    )
    assert (summary.opening, summary.until) == (date(2019, 11, 30), date(2019, 12, 20))
    assert summary.deliveries == 21
    assert summary.rows["loan"] == 58_609
    assert summary.rows["instalment"] == 395_207
    assert summary.rows["repayment"] == 384_932
    assert summary.later_rows["repayment"] == 0
    assert value(tmp_path, "repayment", "count(distinct repayment_id)") == 384_932
    assert (
        value(
            tmp_path,
            "repayment",
            "count(*)",
            "filename not like '%/' || paid_on || '/%' and filename not like '%/2019-11-30/%'",
        )
        == 0
    )
    late = "filename like '%/2019-11-30/%' and paid_on > '2019-11-30'"
    assert value(tmp_path, "repayment", "count(*)", late) == 0
    # The schedule of December is known on the opening already.
    assert value(tmp_path, "instalment", "max(due_on)", "filename like '%/2019-11-30/%'") == (
        "2019-12-15"
    )
    assert value(tmp_path, "instalment", "count(*)", "filename not like '%/2019-11-30/%'") == 0
    assert value(tmp_path, "customer", "count(coalesce(customer_name, phone, address))") == 0


def test_credit_record_as_one_load(tmp_path: Path) -> None:
    summary = import_tables(
        read_mapping(MAPPINGS / "credit_record.yaml"),
        real_data("credit_record"),
        tmp_path,
        opening=date(2019, 12, 20),
    )
    assert summary.deliveries == 1
    assert summary.rows["repayment"] == 384_932
    assert [p.name for p in (tmp_path / "core_banking").iterdir()] == ["2019-12-20"]


def test_berka_as_known_on_its_opening(tmp_path: Path) -> None:
    summary = import_tables(read_mapping(MAPPINGS / "berka.yaml"), real_data("berka"), tmp_path)
    assert summary.opening == date(1994, 4, 20)
    assert summary.rows["loan"] == summary.rows["customer"] == 41
    assert summary.rows["repayment"] == 163
    assert value(tmp_path, "repayment", "count(distinct repayment_id)") == 163
    assert value(tmp_path, "repayment", "count(instalment_no)") == 0
    assert value(tmp_path, "instalment", "count(distinct loan_id)") == 41
    loan = "loan_id = '5314'"
    assert value(tmp_path, "instalment", "count(*)", f"{loan} and due_on < '1994-04-20'") == 10
    assert value(tmp_path, "repayment", "count(*)", loan) == 2
    # Principal is term times instalment on every loan, so the schedules are whole.
    due = value(tmp_path, "instalment", "sum(amount_due::decimal(18,2))")
    assert due == value(tmp_path, "loan", "sum(principal::decimal(18,2))")
