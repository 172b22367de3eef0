"""A landing zone is written by others: names, links and dates in it are not trusted."""

import csv
import io
import json
import os
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.business_day.ledger import next_due, unopened_dates
from postloan.cli.day import open_, reconcile
from postloan.errors import DayError, DeliveryError
from postloan.ingestion.arrivals.horizon import ParkedError, days_ahead, within_reach
from postloan.ingestion.quarantine.quarantine import raw_text_of, read_refused
from postloan.ingestion.reprocess import ReprocessRequest, requeue
from postloan.settings import settings
from postloan.text.shown_text import made_visible
from tests.support.deliveries import (
    CUSTOMER,
    INSTALMENT,
    LOAN,
    NEXT_DAY,
    OPENING_DAY,
    REPAYMENT,
    Lender,
)
from tests.support.rule_files import copy_include

BOOK: dict[str, Any] = {"customer": [CUSTOMER], "loan": [LOAN], "instalment": [INSTALMENT]}


def refusal(lender: Lender, day: date = OPENING_DAY) -> str:
    with pytest.raises(DeliveryError) as refused:
        lender.take_in(day)
    told = str(refused.value)
    assert told.isprintable()
    assert len(told) < 800
    assert lender.warehouse.count("delivery") == 0 or day != OPENING_DAY
    return told


# Names ----------------------------------------------------------------------------------------


def test_thousands_of_unlisted_names_are_counted_and_not_listed(lender: Lender) -> None:
    folder = lender.send(**BOOK)
    for number in range(3000):
        (folder / f"WangXiaoming 15400000001 \x1b[31m\n\u202e{number}.csv").touch()
    told = refusal(lender)
    assert "and 2,995 more" in told
    assert "Wang" not in told
    assert "15400000001" not in told
    assert "remove it" in told


def test_two_names_that_are_one_where_case_does_not_count_are_refused(lender: Lender) -> None:
    folder = lender.send(**BOOK)
    manifest = lender.manifest()
    manifest["files"][0]["file"] = "Loan.csv"
    shutil.copy(folder / "customer.csv", folder / "Loan.csv")
    (folder / "customer.csv").unlink()
    lender.write_manifest(OPENING_DAY, "core_banking", manifest)
    assert "lists loan.csv twice" in refusal(lender)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda text: text.replace('"opening"', '"opening": false, "opening"', 1), "twice"),
        (lambda text: text.replace('"rows": 1', '"rows": 1e999999', 1), "number"),
        (lambda text: text.replace('"rows": 1', '"rows": ' + "[" * 500 + "]" * 500, 1), "nested"),
        (lambda text: text.replace('"loan.csv"', '"../loan.csv"', 1), "files.2.file|files.*file"),
    ],
)
def test_a_manifest_is_read_within_bounds(lender: Lender, spoil: Any, told: str) -> None:
    path = lender.send(**BOOK) / "manifest.json"
    text = path.read_text(encoding="utf-8")
    assert spoil(text) != text
    path.write_text(spoil(text), encoding="utf-8")
    with pytest.raises(DeliveryError, match=told):
        lender.take_in()


# Links ----------------------------------------------------------------------------------------


def link_date(lender: Lender, elsewhere: Path) -> None:
    lender.folder(OPENING_DAY).rename(elsewhere)
    lender.folder(OPENING_DAY).symlink_to(elsewhere)


def link_source(lender: Lender, elsewhere: Path) -> None:
    lender.folder(OPENING_DAY).parent.rename(elsewhere)
    lender.folder(OPENING_DAY).parent.symlink_to(elsewhere)


def link_date_within(lender: Lender, _elsewhere: Path) -> None:
    lender.folder(OPENING_DAY).rename(lender.folder(NEXT_DAY))
    lender.folder(OPENING_DAY).symlink_to(lender.folder(NEXT_DAY))


def link_file(lender: Lender, elsewhere: Path) -> None:
    path = lender.folder(OPENING_DAY) / "loan.csv"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def link_file_within(lender: Lender, _elsewhere: Path) -> None:
    path = lender.folder(OPENING_DAY) / "loan.csv"
    path.rename(path.with_name("other.note"))
    path.symlink_to("other.note")


def link_manifest(lender: Lender, elsewhere: Path) -> None:
    path = lender.folder(OPENING_DAY) / "manifest.json"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def link_nowhere(lender: Lender, elsewhere: Path) -> None:
    path = lender.folder(OPENING_DAY) / "manifest.json"
    path.unlink()
    path.symlink_to(elsewhere)


def second_name_of_file(lender: Lender, elsewhere: Path) -> None:
    os.link(lender.folder(OPENING_DAY) / "loan.csv", elsewhere)


def second_name_within(lender: Lender, _elsewhere: Path) -> None:
    path = lender.folder(OPENING_DAY) / "loan.csv"
    os.link(path, path.with_name("other.note"))


def second_name_of_manifest(lender: Lender, elsewhere: Path) -> None:
    os.link(lender.folder(OPENING_DAY) / "manifest.json", elsewhere)


