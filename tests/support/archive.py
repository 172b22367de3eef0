"""A warehouse and files with something old and something recent, for what expires."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from postloan.contracts import catalogue
from postloan.ingestion.quarantine.quarantine import publish_quarantine
from postloan.retention.expire import Expired, expire
from postloan.settings import Settings
from postloan.warehouse import Warehouse

NOW = date(2026, 11, 20)
OLD = date(2020, 1, 10)
RECENT = date(2026, 11, 10)
FILLERS: dict[str, Any] = {
    "varchar": "x",
    "date": OLD,
    "boolean": False,
    "integer": 1,
    "bigint": 1,
}


def row(table: str, **known: Any) -> dict[str, Any]:
    """A row with what the contract requires, and what the test is about."""
    required = {
        c.name: FILLERS.get(c.sql_type, 1) for c in catalogue().tables[table].columns if c.required
    }
    return {**required, **known}


@dataclass
class Archive:
    """A warehouse and files with something old and something recent of two customers."""

    warehouse: Warehouse
    home: Settings

    def fill(self) -> None:
        add = self.warehouse.append_rows
        add("business_day", [row("business_day", business_date=NOW, day_state="closed")])
        for day in (OLD, RECENT):
            add("loan_stage", [self._state("loan_stage", day, n) for n in (1, 2)])
            add(
                "loan",
                [
                    row("loan", loan_id=f"L{n}", customer_id=f"C{n}", received_on=day)
                    for n in (1, 2)
                ],
            )
            refused = (f"L{n},bad" for n in (1, 2))
            add(
                "quarantine",
                [
                    row("quarantine", business_date=day, source="core_banking", feed="loan",
                        line_no=n, raw_text=text)
                    for n, text in enumerate(refused, start=2)
                ],
            )  # fmt: skip
            publish_quarantine(self.warehouse, self.home.quarantine, "core_banking", day)
            for name in ("loan.csv", "manifest.json"):
                self.add_file(self.home.landing / "core_banking" / str(day) / name)
            self.add_file(self.home.outbox / str(day) / "call_list" / "r1" / "call_list.csv")
        add("task", [self._state("task", OLD, n, task_id=f"T{n}") for n in (1, 2)])

    def _state(self, table: str, day: date, n: int, **known: Any) -> dict[str, Any]:
        return row(table, business_date=day, loan_id=f"L{n}", customer_id=f"C{n}", **known)

    def add_file(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")

    def dates(self, table: str, column: str = "business_date") -> list[date]:
        select = f"select distinct {column} from {table} order by {column}"
        return [d for (d,) in self.warehouse.fetch(select)]

    def customers(self, table: str, day: date = OLD) -> list[str]:
        select = (
            f"select customer_id from {table} where business_date = cast($day as date) "
            "order by customer_id"
        )
        return [c for (c,) in self.warehouse.fetch(select, {"day": day})]

    def files(self) -> list[str]:
        found = (p for p in self.home.home.rglob("*") if p.is_file())
        names = [str(p.relative_to(self.home.home)) for p in found]
        return sorted(n for n in names if not n.startswith("warehouse"))

    def expire(self, as_of: date = NOW, **how: Any) -> dict[str, Expired]:
        return {e.what: e for e in expire(self.warehouse, self.home, as_of, **how)}

    def records(self) -> list[tuple[Any, ...]]:
        return self.warehouse.fetch(
            "select what, unit, from_on, to_on, quantity, rule_id, rule_version "
            "from expiry_record order by record_no"
        )
