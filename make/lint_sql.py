"""sqlfluff over the SQL files that it has not passed yet, as ruff and mypy do with theirs.

What passed is remembered by its text, the options, the configuration and the version of sqlfluff,
in `.sqlfluff_cache`: a folder that may be removed at any time.

    python -m make.lint_sql FOLDER [option of sqlfluff ...]
"""

import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PASSED = REPOSITORY / ".sqlfluff_cache"
CONFIG = REPOSITORY / ".sqlfluff"


def unproved(folder: Path, options: Sequence[str]) -> dict[Path, Path]:
    """The files of a folder that have not passed with these options -> where it will be noted."""
    ground = (version("sqlfluff"), CONFIG.read_text(encoding="utf-8"), *options)
    files = {}
    for path in sorted(folder.rglob("*.sql")):
        text = "\0".join((*ground, path.stem, path.read_text(encoding="utf-8")))
        note = PASSED / sha256(text.encode()).hexdigest()
        if not note.exists():
            files[path] = note
    return files


def main(arguments: Sequence[str]) -> int:
    """Lint; the answer of sqlfluff, 0 where nothing was left to look at."""
    folder, *options = arguments
    files = unproved(Path(folder), options)
    if not files:
        return 0
    program = (sys.executable, "-m", "sqlfluff", "lint", "--disable-progress-bar")
    options = ["--config", str(CONFIG), *options]
    told = subprocess.run([*program, *options, *map(str, files)], check=False).returncode  # noqa: S603 (own)
    if told == 0:
        PASSED.mkdir(exist_ok=True)
        for note in files.values():
            note.touch()
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
