"""Facts that protect a customer, in every form in which a file may bring them damaged.

A further fact is a further entry of `FACTS`; it is planted in every form that fits its feed.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

from postloan.contracts import Column, FeedContract, catalogue
from tests.support.fuzzing.mutations import BYTES, LOOK_ALIKES, ODD_VALUES

Row = dict[str, str]

MESSAGE, CALL, CASE = "sms_reminder", "call_list", "legal_preparation"
QUEUES = frozenset({MESSAGE, CALL, CASE})

AT, ON = "2026-11-20 09:00:00", "2026-11-20"
HOLD = {"starts_on": ON}
COMPLAINT = {"received_at": AT, "complaint_kind": "conduct"}
REQUEST = {"received_at": AT, "request_state": "received"}
PLAN = {"plan_kind": "extension", "requested_on": ON, "instalments": "3", "amount": "10.00"}
OUTCOME = {"channel": "phone", "attempted_at": AT}

HOLD_KINDS = ("complaint", "dispute", "bankruptcy", "performing_plan", "identity_dispute")
"""Not all of them: so many damaged rows of one feed would have its delivery refused as a whole."""

FACTS: dict[str, tuple[str, Row]] = {
    "death": ("customer", {"customer_group": "employed", "deceased_on": "2026-11-10"}),
    **{f"hold for {kind}": ("hold", {**HOLD, "hold_kind": kind}) for kind in HOLD_KINDS},
    **{
        f"pause for {reason}": ("pause", {"starts_on": ON, "pause_reason": reason})
        for reason in catalogue().feeds["pause"].table.column("pause_reason").enum
    },
    "extension": (
        "extension_request",
        {"requested_on": ON, "reason_code": "medical", "decision": "approved", "decided_on": ON},
    ),
    "complaint": ("complaint", {**COMPLAINT, "complaint_state": "received"}),
    "complaint in work": (
        "complaint",
        {**COMPLAINT, "complaint_state": "in_progress", "channel": "phone"},
    ),
    **{
        f"opt-out of {channel}": (
            "privacy_request",
            {**REQUEST, "request_kind": "channel_opt_out", "channel": channel},
        )
        for channel in ("phone", "sms")
    },
    **{
        kind: ("privacy_request", {**REQUEST, "request_kind": kind})
        for kind in ("deletion", "restriction", "contact_objection")
    },
    "withdrawn consent": (
        "consent",
        {
            "purpose": "bureau_query",
            "consent_kind": "separate",
            "granted_on": "2026-01-05",
            "withdrawn_on": ON,
        },
    ),
    "unwanted channel": (
        "customer_preference",
        {"channel": "any", "wish": "unwanted", "told_on": ON},
    ),
    "consent change": (
        "consent_change",
        {"purpose": "bureau_query", "change_kind": "withdrawn", "changed_on": ON},
    ),
    "wrong number": (
        "contact_outcome",
        {**OUTCOME, "counterpart": "third_party", "result": "wrong_number"},
    ),
    "refusal": ("contact_outcome", {**OUTCOME, "counterpart": "debtor", "result": "refused"}),
    "approved plan": ("plan_request", {**PLAN, "decision": "approved", "decided_on": ON}),
    "promise": ("promise_to_pay", {"promised_on": ON, "due_on": "2026-11-28", "amount": "100.00"}),
    "death in the registry": (
        "enrolment",
        {
            "institution_id": "I1",
            "effective_on": "2026-11-01",
            "code_system": "cn",
            "status_code": "11",
            "reported_on": ON,
        },
    ),
    "number of a contact person": ("emergency_contact", {"contact_no": "1", "relation": "parent"}),
    "lawsuit": ("legal_event", {"event_kind": "lawsuit", "happened_on": ON}),
}
"""What protects -> the feed that says so, and what its row says beside the names."""


@dataclass(frozen=True)
class Plant:
    """A row that protects one customer.

    Attributes:
        number: whose it is.
        fact: what it tells.
        form: how it is damaged, if it is.
        feed: the feed it stands in.
        line: the row; of a twin, the rows of both numbers.
        shuts: queues that it keeps the customer from.
        kind: of the release that lets him go, where there is one.
    """

    number: int
    fact: str
    form: str
    feed: str
    line: bytes
    shuts: frozenset[str] = QUEUES
    kind: str = "unclear_row"

    @property
    def customer_id(self) -> str:
        """Whom it protects."""
        return f"C{self.number}"


Spoil = Callable[[random.Random, FeedContract, Row, int], bytes | None]


def line_of(row: Row) -> bytes:
    """The row as a line of a file."""
    return ",".join(_cell(value) for value in row.values()).encode("utf-8", "surrogatepass")


def _cell(value: str) -> str:
    return f'"{value.replace(chr(34), chr(34) * 2)}"' if re.search(r'[",\r\n]', value) else value


def _judged(feed: FeedContract, row: Row) -> list[Column]:
    """Columns with a value, or a type, that not every text fits."""
    return [c for c in feed.file_columns if c.enum or c.sql_type.startswith(("date", "time"))]


def odd_value(rng: random.Random, feed: FeedContract, row: Row, _n: int) -> bytes | None:
    column = rng.choice([c.name for c in _judged(feed, row) if row[c.name]])
    odd = [v for v in ODD_VALUES if v.strip() and not re.fullmatch(r"\d{4}-\d\d-\d\d", v)]
    value = rng.choice([v for v in odd if v.isprintable() and len(v) < 80])
    return line_of({**row, column: value})


def no_such_day(rng: random.Random, feed: FeedContract, row: Row, _n: int) -> bytes | None:
    columns = [c.name for c in _judged(feed, row) if c.sql_type in ("date", "timestamp")]
    odd = ("2026-02-30", "1900-02-29", "20260101", "2026-13-01", "01.02.2026", "0000-00-00")
    return line_of({**row, rng.choice(columns): rng.choice(odd)})


def look_alike(rng: random.Random, feed: FeedContract, row: Row, _n: int) -> bytes | None:
    columns = [c.name for c in _judged(feed, row) if c.sql_type == "date" and row[c.name]]
    if not columns:
        return None
    name, sign = rng.choice(columns), rng.choice(("0", "-", "1"))
    return line_of({**row, name: row[name].replace(sign, LOOK_ALIKES[sign])})


def disguised_name(rng: random.Random, feed: FeedContract, row: Row, n: int) -> bytes | None:
    name = "customer_id" if "customer_id" in row else "loan_id"
    value = row[name]
    wide = value.replace("C", "Ｃ").replace("L", "Ｌ")
    forms = (
        f"{value}\u00a0",
        f"\u3000{value}",
        f"{value}\u200b",
        f"\ufeff{value}",
        f" {value} ",
        wide,
        value.lower(),
        f"{value}\t",
        f"'{value}",
        f"{value[0]}\u2060{value[1:]}",
    )
    return line_of({**row, name: rng.choice(forms)})


def unknown_loan(_rng: random.Random, feed: FeedContract, row: Row, _n: int) -> bytes | None:
    if "customer_id" not in row or not feed.references.get("loan_id"):
        return None
    return line_of({**row, "loan_id": "L-unknown"})


def unknown_customer(_rng: random.Random, feed: FeedContract, row: Row, _n: int) -> bytes | None:
    if not row.get("loan_id") or not feed.references.get("customer_id"):
        return None
    return line_of({**row, "customer_id": "C-unknown"})


def columns_swapped(rng: random.Random, feed: FeedContract, row: Row, _n: int) -> bytes | None:
    judged = [c for c in _judged(feed, row) if row[c.name]]
    days = [c.name for c in judged if not c.enum]
    lists = [c.name for c in judged if c.enum]
    if not days or not lists:
        return None
    one, other = rng.choice(days), rng.choice(lists)
    return line_of({**row, one: row[other], other: row[one]})


def too_many_fields(rng: random.Random, _feed: FeedContract, row: Row, _n: int) -> bytes | None:
    return line_of(row) + rng.choice((b",", b",,", b",x", b",2026-11-20"))


def key_left_out(_rng: random.Random, _feed: FeedContract, row: Row, _n: int) -> bytes | None:
    first = next(iter(row))
    return None if first == "customer_id" else line_of(row).partition(b",")[2]


def odd_bytes(rng: random.Random, _feed: FeedContract, row: Row, _n: int) -> bytes | None:
    end = rng.choice([b for b in BYTES if b != b"\xef\xbb\xbf"])
    return line_of(row) + end


def quote_inside(_rng: random.Random, feed: FeedContract, row: Row, _n: int) -> bytes | None:
    name = next(c.name for c in _judged(feed, row) if row[c.name])
    before, _, after = line_of(row).partition(row[name].encode())
    return before + b'a"b' + after


def carriage_return(_rng: random.Random, _feed: FeedContract, row: Row, _n: int) -> bytes | None:
    return line_of(row) + b"\rx"


FORMS: tuple[Spoil, ...] = (
    *(odd_value, no_such_day, odd_value, disguised_name, look_alike, odd_value, no_such_day),
    *(unknown_loan, unknown_customer, columns_swapped, disguised_name, too_many_fields),
    *(key_left_out, odd_bytes, quote_inside, carriage_return, odd_bytes),
)


def _row(feed: FeedContract, fact: Row, number: int) -> Row:
    """The whole row of a fact: its names and what it says."""
    row = {c.name: "" for c in feed.file_columns}
    first = next(iter(row))
    if first != "customer_id":
        row[first] = f"K{number}"
    if "customer_id" in row:
        row["customer_id"] = f"C{number}"
    if "loan_id" in row:
        row["loan_id"] = f"L{number}"
    return row | fact


def plants(first: int, how_many: int, seed: int = 17) -> Iterator[Plant]:
    """Damaged rows, each of a customer of his own; the same ones for the same seed.

    Every fact is planted in every form that fits its feed before any is planted again.
    """
    rng, number = random.Random(seed), first  # noqa: S311 (a test draws the same each time)
    for form in cycle(FORMS):
        for fact, (name, says) in FACTS.items():
            if number == first + how_many:
                return
            feed = catalogue().feeds[name]
            line = form(rng, feed, _row(feed, says, number), number)
            if line is not None:
                yield Plant(number, fact, form.__name__, name, line)
                number += 1
