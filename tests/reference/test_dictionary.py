"""The data dictionary says what the contracts say."""

import pytest

from postloan.contracts import catalogue
from postloan.reference.dictionary import dictionary_page
from postloan.reference.pages import PAGES

PAGE = dictionary_page()


@pytest.mark.parametrize("name", sorted(catalogue().feeds))
def test_every_column_a_sender_delivers_has_a_line(name: str) -> None:
    feed = catalogue().feeds[name]
    section = PAGE.split(f'<a id="{name}"></a>')[1].split("\n### ")[0]
    for column in feed.file_columns:
        (line,) = [row for row in section.splitlines() if row.startswith(f"| `{column.name}` |")]
        assert f"| {column.title} | {column.english_name} | {column.sql_type} |" in line
        assert f"| {column.classification} |" in line
    for check in feed.table.checks:
        assert f"`{check.name}`" in section
    assert f"version {feed.version}" in section
    assert feed.cut_off in section


def test_the_page_is_one_of_those_that_must_not_grow_stale() -> None:
    assert PAGES["data_dictionary.md"] is dictionary_page


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("customer_id", "Customer ID"),
        ("instalment_no", "Instalment number"),
        ("due_on", "Due on"),
        ("is_full_time", "Full time?"),
    ],
)
def test_an_english_name_follows_from_the_code(code: str, english: str) -> None:
    found = {c.name: c.english_name for t in catalogue().tables.values() for c in t.columns}
    assert found[code] == english


def test_every_retention_rule_is_told() -> None:
    told = PAGE.split("## How long it is kept")[1]
    assert "| CN-COL-019@2025.01.01 |" in told
    assert "| 5 years | last activity |" in told
    assert "| files: deliveries | 90 days | business date |" in told
