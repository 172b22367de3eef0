"""YAML, read by the parser in C where there is one: ten times as fast, in every process.

With bounds: a text of a few lines can stand for gigabytes by its aliases, or nest until the parser
breaks. Nobody writes a contract or a rule so; it is refused before anything is made of it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MOST_CHARACTERS = 4 << 20
DEEPEST = 40


class YamlBoundsError(yaml.YAMLError):
    """YAML that nobody writes by hand; says what about it, in which line."""


class _Loader(_LOADER):  # type: ignore[misc]
    """Refuses a key that stands twice: the later one would win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of a node."""
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            place = f" of line {node.start_mark.line + 1}" if node.start_mark else ""
            raise YamlBoundsError(f"a key stands twice in the mapping{place}")
        return mapping

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        """A date or a moment that there is."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                None, None, f"{error} in a date", node.start_mark
            ) from error


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def text_of(path: Path) -> str:
    """The text of a file that is to be YAML.

    Raises:
        yaml.YAMLError: it is not in UTF-8.
        OSError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise YamlBoundsError(f"line {line}: not in UTF-8; save it in that encoding") from error


def yaml_document(text: str) -> Any:
    """The one document of a text.

    Raises:
        yaml.YAMLError: it is not YAML, holds several documents, or exceeds the bounds.
    """
    _check_bounds(text)
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)


def yaml_documents(text: str) -> list[Any]:
    """The documents of a text, those without content left out.

    Raises:
        yaml.YAMLError: it is not YAML, or exceeds the bounds.
    """
    _check_bounds(text)
    return [d for d in yaml.load_all(text, Loader=_Loader) if d is not None]


def line_of(text: str, place: Iterable[str | int]) -> int:
    """The line, from 1, of what stands at a place of a document that can be read.

    Args:
        text: the document.
        place: keys and positions on the way there; where it ends early, the last that is found.
    """
    node = yaml.compose(text, Loader=_Loader)
    line = 0
    for part in place:
        inside = _inside(node, part)
        if inside is None:
            break
        node, line = inside
    return line + 1


def _inside(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    """What a node holds at a key or position, and its line from 0."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found = node.value[part]
        return found, found.start_mark.line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return value, key.start_mark.line
    return None


def fault_of(error: yaml.YAMLError) -> str:
    """What is wrong with YAML that cannot be read, and in which line; repeats nothing of it."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"line {mark.line + 1}: {problem}"


def _check_bounds(text: str) -> None:
    """Look at the events of a text, of which nothing is kept."""
    if len(text) > MOST_CHARACTERS:
        raise YamlBoundsError(f"longer than {MOST_CHARACTERS:,} characters")
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            place = f" in line {event.start_mark.line + 1}" if event.start_mark else ""
            raise YamlBoundsError(f"an alias (*){place}; write out what it stands for")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise YamlBoundsError(f"nested deeper than {DEEPEST} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
