"""The few settings of an installation, all read from the environment.

| variable | meaning | default |
|---|---|---|
| `POSTLOAN_HOME` | where all state lives | `./var` |
| `POSTLOAN_WAREHOUSE` | URL of the warehouse | `duckdb:///$POSTLOAN_HOME/warehouse.duckdb` |
| `POSTLOAN_PROFILE` | `demo` accepts rule packs without approver, `production` not | `demo` |
| `POSTLOAN_JURISDICTIONS` | whose law is in force beside the house's rules: `cn,eu` | all |
| `POSTLOAN_HEADER_LANGUAGE` | header row of the task files, `zh` or `en` | `zh` |
| `POSTLOAN_TIMEZONE` | the lender's time zone | `Asia/Shanghai` |
| `POSTLOAN_INCLUDE` | where contracts, rules and SQL live | `include/` of this repository |
| `POSTLOAN_RECEIVER_GROUPS` | group that may read a queue: `call_list=collectors,…` | none |
| `POSTLOAN_AIRFLOW_PORT` | port of the embedded Airflow's UI | the one used last, 8080, or any |
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from postloan.errors import PostloanError

LAST_PORT = 65_535
REPOSITORY = Path(__file__).resolve().parents[2]


OF_RULES = ("zh", "en")
"""Languages in which rules, and rows that hold what a rule says, have their words themselves."""

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*\Z")
"""The name of a language, as in BCP 47: vi, zh-Hant."""


def languages() -> tuple[str, ...]:
    """Every language that has a file in `include/wording`, those of the rules first."""
    found = {p.stem for p in (include_folder() / "wording").glob("*.yaml") if _TAG.match(p.stem)}
    return (*OF_RULES, *sorted(found.difference(OF_RULES)))


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
    receiver_groups: Mapping[str, str] = field(default_factory=dict)
    """Queue -> group of users that may read its task files."""
    jurisdictions: frozenset[str] | None = None
    """Those whose law is in force, in capitals; None where all are that a rule pack is of."""
    airflow_port: int | None = None
    """Port that the embedded Airflow must have; None where any will do."""

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
    def corrections(self) -> Path:
        """What people asked of quarantined rows: `corrections/<source>/<date>/`; no sender's."""
        return self.home / "corrections"

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


def _receiver_groups() -> dict[str, str]:
    text = os.environ.get("POSTLOAN_RECEIVER_GROUPS") or ""
    pairs = [pair.strip().partition("=") for pair in text.split(",") if pair.strip()]
    if not all(queue and group for queue, _, group in pairs):
        raise PostloanError(
            f"POSTLOAN_RECEIVER_GROUPS is '{text}'; write queue=group, with commas between them: "
            f"call_list=collectors,sms_reminder=messages."
        )
    return {queue.strip(): group.strip() for queue, _, group in pairs}


def _jurisdictions() -> frozenset[str] | None:
    """Names as they are written in rule packs; whether there are such is for the rules to say."""
    text = os.environ.get("POSTLOAN_JURISDICTIONS") or ""
    return frozenset(n.strip().upper() for n in text.split(",") if n.strip()) or None


def _airflow_port() -> int | None:
    text = os.environ.get("POSTLOAN_AIRFLOW_PORT") or ""
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise PostloanError(f"POSTLOAN_AIRFLOW_PORT is '{text}'; a port is 1 to {LAST_PORT}.")
    return int(text)


def settings() -> Settings:
    """Read the settings of this process.

    Raises:
        PostloanError: a variable holds a value that is not on its list.
    """
    home = Path(os.environ.get("POSTLOAN_HOME") or "var").resolve()
    if "?" in str(home):
        # Engines take what follows for options, and would make a file of the name before it.
        raise PostloanError(
            "POSTLOAN_HOME has a question mark in its path. Name a folder without one."
        )
    return Settings(
        home=home,
        warehouse_url=os.environ.get("POSTLOAN_WAREHOUSE") or f"duckdb:///{home}/warehouse.duckdb",
        profile=_one_of("POSTLOAN_PROFILE", "demo", ("demo", "production")),
        header_language=_one_of("POSTLOAN_HEADER_LANGUAGE", "zh", languages()),
        timezone=os.environ.get("POSTLOAN_TIMEZONE") or "Asia/Shanghai",
        receiver_groups=_receiver_groups(),
        jurisdictions=_jurisdictions(),
        airflow_port=_airflow_port(),
    )
