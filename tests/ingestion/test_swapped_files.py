"""The bytes that were hashed are the bytes that are loaded, whenever somebody swaps the file."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from postloan.errors import DeliveryError
from postloan.ingestion import deliver
from postloan.ingestion.loading import staging
from postloan.ingestion.reprocess import ReprocessRequest, requeue
from postloan.settings import settings
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, OPENING_DAY, Lender, csv_bytes

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}
TRUE, FALSE = "100.00", "900.00"
PLAIN = csv_bytes("instalment", [INSTALMENT])
QUOTED = PLAIN.replace(b"L1,", b'"L1",')


def due(lender: Lender) -> list[str]:
    return [str(a) for (a,) in lender.warehouse.fetch("select amount_due from instalment")]


def swapping_after(
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    swap: Callable[[], object],
    file: str = "",
) -> None:
    """The moment a function has returned (of a file, if one is named), somebody swaps the file."""
    function = getattr(module, name)

    def then_swapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if not file or args[0].name == file:
            swap()
        return result

    monkeypatch.setattr(module, name, then_swapped)


@pytest.mark.parametrize(
    ("content", "moments"),
    [
        # An engine that reads no file by itself lets it be normalised.
        (PLAIN, ("survey", "normalise")),
        (PLAIN, ("check_header",)),
        (QUOTED, ("normalise",)),
    ],
)
def test_a_file_swapped_between_two_reads_is_loaded_as_it_was_hashed(
    lender: Lender, monkeypatch: pytest.MonkeyPatch, content: bytes, moments: tuple[str, ...]
) -> None:
    folder = lender.send(**BOOK, raw={"instalment": content})
    path = folder / "instalment.csv"
    false = content.replace(TRUE.encode(), FALSE.encode())
    for moment in moments:
        swapping_after(monkeypatch, staging, moment, lambda: path.write_bytes(false), path.name)
    lender.take_in()
    assert path.read_bytes() == false
    assert due(lender) == [TRUE]


def test_a_file_swapped_before_it_is_hashed_is_refused(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lender.send(**BOOK) / "instalment.csv"
    false = PLAIN.replace(TRUE.encode(), FALSE.encode())
    swapping_after(monkeypatch, deliver, "read_manifest", lambda: path.write_bytes(false))
    with pytest.raises(DeliveryError, match="SHA-256"):
        lender.take_in()
    assert due(lender) == []


def _as_link(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


def _as_pipe(path: Path, target: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _gone(path: Path, target: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("put", [_as_link, _as_pipe, _gone])
def test_what_takes_the_place_of_a_file_is_not_read(
    lender: Lender, monkeypatch: pytest.MonkeyPatch, put: Callable[[Path, Path], None]
) -> None:
    path = lender.send(**BOOK) / "instalment.csv"
    elsewhere = lender.home / "elsewhere.csv"
    elsewhere.write_bytes(PLAIN.replace(TRUE.encode(), FALSE.encode()))
    swapping_after(monkeypatch, deliver, "read_manifest", lambda: put(path, elsewhere))
    with pytest.raises(DeliveryError, match="no ordinary file"):
        lender.take_in()
    assert due(lender) == []


def test_a_sparse_file_in_the_place_of_one_that_was_loaded_is_not_hashed(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lender.send(**BOOK) / "instalment.csv"
    lender.take_in()
    lender.take_in()
    os.truncate(path, 8 << 40)
    hashed = hashlib.file_digest

    def small_alone(stream: Any, name: str) -> Any:
        assert os.fstat(stream.fileno()).st_size < 1 << 20, "It was hashed."
        return hashed(stream, name)

    monkeypatch.setattr(hashlib, "file_digest", small_alone)
    with pytest.raises(DeliveryError, match=r"instalment.csv: larger than the 17,179,869,184 byt"):
        lender.take_in()
    assert due(lender) == [TRUE]


@pytest.mark.parametrize("put", [_as_link, _as_pipe, _gone])
def test_what_takes_the_place_of_a_file_that_was_loaded_is_not_waited_for(
    lender: Lender, monkeypatch: pytest.MonkeyPatch, put: Callable[[Path, Path], None]
) -> None:
    path = lender.send(**BOOK) / "instalment.csv"
    lender.take_in()
    elsewhere = lender.home / "elsewhere.csv"
    elsewhere.write_bytes(PLAIN)
    swapping_after(monkeypatch, deliver, "read_manifest", lambda: put(path, elsewhere))
    with pytest.raises(DeliveryError, match="no ordinary file"):
        lender.take_in()
    assert due(lender) == [TRUE]


def test_corrected_rows_are_those_that_were_handed_in(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = {**INSTALMENT, "instalment_no": "2", "due_on": "never"}
    lender.deliver(**{**BOOK, "instalment": [INSTALMENT, second]})
    head, row = csv_bytes("instalment", [{**second, "due_on": "2026-11-05"}]).decode().split()
    path = lender.home / "fixed.csv"
    path.write_text(f"line_no,{head}\n3,{row}\n", encoding="utf-8")
    rows = lender.corrections(OPENING_DAY) / "instalment-1.csv"

    def swap() -> None:
        if rows.exists():
            rows.write_text(rows.read_text("utf-8").replace(TRUE, FALSE), "utf-8")

    swapping_after(monkeypatch, deliver, "requests_for", swap)
    wanted = ReprocessRequest("core_banking", OPENING_DAY, "Officer", "", "instalment", path)
    with pytest.raises(DeliveryError, match="changed after it was handed in"):
        requeue(lender.warehouse, settings(), wanted)
    assert due(lender) == [TRUE]


def test_the_copy_is_for_the_owner_alone_and_does_not_stay(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def look() -> None:
        for path in (lender.home / "scratch").rglob("own/*/*/*.csv"):
            seen.extend((path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777))

    lender.send(**BOOK)
    swapping_after(monkeypatch, staging, "check_header", look)
    lender.take_in()
    assert set(seen) == {0o600, 0o700}
    assert not list((lender.home / "scratch").rglob("own"))
