"""The sentences of one language, read from `include/wording`, and what they say of a message."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from postloan.errors import WordingError
from postloan.settings import OF_RULES, include_folder
from postloan.text.shown_text import shown
from postloan.text.yaml_text import fault_of, text_of, yaml_document
from postloan.wording.message import Message, messages
from postloan.wording.template import Place, Template, template

OF_CONTRACTS = "zh"
"""The language of the titles in a contract."""

_FORMS = {"date", "money", "number", "unknown", "between"}


_FORMS_OF_A_SENTENCE = ("str", "_Parts")


class _Parts(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    between: str
    parts: list[str]


class _File(BaseModel):
    """A file of wording as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)
    forms: dict[str, str]
    words: dict[str, dict[str, str]]
    sentences: dict[str, dict[str, str | _Parts]]
    titles: dict[str, str] = {}
    rules: dict[str, str] = {}


@dataclass(frozen=True)
class Sentence:
    """One or more templates of a code.

    Attributes:
        parts: those that have all their values are said; of a single one, always something.
        between: what stands between the parts.
    """

    parts: tuple[Template, ...]
    between: str = ""

    def places(self) -> Iterator[Place]:
        """Every place of every part."""
        for part in self.parts:
            yield from part.places()


@dataclass(frozen=True)
class Wording:
    """How one language says things.

    Attributes:
        path: the file it was read from.
        language: as its file is called: `zh`, `en`.
        forms: how dates, money and numbers are written, what stands for a value that is not
            known, and what stands between several sentences.
        words: codes in words, by what they are codes of.
        sentences: by code.
        titles: heads of columns, by the name of the column; what has none is headed by its name.
        rules: what rules say, by their English words: of a language that rules themselves lack.
    """

    path: Path
    language: str
    forms: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    sentences: Mapping[str, Sentence]
    titles: Mapping[str, str]
    rules: Mapping[str, str]

    def title(self, name: str, in_contract: str) -> str:
        """The head of a column.

        Args:
            name: of the column.
            in_contract: its title there.
        """
        if self.language == OF_CONTRACTS:
            return in_contract
        return self.titles.get(name, name)

    def word(self, name: str, code: str) -> str:
        """A code in words; one that has none, as a lender's own product, as it is."""
        return self.words.get(name, {}).get(code, code)

    def of_rule(self, text: str | None) -> str | None:
        """Words of rules in this language; in English, where it has none for them.

        Args:
            text: one wording of a rule, or several with `; ` between them, in the language of
                `in_rules`.
        """
        if text is None or self.language in OF_RULES:
            return text
        if text in self.rules:
            return self.rules[text]
        return self.forms["between"].join(self.rules.get(p, p) for p in text.split("; "))

    def says(self, message: Message) -> str:
        """The sentence of a message.

        Raises:
            WordingError: the file has no such sentence, or no word for a code in it.
        """
        sentence = self._sentence(message.code)

        def shown_at(place: Place) -> str | None:
            return self._shown(place, message)

        if len(sentence.parts) == 1:
            return sentence.parts[0].filled(shown_at, self.forms["unknown"]) or ""
        parts = (part.filled(shown_at) for part in sentence.parts)
        return sentence.between.join(text for text in parts if text is not None)

    def _sentence(self, code: str) -> Sentence:
        if code not in self.sentences:
            raise WordingError(
                f"No sentence is called {shown(code)} in {self.path}. Add it there below "
                f"`sentences`, and in the file of every other language."
            )
        return self.sentences[code]

    def _shown(self, place: Place, message: Message) -> str | None:
        if place.kind == "sentence":
            return self.says(Message(place.name, message.values)) or None
        values = message.values
        value = values.get(place.name)
        if value is None:
            held = in_rules(self.language)
            value = self.of_rule(values.get(f"{place.name}_{held}"))
        return None if value is None else self._formed(place, value)

    def _formed(self, place: Place, value: str) -> str:
        match place.kind:
            case "date":
                return self.forms["date"].format(date.fromisoformat(value))
            case "money":
                return self.forms["money"].format(Decimal(value))
            case "number":
                # For a person who reads: 52 and not 52.0000.
                return self.forms["number"].format(Decimal(value).normalize())
            case "word":
                return self._word(place.name, value)
        return value

    def _word(self, name: str, code: str) -> str:
        words = self.words.get(name, {})
        if code not in words:
            raise WordingError(
                f"There is no word for {shown(code)} in {self.path}. Add it there below "
                f"`words: {name}`, and in the file of every other language."
            )
        return words[code]


