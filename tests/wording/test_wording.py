"""Messages of SQL become the sentences of `include/wording`, in every language."""

from pathlib import Path

import pytest

from postloan.errors import WordingError
from postloan.settings import include_folder
from postloan.wording import Message, languages, messages, said, wording
from postloan.wording.template import template
from tests.wording.sentences import SENTENCES


@pytest.mark.parametrize(("text", "zh", "en"), SENTENCES)
def test_a_message_is_said_in_both_languages(text: str, zh: str, en: str) -> None:
    assert said(text, "zh") == zh
    assert said(text, "en") == en


def test_every_sentence_is_among_them() -> None:
    tried = {message.code for text, _, _ in SENTENCES for message in messages(text)}
    inside = {"line_told", "loan_moved", "gate_figure", "question_legend"}
    for language in languages():
        assert tried | inside == set(wording(language).sentences)


def test_a_correction_names_the_lines_that_told_it() -> None:
    line = {"feed": "repayment", "path": "a/b.csv", "line": "3", "received_on": "2026-11-21"}
    words = wording("en")
    by = words.says(Message("line_told", line))
    assert by == "repayment a/b.csv line 3 received on 2026-11-21"
    assert wording("zh").says(Message("line_told", line)) == (
        "repayment a/b.csv 第3行 (2026-11-21 收到)"
    )
    correction = words.says(Message("loan_corrected", {"pause": "began", "lines": by}))
    assert correction == f"later corrected: was paused; by {by}; not recalled"


def test_no_message_says_nothing() -> None:
    assert said(None, "en") is None


def test_several_messages_are_said_one_after_another() -> None:
    both = "repayment_paid ‖ amount=1.00 ¶ repayment_paid ‖ amount=2.00"
    assert said(both, "en") == "paid 1.00; paid 2.00"


def test_a_persons_words_take_the_place_of_no_value() -> None:
    words = "see ¶ 4 ‖ 5 ‖ decided_by=somebody else"
    (message,) = messages(f"case_approval ‖ decided_by=Wang ‖ reason={words}")
    assert message.values == {"decided_by": "Wang", "reason": "see ¶ 4 ‖ 5"}


def test_a_value_that_is_not_known_is_told_as_unknown() -> None:
    assert said("stage_moved ‖ event=entered ‖ before=current", "en") == (
        "entered: current → unknown"
    )
    assert said("stage_moved ‖ event=entered ‖ before=current", "zh") == "entered: current → 不详"


def test_a_code_without_a_sentence_says_where_to_add_it() -> None:
    with pytest.raises(WordingError, match=r"No sentence is called overpaid in .*zh\.yaml\. Add"):
        said("overpaid ‖ amount=1.00", "zh")


def test_a_code_without_a_word_says_where_to_add_it() -> None:
    with pytest.raises(WordingError, match=r"no word for postponed .*en\.yaml\. .*words: decision"):
        said("case_decision ‖ decision=postponed ‖ decided_by=Wang", "en")


@pytest.mark.parametrize("text", ["[a", "a]", "[[[a]]", "{a", "[a [b]]", "{A}", "{a:colour}"])
def test_a_sentence_that_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(WordingError):
        template(text)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("words:\n", "word:\n", "words: Field required"),
        ('  money: "{:f}"\n', "", "`forms` are between, date, money, number"),
        (
            "stage_moved: ",
            'stage_moved: ["x"]\n    another: ',
            "lineage.stage_moved: Input should be",
        ),
        ('"{event}: {before}', '"{event: {before}', "lineage.stage_moved: `{` without"),
        ("sentences:\n", "sentences:\n  other:\n    stage_moved: x\n", "in another area too"),
        ("forms:\n", "forms: [\n", "line "),
        ('date: "{:%Y-%m-%d}"', 'date: "{"', "forms.date shows no date"),
        ('money: "{:f}"', 'money: "{:d}"', "forms.money shows no money"),
        ('number: "{:f}"', 'number: "some"', "forms.number shows no number"),
        ("    approved: approved\n", "    yes: approved\n", "words.decision"),
        ("sentences:\n", "rules: [reminder]\nsentences:\n", "rules: Input should be"),
    ],
)
def test_a_file_that_cannot_be_understood_says_why(
    old: str, new: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (include_folder() / "wording" / "en.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "wording").mkdir()
    (tmp_path / "wording" / "en.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(tmp_path))
    with pytest.raises(WordingError, match=r"en\.yaml") as refused:
        wording("en")
    assert why in str(refused.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(tmp_path))
    with pytest.raises(WordingError, match=r"zh\.yaml cannot be read"):
        wording("zh")
