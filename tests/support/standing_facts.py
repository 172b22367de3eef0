"""Facts that protect a customer as they should come: nothing is wrong with their rows.

A further fact is a further entry of `STANDING`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from postloan.contracts import catalogue
from tests.support.debtors import customer
from tests.support.planting import (
    AT,
    CALL,
    COMPLAINT,
    FACTS,
    HOLD,
    MESSAGE,
    ON,
    QUEUES,
    REQUEST,
    Plant,
    Row,
    line_of,
)

CONTACT = frozenset({MESSAGE, CALL})

LONG_AGO, MORNING_OF_CONTACT = "2026-01-05", "2026-11-21"
"""Messages and calls of a date are for the morning after it: what begins then forbids them too."""

OFTEN = 2
"""So many times each fact is planted."""

RIGHT = "as it should be"


@dataclass(frozen=True)
class Standing:
    """A fact that protects.

    Attributes:
        feed: the feed that tells it.
        says: what its row says beside the names; a row of a customer says all else as before.
        shuts: queues that it keeps the customer from.
        kind: of the release that lets him go, where a person may do so.
        of_twin: what another customer number has in common with his; the fact is told of that one.
        loan_too: whether the row names his loan beside him.
    """

    feed: str
    says: Row
    shuts: frozenset[str] = QUEUES
    kind: str = ""
    of_twin: str = ""
    loan_too: bool = True


def _enum(feed: str, column: str) -> tuple[str, ...]:
    return catalogue().feeds[feed].table.column(column).enum


STANDING: dict[str, Standing] = {
    "death": Standing("customer", {"deceased_on": "2026-11-10"}, kind="deceased"),
    "minor": Standing("customer", {"birth_on": "2012-05-06"}, kind="minor"),
    **{
        f"hold for {kind} from {start} {'on the loan' if loan else 'on all'}": Standing(
            "hold", {"hold_kind": kind, "starts_on": start}, loan_too=loan
        )
        for kind, start, loan in product(
            _enum("hold", "hold_kind"), (LONG_AGO, ON, MORNING_OF_CONTACT), (True, False)
        )
    },
    "hold that ends before it starts": Standing(
        "hold", {**HOLD, "hold_kind": "dispute", "ends_on": LONG_AGO}, kind="doubtful_hold"
    ),
    **{
        f"pause for {reason}": Standing("pause", {"starts_on": ON, "pause_reason": reason})
        for reason in _enum("pause", "pause_reason")
    },
    **{
        f"complaint {state}": Standing("complaint", {**COMPLAINT, "complaint_state": state})
        for state in ("received", "in_progress")
    },
    **{
        f"opt-out of {channel} {state}": Standing(
            "privacy_request",
            {
                **REQUEST,
                "request_kind": "channel_opt_out",
                "channel": channel,
                "request_state": state,
            },
            frozenset({queue}),
        )
        for (channel, queue), state in product(
            (("phone", CALL), ("sms", MESSAGE)), ("received", "granted")
        )
    },
    **{
        f"{kind} {state}": Standing(
            "privacy_request", {**REQUEST, "request_kind": kind, "request_state": state}
        )
        for kind, state in product(("deletion", "restriction"), ("received", "granted"))
    },
    **{
        result: Standing(
            "contact_outcome",
            {
                "channel": "phone",
                "attempted_at": AT,
                "counterpart": "third_party",
                "result": result,
            },
            CONTACT,
        )
        for result in ("wrong_number", "invalid_number")
    },
    "approved plan": Standing("plan_request", FACTS["approved plan"][1], kind="approved_plan"),
    "promise": Standing("promise_to_pay", FACTS["promise"][1], kind="promise_to_pay"),
    "death in the registry": Standing("enrolment", FACTS["death in the registry"][1]),
    "death in the registry in words": Standing(
        "enrolment", {**FACTS["death in the registry"][1], "status_code": "死亡"}
    ),
    "code of a registry that nobody can read": Standing(
        "enrolment",
        {**FACTS["death in the registry"][1], "status_code": "7x"},
        kind="unclear_status",
    ),
    "number of another customer": Standing(
        "customer", {}, CONTACT, kind="shared_number", of_twin="phone"
    ),
    "death under another customer number": Standing(
        "customer", {"deceased_on": "2026-11-10"}, kind="same_person", of_twin="id_number"
    ),
    "death under a number in small letters": Standing(
        "customer", {"deceased_on": "2026-11-10"}, kind="same_person", of_twin="customer_id"
    ),
}
"""What protects -> how it is told."""


def _lines(fact: Standing, number: int) -> bytes:
    """What the file of the feed says of it, line by line."""
    columns = catalogue().feeds[fact.feed].file_columns
    names = {"customer_id": f"C{number}"}
    if fact.loan_too:
        names["loan_id"] = f"L{number}"
    row = {c.name: names.get(c.name, "") for c in columns}
    if fact.feed != "customer":
        first = next(iter(row))
        own = {} if first in names else {first: f"S{number}"}
        return line_of(row | own | fact.says)
    himself = row | customer(number) | {"id_number": f"11010119900101{number:03}X"}
    if not fact.of_twin:
        return line_of(himself | fact.says)
    number_of_twin = f"c{number}" if fact.of_twin == "customer_id" else f"T{number}"
    shared = {c: himself[c] if c == fact.of_twin else "" for c in ("phone", "id_number")}
    twin = himself | {"customer_id": number_of_twin} | shared | fact.says
    return b"\n".join((line_of(himself), line_of(twin)))


def standing_plants(first: int) -> Iterator[Plant]:
    """Rows that are right, each of a customer of his own, from that number on."""
    number = first
    for _ in range(OFTEN):
        for name, fact in STANDING.items():
            line = _lines(fact, number)
            yield Plant(number, name, RIGHT, fact.feed, line, fact.shuts, fact.kind)
            number += 1
