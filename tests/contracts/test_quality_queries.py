"""The query of a check in a contract tells of rows, and does nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from open_data_contract_standard.model import DataQuality

from postloan.contracts import FeedContract, catalogue
from postloan.errors import ContractError
from postloan.ingestion.checks.check import Check
from postloan.ingestion.checks.quality import checks_of

REFUSED = [
    ("select 1 from read_text('/etc/hosts')", "no table"),
    ("select 1 from '/etc/hosts'", "no table"),
    ("select 1 from {batch}, lateral read_csv('/etc/hosts')", "readcsv"),
    ("select (select max(x) from read_parquet('x'))", "no table"),
    ("delete from loan", "exactly one SELECT"),
    ("select 1 from {batch}; delete from loan", "exactly one SELECT"),
    ("copy loan to '/tmp/x'", "exactly one SELECT"),
    ("attach '/tmp/x'", "exactly one SELECT"),
    ("selct 1 from", "SELECT"),
    ("select 1 from {batch} where current_setting('x') = 'a'", "CURRENT_SETTING"),
    ("select 1 from {batch} where 'x'.current_setting() = 'a'", "current_setting"),
    ("select 1 from {batch} where getenv('HOME') = 'a'", "GETENV"),
    ("select 1 from {batch} where pg_sleep(9) is null", "PG_SLEEP"),
    ("select 1 from {batch} where pg_read_file('/etc/hosts') = 'a'", "PG_READ_FILE"),
    ("select 1 from {batch} where closed_on > current_date", "currentdate"),
    ("select 1 from {batch} where random() > 0.5", "rand"),
    ("select 1 from {batch} where uuid() = customer_id", "uuid"),
    ("select 1 from {batch} where current_user = 'a'", "currentuser"),
    ("select 1 from {batch} using sample 3", "tablesample"),
]
TAKEN = [
    "select complaint_id from {batch} where closed_on < cast(received_at as date)",
    "select told.loan_id from {batch} as told left join loan on loan.loan_id = told.loan_id",
    "with many as (select loan_id, count(*) as n from {batch} group by loan_id) "
    "select loan_id from many where n > 9",
    "select loan_id from {batch} where lower(trim(loan_id)) <> loan_id or length(loan_id) > 9",
    "select loan_id from {batch} where amount > (select avg(amount) from repayment) * 100",
    "select loan_id from {batch} where try_cast(loan_id as bigint) is null",
    "select loan_id from {batch} where date_diff('day', paid_on, due_on) > 400",
    "select loan_id from {batch} where regexp_matches(loan_id, '^[0-9]+$')",
]


def with_query(query: str) -> FeedContract:
    feed = catalogue().feeds["complaint"]
    body: dict[str, Any] = {
        "type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": query},
    }  # fmt: skip
    entry = DataQuality(
        name="planted", description="A check.", type="custom", engine="greatExpectations",
        severity="warn", implementation=body,
    )  # fmt: skip
    return replace(feed, table=replace(feed.table, checks=(entry,)))


@pytest.mark.parametrize(("query", "told"), REFUSED)
def test_a_query_that_does_or_asks_more_is_refused(query: str, told: str) -> None:
    with pytest.raises(ContractError, match=rf"(?i)complaint\.yaml.*'planted' .*{told}"):
        checks_of(with_query(query), is_opening=False)


@pytest.mark.parametrize("query", TAKEN)
def test_a_query_of_rows_is_taken(query: str) -> None:
    found: list[Check] = [
        check for check in checks_of(with_query(query), is_opening=False)
        if check.description == "A check."
    ]  # fmt: skip
    assert found[0].arguments == {"unexpected_rows_query": query}


def test_all_that_the_house_asks_is_taken() -> None:
    for feed in catalogue().feeds.values():
        assert checks_of(feed, is_opening=True) is not None
