"""The summary of a finished business date: a small file that pages and commands read.

They never open the warehouse, which a running task may need. The file holds counts and amounts
only, says the same for the same inputs, and appears whole or not at all.
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from postloan.business_date import BusinessDay
from postloan.business_day.gates import gate_rows
from postloan.contact.restrictions.questions import count_open
from postloan.errors import PostloanError
from postloan.warehouse import Warehouse

Summary = dict[str, Any]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def summary_path(folder: Path, day: date) -> Path:
    """Where the summary of a business date is kept."""
    return folder / f"{day.isoformat()}.json"


def make_summary(warehouse: Warehouse, day: BusinessDay, reason: str | None) -> Summary:
    """What a person wants to know about a business date.

    Args:
        warehouse: an open warehouse; all steps of the date have run.
        day: the business date.
        reason: what the date was opened without, if anything.
    """

    def rows(model: str, *columns: str) -> list[Summary]:
        found = warehouse.read_model(model, day.parameters)
        return [dict(zip(columns, row, strict=True)) for row in found]

    asked = count_open(warehouse, day.date)
    steps: dict[str, Summary] = {}
    for measure in rows("measure_on", "step", "measure", "quantity", "note"):
        step = steps.setdefault(measure["step"], {"counts": {}, "note": measure["note"]})
        step["counts"][measure["measure"]] = measure["quantity"]
    return {
        "business_date": day.date.isoformat(),
        "revision": day.revision,
        "is_opening": day.is_opening,
        "reason": reason,
        "deliveries": rows(
            "delivered_count", "source", "revision", "rows_in", "rows_loaded", "rows_quarantined"
        ),
        "quarantine": rows(
            "quarantine_count", "source", "feed", "rows_open", "rows_settled", "rows_released"
        ),
        "unclear_rows": rows("unclear_row_count", "customers_held", "rows_nameless", "rows_named")[
            0
        ],
        "questions": asked.number,
        "asked_since": asked.since,
        "steps": steps,
        "stages": rows(
            "stage_count",
            "stage",
            "currency",
            "loans",
            "overdue_amount",
            "paused_loans",
            "paused_amount",
        ),
        "moves": rows("stage_move_count", "event", "from_stage", "to_stage", "loans"),
        "positions": rows("position_on", "difference", "explanation", "loans"),
        "gates": list(gate_rows(warehouse, day.date)),
        "denials": rows("denied_count", "reason", "denials"),
        "published": [
            {**row, "folder": f"{day.date.isoformat()}/{row['queue']}/r{row['revision']}"}
            for row in rows(
                "publication_on", "queue", "revision", "added", "recalled", "language", "rules"
            )
        ],
    }


def write_summary(folder: Path, summary: Summary) -> Path:
    """Put the summary in its place by one rename."""
    path = summary_path(folder, date.fromisoformat(summary["business_date"]))
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    text = json.dumps(summary, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(path)
    return path


def read_summary(folder: Path, day: date) -> Summary:
    """The summary of a finished business date.

    Raises:
        PostloanError: the date is not closed, or its summary is damaged.
    """
    path = summary_path(folder, day)
    if not path.exists():
        raise PostloanError(
            f"{day} has no summary: it is not closed. "
            f"Run it: python -m postloan day run --date {day}"
        )
    try:
        summary: Summary = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PostloanError(
            f"{path} is damaged: {error}. Run {day} again to write it anew."
        ) from error
    if not isinstance(summary, dict) or summary.get("business_date") != day.isoformat():
        raise PostloanError(f"{path} is no summary. Run {day} again to write it anew.")
    return summary


def finished_dates(folder: Path) -> list[date]:
    """Business dates that have a summary, oldest first."""
    found = (p.stem for p in folder.glob("????-??-??.json") if _DATE.fullmatch(p.stem))
    return sorted(date.fromisoformat(day) for day in found)
