"""What may leave in a task file; Python reads it where files are made."""

from collections.abc import Mapping
from typing import Literal

from postloan.rules.model import Cited, Pack
from postloan.rules.values import Distinct


class NeverExport(Cited):
    """What no outside receiver may be sent, whatever the list of columns says."""

    classifications: tuple[str, ...]
    names_containing: tuple[str, ...]


class Privacy(Pack):
    """The columns that a task file may carry, by queue."""

    kind: Literal["privacy"]
    task_file_columns: Mapping[str, Distinct[str]]
    never_export: NeverExport
