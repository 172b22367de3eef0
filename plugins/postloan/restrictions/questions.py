"""What the newest date asks a person: protections that nobody else can end."""

from dataclasses import dataclass

from postloan.warehouse import Warehouse

_NEWEST = "select max(business_date) as d from contact_denial"


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


def open_questions(warehouse: Warehouse) -> tuple[Question, ...]:
    """What the denials of the newest date ask and nobody has released, by kind and customer."""
    newest = warehouse.scalar(_NEWEST)
    if newest is None:
        return ()
    dated = {"business_date": newest, "known_on": newest}
    return tuple(Question(*row) for row in warehouse.read_model("open_question", dated))
