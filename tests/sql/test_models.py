"""The cases of this folder on every engine, and that no SQL file goes without one."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from postloan.contracts import catalogue
from postloan.sqllint.house_rules import output_columns
from postloan.text.yaml_text import yaml_document
from postloan.warehouse import Warehouse, load_model, model_names
from postloan.warehouse.models import parse
from tests.support.sql_case import (
    DEFAULT_DAY,
    SqlCase,
    contract_rows,
    expected_rows,
    lay_down,
    pipe_table,
    read_case,
    run_model,
)

FOLDER = Path(__file__).parent
REPOSITORY = FOLDER.parents[1]
CASES = [read_case(path) for path in sorted(FOLDER.glob("*/**/*.yaml"))]
ELSEWHERE: dict[str, str] = yaml_document((FOLDER / "tested_elsewhere.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_model(warehouse: Warehouse, case: SqlCase) -> None:
    lay_down(warehouse, case)
    header, _ = pipe_table(case.expect)
    expected = expected_rows(case)

    assert run_model(warehouse, case, header) == expected
    # Once more: a repeated run must not add, lose or change a row.
    assert run_model(warehouse, case, header) == expected


def test_every_sql_file_has_a_case_or_a_named_test() -> None:
    covered = {case.model for case in CASES} | set(ELSEWHERE)
    files = {name for name in model_names() if not load_model(name).is_made}
    assert sorted(files - covered) == []


def test_every_folder_is_named_after_a_sql_file_and_lies_in_its_area() -> None:
    places = {(case.path.parents[1].name, case.model) for case in CASES}
    assert places <= {(load_model(name).area, name) for name in model_names()}


@pytest.mark.parametrize(("model", "test"), ELSEWHERE.items())
def test_the_named_test_is_there(model: str, test: str) -> None:
    path, _, name = test.partition("::")
    assert model in model_names()
    assert not list(FOLDER.rglob(f"{model}/*.yaml")), "it has cases here: strike it from the list"
    assert f"def {name}(" in (REPOSITORY / path).read_text("utf-8")


CURRENT = [feed for feed in catalogue().feeds if f"current_{feed}" in model_names()]
"""Feeds of which the latest version counts; of the others every booking does."""


@pytest.mark.parametrize("feed", CURRENT)
def test_a_current_view_has_the_columns_of_its_feed(feed: str) -> None:
    columns = output_columns(parse(load_model(f"current_{feed}").text))
    assert columns == catalogue().feeds[feed].table.column_names


@pytest.mark.parametrize("feed", CURRENT)
def test_a_delivery_is_known_from_its_own_date_on_and_the_next_takes_its_place(
    warehouse: Warehouse, feed: str
) -> None:
    next_day = DEFAULT_DAY + timedelta(days=1)
    for day, line in ((DEFAULT_DAY, 2), (next_day, 3)):
        for name, text in {"delivery": f"feed\n{feed}", feed: f"line_no\n{line}"}.items():
            table = catalogue().tables[name]
            rows = contract_rows(table, text, DEFAULT_DAY)
            warehouse.append_rows(name, [{**row, str(table.partition): day} for row in rows])

    def lines_known_on(day: date) -> list[int]:
        select = f"select line_no from current_{feed}"
        given = {"known_on": day, "business_date": DEFAULT_DAY}
        return [line for (line,) in warehouse.fetch(select, given)]

    assert lines_known_on(DEFAULT_DAY - timedelta(days=1)) == []
    assert lines_known_on(DEFAULT_DAY) == [2]
    assert lines_known_on(next_day) == [3]
