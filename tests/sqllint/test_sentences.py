"""SQL says codes and values; a code without words, and words without a code, are found."""

from pathlib import Path

import pytest
import sqlglot

from postloan.settings import OF_RULES, include_folder
from postloan.sqllint.__main__ import findings
from postloan.sqllint.sentences import (
    CHINESE_IS_DATA,
    NOT_YET,
    NOT_YET_VALUES,
    Said,
    sentence_findings,
    sentences_in,
    wording_findings,
)
from postloan.warehouse.models import sql_folder

PLANTED = """-- planted: planted.
--
-- grain   what
-- reads   loan
-- write   view

select {what} as what
from loan
"""


def planted(tmp_path: Path, what: str) -> list[str]:
    """What is found in a file that says something."""
    (tmp_path / "planted.sql").write_text(PLANTED.format(what=what), encoding="utf-8")
    return [f.message for f in findings(tmp_path) if f.rule == "sentence"]


@pytest.mark.parametrize(
    "what",
    [
        "'逾期' || loan_id",
        "'days past due'",
        "'paid ' || loan_id",
        "loan_id || ' on time'",
        "concat_ws('; ', loan_id, 'with ' || customer_id)",
        "case when loan_id is null then 'no loan known' else loan_id end",
    ],
)
def test_a_sentence_in_sql_is_refused(what: str, tmp_path: Path) -> None:
    (message,) = planted(tmp_path, what)
    assert "put the sentence into include/wording" in message


@pytest.mark.parametrize(
    "what",
    [
        "concat_ws(' ‖ ', 'loan_status_told', 'status=' || loan_status)",
        "loan_id || ' → ' || customer_id",
        "'loan_status_told'",
        "concat_ws('; ', loan_id, customer_id)",
        "strftime(status_on, '%Y-%m-%d %H:%M')",
    ],
)
def test_codes_and_values_are_none(what: str, tmp_path: Path) -> None:
    assert not planted(tmp_path, what)


def test_what_is_excepted_has_a_reason() -> None:
    """A file that was mended, or is gone, leaves the lists of exceptions."""
    for name in (*CHINESE_IS_DATA, *NOT_YET_VALUES, *NOT_YET):
        (path,) = sql_folder().rglob(f"{name}.sql")
        tree = sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb")
        assert list(sentences_in(path.with_name("judged_without_exception.sql"), tree)), name


@pytest.fixture
def worded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wording files of a test."""
    folder = tmp_path / "include" / "wording"
    folder.mkdir(parents=True)
    for path in (include_folder() / "wording" / f"{language}.yaml" for language in OF_RULES):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    contracts = include_folder() / "contracts"
    (folder.parent / "contracts").symlink_to(contracts)
    (folder.parent / "rules").symlink_to(include_folder() / "rules")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(folder.parent))
    return folder


def of_all_files(*more: Path) -> list[str]:
    """What is found in the house's own files and some more."""
    house = Path(__file__).parents[2] / "include" / "sql"
    paths = [*house.rglob("*.sql"), *more]
    return [f"{f.path.name}: {f.message}" for f in sentence_findings(paths, is_all=True)]


def change(path: Path, old: str, new: str) -> None:
    """Replace a text of a wording file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_house_has_words_for_all_it_says(worded: Path) -> None:
    assert not of_all_files()


def test_a_code_without_a_sentence_is_found(worded: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sql"
    new.write_text(
        "select case when a then 'loan_sold' else 'loan_kept' end as what, "
        "concat_ws(' ‖ ', 'loan_lent', 'to=' || b) as more from loan",
        encoding="utf-8",
    )
    found = of_all_files(new)
    assert found == [
        f"new.sql: {code} has no sentence in {language}.yaml"
        for language in ("zh", "en")
        for code in ("loan_kept", "loan_lent", "loan_sold")
    ]


def test_a_sentence_that_one_language_lacks_is_found(worded: Path) -> None:
    change(worded / "zh.yaml", '    customer_delivered: "客户资料"\n', "")
    assert of_all_files() == [
        "lineage_customer_fact.sql: customer_delivered has no sentence in zh.yaml"
    ]


def test_a_sentence_that_nothing_says_is_found(worded: Path) -> None:
    change(worded / "en.yaml", "sentences:\n", 'sentences:\n  more:\n    loan_sold: "sold"\n')
    assert of_all_files() == ["en.yaml: no SQL file says loan_sold: take it out"]


def test_a_place_that_no_value_fills_is_found(worded: Path) -> None:
    change(worded / "en.yaml", "loan is {status}", "loan is {state}")
    assert of_all_files() == ["en.yaml: loan_status_told: no SQL file gives {state}"]


def test_a_value_of_a_contract_without_a_word_is_found(worded: Path) -> None:
    change(worded / "zh.yaml", "    rejected: 驳回\n", "")
    assert "zh.yaml: words: decision: rejected has no word" in of_all_files()


def test_a_word_that_one_language_lacks_is_found(worded: Path) -> None:
    change(worded / "en.yaml", "    ended: was not paused\n", "")
    assert of_all_files() == ["en.yaml: words: pause: ended has no word"]


def test_a_file_that_cannot_be_read_is_found(worded: Path) -> None:
    (worded / "en.yaml").unlink()
    (finding,) = wording_findings(Said())
    assert "cannot be read" in finding.message


def test_a_further_language_has_words_for_what_contracts_and_rules_say(worded: Path) -> None:
    (worded / "vi.yaml").write_text((worded / "en.yaml").read_text(encoding="utf-8"), "utf-8")
    found = of_all_files()
    for name in ("task_id", "task_date"):
        assert f"vi.yaml: titles: {name} has no title" in found
    assert "vi.yaml: rules: 'Reminder of an overdue payment' has no words" in found
    assert {f.split(":")[1] for f in found} == {" titles", " rules"}


def test_a_sentence_that_holds_itself_or_none_that_is_there_is_found(worded: Path) -> None:
    change(worded / "en.yaml", '"loan is {status}"', '"{loan_status_told:sentence}{nope:sentence}"')
    assert of_all_files() == [
        f"en.yaml: loan_status_told: no SQL file gives {{{name}}}"
        for name in ("loan_status_told", "nope")
    ]
