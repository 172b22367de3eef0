"""`make audit`: known vulnerabilities of everything the locks pin.

pip-audit asks for each package and says "No known vulnerabilities found" also where nobody could
answer. Here every package must have an answer, and an old one must be known to be vulnerable:
whoever could not look, or looked into an empty book, has not found nothing.

| exit code | meaning |
|---|---|
| 0 | every package was looked up, and nothing is known of any |
| 1 | something is known of a package: raise it in `requirements*.in`, then `make lock` |
| 3 | at least one package could not be looked up |
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from make.locks import LOCKS, REPOSITORY, read_lock

CLEAN, FOUND, COULD_NOT_LOOK = 0, 1, 3
TIMEOUT_SECONDS = 900
SHOWN = 10
CANARY = ("jinja2", "2.10")
"""Long known to be vulnerable (PYSEC-2019-217). A service that does not know that knows nothing."""


@dataclass
class Answer:
    """What is known of some packages.

    Attributes:
        looked_up: name and version of those that somebody gave an answer for.
        known: name and version -> numbers of its vulnerabilities.
        failure: why nobody answered at all; empty where somebody did.
    """

    looked_up: set[tuple[str, str]] = field(default_factory=set)
    known: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    failure: str = ""


def ask(pins: Collection[tuple[str, str]], options: Sequence[str] = ()) -> Answer:
    """Have pip-audit ask for packages.

    Args:
        pins: name and version of each; no name twice.
        options: for pip-audit, such as `--vulnerability-service osv`.
    """
    with tempfile.TemporaryDirectory(prefix="postloan-audit-") as folder:
        # Without markers: what only another machine installs is looked up as well.
        pinned = Path(folder) / "pinned.txt"
        pinned.write_text("".join(f"{n}=={v}\n" for n, v in sorted(pins)), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "pip_audit", "--requirement", str(pinned), "--no-deps"),
            *("--disable-pip", "--format", "json", "--progress-spinner", "off"),
            *("--cache-dir", str(Path(folder) / "cache"), *options),
        ]
        try:
            done = subprocess.run(  # noqa: S603 (our own tool on our own file)
                command, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
            )
        except subprocess.TimeoutExpired:
            return Answer(failure=f"no answer within {TIMEOUT_SECONDS} seconds")
    return _read(done.stdout, done.stderr)


def _read(out: str, err: str) -> Answer:
    try:
        told: list[Mapping[str, Any]] = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = err.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        return Answer(failure=last[0][:200])
    answer = Answer()
    for package in told:
        if "version" not in package:
            continue  # Skipped: nobody knew it, which is no answer.
        place = (package["name"].lower(), package["version"])
        answer.looked_up.add(place)
        if package["vulns"]:
            answer.known[place] = [v["id"] for v in package["vulns"]]
    return answer


def audit(locks: Sequence[Path], options: Sequence[str] = ()) -> int:
    """Look up what some locks pin, and tell; the exit code."""
    pins = {(p.name.lower(), p.version) for lock in locks for p in read_lock(lock)}
    if not pins:
        print("Could not look: the locks pin nothing. Write them: make lock", file=sys.stderr)
        return COULD_NOT_LOOK
    # Where two versions of a package are pinned for two kinds of machine, pip-audit is asked twice.
    rounds: list[dict[str, str]] = []
    for name, version in sorted({*pins, CANARY}):
        free = next((r for r in rounds if name not in r), None)
        if free is None:
            rounds.append(free := {})
        free[name] = version
    answers = [ask(r.items(), options) for r in rounds]
    known = {place: numbers for a in answers for place, numbers in a.known.items()}
    is_awake = bool(known.pop(CANARY, None)) or CANARY in pins
    for (name, version), numbers in sorted(known.items()):
        print(f"{name} {version}: {', '.join(numbers)}")
    missing = sorted(pins - {p for a in answers for p in a.looked_up}) if is_awake else sorted(pins)
    if missing:
        print(_not_looked_up(pins, missing, answers), file=sys.stderr)
    else:
        print(f"{len(pins)} packages looked up, {len(known)} with known vulnerabilities")
    if known:
        return FOUND
    return COULD_NOT_LOOK if missing else CLEAN


def _not_looked_up(
    pins: Collection[tuple[str, str]], missing: Sequence[tuple[str, str]], answers: list[Answer]
) -> str:
    why = next((a.failure for a in answers if a.failure), "")
    if not why and not any(a.looked_up for a in answers):
        why = "nobody knew any of them"
    if not why and len(missing) == len(pins):
        why = f"the service knows nothing even of {CANARY[0]} {CANARY[1]}, which is vulnerable"
    if not why:
        why = "no answer for " + ", ".join(name for name, _ in missing[:SHOWN])
        why += f" and {len(missing) - SHOWN} more" if missing[SHOWN:] else ""
    return (
        f"Could not look: {len(missing)} of {len(pins)} packages ({why}).\n"
        f"This says nothing about them. Run it where the package index tells vulnerabilities, or "
        f"ask another service: make audit AUDIT='--vulnerability-service osv'"
    )


def main(options: list[str]) -> int:
    """Look up everything that `make lock` pins."""
    return audit([REPOSITORY / f"{name}.txt" for name in LOCKS], options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
