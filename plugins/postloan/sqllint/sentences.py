"""No sentence in SQL, and no code without words: `include/sql` against `include/wording`.

SQL gives a message, `concat_ws(' ‖ ', code, 'name=' || value, …)`. Here every message that a file
can give is found, and every sentence, place and word of the wording files that it has to meet.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from postloan.contracts import catalogue
from postloan.errors import WordingError
from postloan.settings import include_folder
from postloan.sqllint.findings import Finding, at
from postloan.text.yaml_text import text_of, yaml_documents
from postloan.wording import BETWEEN_PARTS, OF_RULES, Wording, in_rules, languages, wording

CHINESE_IS_DATA = {
    "told_identity": "signs and words that senders write around the number of a document",
}
"""Files whose Chinese is what is looked for in the data, not what is said; why."""

NOT_YET = frozenset({"legal_case_checklist"})
"""Files whose sentences still stand in SQL."""

EVIDENCE = "inputs"
"""The column of evidence, in English words so far; a new file tells values."""

NOT_YET_VALUES = frozenset({
    "active_hold", "alert_proposal", "announced_stop", "bureau_exposure", "check_no_hold",
    "judged_pause", "known_birth", "known_death", "known_plan", "legal_case_figures",
    "open_refusal", "paused_loan", "same_person", "shared_number", "standing_protection",
    "told_hold",
})  # fmt: skip
"""Files that hold such words in other columns."""

MESSAGES = ("what", "message")
"""Columns of messages."""

PARTS = ("detail",)
"""Columns of values that another file makes a part of its message."""

LISTED = {"decision": ("legal_case_decision", "decision")}
"""The column of a contract that lists the codes of some words."""

MADE_IN_PYTHON = {
    "line_told": frozenset({"feed", "path", "line", "received_on"}),
    "loan_corrected": frozenset({"lines"}),
    "question_approvals": frozenset({"given", "needed", "approved_by"}),
    "question_asked": frozenset({"on", "cases", "place"}),
    "question_asked_again": frozenset({"on", "cases", "place"}),
    "question_case_anew": frozenset(),
    "question_case_moved": frozenset({"case_event", "on"}),
    "question_changed": frozenset({"what", "before", "now"}),
    "question_legend": frozenset({"name"}),
    "question_missing": frozenset({"titles_zh", "titles_en"}),
}
"""What is added to messages of SQL, or is a message of its own, in `postloan.{lineage,legal}`."""

_CHINESE = re.compile("[\u4e00-\u9fff]")
_ENGLISH = re.compile(r"[A-Za-z]{2,}[,:;]? +[a-z]{2,}|^[a-z]{2,} $|^[ ,;(]+[a-z]{2,}( |$)")
_NAMED = re.compile("^([a-z][a-z0-9_]*)=")


@dataclass
class Said:
    """What the SQL files can say.

    Attributes:
        values: names of the values of each code.
        parts: names of values that a file gives for the message of another one.
        places: a file and line of each code.
    """

    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parts: set[str] = field(default_factory=set)
    places: dict[str, tuple[Path, int]] = field(default_factory=dict)

    def add(self, code: str, names: Iterable[str], path: Path, line: int) -> None:
        """A message, by its code, with the names of its values."""
        self.values[code] |= set(names)
        self.places.setdefault(code, (path, line))


def sentences_in(path: Path, tree: exp.Expr) -> Iterator[Finding]:
    """Sentences in a SQL file, which belong into the wording files."""
    if path.stem in NOT_YET:
        return
    for literal in tree.find_all(exp.Literal):
        if not literal.is_string:
            continue
        if _CHINESE.search(literal.name) and path.stem not in CHINESE_IS_DATA:
            yield Finding(path, at(literal), "sentence", _advice("Chinese", literal.name))
        elif _ENGLISH.search(literal.name) and not _is_evidence(literal, path.stem):
            yield Finding(path, at(literal), "sentence", _advice("words", literal.name))


def _is_evidence(literal: exp.Literal, file: str) -> bool:
    column = literal.find_ancestor(exp.Alias)
    return file in NOT_YET_VALUES or (column is not None and column.alias == EVIDENCE)


def _advice(what: str, text: str) -> str:
    return (
        f"{what} in SQL, '{text}': give a code and values, concat_ws('{BETWEEN_PARTS}', 'a_code', "
        f"'name=' || value), and put the sentence into include/wording"
    )


def messages_in(path: Path, tree: exp.Expr, said: Said) -> None:
    """Add the messages of a SQL file to what is said."""
    for call in tree.find_all(exp.ConcatWs):
        separator, first, *rest = call.expressions
        if separator.name != BETWEEN_PARTS:
            continue
        names = {name for part in rest for name in _names(part)}
        for code in _codes(first, tree):
            said.add(code, names, path, at(call))
    for part in tree.find_all(exp.Alias):
        if part.alias in PARTS:
            said.parts |= set(_names(part.this))
    for message in _aliased(MESSAGES, tree):
        said.add(message.name, (), path, at(message))


def _codes(first: exp.Expr, tree: exp.Expr) -> Iterator[str]:
    """The codes a message can begin with; what a value of one begins with is no code."""
    begins = _aliased((first.name,), tree) if isinstance(first, exp.Column) else _texts(first)
    yield from (text.name for text in begins if "=" not in text.name)


def _aliased(names: Iterable[str], tree: exp.Expr) -> Iterator[exp.Literal]:
    """Texts that a file gives as a column of one of some names."""
    for alias in tree.find_all(exp.Alias):
        if alias.alias in names:
            yield from _texts(alias.this)


def _texts(node: exp.Expr) -> Iterator[exp.Literal]:
    """A text, or those that a case gives."""
    given: list[exp.Expr | None] = [node]
    if isinstance(node, exp.Case):
        given = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
    yield from (text for text in given if isinstance(text, exp.Literal) and text.is_string)


def _names(part: exp.Expr) -> Iterator[str]:
    """Names of the values in a part of a message."""
    for literal in part.find_all(exp.Literal):
        if literal.is_string and (found := _NAMED.match(literal.name)):
            yield found[1]


def wording_findings(said: Said) -> Iterator[Finding]:
    """Codes without words, words without a code, and places without a value."""
    try:
        every = [wording(language) for language in languages()]
    except WordingError as error:
        yield Finding(Path("include/wording"), 1, "wording", str(error))
        return
    for words in every:
        yield from _sentences(words, said)
        yield from _words(words)
        yield from _of_others(words)
    yield from _alike(every)


def _sentences(words: Wording, said: Said) -> Iterator[Finding]:
    for code, (path, line) in sorted(said.places.items()):
        if code not in words.sentences:
            yield Finding(path, line, "wording", f"{code} has no sentence in {words.path.name}")
    inside = {
        place.name
        for sentence in words.sentences.values()
        for place in sentence.places()
        if place.kind == "sentence"
    }
    for code in sorted(set(words.sentences) - set(said.places) - inside - set(MADE_IN_PYTHON)):
        yield Finding(words.path, 1, "wording", f"no SQL file says {code}: take it out")
    for code in sorted(set(words.sentences) & (set(said.places) | set(MADE_IN_PYTHON))):
        offered = said.values[code] | said.parts | MADE_IN_PYTHON.get(code, frozenset())
        for name in sorted(set(_asked(words, code)) - offered):
            if f"{name}_{in_rules(words.language)}" not in offered:
                yield Finding(words.path, 1, "wording", f"{code}: no SQL file gives {{{name}}}")


def _asked(words: Wording, code: str, within: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names of the values that a sentence asks for, and those inside it."""
    if code in within:
        # It would never end; that it holds itself is a fault of its own.
        yield code
        return
    for place in words.sentences[code].places():
        if place.kind == "sentence":
            inside = place.name in words.sentences
            yield from _asked(words, place.name, within | {code}) if inside else (place.name,)
        else:
            yield place.name


