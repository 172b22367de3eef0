"""The few settings of an installation, all read from the environment.

| variable | meaning | default |
|---|---|---|
| `POSTLOAN_HOME` | where all state lives | `./var` |
| `POSTLOAN_WAREHOUSE` | URL of the warehouse | `duckdb:///$POSTLOAN_HOME/warehouse.duckdb` |
| `POSTLOAN_PROFILE` | `demo` accepts rule packs without approver, `production` not | `demo` |
| `POSTLOAN_HEADER_LANGUAGE` | header row of the task files, `zh` or `en` | `zh` |
| `POSTLOAN_TIMEZONE` | the lender's time zone | `Asia/Shanghai` |
| `POSTLOAN_INCLUDE` | where contracts, rules and SQL live | `include/` of this repository |
"""

import os
from dataclasses import dataclass
from pathlib import Path

from postloan.errors import PostloanError

REPOSITORY = Path(__file__).resolve().parents[2]


def include_folder() -> Path:
    """The folder that holds contracts, rules and SQL."""
    return Path(os.environ.get("POSTLOAN_INCLUDE") or REPOSITORY / "include")


@dataclass(frozen=True)
class Settings:
    """One installation: where its state lives and how it is run."""

    home: Path
    warehouse_url: str
    profile: str
    header_language: str
    timezone: str

    @property
    def landing(self) -> Path:
        """Deliveries as they arrive: `landing/<source>/<date>/`."""
        return self.home / "landing"

    @property
    def outbox(self) -> Path:
        """Published task files: `outbox/<date>/<queue>/r<revision>/`."""
        return self.home / "outbox"

    @property
    def quarantine(self) -> Path:
        """Rejected rows, as files a sender can be shown."""
        return self.home / "quarantine"

    @property
    def data_docs(self) -> Path:
        """What the quality gate found on every delivery, as pages."""
        return self.home / "data_docs"

    @property
    def reports(self) -> Path:
        """Summaries of finished business dates, for pages and commands."""
        return self.home / "reports"

    @property
    def scratch(self) -> Path:
        """Working files of a running task; safe to delete when nothing runs."""
        return self.home / "scratch"

    @property
    def airflow_home(self) -> Path:
        """Airflow's own folder: configuration, logs, embedded metadata."""
        return self.home / "airflow"


def _one_of(variable: str, default: str, allowed: tuple[str, ...]) -> str:
    value = os.environ.get(variable) or default
    if value not in allowed:
        raise PostloanError(f"{variable} is '{value}'; set it to one of {', '.join(allowed)}.")
    return value


def settings() -> Settings:
    """Read the settings of this process.

    Raises:
        PostloanError: a variable holds a value that is not on its list.
    """
    home = Path(os.environ.get("POSTLOAN_HOME") or "var").resolve()
    return Settings(
        home=home,
        warehouse_url=os.environ.get("POSTLOAN_WAREHOUSE") or f"duckdb:///{home}/warehouse.duckdb",
        profile=_one_of("POSTLOAN_PROFILE", "demo", ("demo", "production")),
        header_language=_one_of("POSTLOAN_HEADER_LANGUAGE", "zh", ("zh", "en")),
        timezone=os.environ.get("POSTLOAN_TIMEZONE") or "Asia/Shanghai",
    )
