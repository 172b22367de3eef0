"""What a manifest says is true, or the delivery is refused as a whole."""

import json
import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from postloan.errors import DeliveryError
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    OPENING_DAY,
    REPAYMENT,
    Lender,
    csv_bytes,
)

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}
HEADER = csv_bytes("repayment", [])


def change_rows(lender: Lender, manifest: dict[str, Any]) -> None:
    manifest["files"][-1]["rows"] += 1


def change_hash(lender: Lender, manifest: dict[str, Any]) -> None:
    manifest["files"][-1]["sha256"] = "0" * 64


def truncate(lender: Lender, manifest: dict[str, Any]) -> None:
    path = lender.folder(OPENING_DAY) / manifest["files"][-1]["file"]
    path.write_bytes(path.read_bytes()[:-20])


def lose_file(lender: Lender, manifest: dict[str, Any]) -> None:
    (lender.folder(OPENING_DAY) / manifest["files"][-1]["file"]).unlink()


def file_is_a_folder(lender: Lender, manifest: dict[str, Any]) -> None:
    lose_file(lender, manifest)
    (lender.folder(OPENING_DAY) / manifest["files"][-1]["file"]).mkdir()


def leave_the_folder(lender: Lender, manifest: dict[str, Any]) -> None:
    manifest["files"][-1]["file"] = "../../secret.csv"


def link_out(lender: Lender, manifest: dict[str, Any]) -> None:
    path = lender.folder(OPENING_DAY) / manifest["files"][-1]["file"]
    elsewhere = lender.home / "elsewhere.csv"
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)


def other_day(lender: Lender, manifest: dict[str, Any]) -> None:
    manifest["business_date"] = "2026-11-18"


def unknown_feed(lender: Lender, manifest: dict[str, Any]) -> None:
    manifest["files"][-1]["feed"] = "weather"


def twice(lender: Lender, manifest: dict[str, Any]) -> None:
    manifest["files"].append(manifest["files"][-1])


def leave_out(lender: Lender, manifest: dict[str, Any]) -> None:
    gone = manifest["files"].pop()
    (lender.folder(OPENING_DAY) / gone["file"]).unlink()


def unlisted_file(lender: Lender, manifest: dict[str, Any]) -> None:
    (lender.folder(OPENING_DAY) / "repayment_2.csv").write_bytes(HEADER)


def more_keys(lender: Lender, manifest: dict[str, Any]) -> None:
    manifest["comment"] = "x"


def no_files(lender: Lender, manifest: dict[str, Any]) -> None:
    for gone in manifest["files"]:
        (lender.folder(OPENING_DAY) / gone["file"]).unlink()
    manifest["files"] = []


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        (change_rows, r"the manifest says 2 rows, the file holds 1"),
        (change_hash, r"SHA-256 .* says 000000000000…"),
        (truncate, r"truncated"),
        (lose_file, r"is missing"),
        (file_is_a_folder, r"is not a file"),
        (leave_the_folder, r"manifest.json cannot be read \(files"),
        (link_out, r"link out of the folder"),
        (other_day, r"is for core_banking 2026-11-18"),
        (unknown_feed, r"feeds without a contract: weather"),
        (twice, r"lists .* twice"),
        (leave_out, r"required feeds are left out"),
        (unlisted_file, r"does not list repayment_2.csv"),
        (more_keys, r"comment"),
        (no_files, r"lists no file"),
    ],
)
def test_a_manifest_that_is_not_true_stops_the_delivery(
    lender: Lender, lie: Callable[[Lender, dict[str, Any]], None], told: str
) -> None:
    lender.send(**BOOK, repayment=[REPAYMENT])
    manifest = lender.manifest()
    manifest["files"].sort(key=lambda f: f["feed"] == "repayment")
    lie(lender, manifest)
    lender.write_manifest(OPENING_DAY, "core_banking", manifest)
    with pytest.raises(DeliveryError, match=told):
        lender.take_in()
    assert lender.holds_nothing()


@pytest.mark.parametrize(
    "name", ["LOAN.CSV", "loan.dat", "loan.txt", "loan.csv.gz", "loan.zip", "x.parquet", "x.jsonl"]
)
def test_data_of_any_format_that_the_manifest_does_not_list_stops_the_delivery(
    lender: Lender, name: str
) -> None:
    folder = lender.send(**BOOK)
    (folder / name).write_bytes(b"L2,C1")
    with pytest.raises(DeliveryError, match=rf"does not list {re.escape(name)}\."):
        lender.take_in()
    assert lender.holds_nothing()


