"""Nothing leaves that is not on the list, and nothing secret leaves whatever the list says."""

from dataclasses import replace
from datetime import date

import pytest

from postloan.contracts import Column, TaskFileContract, catalogue
from postloan.errors import ContractError
from postloan.publication.allow_list import check_contract
from postloan.rules.kinds.privacy import Privacy
from postloan.rules.packs import rule_book

DAY = date(2026, 11, 20)


@pytest.fixture
def pack() -> Privacy:
    return rule_book().pack("cn_privacy", DAY, Privacy)


def with_column(contract: TaskFileContract, column: Column) -> TaskFileContract:
    table = contract.table
    return replace(contract, table=replace(table, columns=(*table.columns, column)))


def listing(pack: Privacy, queue: str, name: str) -> Privacy:
    """The pack with one more column allowed."""
    columns = dict(pack.task_file_columns)
    columns[queue] = (*columns[queue], name)
    return pack.model_copy(update={"task_file_columns": columns})


@pytest.mark.parametrize("queue", sorted(catalogue().task_files))
@pytest.mark.parametrize("on", [date(2019, 12, 20), DAY])
def test_every_task_file_keeps_to_its_list(queue: str, on: date) -> None:
    check_contract(catalogue().task_files[queue], rule_book().pack("cn_privacy", on, Privacy))


@pytest.mark.parametrize("queue", ["sms_reminder", "legal_preparation"])
def test_a_column_off_the_list_stops_the_file(pack: Privacy, queue: str) -> None:
    address = catalogue().feeds["customer"].table.column("address")
    with pytest.raises(ContractError, match="address are not on the list"):
        check_contract(with_column(catalogue().task_files[queue], address), pack)


@pytest.mark.parametrize("name", ["score", "open_lenders", "bureau_balance", "id_number"])
def test_scores_bureau_data_and_sensitive_data_never_leave_the_house(
    pack: Privacy, name: str
) -> None:
    column = replace(
        catalogue().tables["task_loan"].column("stage"),
        name=name,
        classification="sensitive" if name == "id_number" else "internal",
    )
    contract = with_column(catalogue().task_files["call_list"], column)
    with pytest.raises(ContractError, match=f"{name} may not leave the house"):
        check_contract(contract, listing(pack, "call_list", name))


def test_a_queue_that_is_not_on_the_list_may_carry_nothing(pack: Privacy) -> None:
    unlisted = replace(catalogue().task_files["call_list"], queue="field_visit")
    with pytest.raises(ContractError, match="not on the list"):
        check_contract(unlisted, pack)


def test_a_column_that_no_task_has_is_refused(pack: Privacy) -> None:
    column = replace(catalogue().tables["task_loan"].column("stage"), name="colour")
    contract = with_column(catalogue().task_files["go_live"], column)
    with pytest.raises(ContractError, match="colour"):
        check_contract(contract, listing(pack, "go_live", "colour"))


def test_only_the_house_receives_alerts() -> None:
    files = catalogue().task_files
    assert {q for q, c in files.items() if not c.is_internal} == {"sms_reminder", "call_list"}
    assert {files[q].receiver for q in ("student_alert", "multi_lender_alert")} == {"risk_officers"}