def _words(words: Wording) -> Iterator[Finding]:
    """Every value that a contract lists, and that is told in words, has a word."""
    for name, (table, column) in LISTED.items():
        listed = set(catalogue().tables[table].column(column).enum)
        for code in sorted(listed - set(words.words.get(name, ()))):
            yield Finding(words.path, 1, "wording", f"words: {name}: {code} has no word")


def _of_others(words: Wording) -> Iterator[Finding]:
    """What contracts and rules say themselves, in a language that they do not."""
    if words.language in OF_RULES:
        return
    files = (*catalogue().task_files.values(), catalogue().recall_file)
    told = {c.name for file in files for c in file.table.columns}
    for name in sorted(told.difference(words.titles)):
        yield Finding(words.path, 1, "wording", f"titles: {name} has no title")
    for text in sorted(set(_rule_words(include_folder() / "rules")).difference(words.rules)):
        yield Finding(words.path, 1, "wording", f"rules: '{text}' has no words")


def _rule_words(folder: Path) -> Iterator[str]:
    """What the packs of a folder say in English, where they say it in every language."""
    for path in folder.rglob("*.yaml"):
        left = yaml_documents(text_of(path))
        while left:
            match left.pop():
                case {"en": str(text), "zh": str()}:
                    yield text
                case dict() as named:
                    left.extend(named.values())
                case list() as several:
                    left.extend(several)


def _alike(languages: Iterable[Wording]) -> Iterator[Finding]:
    """Every language has the words of every other."""
    languages = list(languages)
    every = {(name, code) for words in languages for name, code in _pairs(words.words)}
    for words in languages:
        for name, code in sorted(every - set(_pairs(words.words))):
            yield Finding(words.path, 1, "wording", f"words: {name}: {code} has no word")


def _pairs(words: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    return ((name, code) for name, by_code in words.items() for code in by_code)


def sentence_findings(paths: Iterable[Path], *, is_all: bool) -> Iterator[Finding]:
    """Everything in SQL files that is said, and should be worded elsewhere, or is worded nowhere.

    Args:
        paths: SQL files.
        is_all: they are all that say something, so that what they do not say is said nowhere.
    """
    said = Said()
    for path in paths:
        try:
            tree = sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb")
        except SqlglotError:
            # Reported as a fault of the syntax.
            continue
        yield from sentences_in(path, tree)
        messages_in(path, tree, said)
    if is_all:
        yield from wording_findings(said)
