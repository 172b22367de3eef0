"""Dates and amounts of a manifest are what they are written as, or the manifest is refused."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.contracts import catalogue
from postloan.errors import DeliveryError
from postloan.ingestion.reading.manifest import Manifest, read_manifest
from tests.support.deliveries import CUSTOMER, LOAN, OPENING_DAY, Lender

SOURCE = "core_banking"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A delivery; the manifest is written anew by every test."""
    lender = Lender(tmp_path_factory.mktemp("sent"), None)  # type: ignore[arg-type]
    return lender.send(customer=[CUSTOMER], loan=[LOAN])


@pytest.fixture
def manifest(sent: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((sent / "manifest.json").read_text(encoding="utf-8"))
    found |= {"business_date": OPENING_DAY.isoformat()}
    for file in found["files"]:
        file.pop("control_totals", None)
    return found


def read(sent: Path, manifest: dict[str, Any]) -> Manifest:
    (sent / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return read_manifest(sent, SOURCE, OPENING_DAY, catalogue().feeds_of(SOURCE))


def refusal(sent: Path, manifest: dict[str, Any]) -> str:
    with pytest.raises(DeliveryError) as refused:
        read(sent, manifest)
    told = str(refused.value)
    assert told.isprintable()
    assert len(told) < 400
    return told


def loans(manifest: dict[str, Any]) -> dict[str, Any]:
    return next(f for f in manifest["files"] if f["feed"] == "loan")


@pytest.mark.parametrize(
    "written",
    [
        *(0, 1795046400, 1.5, None, True, [], "", "0", "1795046400", "2026-11-19T00:00:00"),
        *("2026-11-19 00:00", "2026-11-19Z", "20261119", "2026-W47-4", " 2026-11-19"),
        *("2026-11-31", "0000-00-00", "２０２６-11-19", "2026-11-19\n", "-2026-11-19"),
    ],
)
def test_a_date_that_is_not_written_as_one_is_refused(
    sent: Path, manifest: dict[str, Any], written: Any
) -> None:
    told = refusal(sent, manifest | {"business_date": written})
    assert "business_date" in told
    assert "YYYY-MM-DD" in told or "the calendar has no such day" in told


@pytest.mark.parametrize(
    "total",
    [
        *("1E+20", "1e2", "NaN", "sNaN", "Infinity", "-Infinity", "-0", "-0.00", "+1.00", ""),
        *("01.00", "1.000", "1_000", "1,000.00", " 1.00", "１.00", "9" * 27, ".5", "5.", "1.00\n"),
        *(1200, 1200.0, None, True, ["1200.00"]),
    ],
)
def test_a_control_total_that_is_no_amount_is_refused(
    sent: Path, manifest: dict[str, Any], total: Any
) -> None:
    loans(manifest)["control_totals"] = {"principal": total}
    told = refusal(sent, manifest)
    assert "control_totals.principal: a control total is an amount in quotes" in told


@pytest.mark.parametrize("total", ["1200.00", "1200.0", "1200", "0", "-1200.50", "9" * 26])
def test_a_control_total_that_is_an_amount_is_kept_to_its_last_digit(
    sent: Path, manifest: dict[str, Any], total: str
) -> None:
    loans(manifest)["control_totals"] = {"principal": total}
    file = read(sent, manifest).file_of("loan")
    assert file
    assert file.control_totals == {"principal": Decimal(total)}
