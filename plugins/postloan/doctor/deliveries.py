"""Where deliveries come from: landing folders, connections in Airflow, Airflow itself."""

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from postloan.access.users import users, users_file
from postloan.business_day.gates import newest_held
from postloan.contracts import catalogue
from postloan.doctor.finding import Finding, State
from postloan.errors import PostloanError, WarehouseError
from postloan.ingestion.arrivals.not_taken_in import Arrived, arrived
from postloan.ingestion.arrivals.out_of_place import date_named, never_taken_in
from postloan.ingestion.arrivals.refused_deliveries import OpenRefusal, open_refusals
from postloan.landing.fetch.config import Landing, read_source
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.control import is_supervised
from postloan.settings import Settings
from postloan.warehouse.connect import connect

TOPIC = "Where deliveries come from"
AIRFLOW = "Airflow"


def airflow(home: Settings) -> Iterator[Finding]:
    """Who may log in, and whether an Airflow works here; it may be stopped on purpose."""
    listed = _users(home)
    yield listed
    if listed.state is State.MISSING:
        return
    named = os.environ.get("POSTLOAN_AIRFLOW_URL")
    if not named and not _is_running(home):
        yield Finding.note(AIRFLOW, "state", "not running", "make up")
        return
    api = AirflowApi.of(home)
    if api.is_healthy():
        yield Finding(AIRFLOW, "state", f"healthy at {api.url}")
        yield from _paused(api)
    else:
        words = f"does not answer, or a part of it is away, at {api.url}"
        yield Finding.missing(AIRFLOW, "state", words, "make up mends what is left of it.")


def _paused(api: AirflowApi) -> Iterator[Finding]:
    """DAGs that somebody has paused; whoever may start a run may do so."""
    try:
        paused = api.paused_dags()
    except PostloanError as error:
        yield Finding.note(AIRFLOW, "paused DAGs", f"not known: {error}")
        return
    if paused:
        words = f"{', '.join(paused)}: until they go on, no recall and no new file comes of them"
        remedy = "Switch them on in the UI; the audit log there says who paused them."
        yield Finding.waits(AIRFLOW, "paused DAGs", words, remedy)


def _users(home: Settings) -> Finding:
    try:
        known = users(home)
    except PostloanError as error:
        return Finding.missing(AIRFLOW, "users", str(error))
    approvers = len(known.legal_approvers)
    words = f"{len(known.users)}, of which {approvers} legal approvers, in {users_file(home)}"
    return Finding(AIRFLOW, "users", words)


def deliveries(home: Settings) -> Iterator[Finding]:
    """Landing folder or connection of every source."""
    for source in catalogue().sources():
        try:
            config = read_source(source)
        except PostloanError:
            # Told with the rest of include/.
            continue
        if isinstance(config, Landing):
            yield _landing(home, source)
        elif config.connection:
            yield _connection(home, source, config.connection)
        else:
            yield Finding(TOPIC, source, f"{config.kind}, without a connection of its own")
    yield from _not_loaded(home)
    for one in never_taken_in(home.landing):
        yield Finding.waits(TOPIC, one.source or "landing zone", one.words, one.remedy)


def _not_loaded(home: Settings) -> Iterator[Finding]:
    """What has come and is not loaded, and a gate that is shut; a warehouse in use tells nothing.

    That it cannot be opened, or is to be changed first, has been told with the warehouse.
    """
    url = home.warehouse_url
    if url.startswith("spark") or not _is_there(url):
        return
    with suppress(WarehouseError), closing(connect(url, patience_seconds=0)) as warehouse:
        found: list[OpenRefusal | Arrived] = [*open_refusals(warehouse)]
        found += arrived(warehouse, home.landing)
        for one in sorted(found, key=lambda f: (f.business_date, f.source)):
            yield Finding.waits(TOPIC, one.business_date.isoformat(), one.words, one.remedy)
        held_on = newest_held(warehouse)
        if held_on:
            words = f"contact files of {held_on} are held"
            remedy = f"python -m postloan day summary --date {held_on} says why and how to go on."
            yield Finding.waits(TOPIC, "gates", words, remedy)


def _is_there(url: str) -> bool:
    """Whether there is something to connect to; connecting would make a file."""
    if not url.startswith("duckdb"):
        return True
    return Path(url.removeprefix("duckdb:///").partition("?")[0]).exists()


def _landing(home: Settings, source: str) -> Finding:
    folder = home.landing / source
    if not folder.is_dir():
        feeds = catalogue().feeds_of(source)
        words = f"nothing was delivered to {folder} yet"
        remedy = f"mkdir -p {folder}, and let the source write its dates there."
        if any(feed.is_required for feed in feeds):
            return Finding.missing(TOPIC, source, words, remedy)
        return Finding.note(TOPIC, source, f"{words}; it may be left out")
    if not os.access(folder, os.R_OK | os.X_OK):
        return Finding.missing(TOPIC, source, f"{folder} cannot be read by this user")
    dates = sorted(
        path.name for path in folder.iterdir() if path.is_dir() and date_named(path.name)
    )
    words = f"{len(dates)} dates, the last of {dates[-1]}" if dates else "no dates"
    return Finding(TOPIC, source, f"{words}, in {folder}")


def _connection(home: Settings, source: str, name: str) -> Finding:
    """Whether Airflow knows the connection; what is in it is not asked for."""
    variable = f"AIRFLOW_CONN_{name.upper()}"
    if os.environ.get(variable):
        return Finding(TOPIC, source, f"connection {name}, as {variable}")
    if not os.environ.get("POSTLOAN_AIRFLOW_URL") and not _is_running(home):
        words = f"connection {name}: not known while Airflow is not running"
        return Finding.note(TOPIC, source, words, f"make up, or set {variable}.")
    remedy = f"Add it below Admin, Connections, or as the variable {variable}."
    try:
        known = AirflowApi.of(home).has_connection(name)
    except PostloanError as error:
        return Finding.missing(TOPIC, source, f"connection {name}: {error}")
    if known:
        return Finding(TOPIC, source, f"connection {name}, in Airflow")
    return Finding.missing(TOPIC, source, f"Airflow has no connection {name}", remedy)


def _is_running(home: Settings) -> bool:
    """Whether the embedded Airflow is alive; a home that does not exist is left that way."""
    return home.airflow_home.is_dir() and is_supervised(home)
