"""What waits for a person: protections that nobody else can end, and since when."""

from dataclasses import dataclass
from datetime import date

from postloan.contact.restrictions.standing import LAST_DAY, UNCLEAR_ROW, standing_protections
from postloan.warehouse import Warehouse


@dataclass(frozen=True)
class Question:
    """A customer whom nobody contacts until a person decides.

    Attributes:
        kind: what a release names, such as `same_person`.
        customer_id: whom it protects.
        inputs: what is known: codes, dates and customer numbers.
    """

    kind: str
    customer_id: str
    inputs: str


@dataclass(frozen=True)
class Open:
    """How many questions wait, and since when.

    Attributes:
        number: refused rows are not among them: they are told by themselves.
        since: the date of what asks the oldest of them; None where nothing waits.
    """

    number: int
    since: date | None


def open_questions(warehouse: Warehouse) -> tuple[Question, ...]:
    """What is asked about customers and nobody has released, by kind and customer."""
    found = {
        Question(standing.kind, customer_id, standing.inputs)
        for standing in standing_protections(warehouse)
        if standing.is_question and standing.kind != UNCLEAR_ROW
        for customer_id in standing.customers
    }
    return tuple(sorted(found, key=lambda q: (q.kind, q.customer_id, q.inputs)))


def count_open(warehouse: Warehouse, known_on: date = LAST_DAY) -> Open:
    """How many things wait for a person, and since when the oldest of them does.

    Args:
        warehouse: an open warehouse.
        known_on: what was received and released up to that date; everything by default.
    """
    asked = [
        standing.since
        for standing in standing_protections(warehouse, known_on)
        if standing.is_question and standing.kind != UNCLEAR_ROW
    ]
    return Open(len(asked), min(asked, default=None))