def pipe_for_manifest(lender: Lender, _elsewhere: Path) -> None:
    path = lender.folder(OPENING_DAY) / "manifest.json"
    path.unlink()
    os.mkfifo(path)


def pipe_for_file(lender: Lender, _elsewhere: Path) -> None:
    path = lender.folder(OPENING_DAY) / "loan.csv"
    path.unlink()
    os.mkfifo(path)


def folder_for_file(lender: Lender, _elsewhere: Path) -> None:
    path = lender.folder(OPENING_DAY) / "loan.csv"
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "spoil",
    [
        *(link_date, link_source, link_date_within, link_file, link_file_within, link_manifest),
        *(link_nowhere, pipe_for_manifest, pipe_for_file, folder_for_file),
        *(second_name_of_file, second_name_within, second_name_of_manifest),
    ],
)
def test_what_leads_elsewhere_is_refused_and_told(
    lender: Lender, tmp_path: Path, spoil: Any
) -> None:
    lender.send(**BOOK)
    spoil(lender, tmp_path / "elsewhere")
    told = refusal(lender)
    assert "link" in told or "no ordinary file" in told or "not a file" in told
    assert "elsewhere" not in told.replace("leads elsewhere", "")


def test_the_landing_zone_itself_may_be_a_link(lender: Lender, tmp_path: Path) -> None:
    lender.send(**BOOK)
    lender.landing.rename(tmp_path / "disk")
    lender.landing.symlink_to(tmp_path / "disk")
    assert lender.take_in().rows_loaded == 3


def test_a_file_that_was_loaded_gets_no_second_name(lender: Lender, tmp_path: Path) -> None:
    lender.deliver(**BOOK)
    second_name_of_file(lender, tmp_path / "elsewhere")
    with pytest.raises(DeliveryError, match=r"loan\.csv is a hard link.*Deliver a copy"):
        lender.take_in()


# Dates ----------------------------------------------------------------------------------------

FAR = date(2099, 1, 1)


def test_a_mistyped_year_is_parked(lender: Lender) -> None:
    lender.deliver(**BOOK)
    lender.send(FAR, repayment=[REPAYMENT])
    with pytest.raises(ParkedError, match="days ahead of 2026-11-19") as parked:
        lender.take_in(FAR)
    assert "remove it" in str(parked.value)
    assert lender.warehouse.scalar("select count(*) as n from repayment") == 0
    assert FAR not in unopened_dates(lender.warehouse)
    assert next_due(lender.warehouse, OPENING_DAY) is None
    lender.deliver(NEXT_DAY, repayment=[REPAYMENT])
    assert lender.warehouse.scalar("select max(business_date) as d from delivery") == NEXT_DAY


def test_an_opening_in_the_far_future_opens_nothing(lender: Lender) -> None:
    lender.send(FAR, opening=True, **BOOK)
    with pytest.raises(ParkedError, match="days ahead"):
        lender.take_in(FAR)
    lender.deliver(**BOOK)
    with pytest.raises(ParkedError, match="days ahead of 2026-11-19"):
        lender.take_in(FAR)


def test_a_date_that_no_business_date_is_gets_advice(lender: Lender) -> None:
    mistyped = (date.min, date(1900, 1, 1), date(1989, 12, 31), date(3000, 1, 1), date.max)
    for known in ([], [(OPENING_DAY,)]):
        if known:
            lender.deliver(**BOOK)
        for day in mistyped:
            lender.send(day, **BOOK)
            with pytest.raises(DeliveryError, match=r"the date is mistyped.*Remove the delivery"):
                lender.take_in(day)
        assert lender.warehouse.fetch("select distinct business_date from delivery") == known
    assert within_reach(mistyped, OPENING_DAY) == []


def test_how_far_ahead_is_a_rule(
    lender: Lender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = days_ahead(OPENING_DAY)
    lender.deliver(**BOOK)
    last = OPENING_DAY + timedelta(days=allowed)
    lender.deliver(last)
    lender.send(last + timedelta(days=1))
    with pytest.raises(ParkedError):
        lender.take_in(last + timedelta(days=1))
    files = copy_include(tmp_path / "further")
    pack = files.folder / "rules" / "business_day" / "delivery_dates.yaml"
    text = pack.read_text(encoding="utf-8")
    pack.write_text(text.replace(f"value: {allowed}", f"value: {allowed + 1}"), encoding="utf-8")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(files.folder))
    assert lender.take_in(last + timedelta(days=1)).changed


def test_dates_far_ahead_are_left_by_the_commands(home: Path) -> None:
    for name in ("2026-11-19", "2026-11-20", "2099-01-01", "abcd-ef-gh"):
        folder = home / "landing" / "core_banking" / name
        folder.mkdir(parents=True)
        opening = name == "2026-11-19"
        (folder / "manifest.json").write_text(json.dumps({"opening": opening}), encoding="utf-8")
    assert open_.opening_dates(settings()) == [OPENING_DAY]
    assert within_reach([FAR, NEXT_DAY], OPENING_DAY) == [NEXT_DAY]
    assert FAR in reconcile.parked_dates(settings())
    assert reconcile.due_dates(settings()) == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"opening": true, "opening": false}', "[" * 9000])