def said(text: str | None, language: str) -> str | None:
    """What a cell of messages says, in one language; nothing where the cell is empty.

    Args:
        text: one message or more, as SQL gives them.
        language: one of `languages()`.

    Raises:
        WordingError: a message or a code in it has no wording.
    """
    if text is None:
        return None
    words = wording(language)
    return words.forms["between"].join(map(words.says, messages(text)))


def in_rules(language: str) -> str:
    """The language in which a rule says what a reader of another is told."""
    return language if language in OF_RULES else "en"


def wording(language: str) -> Wording:
    """The wording of one language.

    Raises:
        WordingError: the file is not there, or does not say what it has to.
    """
    return _read(include_folder() / "wording" / f"{language}.yaml", language)


@cache
def _read(path: Path, language: str) -> Wording:
    try:
        body = yaml_document(text_of(path))
    except OSError as error:
        raise WordingError(f"{path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise WordingError(f"{path}: {fault_of(error)}. Correct it there.") from error
    try:
        file = _File.model_validate(body)
    except ValidationError as error:
        fault = error.errors()[0]
        if not isinstance(body, dict):
            raise WordingError(
                f"{path} is empty, or no mapping. Copy en.yaml, and write it anew."
            ) from None
        place = ".".join(str(step) for step in fault["loc"] if step not in _FORMS_OF_A_SENTENCE)
        raise WordingError(
            f"{path}: {place}: {fault['msg']}. Write it as en.yaml does: texts by name, in quotes "
            f"where YAML could take one for something else."
        ) from error
    if set(file.forms) != _FORMS:
        raise WordingError(f"{path}: `forms` are {', '.join(sorted(_FORMS))}.")
    _try_forms(path, file.forms)
    sentences = dict(_sentences(path, file.sentences))
    return Wording(path, language, file.forms, file.words, sentences, file.titles, file.rules)


def _try_forms(path: Path, forms: Mapping[str, str]) -> None:
    """Refuse a form that cannot be filled, or in which a value does not show."""
    tried = {
        "date": (date(2026, 1, 2), date(2031, 11, 30)),
        "money": (Decimal("1.50"), Decimal("20.75")),
        "number": (Decimal(1), Decimal("20.75")),
    }
    for name, (one, other) in tried.items():
        try:
            is_shown = forms[name].format(one) != forms[name].format(other)
        except (ValueError, LookupError):
            is_shown = False
        if not is_shown:
            raise WordingError(f"{path}: forms.{name} shows no {name}. Write it as en.yaml does.")


def _sentences(
    path: Path, areas: Mapping[str, Mapping[str, "str | _Parts"]]
) -> Iterator[tuple[str, Sentence]]:
    known: set[str] = set()
    for area, sentences in areas.items():
        for code, text in sentences.items():
            if code in known:
                raise WordingError(f"{path}: {area}.{code} is said in another area too.")
            known.add(code)
            try:
                yield code, _made(text)
            except WordingError as error:
                raise WordingError(f"{path}: {area}.{code}: {error}.") from error


def _made(text: "str | _Parts") -> Sentence:
    if isinstance(text, str):
        return Sentence((template(text),))
    return Sentence(tuple(map(template, text.parts)), text.between)
