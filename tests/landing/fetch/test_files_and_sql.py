"""Files elsewhere and databases end as deliveries, or as nothing."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from postloan.errors import ContractError, DeliveryError
from postloan.landing.fetch.config import (
    Files,
    Landing,
    Sql,
    parse_source,
    read_connector,
    read_source,
)
from postloan.landing.fetch.door import fetch
from postloan.landing.fetch.result import (
    Endpoint,
    NotReadyError,
    Order,
    SourceUnavailableError,
)
from postloan.settings import include_folder
from tests.support.deliveries import CUSTOMER, LOAN, NEXT_DAY, OPENING_DAY, Lender
from tests.support.rule_files import RuleFiles

REMOTE = Files(kind="files", path="unused")


def order(landing: Path, **other: Any) -> Order:
    return Order("core_banking", OPENING_DAY, landing, opening=True, **other)


@pytest.fixture
def sender(lender: Lender, tmp_path: Path) -> Lender:
    """Somebody elsewhere who has written a delivery."""
    elsewhere = Lender(tmp_path / "elsewhere", lender.warehouse)
    elsewhere.send(customer=[CUSTOMER], loan=[LOAN])
    return elsewhere


def test_every_shipped_source_and_connector_can_be_read() -> None:
    examples = sorted((include_folder() / "sources" / "examples").glob("*.yaml"))
    assert len(examples) == 4
    assert {parse_source(p).kind for p in examples} == {"rest", "sql", "files"}
    for name in ("fineract", "student_registry"):
        assert read_connector(name).resources


def test_a_source_without_configuration_delivers_itself(tmp_path: Path) -> None:
    assert read_source("core_banking") == Landing()
    assert not fetch(order(tmp_path), Landing(), Endpoint()).fetched


def test_nonsense_in_a_configuration_is_named(tmp_path: Path) -> None:
    file = tmp_path / "core_banking.yaml"
    file.write_text("kind: rest\nconnection: a\nconnector: fineract\npassword: x\n")
    with pytest.raises(ContractError, match=r"core_banking.yaml: rest.password"):
        parse_source(file)


def test_files_elsewhere_become_a_delivery(sender: Lender, tmp_path: Path) -> None:
    wanted = order(tmp_path / "landing")
    result = fetch(wanted, REMOTE, Endpoint(root=sender.folder(OPENING_DAY)))
    assert result.rows["loan"] == 1
    for path in sender.folder(OPENING_DAY).iterdir():
        assert (wanted.folder / path.name).read_bytes() == path.read_bytes()
    assert fetch(wanted, REMOTE, Endpoint(root=tmp_path / "nowhere")).fetched is False


def test_a_folder_without_manifest_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "remote").mkdir()
    with pytest.raises(NotReadyError, match="not written"):
        fetch(order(tmp_path / "landing"), REMOTE, Endpoint(root=tmp_path / "remote"))


def test_a_file_that_is_cut_off_is_refused_and_not_seen(sender: Lender, tmp_path: Path) -> None:
    file = sender.folder(OPENING_DAY) / "loan.csv"
    whole = file.read_bytes()
    file.write_bytes(whole[:-5])
    wanted = order(tmp_path / "landing")
    with pytest.raises(DeliveryError, match=r"loan.csv has the SHA-256"):
        fetch(wanted, REMOTE, Endpoint(root=sender.folder(OPENING_DAY)))
    assert not (wanted.folder / "loan.csv").exists()
    assert not (wanted.folder / "manifest.json").exists()
    file.write_bytes(whole)
    assert fetch(wanted, REMOTE, Endpoint(root=sender.folder(OPENING_DAY))).fetched


def test_a_fetch_that_stopped_goes_on_with_the_files_that_it_has(
    sender: Lender, tmp_path: Path
) -> None:
    theirs, wanted = sender.folder(OPENING_DAY), order(tmp_path / "landing")
    whole = (theirs / "loan.csv").read_bytes()
    (theirs / "loan.csv").write_bytes(whole[:-5])
    with pytest.raises(DeliveryError, match=r"loan\.csv"):
        fetch(wanted, REMOTE, Endpoint(root=theirs))
    assert not (wanted.folder / "customer.csv").exists()
    (theirs / "loan.csv").write_bytes(whole)
    # What is here is not asked for again, and would not be there.
    (theirs / "customer.csv").unlink()
    assert fetch(wanted, REMOTE, Endpoint(root=theirs)).fetched
    assert (wanted.folder / "customer.csv").exists()
    # Nor is what lies in its place, even when the delivery is fetched anew.
    assert fetch(wanted, REMOTE, Endpoint(root=theirs), again=True).fetched
    (wanted.folder / "customer.csv").unlink()
    with pytest.raises(SourceUnavailableError, match="FileNotFoundError"):
        fetch(wanted, REMOTE, Endpoint(root=theirs), again=True)


def test_a_file_is_fetched_once_its_flag_is_there_and_the_flag_with_it(
    sender: Lender, tmp_path: Path, rule_files: RuleFiles
) -> None:
    rule_files.declare_format("loan", {"flag": ".ok"})
    wanted, theirs = order(tmp_path / "landing"), sender.folder(OPENING_DAY)
    with pytest.raises(NotReadyError, match=r"not written loan\.csv\.ok yet"):
        fetch(wanted, REMOTE, Endpoint(root=theirs))
    assert not (wanted.folder / "manifest.json").exists()
    (theirs / "loan.csv.ok").touch()
    fetch(wanted, REMOTE, Endpoint(root=theirs))
    assert (wanted.folder / "loan.csv.ok").exists()


def test_a_file_larger_than_its_contract_allows_is_refused_while_it_is_read(
    sender: Lender, tmp_path: Path, rule_files: RuleFiles
) -> None:
    rule_files.declare_format("loan", {"maxBytes": 100})
    wanted = order(tmp_path / "landing")
    with pytest.raises(DeliveryError, match=r"2026-11-19: loan.csv: larger than the 100 bytes"):
        fetch(wanted, REMOTE, Endpoint(root=sender.folder(OPENING_DAY)))
    assert not (wanted.folder / "loan.csv").exists()
    assert not (wanted.folder / "manifest.json").exists()


@pytest.mark.parametrize("name", ["../../x.csv", "/etc/passwd"])
def test_a_manifest_cannot_name_files_of_other_folders(
    sender: Lender, tmp_path: Path, name: str
) -> None:
    manifest = sender.manifest()
    manifest["files"][0]["file"] = name
    sender.write_manifest(OPENING_DAY, "core_banking", manifest)
    with pytest.raises(DeliveryError, match="cannot be read"):
        fetch(order(tmp_path), REMOTE, Endpoint(root=sender.folder(OPENING_DAY)))


DATABASE = """
create table customer (customer_id text, customer_name text, changed_at text);
insert into customer values ('C1', '测试, "一"', '2026-11-01'), ('C2', null, '2026-11-02');
create table loan (loan_id text, customer_id text, principal text);
insert into loan values ('L1', 'C1', '1234567890123456.78');
"""


def sql_config(**feeds: dict[str, Any]) -> Sql:
    loan = {
        "query": "select loan_id, customer_id, 'consumer' as product, 'CNY' as currency, "
        "principal, 'active' as loan_status from loan;"
    }
    customer = {
        "query": "select * from customer where changed_at > :since",
        "watermark": {"column": "changed_at", "initial": ""},
    }
    feeds = {"loan": loan, "customer": customer, **feeds}
    return Sql.model_validate({"kind": "sql", "connection": "x", "batch_rows": 1, "feeds": feeds})


@pytest.fixture
def database(tmp_path: Path) -> Endpoint:
    path = tmp_path / "core.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(DATABASE)
    return Endpoint(url=f"sqlite:///{path}")


def test_a_database_is_read_by_watermark(lender: Lender, database: Endpoint) -> None:
    rows = fetch(order(lender.landing), sql_config(), database).rows
    assert (rows["customer"], rows["loan"], rows["consent"]) == (2, 1, 0)
    assert lender.manifest()["cursors"] == {"customer": "2026-11-02"}
    text = (lender.folder(OPENING_DAY) / "loan.csv").read_text(encoding="utf-8")
    assert "1234567890123456.78" in text
    later = Order(
        "core_banking", NEXT_DAY, lender.landing, opening=False, cursors={"customer": "2026-11-01"}
    )
    assert fetch(later, sql_config(), database).rows["customer"] == 1


def test_a_query_cannot_write(lender: Lender, database: Endpoint) -> None:
    bad = {"query": "delete from customer returning customer_id"}
    with pytest.raises(SourceUnavailableError, match="OperationalError"):
        fetch(order(lender.landing), sql_config(customer=bad), database)
    assert not (lender.folder(OPENING_DAY) / "manifest.json").exists()
    assert fetch(order(lender.landing), sql_config(), database).rows["customer"] == 2


def test_a_query_without_a_required_column_is_named(lender: Lender, database: Endpoint) -> None:
    bad = {"query": "select loan_id from loan"}
    with pytest.raises(ContractError, match="lacks the columns customer_id, product"):
        fetch(order(lender.landing), sql_config(loan=bad), database)
