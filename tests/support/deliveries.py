"""Small deliveries made by hand, the way a source would send them."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from postloan.contracts import catalogue
from postloan.ingestion.deliver import DeliveryResult, ingest
from postloan.warehouse import Warehouse

OPENING_DAY = date(2026, 11, 19)
NEXT_DAY = date(2026, 11, 20)

CUSTOMER = {"customer_id": "C1", "customer_name": "测试一", "customer_group": "employed"}
LOAN = {
    "loan_id": "L1",
    "customer_id": "C1",
    "product": "consumer",
    "currency": "CNY",
    "principal": "1200.00",
    "disbursed_on": "2026-01-05",
    "loan_status": "active",
}
INSTALMENT = {"loan_id": "L1", "instalment_no": "1", "due_on": "2026-10-05", "amount_due": "100.00"}
REPAYMENT = {
    "repayment_id": "R1",
    "loan_id": "L1",
    "instalment_no": "1",
    "paid_on": "2026-10-05",
    "amount": "100.00",
    "payment_type": "regular",
}

ROOMS_TO_COME = frozenset(
    {
        "address_check",
        "agency",
        "asset_clue",
        "collateral",
        "collector",
        "contact_note",
        "customer_preference",
        "file_acknowledgement",
        "guarantor",
        "loan_terms",
        "quality_finding",
        "team",
        "training",
        "visit_report",
    }
)
"""Optional feeds that nothing reads yet."""

Rows = Iterable[Mapping[str, Any]]


def csv_bytes(feed: str, rows: Rows) -> bytes:
    """A well-made file of a feed; columns a row leaves out are empty."""
    columns = [c.name for c in catalogue().feeds[feed].file_columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@dataclass
class Lender:
    """A lender's landing zone and warehouse, with what it takes to send and take in deliveries."""

    home: Path
    warehouse: Warehouse
    sent: dict[tuple[str, date], dict[str, bytes]] = field(default_factory=dict)

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def quarantine(self) -> Path:
        return self.home / "quarantine"

    def corrections(self, day: date, source: str = "core_banking") -> Path:
        """Where requests for quarantined rows are kept."""
        return self.home / "corrections" / source / day.isoformat()

    def folder(self, day: date, source: str = "core_banking") -> Path:
        return self.landing / source / day.isoformat()

    def send(
        self,
        day: date = OPENING_DAY,
        source: str = "core_banking",
        *,
        opening: bool | None = None,
        raw: Mapping[str, bytes] | None = None,
        rows_told: Mapping[str, int] | None = None,
        **feeds: Rows,
    ) -> Path:
        """Write a delivery; feeds that are not named hold their header alone.

        Beside required feeds an optional one that is not named is left out, and so is what a room
        to come will read.

        Args:
            day: business date.
            source: the source.
            opening: whether it is the full book; by default on the opening day.
            raw: feed -> the very bytes of its file.
            rows_told: feed -> what the manifest says, where it should not be counted.
            feeds: feed -> its rows.
        """
        known = catalogue().feeds_of(source)
        has_required = any(f.is_required for f in known)
        files = {
            f.name: csv_bytes(f.name, feeds.get(f.name, ()))
            for f in known
            if f.is_required or f.name in feeds or not (has_required or f.name in ROOMS_TO_COME)
        }
        files |= raw or {}
        folder = self.folder(day, source)
        folder.mkdir(parents=True, exist_ok=True)
        entries = []
        for feed, content in files.items():
            (folder / f"{feed}.csv").write_bytes(content)
            told = (rows_told or {}).get(feed, max(len(content.splitlines()) - 1, 0))
            entries.append(
                {
                    "feed": feed,
                    "file": f"{feed}.csv",
                    "rows": told,
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
        self.write_manifest(
            day,
            source,
            {
                "source": source,
                "business_date": day.isoformat(),
                "opening": day == OPENING_DAY if opening is None else opening,
                "files": entries,
            },
        )
        return folder

    def write_manifest(self, day: date, source: str, manifest: Mapping[str, Any]) -> None:
        path = self.folder(day, source) / "manifest.json"
        path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    def manifest(self, day: date = OPENING_DAY, source: str = "core_banking") -> dict[str, Any]:
        path = self.folder(day, source) / "manifest.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def holds_nothing(self) -> bool:
        """Whether no delivery has left a row behind."""
        tables = ("customer", "loan", "instalment", "repayment", "delivery", "quarantine")
        return all(self.warehouse.count(t) == 0 for t in tables)

    def take_in(self, day: date = OPENING_DAY, source: str = "core_banking") -> DeliveryResult:
        return ingest(
            self.warehouse, source, day, self.landing, self.home / "scratch", self.quarantine
        )

    def deliver(
        self, day: date = OPENING_DAY, source: str = "core_banking", **what: Any
    ) -> DeliveryResult:
        """Send and take in."""
        self.send(day, source, **what)
        return self.take_in(day, source)

    def refused(self, feed: str, day: date = OPENING_DAY) -> list[tuple[int, str | None, str]]:
        """(line, column, reason) of the rows of a feed in quarantine."""
        return self.warehouse.fetch(
            "select line_no, column_name, reason from quarantine "
            "where feed = $feed and business_date = cast($day as date) order by line_no",
            {"feed": feed, "day": day},
        )

    def ids(self, feed: str, column: str) -> list[str]:
        """Values of one column of a fact table, in order."""
        return [
            r[0] for r in self.warehouse.fetch(f"select {column} from {feed} order by {column}")
        ]

    def paid(self, on: date, known_on: date | None = None, loan_id: str = "L1") -> Any:
        """What was paid on a loan by value date, as known on a date."""
        return self.warehouse.scalar(
            "select coalesce(sum(signed_amount), 0) as paid from repayment "
            "where loan_id = $loan and effective_on <= cast($on as date) "
            "and received_on <= cast($known as date)",
            {"loan": loan_id, "on": on, "known": known_on or on},
        )
