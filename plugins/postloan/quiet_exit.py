"""No report of leaks after the last line of a command.

Great Expectations keeps SQLAlchemy alive beyond the end of the interpreter, and with it DuckDB,
whose binding then lists dozens of objects as leaked. Airflow's tasks end without that clean-up and
never show it.
"""

import atexit
import os
import sys


def _mute() -> None:
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stderr__.fileno() if sys.__stderr__ else 2)


def install() -> None:
    """Mute standard error once everything else at the end of the process has run."""
    # Handlers run in the opposite order of their registration.
    atexit.register(_mute)
