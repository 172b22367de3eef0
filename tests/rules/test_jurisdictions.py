"""Whose law is in force is a setting; the house's own rules hold wherever it lends."""

from datetime import date

import pytest

from postloan.business_day import ledger
from postloan.errors import RuleError
from postloan.rules.model import HOUSE, Pack
from postloan.rules.packs import _load, rule_book
from postloan.rules.tables import compile_rules
from tests.support.rule_files import RuleFiles

DAY = date(2026, 11, 20)


def in_force() -> set[str]:
    return {pack.name for pack in rule_book().in_force(DAY)}


def test_all_are_in_force_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTLOAN_JURISDICTIONS", raising=False)
    assert in_force() == set(rule_book().names())
    assert rule_book().known_jurisdictions() == ("CN", "EU")


@pytest.mark.parametrize("told", ["cn", "CN", " cn , "])
def test_packs_of_other_jurisdictions_are_left_out(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    everywhere = in_force()
    monkeypatch.setenv("POSTLOAN_JURISDICTIONS", told)
    assert everywhere - in_force() == {"eu_dod"}
    bands = {row["band_set"] for row in compile_rules(rule_book(), DAY)["rule_band"]}
    assert "eu_default" not in bands
    assert "ifrs9_stage" in bands


def test_a_jurisdiction_that_no_pack_is_of_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTLOAN_JURISDICTIONS", "cn,uk")
    with pytest.raises(RuleError, match=r"POSTLOAN_JURISDICTIONS names UK.*Known are CN, EU"):
        rule_book()


def test_a_law_that_is_needed_and_not_in_force_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POSTLOAN_JURISDICTIONS", "eu")
    with pytest.raises(
        RuleError, match=r"'cn_privacy' is in force.*It is of CN; name that in POST"
    ):
        rule_book().pack("cn_privacy", DAY, Pack)
    with pytest.raises(RuleError, match=r"in which order money pays.* or its jurisdiction to POST"):
        compile_rules(rule_book(), DAY)


def test_a_law_of_elsewhere_needs_no_approver(
    monkeypatch: pytest.MonkeyPatch, rule_files: RuleFiles
) -> None:
    for path in (rule_files.folder / "rules").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.name != "eu_dod.yaml":
            path.write_text(text.replace("approved_by: null", "approved_by: wang"), "utf-8")
    _load.cache_clear()
    with pytest.raises(RuleError, match=r"no approver: eu_dod@2021\.01\.01"):
        rule_book("production")
    monkeypatch.setenv("POSTLOAN_JURISDICTIONS", "cn")
    assert rule_book("production").packs


def test_a_pack_that_binds_agencies_alone_does_not_bind_the_lender(rule_files: RuleFiles) -> None:
    rule_files.change("contact/cn.yaml", {"actor: [lender, agency]": "actor: [agency]"})
    _load.cache_clear()
    assert "cn_contact" not in in_force()


def test_every_pack_of_the_repository_says_whose_it_is_and_whom_it_binds() -> None:
    for pack in rule_book().packs:
        assert "jurisdiction" in pack.document, pack.path.name
        assert "actor" in pack.document["applies_to"], pack.path.name
        if pack.jurisdiction == HOUSE:
            assert not pack.name.startswith("cn_")


def test_whom_a_pack_binds_moves_no_date_that_is_closed(rule_files: RuleFiles) -> None:
    before = ledger._fingerprint({}, {}, DAY, None)
    rule_files.change("contact/house.yaml", {"jurisdiction: house\n": ""})
    rule_files.change("contact/cn.yaml", {"actor: [lender, agency]": "actor: [lender]"})
    _load.cache_clear()
    assert ledger._fingerprint({}, {}, DAY, None) == before
    rule_files.change("contact/house.yaml", {'to: "22:00"': 'to: "21:00"'})
    _load.cache_clear()
    assert ledger._fingerprint({}, {}, DAY, None) != before


def test_other_law_in_force_is_another_input_of_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ledger._fingerprint({}, {}, DAY, None)
    monkeypatch.setenv("POSTLOAN_JURISDICTIONS", "cn")
    assert ledger._fingerprint({}, {}, DAY, None) != before
