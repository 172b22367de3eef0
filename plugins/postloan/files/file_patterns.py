"""Names of files for DuckDB's readers, which take them for patterns."""

import re
from pathlib import Path

_SIGNS = re.compile(r"[\[*?]")


def no_pattern(path: Path) -> str:
    """A path that means this one file, whatever signs of patterns its name holds.

    A pattern would be answered by other files beside it: `loans[1].csv` by `loans1.csv`.
    """
    return _SIGNS.sub(r"[\g<0>]", str(path))
