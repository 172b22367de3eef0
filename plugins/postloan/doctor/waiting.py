"""What waits for a person right now, whatever the summary of a date said when it was closed."""

from dataclasses import dataclass
from datetime import date

from postloan.business_day.ledger import CLOSED, read_book
from postloan.contact.restrictions.questions import count_open
from postloan.ingestion.arrivals.not_taken_in import Arrived, arrived
from postloan.ingestion.arrivals.refused_deliveries import OpenRefusal, open_refusals
from postloan.legal.cases import newest_moment
from postloan.legal.requests import newest_request, shown_cases, waiting_cases
from postloan.settings import settings
from postloan.warehouse import Warehouse
from postloan.warehouse.connect import connect

PATIENCE_SECONDS = 2.0
"""Who asks what waits does not wait for a running task."""


@dataclass(frozen=True)
class Waiting:
    """What waits for a person.

    Attributes:
        legal_cases: cases that somebody may decide on as of the newest closed date.
        asked_cases: how many of them the newest question shows.
        go_live_actions: first actions of an opening that nobody has released.
        questions: questions about customers, by all that is known.
        asked_since: since when the oldest of them waits.
        refused: deliveries that were refused and not taken in since.
        arrived: deliveries that lie in the landing zone and are not loaded.
    """

    legal_cases: int
    asked_cases: int
    go_live_actions: int
    questions: int
    asked_since: date | None = None
    refused: tuple[OpenRefusal, ...] = ()
    arrived: tuple[Arrived, ...] = ()


def waiting_now(warehouse: Warehouse) -> Waiting | None:
    """What waits as of the newest closed date; None where none is closed."""
    if not any(r.state == CLOSED for r in read_book(warehouse).values()):
        return None
    day = newest_moment(warehouse).day
    waiting, latest = waiting_cases(warehouse, day.date), newest_request(warehouse)
    shown = shown_cases(warehouse, latest.asked_on, latest.round) if latest else {}
    openings = warehouse.read_model("go_live_waiting", day.parameters)
    asked = count_open(warehouse)
    return Waiting(
        legal_cases=len(waiting),
        asked_cases=len(waiting.keys() & shown.keys()),
        go_live_actions=sum(actions for _, actions in openings),
        questions=asked.number,
        asked_since=asked.since,
        refused=open_refusals(warehouse),
        arrived=arrived(warehouse, settings().landing),
    )


def look_at(url: str) -> Waiting | None:
    """What waits in a warehouse that another process may need; None where looking takes long.

    Raises:
        WarehouseError: it is in use, or cannot be read.
    """
    if url.startswith("spark"):
        return None
    warehouse = connect(url, patience_seconds=PATIENCE_SECONDS)
    try:
        return waiting_now(warehouse)
    finally:
        warehouse.close()
