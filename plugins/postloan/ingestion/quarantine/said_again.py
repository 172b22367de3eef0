"""Refused rows that say what a loaded row of their file says.

A line that stands in its file twice tells nothing more the second time: it protects from nothing
beyond what the loaded row does, and holds nobody. Another row with that key holds.
"""

from collections.abc import Set

from sqlglot import exp

from postloan.ingestion.loading.relations import beside_text
from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.quarantine.corrected_rows import CORRECTED
from postloan.ingestion.reading.refusals import DUPLICATE_KEY

_SAY_AGAIN = frozenset({DUPLICATE_KEY, CORRECTED})
"""Why a row may be refused that says what a loaded one says."""


def said_again(staging: Staging, refused: str, text: str, reasons: Set[str]) -> set[int]:
    """Lines of refused rows that say in every column what a loaded one of the file says.

    Args:
        staging: a feed whose rows have become facts; its temporary tables are still there.
        refused: the table of rows held back.
        text: the table of their text.
        reasons: why any of them is refused; most files have none that can say so.
    """
    if not _SAY_AGAIN & reasons:
        return set()

    def same(table: str) -> exp.Expr:
        return exp.and_(
            *(
                _told(exp.cast(exp.column(c.name, table), "varchar")).eq(
                    _told(exp.column(c.name, "text"))
                )
                for c in staging.feed.file_columns
            )
        )

    may_say_so = exp.column("reason", "refused").isin(*sorted(_SAY_AGAIN))
    rows = beside_text(refused, text, "inner").select("refused.line_no").where(may_say_so)
    loaded = exp.to_table(staging.staged_table).as_("loaded")
    # What a row says that is loaded: as it was written where it was read as text, else as its types
    # write it, which is how the other was put back as text.
    written = exp.to_table(staging.text_table).as_("written")
    as_typed = rows.join(loaded, on=same("loaded"))
    as_written = rows.join(written, on=same("written")).join(
        loaded, on="written.line_no = loaded.line_no"
    )
    found = staging.warehouse.fetch(exp.union(as_typed, as_written))
    return {line_no for (line_no,) in found}


def _told(value: exp.Expr) -> exp.Expr:
    """A value as text; one that is absent says nothing, as an empty text does."""
    return exp.func("coalesce", value, exp.Literal.string(""))