def test_a_manifest_that_the_commands_cannot_read_is_told(home: Path, text: str) -> None:
    folder = home / "landing" / "core_banking" / "2026-11-19"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(DayError, match=r"core_banking/2026-11-19/manifest\.json") as refused:
        open_.opening_dates(settings())
    assert str(refused.value).isprintable()


# What a person edits --------------------------------------------------------------------------


NASTY = ("\x1b]0;x\x07\x1b[2J", "\x9b2J", "\u202e", "⟨U+001B⟩", "\u2028", "'\x7f", "\ufeff")


def test_a_refused_row_steers_no_terminal_and_can_be_requeued(lender: Lender) -> None:
    lender.deliver(**BOOK)
    rows = [REPAYMENT | {"repayment_id": f"R{n}", "amount": f"1{x}"} for n, x in enumerate(NASTY)]
    lender.deliver(NEXT_DAY, repayment=rows)
    raw: dict[int, str] = dict(lender.warehouse.fetch("select line_no, raw_text from quarantine"))
    assert all(nasty in raw[n] for n, nasty in enumerate(NASTY, 2))
    (path,) = (lender.quarantine / "core_banking" / str(NEXT_DAY)).glob("*.csv")
    text = path.read_text(encoding="utf-8-sig")
    assert not set(text) & set("\x1b\x07\x9b\u202e\u2028\x7f\ufeff")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        published = {int(r["line_no"]): raw_text_of(r["raw_text"]) for r in csv.DictReader(stream)}
    assert published == raw
    fixed = lender.home / "fixed.csv"
    wanted = ReprocessRequest("core_banking", NEXT_DAY, "Li Wei", feed="repayment", corrected=fixed)
    fixed.write_text(text, encoding="utf-8")
    with pytest.raises(DeliveryError, match="no row is corrected"):
        requeue(lender.warehouse, settings(), wanted)
    for nasty in NASTY:
        assert f"1{made_visible(nasty)}," in text
        text = text.replace(f"1{made_visible(nasty)},", "12.50,")
    fixed.write_text(text, encoding="utf-8")
    ((done,), _) = requeue(lender.warehouse, settings(), wanted)
    assert (done.corrected, done.released) == (len(NASTY), len(NASTY))
    assert lender.warehouse.scalar("select count(*) as n from repayment where amount = 12.50") == 7


STARTS = ("=", "＝", "﹢", "-", "@", " =", "\u3000+", "'", "'=", "\u200b=")


@pytest.mark.parametrize("start", STARTS)
def test_what_is_written_for_a_spreadsheet_is_read_back(lender: Lender, start: str) -> None:
    lender.deliver(**BOOK)
    number = f"{start}R2"
    lender.deliver(NEXT_DAY, repayment=[REPAYMENT | {"repayment_id": number, "amount": "12,5"}])
    (path,) = (lender.quarantine / "core_banking" / str(NEXT_DAY)).glob("*.csv")
    raw = lender.warehouse.scalar("select raw_text as t from quarantine")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    # What nobody sees has its number in front of the sign, which then runs nothing.
    visible = made_visible(raw)
    assert rows[0]["raw_text"] == (visible if visible != raw else f"'{raw}")
    # As a spreadsheet saves it: the guard is text like any other.
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerow(rows[0])
    edited = lender.home / "edited.csv"
    wanted = ReprocessRequest(
        "core_banking", NEXT_DAY, "Li Wei", feed="repayment", corrected=edited
    )
    edited.write_text(text.getvalue(), encoding="utf-8-sig")
    with pytest.raises(DeliveryError, match="no row is corrected"):
        requeue(lender.warehouse, settings(), wanted)
    edited.write_text(text.getvalue().replace("12,5", "12.5"), encoding="utf-8-sig")
    ((done,), _) = requeue(lender.warehouse, settings(), wanted)
    assert done.corrected == 1
    (kept,) = lender.corrections(NEXT_DAY).glob("*.csv")
    with kept.open(encoding="utf-8", newline="") as stream:
        assert next(csv.DictReader(stream))["repayment_id"] == number


def test_a_refused_delivery_is_read_back_without_guards(home: Path) -> None:
    folder = home / "quarantine" / "core_banking" / "2026-11-19" / "refused"
    folder.mkdir(parents=True)
    text = "line_no,column,reason,detail,raw_text\n2,,,,'=1\n3,,,,''x\n4,,,,x\n"
    (folder / "loan.csv").write_text(text, encoding="utf-8-sig")
    held = read_refused(home / "quarantine", "core_banking", OPENING_DAY)
    assert held == {"loan": {2: "=1", 3: "'x", 4: "x"}}
