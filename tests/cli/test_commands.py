"""Commands stand in groups, and the names they had before work for a while."""

import re

import pytest

from postloan.cli import FIRST, GROUPS, main
from postloan.cli.old_names import COMMANDS, renewed

Capture = pytest.CaptureFixture[str]


def listed(told: str) -> list[str]:
    return re.findall(r"^    ([a-z][a-z-]*)", told, re.MULTILINE)


def test_help_lists_groups_and_the_help_of_a_group_its_commands(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert listed(capsys.readouterr().out) == [*FIRST, *GROUPS]
    found = set()
    for group in GROUPS:
        with pytest.raises(SystemExit):
            main([group, "--help"])
        found |= {f"{group} {command}" for command in listed(capsys.readouterr().out)}
    # Each old name leads to a command that is listed; these have no older name.
    assert found - set(COMMANDS.values()) == {
        *(f"feed {command}" for command in ("check", "template", "requeue")),
        *(f"hold {command}" for command in ("place", "lift", "list")),
        *(f"restriction {command}" for command in ("list", "release")),
    }


@pytest.mark.parametrize("old", COMMANDS)
def test_an_old_name_works_and_names_the_new_one(old: str, capsys: Capture) -> None:
    told = []
    for words in ([old], COMMANDS[old].split()):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert ended.value.code == 0
        told.append(capsys.readouterr())
    assert told[0].out == told[1].out
    (note,) = told[0].err.splitlines()
    assert f"python -m postloan {COMMANDS[old]}" in note
    assert told[1].err == ""


DAY = "2026-11-20"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["open", "--as-of", DAY], ["day", "open", "--date", DAY]),
        (["expire", f"--as-of={DAY}"], ["data", "expire", f"--date={DAY}"]),
        (["close", DAY, "--reason", "x"], ["day", "close", "--date", DAY, "--reason", "x"]),
        (
            ["release-gate", "--reason", "of 2026", "--by=Li", DAY],
            ["gate", "release", "--reason", "of 2026", "--by=Li", "--date", DAY],
        ),
        (["--debug", "release", DAY], ["--debug", "gate", "release-opening", "--date", DAY]),
        (["release-gate", "--help"], ["gate", "release", "--help"]),
        (["hold", "lift", "H1", "--on", DAY], ["hold", "lift", "H1", "--date", DAY]),
        (["hold", "place", "H1", "--starts-on", DAY], ["hold", "place", "H1", "--date", DAY]),
        (["restriction", "list", "--on", DAY], ["restriction", "list", "--date", DAY]),
        (["explain", "T1", "--json"], ["loan", "explain", "T1", "--json"]),
    ],
)  # fmt: skip
def test_an_old_command_line_is_read_as_todays(old: list[str], new: list[str]) -> None:
    found, note = renewed(old)
    assert found == new
    assert note.startswith("'")
    assert renewed(new) == (new, "")


@pytest.mark.parametrize(
    "words", [["day", "close"], ["gate", "release", DAY], ["hold", "lift", "H"]]
)
def test_a_command_without_its_date_asks_for_it(words: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "--date" in capsys.readouterr().err


def test_a_date_is_refused_in_the_same_words_everywhere(capsys: Capture) -> None:
    for words in (["day", "run", "--date"], ["release"], ["loan", "stages", "--date"]):
        with pytest.raises(SystemExit):
            main([*words, "20.11.2026"])
        assert "'20.11.2026' is not a date YYYY-MM-DD" in capsys.readouterr().err
