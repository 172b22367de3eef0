"""Deliveries of a sample lender whose repayments a test reverses, delays and sends in any order."""

import csv
import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from postloan.contracts import catalogue

SOURCE = "core_banking"
Rows = list[dict[str, str]]


@dataclass
class Landing:
    """The deliveries of one lender, whose repayments a test may move about.

    Attributes:
        folder: the landing zone.
        opening: date of the opening delivery.
        last: date of the last one.
        chance: decides what is moved, the same in every run.
    """

    folder: Path
    opening: date
    last: date
    chance: random.Random = field(default_factory=lambda: random.Random(8))  # noqa: S311 (shuffles a test)

    @property
    def days(self) -> list[date]:
        """The dates after the opening."""
        return [
            self.opening + timedelta(days=n) for n in range(1, (self.last - self.opening).days + 1)
        ]

    def _file(self, day: date) -> Path:
        return self.folder / SOURCE / day.isoformat() / "repayment.csv"

    def repayments(self, day: date) -> Rows:
        """The repayments that are delivered for a date."""
        with self._file(day).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def send(self, day: date, rows: Rows) -> None:
        """Deliver these repayments of a date; the manifest says so."""
        path = self._file(day)
        columns = [c.name for c in catalogue().feeds["repayment"].file_columns]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        manifest_path = path.with_name("manifest.json")
        manifest: dict[str, Any] = json.loads(manifest_path.read_text(encoding="utf-8"))
        for entry in manifest["files"]:
            if entry["feed"] == "repayment":
                entry["rows"] = len(rows)
                entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest_path.write_text(json.dumps(manifest), encoding="utf-8")

    def reverse_some(self) -> set[str]:
        """Reversals two days after their payments; the ids of what they take back."""
        reversed_: set[str] = set()
        for day in self.days[:-4:3]:
            (original,) = self.chance.sample(
                [r for r in self.repayments(day) if not r["reverses_id"]], 1
            )
            later = day + timedelta(days=2)
            reversed_.add(original["repayment_id"])
            taken_back = {
                **original,
                "repayment_id": f"{original['repayment_id']}-B",
                "paid_on": later.isoformat(),
                "payment_type": "reversal",
                "reverses_id": original["repayment_id"],
            }
            self.send(later, [*self.repayments(later), taken_back])
        return reversed_

    def delay_some(self, but: set[str]) -> int:
        """Send three of ten repayments one to ten days late; how many."""
        moved = 0
        late: dict[date, Rows] = {day: [] for day in self.days}
        for day in self.days[:-1]:
            stay: Rows = []
            for row in self.repayments(day):
                if row["repayment_id"] in but or self.chance.random() > 0.3:
                    stay.append(row)
                else:
                    moved_to = day + timedelta(days=self.chance.randint(1, 10))
                    late[min(moved_to, self.last)].append(row)
                    moved += 1
            self.send(day, stay)
        for day, rows in late.items():
            self.send(day, [*self.repayments(day), *rows])
        return moved

    def leave_out(self, feed: str) -> None:
        """A core that does not have this feed."""
        for path in self.folder.glob(f"{SOURCE}/*/manifest.json"):
            manifest = json.loads(path.read_text(encoding="utf-8"))
            manifest["files"] = [f for f in manifest["files"] if f["feed"] != feed]
            path.write_text(json.dumps(manifest), encoding="utf-8")
            path.with_name(f"{feed}.csv").unlink()