@pytest.mark.parametrize(
    "name",
    [
        *("hold.xlsx", "hold.xls", "hold.tsv", "hold.json", "hold.xml", "hold.csv.bz2", "hold"),
        *("hold.csv.zst", "hold.csv.xz", "hold.7z", "hold.tar", "hold.tgz", "hold.orc"),
        *("hold.csv ", "hold.csv.", "hold.csv~", "hold.csv.part", "hold.ＣＳＶ", "late/hold.csv"),
    ],
)
def test_whatever_may_be_data_is_not_passed_over(lender: Lender, name: str) -> None:
    folder = lender.send(**BOOK)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"H1,C1")
    with pytest.raises(DeliveryError, match="nothing that was delivered is passed over"):
        lender.take_in()
    assert lender.holds_nothing()


def test_what_is_no_data_may_lie_beside_the_files(lender: Lender) -> None:
    folder = lender.send(**BOOK)
    for name in ("loan.csv.ok", "loan.csv.md5", "notes.md", ".loan.csv.part"):
        (folder / name).touch()
    lender.take_in()
    assert lender.ids("loan", "loan_id") == ["L1"]


def test_a_manifest_that_is_no_manifest(lender: Lender) -> None:
    folder = lender.send(**BOOK)
    (folder / "manifest.json").write_text('{"source": ')
    with pytest.raises(DeliveryError, match=r"manifest\.json cannot be read"):
        lender.take_in()
    (folder / "manifest.json").unlink()
    with pytest.raises(DeliveryError, match="not complete yet"):
        lender.take_in()


def test_no_folder_and_a_date_folder_that_is_a_file(lender: Lender) -> None:
    with pytest.raises(DeliveryError, match="no folder core_banking/2026-11-19"):
        lender.take_in()
    folder = lender.folder(OPENING_DAY)
    folder.parent.mkdir(parents=True)
    folder.write_text("not a folder")
    with pytest.raises(DeliveryError, match="is a file, not a folder"):
        lender.take_in()


def test_what_a_manifest_says_is_told_harmlessly(lender: Lender) -> None:
    lender.send(**BOOK)
    told = "\x1b[31m\n" * 99
    for manifest in (lender.manifest() | {"source": told}, lender.manifest() | {told: 1}):
        lender.write_manifest(OPENING_DAY, "core_banking", manifest)
        with pytest.raises(DeliveryError, match=r"manifest\.json") as refusal:
            lender.take_in()
        assert str(refusal.value).isprintable()
        assert len(str(refusal.value)) < 500


NOBODYS = "张伟15400000007"


@pytest.mark.parametrize("place", ["key", "source", "feed", "total"])
def test_what_a_manifest_names_is_told_only_where_it_looks_like_a_name(
    lender: Lender, place: str
) -> None:
    lender.send(**BOOK)
    manifest = lender.manifest()
    file = manifest["files"][0]
    match place:
        case "key":
            manifest[NOBODYS] = 1
        case "source":
            manifest["source"] = NOBODYS
        case "feed":
            file["feed"] = NOBODYS
        case "total":
            file["control_totals"] = {NOBODYS: "1.00"}
    lender.write_manifest(OPENING_DAY, "core_banking", manifest)
    with pytest.raises(DeliveryError, match="a name of 13 characters") as refusal:
        lender.take_in()
    assert NOBODYS not in str(refusal.value)
    assert "154000" not in str(refusal.value)


@pytest.mark.parametrize("name", ["loan.csv.zst", "loan.zst", "loan.bz2"])
def test_the_name_of_a_file_says_nothing_of_how_it_is_read(lender: Lender, name: str) -> None:
    folder = lender.send(**BOOK)
    (folder / "loan.csv").rename(folder / name)
    manifest = lender.manifest()
    next(f for f in manifest["files"] if f["feed"] == "loan")["file"] = name
    lender.write_manifest(OPENING_DAY, "core_banking", manifest)
    lender.take_in()
    assert lender.ids("loan", "loan_id") == ["L1"]


def test_a_packed_name_in_capitals_is_a_packed_name(lender: Lender) -> None:
    folder = lender.send(**BOOK)
    (folder / "loan.csv").rename(folder / "loan.csv.GZ")
    manifest = lender.manifest()
    next(f for f in manifest["files"] if f["feed"] == "loan")["file"] = "loan.csv.GZ"
    lender.write_manifest(OPENING_DAY, "core_banking", manifest)
    with pytest.raises(DeliveryError, match="packed with gzip by its name"):
        lender.take_in()


def test_a_manifest_is_json_of_the_agreed_form(lender: Lender) -> None:
    folder = lender.send(**BOOK)
    assert json.loads((folder / "manifest.json").read_text())["files"][0]["feed"]
    assert lender.take_in().is_opening
