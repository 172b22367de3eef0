"""A command that a text tells a person to type can be typed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from postloan.cli import GROUPS, main
from postloan.cli.old_names import COMMANDS
from postloan.settings import REPOSITORY

Capture = pytest.CaptureFixture[str]

FOLDERS = ("benchmarks", "dags", "docs", "include", "make", "plugins", "tests")
KINDS = {".py", ".md", ".yaml", ".yml", ".sql", ".mk", ".sh", ".toml", ".json", ".j2"}
ELSEWHERE = {
    REPOSITORY / "docs/adr/0032-commands-in-groups.md",
    REPOSITORY / "tests/cli/test_commands.py",
    REPOSITORY / "plugins/postloan/cli/old_names.py",
}
"""Where old names are meant."""

TYPED = re.compile(
    r"(?:python\s+-m\s+(?:#\s+)?postloan|\$\(POSTLOAN\)|(?<!from )(?<![\w.-])postloan)"
    r"\s+(?:#\s+)?(?P<first>[a-z][a-z-]*)(?:\s+(?:#\s+)?(?P<second>[a-z][a-z-]*))?"
    r"(?P<rest>[^`\n;()|]*)"
)
STRAY_DATE = re.compile(r"\s+(D\b|DATE\b|20\d\d-|\{(day|on|newest|business_date|unfinished)\b)")


def texts() -> Iterator[tuple[Path, str]]:
    """Every text that a person may read a command in; strings of Python in one piece."""
    found = [p for p in REPOSITORY.glob("*") if p.suffix in KINDS]
    found += [REPOSITORY / name for name in ("Makefile", "Dockerfile", ".ci/run")]
    for folder in FOLDERS:
        found += [p for p in (REPOSITORY / folder).rglob("*") if p.suffix in KINDS]
    for path in sorted({*found} - ELSEWHERE):
        text = path.read_text(encoding="utf-8")
        yield path, re.sub(r'"\s*\n\s*[rf]*"', "", text) if path.suffix == ".py" else text


def words_of(found: re.Match[str]) -> tuple[str, ...]:
    """The words of a command in a text; empty where it is no command but prose."""
    first, second = found["first"], found["second"]
    is_typed = not found[0].startswith("postloan")
    if first in GROUPS:
        return (first, second) if second else (first,)
    return (first,) if is_typed or first in COMMANDS else ()


MENTIONED = [
    pytest.param(words, found["rest"], id=f"{path.relative_to(REPOSITORY)}:{' '.join(words)}")
    for path, text in texts()
    for found in TYPED.finditer(text)
    if (words := words_of(found))
]


@pytest.mark.parametrize(("words", "rest"), MENTIONED)
def test_a_command_in_a_text_is_one_that_can_be_typed(
    words: tuple[str, ...], rest: str, capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    told = capsys.readouterr()
    assert ended.value.code == 0, told.err
    assert told.err == "", "an old name"
    assert set(re.findall(r"--[a-z]+(?:-[a-z]+)*", rest)) <= set(re.findall(r"--[a-z-]+", told.out))
    assert not STRAY_DATE.match(rest), "a date is asked for by --date"


def test_texts_name_commands() -> None:
    assert len(MENTIONED) > 100
