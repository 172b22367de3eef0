"""The generated documents say what contracts, SQL files and DAGs say."""

from pathlib import Path

import pytest

from postloan.contracts import catalogue
from postloan.reference import pages
from postloan.reference.dags import dags_page
from postloan.reference.tables import tables_page
from postloan.settings import REPOSITORY
from postloan.warehouse import load_model, model_names


@pytest.fixture(scope="module")
def tables() -> str:
    return tables_page()


@pytest.fixture(scope="module")
def dags() -> str:
    return dags_page()


def section(page: str, name: str) -> str:
    """From the heading of a table to the next one."""
    start = page.index(f'<a id="{name}"></a>')
    end = page.find("\n##", start)
    return page[start : end if end > 0 else None]


def test_every_table_has_a_section_with_all_its_columns(tables: str) -> None:
    for table in catalogue().tables.values():
        text = section(tables, table.name)
        missing = [c.name for c in table.columns if f"| `{c.name}` | {c.title} |" not in text]
        assert missing == [], table.name


def test_every_task_file_and_every_sql_file_is_listed(tables: str) -> None:
    for contract in catalogue().task_files.values():
        assert contract.receiver in section(tables, f"{contract.queue}-file")
    places = {n: f"`{n}`" if load_model(n).is_made else f"{n}.sql`" for n in model_names()}
    assert [name for name, place in places.items() if place not in tables] == []


def test_a_feed_says_how_it_arrives_who_writes_and_who_reads_it(tables: str) -> None:
    text = section(tables, "loan")
    assert "借据 `loan`" in text
    assert "| Delivery | delta, required, by 02:00; absence means unchanged |" in text
    made = "`include/contracts/core_banking/loan.yaml`, made of it, partition received_on"
    assert f"| Written by | {made} |" in text
    assert "`current_loan`" in text
    assert "| `loan_id` | 借据号 | varchar | key 1 | internal |" in text


def test_rows_that_python_writes_name_the_module(tables: str) -> None:
    assert "`postloan.business_day.result`" in section(tables, "step_measure")


def test_personal_columns_say_so(tables: str) -> None:
    assert "| `phone` | 手机号 | varchar |  | personal |" in section(tables, "customer")


def test_every_dag_has_its_manual_its_tasks_and_its_trigger(dags: str) -> None:
    names = [path.stem for path in (REPOSITORY / "dags").glob("*.py")]
    assert names
    assert [n for n in names if f"\n## {n}\n" not in dags] == []
    part = dags[dags.index("## stage_overdue_loans") :]
    assert "Starts after `business_day`." in part
    assert "| `stage_overdue_loans` | BusinessStep | – | loan_stage | warehouse |" in part
    assert "`docs/runbooks/stage_overdue_loans.md`" in part


def test_the_picture_shows_the_chain(dags: str) -> None:
    assert "open_business_day -- business_day --> stage_overdue_loans" in dags


def test_a_dag_stands_after_those_it_waits_for(dags: str) -> None:
    order = [dags.index(f"\n## {n}\n") for n in ("open_business_day", "stage_overdue_loans")]
    assert order == sorted(order)


def test_a_page_that_differs_from_its_sources_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGES", {"tables.md": tables_page})
    assert list(pages.stale_pages(tmp_path)) == [tmp_path / "tables.md"]
    assert pages.write_pages(tmp_path) == [tmp_path / "tables.md"]
    assert pages.stale_pages(tmp_path) == {}
    assert pages.write_pages(tmp_path) == []

    page = tmp_path / "tables.md"
    page.write_text(page.read_text("utf-8").replace("借据号", "别的名字", 1), encoding="utf-8")
    (lines,) = pages.stale_pages(tmp_path).values()
    assert any("别的名字" in line for line in lines)
