"""Data contracts: the one place that says what a table or a file is made of.

Contracts follow the Open Data Contract Standard 3.1 and live in `include/contracts`:

* `<source>/<feed>.yaml`: what a source sends. The feed becomes a table of the same name, with
  the columns the contract marks as derived and two technical columns added.
* `task_files/<queue>.yaml`: what a receiver gets.
* `warehouse/<area>.yaml`: the tables in between, one contract per area; `rules` makes its own.

Staging, casting, quarantine reasons, DDL, file headers and the table reference come from here.
"""

from postloan.contracts.model import (
    LINE_NO,
    RECEIVED_ON,
    TECHNICAL_COLUMNS,
    Catalogue,
    Column,
    FeedContract,
    Table,
    TaskFileContract,
)
from postloan.contracts.reading import catalogue

__all__ = [
    "LINE_NO",
    "RECEIVED_ON",
    "TECHNICAL_COLUMNS",
    "Catalogue",
    "Column",
    "FeedContract",
    "Table",
    "TaskFileContract",
    "catalogue",
]
