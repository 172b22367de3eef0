"""The report of a tested file, as a table that a spreadsheet opens."""

import csv
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

from postloan.errors import DeliveryError
from postloan.files.spreadsheet import guarded
from postloan.ingestion.feed_check import FeedReport

HEADER = ("file", "feed", "contract_version", "column", "finding", "rows", "first_lines", "to_do")


def write_report(report: FeedReport, path: Path) -> None:
    """Write a report as `.xlsx` or `.csv`; one row per finding, the totals first.

    Raises:
        DeliveryError: the name ends in neither, or the file cannot be written.
    """
    writers = {".xlsx": _write_workbook, ".csv": _write_csv}
    if path.suffix.lower() not in writers:
        raise DeliveryError(f"{path.name}: a report ends in {' or '.join(writers)}.")
    rows = [[guarded(str(cell)) for cell in row] for row in (HEADER, *_rows(report))]
    try:
        writers[path.suffix.lower()](rows, path)
    except OSError as error:
        raise DeliveryError(
            f"{path} cannot be written: {error.strerror}. Choose another place."
        ) from error


def _rows(report: FeedReport) -> Iterator[tuple[object, ...]]:
    place = (report.file, report.feed, report.contract_version)
    yield (*place, "", "rows_in", report.rows_in, "", "")
    yield (*place, "", "rows_good", report.rows_good, "", "")
    yield (*place, "", "rows_refused", report.rows_refused, "", "")
    for fault in report.faults:
        lines = " ".join(map(str, fault.first_lines))
        yield (*place, fault.column, fault.reason, fault.rows, lines, fault.advice)
    for check in report.failed_checks:
        yield (*place, check.column, check.kind, check.rows, "", check.told)
    if report.beyond_limit:
        yield (*place, "", "beyond_limit", report.rows_refused, "", report.beyond_limit)
    for sentence in report.not_judged:
        yield (*place, "", "not_judged", "", "", sentence)


def _write_workbook(rows: list[list[str]], path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("report")
    for row in rows:
        sheet.append(row)
    book.save(path)


def _write_csv(rows: list[list[str]], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
