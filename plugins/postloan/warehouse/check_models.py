"""SELECTs that follow from the checks of contacts: each is one file `contact/check_<name>.sql`.

* `contact_refusal`: what they refuse, each under its name.
* `judging_check`: the checks that there are. One that a rule pack names and that has no file is
  judged by nobody, which is not the same as passed.

So a further check is one file and its name in a pack.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from postloan.warehouse.contract_models import model_header

CHECKS = "contact"
"""The area whose files of that name are checks."""

PREFIX = "check_"
REFUSAL = ("queue", "candidate_key", "subject", "reason", "inputs")
"""What every check selects: one row for each subject of a candidate that it refuses."""


def check_models(files: Mapping[str, Path]) -> Iterator[tuple[str, Path, str]]:
    """Name, folder and text of every SELECT that the files of checks make; none without files.

    Args:
        files: the SQL files by their names.
    """
    checks = {
        name.removeprefix(PREFIX): path
        for name, path in sorted(files.items())
        if path.parent.name == CHECKS and name.startswith(PREFIX)
    }
    if checks:
        folder = next(iter(checks.values())).parent
        yield "contact_refusal", folder, _refusals(tuple(checks))
        yield "judging_check", folder, _judging(tuple(checks))


def _refusals(checks: tuple[str, ...]) -> str:
    """The rows of all checks; the name of a check is the name of its file."""
    columns = ",\n    ".join(REFUSAL)
    selects = (
        f"select\n    '{check}' as check_name,\n    {columns}\nfrom {PREFIX}{check}\n"
        for check in checks
    )
    title = "what the checks refuse, each under its name; what is no row here is not refused"
    grain = "queue, candidate_key, check_name, subject"
    reads = ", ".join(f"{PREFIX}{check}" for check in checks)
    head = model_header("contact_refusal", title, grain, reads, "view")
    return head + "\nunion all\n\n".join(selects)


def _judging(checks: tuple[str, ...]) -> str:
    """The names of the checks that have a file."""
    title = "the checks of contacts that somebody has written; no other is ever passed"
    selects = (f"select '{check}' as check_name\n" for check in checks)
    head = model_header("judging_check", title, "check_name", "nothing", "view")
    return head + "\nunion all\n\n".join(selects)
