"""From rule packs to rows: what holds on a business date becomes tables that SELECTs join.

Each kind of pack has one compiler, a function from a pack to rows of one or more tables.
Compilers decide nothing; they only lay out what the pack says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.rules.contact import check_rows, plan_rows, protections
from postloan.rules.crosswalk import crosswalk_rows
from postloan.rules.gates import gate_rows
from postloan.rules.legal import claim_rows, legal_rows, wording_rows
from postloan.rules.packs import Pack, RuleBook, rule_book
from postloan.rules.parameters import parameter_rows
from postloan.rules.recall import recall_rows, standing_rows
from postloan.rules.risk import scorecard_rows, threshold_rows
from postloan.warehouse import Warehouse

Row = dict[str, Any]
Compiler = Callable[[Pack, tuple[str, ...]], Iterator[tuple[str, Row]]]

STAGES = "overdue_stage"
"""The bands that are the stages of a loan; all others classify it."""

ROLL_YEARS = range(2000, 2041)
"""Due dates that a roll to the next working day is worked out for."""


def products() -> tuple[str, ...]:
    """Product families, as the contract of the loan feed lists them."""
    return catalogue().feeds["loan"].table.column("product").enum


def _bands(pack: Pack, known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    bands = pack.body["bands"]
    band_set = pack.body.get("band_set", pack.name)
    subtracts_pauses = pack.body["pauses"] == "subtracted"
    if band_set == STAGES and not subtracts_pauses:
        raise RuleError(f"{pack.path.name}: a pause freezes the stage; write pauses: subtracted.")
    bounds = [b["lower_bound"] for b in bands]
    if bounds[0] != 0 or bounds != sorted(set(bounds)):
        raise RuleError(f"{pack.path.name}: lower bounds start at 0 and rise; found {bounds}.")
    for product in filter(pack.holds_for, known):
        for rank, band in enumerate(bands):
            yield (
                "rule_band",
                {
                    "band_set": band_set,
                    "product": product,
                    "band": band["band"],
                    "lower_bound": band["lower_bound"],
                    "band_rank": rank,
                    "risk_floor": band.get("risk_floor"),
                    "subtracts_pauses": subtracts_pauses,
                    "rule_id": pack.name,
                    "rule_version": pack.version,
                },
            )


def _past_due(pack: Pack, known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    rule = pack.body["past_due"]
    for product in filter(pack.holds_for, known):
        yield (
            "rule_past_due",
            {
                "product": product,
                "tolerance_amount": Decimal(rule["tolerance_amount"]),
                "grace_days": rule["grace"]["days"],
                "grace_mode": rule["grace"]["mode"],
                "due_date_counts_as": rule["due_date_counts_as"],
                "due_date_roll": rule["due_date_roll"],
                "rule_id": pack.name,
                "rule_version": pack.version,
            },
        )


def _waterfall(pack: Pack, known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    starts = [r["from_days_past_due"] for r in pack.body["regimes"]]
    if starts[0] != 0 or starts != sorted(set(starts)):
        raise RuleError(f"{pack.path.name}: regimes start at 0 days past due and rise.")
    for product in filter(pack.holds_for, known):
        for regime in pack.body["regimes"]:
            for rank, component in enumerate(regime["order"], start=1):
                yield (
                    "rule_waterfall",
                    {
                        "product": product,
                        "from_days_past_due": regime["from_days_past_due"],
                        "component": component,
                        "component_rank": rank,
                        "processing": regime["processing"],
                        "rule_id": pack.name,
                        "rule_version": pack.version,
                    },
                )


def _no_rows(_pack: Pack, _known: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """Packs that Python reads, not SQL: calendars, retention, the columns of task files."""
    yield from ()


COMPILERS: dict[str, Compiler] = {
    "bands": _bands,
    "past_due": _past_due,
    "waterfall": _waterfall,
    "parameters": parameter_rows,
    "calendar": _no_rows,
    "contact_checks": check_rows,
    "contact_plan": plan_rows,
    "legal_preparation": legal_rows,
    "legal_claims": claim_rows,
    "legal_wording": wording_rows,
    "privacy": _no_rows,
    "retention": _no_rows,
    "scorecard": scorecard_rows,
    "thresholds": threshold_rows,
    "crosswalk": crosswalk_rows,
    "gates": gate_rows,
    "task_recall": recall_rows,
    "standing_tasks": standing_rows,
}


def _rolled(calendar: Pack) -> Iterator[tuple[date, date]]:
    """Days that are no working days, each with the next one that is (Civil Code 203)."""
    holidays = set(calendar.body["holidays"])
    extra = set(calendar.body.get("working_weekends") or ())
    weekend = set(calendar.body["weekend"])

    def works(day: date) -> bool:
        return day in extra or (day.isoweekday() not in weekend and day not in holidays)

    day, following = date(ROLL_YEARS[-1] + 1, 1, 1), date(ROLL_YEARS[-1] + 1, 1, 1)
    while day > date(ROLL_YEARS[0], 1, 1):
        day -= timedelta(days=1)
        if works(day):
            following = day
        else:
            yield day, following


def _due_date_rolls(packs: Iterable[Pack], rows: Mapping[str, list[Row]]) -> Iterator[Row]:
    following = [r["product"] for r in rows["rule_past_due"] if r["due_date_roll"] == "following"]
    calendars = [p for p in packs if p.kind == "calendar"]
    if following and not calendars:
        raise RuleError("A past-due rule rolls due dates, but no calendar is in force.")
    for product in following:
        for due_on, effective in _rolled(calendars[0]):
            yield {"product": product, "due_on": due_on, "effective_due_on": effective}


def _check_one_rule_per_product(rows: Mapping[str, list[Row]]) -> None:
    seen: dict[tuple[Any, ...], str] = {}
    for row in rows["rule_past_due"]:
        other = seen.setdefault(("past_due", row["product"]), row["rule_id"])
        if other != row["rule_id"]:
            raise RuleError(
                f"Two packs say what is past due for {row['product']}: {other}, {row['rule_id']}."
            )
    for row in rows["rule_band"]:
        other = seen.setdefault((row["band_set"], row["product"]), row["rule_id"])
        if other != row["rule_id"]:
            raise RuleError(
                f"Two packs divide {row['band_set']} for {row['product']}: "
                f"{other}, {row['rule_id']}."
            )


def compile_rules(book: RuleBook, day: date) -> dict[str, list[Row]]:
    """All rule rows that hold on a business date, by table.

    Raises:
        RuleError: two packs claim the same product, or a pack contradicts itself.
    """
    packs, known = book.in_force(day), products()
    rows: dict[str, list[Row]] = defaultdict(list)
    for pack in packs:
        rows["rule_version"].append(
            {
                "pack": pack.name,
                "rule_version": pack.version,
                "effective_from": pack.effective_from,
                "approved_by": pack.approved_by,
            }
        )
        for table, row in COMPILERS[pack.kind](pack, known):
            rows[table].append(row)
    rows["rule_queue_check"] += list(protections(packs, rows["rule_queue_check"]))
    rows["rule_due_date_roll"] += _due_date_rolls(packs, rows)
    _check_one_rule_per_product(rows)
    return dict(rows)


def rule_tables() -> tuple[str, ...]:
    """Names of the tables that hold rules."""
    return tuple(n for n, t in catalogue().tables.items() if n.startswith("rule_") and t.partition)


def publish_rules(warehouse: Warehouse, day: date) -> int:
    """Lay the rules in force on a business date into the warehouse; number of packs.

    Raises:
        RuleError: a pack is malformed or, in production, unapproved.
    """
    rows = compile_rules(rule_book(), day)
    for table in rule_tables():
        made = [{**row, "business_date": day} for row in rows.get(table, [])]
        warehouse.write_rows(table, day, made)
    return len(rows["rule_version"])
