"""What may leave the house: the columns of a task file against the list in the rule packs."""

from datetime import date

from postloan.contracts import Column, TaskFileContract, catalogue
from postloan.contracts.payloads import file_source
from postloan.errors import ContractError
from postloan.rules.kinds.privacy import NeverExport, Privacy
from postloan.rules.packs import rule_book

PACK = "cn_privacy"


def _banned(column: Column, never_export: NeverExport) -> bool:
    return column.classification in never_export.classifications or any(
        part in column.name for part in never_export.names_containing
    )


def check_contract(contract: TaskFileContract, pack: Privacy) -> None:
    """Refuse a task file that carries more than its list allows.

    Args:
        contract: the contract of the file.
        pack: the privacy pack in force.

    Raises:
        ContractError: names the file, the columns and what to do.
    """
    allowed = pack.task_file_columns.get(contract.queue, ())
    unlisted = [c.name for c in contract.table.columns if c.name not in allowed]
    if unlisted:
        raise ContractError(
            f"{contract.path.name}: the columns {', '.join(unlisted)} are not on the list of "
            f"{pack.path.name}. Take them out, or have them allowed there."
        )
    banned = [c.name for c in contract.table.columns if _banned(c, pack.never_export)]
    if banned and not contract.is_internal:
        raise ContractError(
            f"{contract.path.name}: {', '.join(banned)} may not leave the house; the receiver "
            f"{contract.receiver} is outside. Take them out."
        )
    tables = catalogue().tables
    unknown = [
        c.name for c in contract.table.columns if not file_source(contract, c, "zh", tables)[1]
    ]
    if unknown or contract.table.key != contract.table.column_names[:1]:
        raise ContractError(
            f"{contract.path.name}: the first column is the key, and every column is one of the "
            f"table `{contract.filled_from}`; not so: "
            f"{', '.join(unknown) or contract.table.column_names[0]}."
        )


def checked_contract(queue: str, day: date) -> TaskFileContract:
    """The contract of a queue, checked against the rules in force on a business date.

    Raises:
        ContractError: the file would carry what it may not.
        RuleError: no privacy pack is in force.
    """
    return _checked(catalogue().task_files[queue], day)


def checked_recall_file(day: date) -> TaskFileContract:
    """The layout of the recalls of any queue, checked in the same way.

    Raises:
        ContractError: the file would carry what it may not.
        RuleError: no privacy pack is in force.
    """
    return _checked(catalogue().recall_file, day)


def _checked(contract: TaskFileContract, day: date) -> TaskFileContract:
    check_contract(contract, rule_book().pack(PACK, day, Privacy))
    return contract
