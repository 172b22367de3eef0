"""Words that several commands share."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from postloan.access.users import users
from postloan.errors import PostloanError
from postloan.ingestion.arrivals.not_taken_in import Arrived, arrived
from postloan.ingestion.arrivals.out_of_place import NeverTakenIn, never_taken_in
from postloan.ingestion.arrivals.refused_deliveries import OpenRefusal, open_refusals
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.control import is_supervised
from postloan.local_airflow.environment import base_url, password_file
from postloan.local_airflow.follow import Outcome
from postloan.settings import Settings
from postloan.warehouse import Warehouse

_TAKEN_OFF = """
    select count(distinct task_id) as tasks
    from task_recall
    where
        business_date = cast($business_date as date)
        and recall_kind = 'suppressed'
"""


def date_of(manifest: Path) -> date | None:
    """The date of a delivery, or None where its folder only looks like that of one."""
    try:
        return date.fromisoformat(manifest.parent.name)
    except ValueError:
        return None


def counted_as(number: int, thing: str, plural: str = "") -> str:
    """One `task`, several `tasks`."""
    return thing if number == 1 else plural or f"{thing}s"


def not_looked_at(warehouse: Warehouse, landing: Path) -> Iterator[str]:
    """What has come and is not loaded, a line each with what to do; nothing where all is."""
    refused, waiting = open_refusals(warehouse), arrived(warehouse, landing)
    yield from not_loaded_lines(refused, waiting, never_taken_in(landing))


def not_loaded_lines(
    refused: Iterable[OpenRefusal], waiting: Iterable[Arrived], strange: Iterable[NeverTakenIn]
) -> Iterator[str]:
    """Deliveries that are not loaded, in the words of every command that tells of them."""
    lines: list[tuple[date | str, str, str]] = [
        *((r.business_date, r.words, r.remedy) for r in refused),
        *((a.business_date, a.words, a.remedy) for a in waiting),
    ]
    lines.sort()
    lines += [("no date", s.words, s.remedy) for s in strange]
    if lines:
        yield "Not loaded, so nobody knows whom it protects:"
    for day, words, remedy in lines:
        yield f"  {day!s:<10}  {words}"
        yield f"              → {remedy}"


def how_to_publish(warehouse: Warehouse, day: date) -> str:
    """What to do once something is released: by itself that sends nothing."""
    words = (
        f"Nothing was sent. To publish what it held, while Airflow is up: "
        f"python -m postloan day run --date {day}"
    )
    taken_off = warehouse.scalar(_TAKEN_OFF, {"business_date": day})
    if not taken_off:
        return words
    tasks = f"{taken_off:,} {counted_as(taken_off, 'task that was', 'tasks that were')}"
    return (
        f"{words}\nThe {tasks} taken off the files of {day} (day suppress) "
        f"{counted_as(taken_off, 'stays', 'stay')} off them: what is owed is owed anew with the "
        f"next business date."
    )


def tell(line: str) -> None:
    """Print a line at once, also where somebody reads it through a pipe."""
    print(line, flush=True)


def where_the_ui_is(home: Settings) -> str:
    """Address of the UI, who may log in, and where the passwords are kept."""
    names = ", ".join(u.user for u in users(home).users)
    return f"Airflow: {base_url(home)}\n  users {names}; passwords in {password_file(home)}"


def whether_airflow_is_up(home: Settings) -> str:
    """Where the UI is, where it answers; else how to start it."""
    named = os.environ.get("POSTLOAN_AIRFLOW_URL")
    if not named and not is_supervised(home):
        return "Airflow is not running: make up starts it, and says where it is."
    api = AirflowApi.of(home)
    if not api.is_healthy():
        return f"Airflow at {api.url} does not answer, or a part of it is away: make up mends it."
    return f"Airflow: {api.url}" if named else where_the_ui_is(home)


def paused_lines(home: Settings) -> Iterator[str]:
    """DAGs that somebody has paused, where Airflow is up; nothing where it is not."""
    is_ours = home.airflow_home.is_dir() and is_supervised(home)
    if not os.environ.get("POSTLOAN_AIRFLOW_URL") and not is_ours:
        return
    api = AirflowApi.of(home)
    if not api.is_healthy():
        return
    with suppress(PostloanError):
        if paused := api.paused_dags():
            yield f"PAUSED in Airflow, so no recall or new file comes of it: {', '.join(paused)}"
            yield "  → Switch it on in the UI; the audit log there says who paused it."


def tell_outcome(outcome: Outcome) -> int:
    """Print how a date ended; exit code of the command."""
    for warning in outcome.warnings:
        print(f"  note: {warning}")
    if not outcome.is_good:
        raise PostloanError(f"{outcome.day} is {outcome.state}: {outcome.reason}")
    words = "closed" if outcome.state == "closed" else "closed already; nothing has changed"
    print(f"{outcome.day}: {words}")
    return 0
