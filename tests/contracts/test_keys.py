"""Every number that identifies something has a pattern, and banks' real numbers fit it."""

import re

import pytest

from postloan.contracts import catalogue

COLUMNS = [
    (feed.name, column)
    for feed in catalogue().feeds.values()
    for column in feed.file_columns
    if column.logical_type == "string"
    and not column.enum
    # The number on a paper: it may hold brackets and blanks, and nothing is found by it.
    and column.name != "contract_id"
    and (column.name.endswith(("_id", "_ref")) or (column.key_position and column.references))
]


@pytest.mark.parametrize(("feed", "column"), COLUMNS, ids=[f"{f}.{c.name}" for f, c in COLUMNS])
def test_a_number_is_letters_digits_and_plain_signs(feed: str, column: object) -> None:
    pattern = re.compile(str(column.option("pattern")))  # type: ignore[attr-defined]
    for good in ("C00006919", "6222-0000.1", "HT/2026:07", "借字2026-12号", "a_b", "0"):
        assert pattern.match(good), good
    for bad in (
        "L7 | 0.01 |",
        "a|b",
        " L1",
        "L1 ",
        "L1\u00a0",
        "L 1",
        "=1",
        "+1",
        "-1",
        "@x",
        "a\tb",
        "a\nb",
        "a`b",
        "a<b>",
        "[a]",
        "{{a}}",
        "a\u202eb",
        "a\u200bb",
        "a,b",
        '"a"',
        "a\\b",
        "",
    ):
        assert not pattern.match(bad), bad
