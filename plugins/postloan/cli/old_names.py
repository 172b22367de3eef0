"""Names that commands and their dates had before they stood in groups.

They go on for one release: whoever types one is told the new one on stderr. Removing them is
removing this module, its two lines in `main` and its test.
"""

from collections.abc import Sequence

COMMANDS = {
    "open": "day open",
    "run": "day run",
    "close": "day close",
    "reconcile": "day reconcile",
    "status": "day status",
    "summary": "day summary",
    "suppress": "day suppress",
    "release": "gate release-opening",
    "release-gate": "gate release",
    "explain": "loan explain",
    "belief": "loan versions",
    "stages": "loan stages",
    "import": "feed import",
    "fetch": "feed fetch",
    "sample": "feed sample",
    "show": "data show",
    "expire": "data expire",
    "doctor": "admin doctor",
    "docs": "admin docs",
    "roles": "admin roles",
    "migrate": "admin migrate",
    "airflow-env": "admin airflow-env",
    "compose-env": "admin compose-env",
    "prepare": "admin prepare",
}
_OPTIONS = {
    "open": "--as-of",
    "expire": "--as-of",
    "hold place": "--starts-on",
    "hold lift": "--on",
    "restriction list": "--on",
}
"""Options that `--date` was called."""
_WITHOUT_OPTION = ("close", "release", "release-gate")
"""Commands whose date stood alone; every option of theirs takes a value."""


def renewed(given: Sequence[str]) -> tuple[list[str], str]:
    """A command line as it is typed today.

    Args:
        given: as it was typed.

    Returns:
        The command line, and a note that names the new form; empty where nothing was old.
    """
    start = next((at for at, word in enumerate(given) if not word.startswith("-")), len(given))
    before, typed = [*given[:start]], [*given[start:]]
    length = 1 if typed[:1] and typed[0] in COMMANDS else 2
    name, rest = " ".join(typed[:length]), typed[length:]
    new, dated = COMMANDS.get(name, name), _dated(name, rest)
    if new == name and dated == rest:
        return [*given], ""
    words = new if dated == rest else f"{new} --date YYYY-MM-DD"
    note = f"'{name}' is an old form and goes with the next release: python -m postloan {words}"
    return [*before, *new.split(), *dated], note


def _dated(name: str, rest: list[str]) -> list[str]:
    """The arguments of a command with `--date` where its date was asked for otherwise."""
    if name in _WITHOUT_OPTION:
        for at, word in enumerate(rest):
            if not word.startswith("-") and (at == 0 or not _awaits_value(rest[at - 1])):
                return [*rest[:at], "--date", *rest[at:]]
    old = _OPTIONS.get(name)
    return [_with_date(word, old) if old else word for word in rest]


def _awaits_value(word: str) -> bool:
    return word.startswith("-") and "=" not in word


def _with_date(word: str, old: str) -> str:
    option, sign, value = word.partition("=")
    return f"--date{sign}{value}" if option == old else word
