"""Refused rows that say what a loaded row of their file says.

A line that stands in its file twice tells nothing more the second time: it protects from nothing
beyond what the loaded row does, and holds nobody. Another row with that key holds.
"""

from collections.abc import Set

from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.quarantine.corrected_rows import CORRECTED
from postloan.ingestion.reading.refusals import DUPLICATE_KEY

_SAY_AGAIN = frozenset({DUPLICATE_KEY, CORRECTED})
"""Why a row may be refused that says what a loaded one says."""

# What a row says that is loaded: as it was written where it was read as text, else as its types
# write it, which is how the other was put back as text.
_SAID_AGAIN = """
    select refused.line_no
    from {refused} as refused
    inner join {text} as text
        on refused.line_no = text.line_no
    inner join {staged} as loaded
        on {as_typed}
    where refused.reason in ({reasons})
    union
    select refused.line_no
    from {refused} as refused
    inner join {text} as text
        on refused.line_no = text.line_no
    inner join {loaded_text} as written
        on {as_written}
    inner join {staged} as loaded
        on written.line_no = loaded.line_no
    where refused.reason in ({reasons})
"""


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

    def same(loaded: str, cast: str) -> str:
        return " and ".join(
            f"coalesce({cast.format(f'{loaded}.{c.name}')}, '') = coalesce(text.{c.name}, '')"
            for c in staging.feed.file_columns
        )

    select = _SAID_AGAIN.format(
        refused=refused,
        text=text,
        loaded_text=staging.text_table,
        staged=staging.staged_table,
        as_typed=same("loaded", "cast({} as varchar)"),
        as_written=same("written", "{}"),
        reasons=", ".join(f"'{reason}'" for reason in sorted(_SAY_AGAIN)),
    )
    return {line_no for (line_no,) in staging.warehouse.fetch(select)}
