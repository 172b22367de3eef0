"""Only the command corrects rows: what a sender puts into the landing zone corrects nothing."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from postloan.ingestion.reprocess import ReprocessRequest, requeue
from postloan.settings import settings
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    NEXT_DAY,
    OPENING_DAY,
    Lender,
    csv_bytes,
)

HOLD = {"hold_id": "H1", "customer_id": "C1", "hold_kind": "medical", "starts_on": "2026-11-20"}
GOOD = HOLD | {"hold_kind": "complaint"}


@pytest.fixture
def lender(home: Path, warehouse: Any) -> Lender:
    """A lender with one customer, and a hold that was refused."""
    lender = Lender(home, warehouse)
    lender.deliver(OPENING_DAY, customer=[CUSTOMER], loan=[LOAN], instalment=[INSTALMENT])
    lender.deliver(NEXT_DAY, hold=[HOLD])
    return lender


def rows(hold: dict[str, str], line: object = 2) -> bytes:
    head, row = csv_bytes("hold", [hold]).decode().splitlines()
    return f"line_no,{head}\n{line},{row}\n".encode()


def forge(folder: Path, lender: Lender, content: bytes = b"", **told: Any) -> None:
    """A request as the command writes it, made by somebody else."""
    folder.mkdir(parents=True, exist_ok=True)
    content = content or rows(GOOD)
    delivered = (lender.folder(NEXT_DAY) / "hold.csv").read_bytes()
    request = {
        "feed": "hold",
        "number": 1,
        "delivered_sha256": hashlib.sha256(delivered).hexdigest(),
        "released_by": "Li Lei (OS user ops, 1001)",
        "reason": "mended",
        "rows": 1,
        "file_sha256": hashlib.sha256(content).hexdigest(),
    }
    (folder / "hold-1.csv").write_bytes(content)
    (folder / "hold-1.json").write_text(json.dumps(request | told), encoding="utf-8")


def ask(lender: Lender) -> Any:
    path = lender.home / "fix.csv"
    path.write_bytes(rows(GOOD))
    wanted = ReprocessRequest("core_banking", NEXT_DAY, "Officer", "seen", "hold", path)
    return requeue(lender.warehouse, settings(), wanted)


def loaded(lender: Lender) -> list[str]:
    return [kind for (kind,) in lender.warehouse.fetch("select hold_kind from hold")]


def _as_folder(lender: Lender, folder: Path) -> None:
    forge(folder, lender)


def _as_file(_lender: Lender, folder: Path) -> None:
    folder.write_text("x", encoding="utf-8")


def _as_pipe(_lender: Lender, folder: Path) -> None:
    os.mkfifo(folder)


def _as_link(lender: Lender, folder: Path) -> None:
    forge(lender.home / "elsewhere", lender)
    folder.symlink_to(lender.home / "elsewhere")


def _with_link_for_unfinished(lender: Lender, folder: Path) -> None:
    folder.mkdir()
    (lender.home / "precious").write_text("precious", encoding="utf-8")
    for ending in ("csv", "json"):
        (folder / f".hold-1.{ending}.part").symlink_to(lender.home / "precious")


@pytest.mark.parametrize(
    "put", [_as_folder, _as_file, _as_pipe, _as_link, _with_link_for_unfinished]
)
def test_what_a_sender_puts_beside_a_delivery_is_told_and_not_followed(
    lender: Lender, put: Callable[[Lender, Path], None]
) -> None:
    put(lender, lender.folder(NEXT_DAY) / "corrections")
    (told,) = lender.take_in(NEXT_DAY).warnings
    assert "corrections/ in the landing zone is not followed" in told
    assert loaded(lender) == []
    assert lender.warehouse.count("quarantine_release") == 0
    # The command works beside it, and writes nowhere in the landing zone.
    before = sorted(lender.landing.rglob("*"))
    assert ask(lender)[0][0].released == 1
    assert loaded(lender) == ["complaint"]
    assert sorted(lender.landing.rglob("*")) == before
    precious = lender.home / "precious"
    assert not precious.exists() or precious.read_text(encoding="utf-8") == "precious"
    kept = lender.corrections(NEXT_DAY)
    assert {path.stat().st_mode & 0o777 for path in (kept, *kept.iterdir())} == {0o700, 0o600}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", {"number": 10**30}),
        (b"", {"number": 2**31}),
        (b"", {"rows": 10**30}),
        (b"", {"released_by": "x" * 100_000}),
        (b"", {"reason": "x" * 100_000}),
        (b"", {"extra": 1}),
        (b"", {"file_sha256": "0" * 64}),
        (rows(GOOD)[20:], {"feed": "loan"}),
    ],
)
def test_a_kept_request_that_was_spoilt_is_told_and_the_source_goes_on(
    lender: Lender, content: bytes, told: dict[str, Any]
) -> None:
    forge(lender.corrections(NEXT_DAY), lender, content, **told)
    result = lender.take_in(NEXT_DAY)
    (warning,) = result.warnings
    assert "hold-1" in warning
    assert len(warning) < 500
    assert (result.rows_in, result.rows_quarantined) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [
        b'line_no\n"abc',
        rows(GOOD) + b"a,b\n",
        rows(GOOD).replace(b"C1", b"\xff\xfe"),
        rows(GOOD).replace(b"C1", b"C\0"),
        b"\n".join(rows(GOOD).split(b"\n")[1:]),
        b"x,y\n1,2\n",
        rows(GOOD, 10**30),
        rows(GOOD, "somebody"),
        rows(GOOD, 0),
        b"\n",
    ],
)
def test_rows_that_no_command_wrote_are_told_and_the_source_goes_on(
    lender: Lender, content: bytes
) -> None:
    forge(lender.corrections(NEXT_DAY), lender, content)
    result = lender.take_in(NEXT_DAY)
    (warning,) = result.warnings
    assert "hold-1.csv" in warning
    assert (result.rows_loaded, result.rows_quarantined) == (0, 1)


def test_a_request_that_was_followed_before_moves_to_its_new_place(lender: Lender) -> None:
    ask(lender)
    kept, earlier = lender.corrections(NEXT_DAY), lender.folder(NEXT_DAY) / "corrections"
    kept.rename(earlier)
    lender.take_in(NEXT_DAY)
    assert loaded(lender) == ["complaint"]
    assert {path.name for path in kept.iterdir()} == {"hold-1.csv", "hold-1.json"}
    # The bytes on record, and no others.
    (kept / "hold-1.csv").unlink()
    (kept / "hold-1.json").unlink()
    (earlier / "hold-1.csv").write_bytes(rows(GOOD | {"customer_id": "C2"}))
    told = " ".join(lender.take_in(NEXT_DAY).warnings)
    assert "hold-1.csv are gone, or are not those that were followed" in told
    assert loaded(lender) == []
