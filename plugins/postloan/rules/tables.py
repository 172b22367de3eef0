"""From rule packs to rows: what holds on a business date becomes tables that SELECTs join.

Each kind of pack lays out its own rows (`rules/kinds`); here is what concerns several packs.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.rules.kinds.bands import STAGES
from postloan.rules.kinds.calendar import Calendar, RuleDueDateRoll
from postloan.rules.kinds.contact_checks import ContactChecks
from postloan.rules.model import Row, every_product
from postloan.rules.packs import RuleBook, rule_book
from postloan.rules.protections import protections
from postloan.rules.rows import RuleVersion
from postloan.warehouse import Warehouse


def _due_date_rolls(calendars: Iterator[Calendar], rows: Mapping[str, list[Row]]) -> Iterator[Row]:
    following = [r["product"] for r in rows["rule_past_due"] if r["due_date_roll"] == "following"]
    calendar = next(calendars, None)
    if following and calendar is None:
        raise RuleError(
            "A past-due rule rolls due dates, but no calendar is in force. Add one to "
            "include/rules/business_day, or let the rule roll none."
        )
    for product in following:
        for due_on, effective in calendar.rolled() if calendar else ():
            yield vars(RuleDueDateRoll(product=product, due_on=due_on, effective_due_on=effective))


def _check_one_rule_per_product(rows: Mapping[str, list[Row]]) -> None:
    seen: dict[tuple[str, str], str] = {}
    told = [("say what is past due", row) for row in rows["rule_past_due"]]
    told += [(f"divide {row['band_set']}", row) for row in rows["rule_band"]]
    for what, row in told:
        other = seen.setdefault((what, row["product"]), row["rule_id"])
        if other != row["rule_id"]:
            raise RuleError(
                f"Two packs {what} for {row['product']}: {other}, {row['rule_id']}. "
                f"Name each product in `applies_to` of one of them."
            )


def _check_every_product_is_counted(rows: Mapping[str, list[Row]]) -> None:
    """Refuse a product whose days past due would be counted by no rule, and so come out as none."""
    told = {
        "what is past due": {row["product"] for row in rows["rule_past_due"]},
        "in which order money pays what is due": {r["product"] for r in rows["rule_waterfall"]},
        "which stage a loan is at": {
            row["product"] for row in rows["rule_band"] if row["band_set"] == STAGES
        },
    }
    for what, products in told.items():
        lacking = [product for product in every_product() if product not in products]
        if lacking:
            raise RuleError(
                f"No rule in force says {what} for {', '.join(lacking)}. Add a pack to "
                f"include/rules/delinquency, or its jurisdiction to POSTLOAN_JURISDICTIONS."
            )


def compile_rules(book: RuleBook, day: date) -> dict[str, list[Row]]:
    """All rule rows that hold on a business date, by table.

    Raises:
        RuleError: two packs claim the same product or none does, or a rule is about a check that
            there is not.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for pack in book.in_force(day):
        version = RuleVersion(
            pack=pack.name,
            rule_version=pack.version,
            effective_from=pack.effective_from,
            approved_by=pack.approved_by,
        )
        for row in (version, *pack.rows()):
            rows[row.table].append(pack.told(row))
    checks = tuple(book.of_kind(ContactChecks, day))
    rows["rule_queue_check"] += list(protections(checks, rows["rule_queue_check"]))
    rows["rule_due_date_roll"] += _due_date_rolls(book.of_kind(Calendar, day), rows)
    _check_one_rule_per_product(rows)
    _check_every_product_is_counted(rows)
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
