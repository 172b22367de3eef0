"""A pack is what the model of its kind says; anything else is refused in plain words."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from postloan.contracts import catalogue
from postloan.errors import RuleError
from postloan.reference import pages
from postloan.rules import kinds as package
from postloan.rules.contract import row_classes, rules_contract
from postloan.rules.kinds import kinds
from postloan.rules.kinds.gates import Gates
from postloan.rules.kinds.legal_claims import LegalClaims
from postloan.rules.kinds.parameters import DeliveryDates
from postloan.rules.kinds.scorecard import Scorecard
from postloan.rules.model import Pack, Part
from postloan.rules.packs import _load, rule_book
from postloan.rules.reading import read_pack
from postloan.rules.schema import pack_schema
from postloan.rules.tables import compile_rules
from postloan.settings import include_folder
from postloan.text.yaml_text import yaml_document, yaml_documents
from tests.support.changed_pack import changed
from tests.support.rule_files import RuleFiles

DAY = date(2026, 11, 20)
PLAN, SCORE, PAST_DUE = "contact_plan", "credit_score", "past_due"
CLAIMS, GATES, CHECKS = "legal_claims", "core_gates", "house_protection"
STEP = ("queues", "sms_reminder", "steps", 0)
NOTHING = object()


def put(document: dict[str, Any], place: tuple[str | int, ...], value: Any) -> None:
    """Write a value at a place of a document, or take out what is there."""
    part: Any = document
    for step in place[:-1]:
        part = part[step]
    if value is NOTHING:
        del part[place[-1]]
    else:
        part[place[-1]] = value


@pytest.mark.parametrize(
    ("name", "place", "value", "told"),
    [
        # Keys that nobody reads, and keys that are missing or empty.
        (
            PLAN,
            (*STEP, "tempaltes"),
            {},
            "sms_reminder/steps/0: nobody reads 'tempaltes'",
        ),
        (PAST_DUE, ("applies_to",), {"lender_type": ["bank"]}, "applies_to: nobody reads 'lender"),
        (PLAN, ("queues", "sms_reminder", "checks"), NOTHING, "sms_reminder/checks: is missing"),
        (PAST_DUE, ("approved_by",), NOTHING, "approved_by: is missing. Write it."),
        (CHECKS, ("rules", 0, "asked_of"), None, "HOUSE-PRO-001/asked_of: has no value."),
        (PAST_DUE, ("evidence",), None, "past_due.yaml, evidence: has no value. Write one."),
        # Values of another type.
        (PLAN, ("queues", "sms_reminder", "publish_empty"), "yes", "'yes' is neither true nor fal"),
        (PLAN, ("queues", "sms_reminder", "checks"), "no_hold", "'no_hold' is no list"),
        (PLAN, ("queues",), ["sms_reminder"], "queues: is no mapping of keys to values"),
        (PAST_DUE, ("past_due", "grace", "days"), "0", "grace/days: '0' is no whole number"),
        (PAST_DUE, ("past_due", "grace", "days"), 1.0, "grace/days: '1.0' is no whole number"),
        (PAST_DUE, ("past_due", "due_date_counts_as"), True, "'True' is no whole number"),
        (PAST_DUE, ("title", "zh"), 1, "title/zh: '1' is no text. Write it in quotes."),
        (PAST_DUE, ("past_due", "due_date_roll"), "back", "'back' is none of none, following"),
        (PAST_DUE, ("kind",), "pastdue", "kind: 'pastdue' is no kind of a pack"),
        # Money is text with two places: no float comes near it.
        (PAST_DUE, ("past_due", "tolerance_amount"), 1.0, "tolerance_amount: 1.0 is no amount"),
        (PAST_DUE, ("past_due", "tolerance_amount"), "1.005", "'1.005' is no amount"),
        (CLAIMS, ("claim_growth_covered",), "10000.00", "is no share below 10000 percent"),
        (CLAIMS, ("minimum_claim",), {"cny": "1.00"}, "minimum_claim/cny: 'cny' has not the form"),
        (GATES, ("checks", 0, "at_most"), float("inf"), "gate_core_balance/at_most: 'inf' is no n"),
        # Parameters, each by its name.
        (SCORE, ("parameters", 1, "value"), 0, "HOUSE-SCR-002/value: '0' is too small"),
        (SCORE, ("parameters", 0, "value"), "grave", "HOUSE-SCR-001/value: 'grave' is none of low"),
        (SCORE, ("parameters", 1, "parameter"), "months", "parameters: nobody reads 'months'"),
        (SCORE, ("parameters", 1), NOTHING, "parameters/repayment_months: is missing"),
        (SCORE, ("parameters", 1, "parameter"), "income_months", "income_months stands twice"),
        ("delivery_dates", ("pack",), "dates", "nobody reads a pack 'dates' of the kind param"),
        # What one key asks of another.
        (CHECKS, ("rules", 0, "hold_kind"), NOTHING, "HOUSE-PRO-001: check no_hold needs hold_kin"),
        (PLAN, (*STEP, "scripts"), {"default": "X"}, "write one of templates, scripts"),
        (PLAN, (*STEP, "templates"), {"student": "X"}, "templates: `default` is missing"),
        (GATES, ("checks", 0, "at_most"), NOTHING, "gate_core_balance: has no limit"),
        (CLAIMS, ("wording", "case_state"), NOTHING, "wording: case_state is missing"),
        # Of a secret nothing is repeated.
        (
            PAST_DUE,
            ("reference",),
            [{"title": "x", "href": "ftp://u:pw@h"}],
            r"href: 'ftp://\*\*\*@",
        ),
    ],
)
def test_what_a_model_does_not_know_is_refused_in_plain_words(
    name: str, place: tuple[str | int, ...], value: Any, told: str
) -> None:
    with pytest.raises(RuleError, match=told) as refused:
        changed(name, lambda document: put(document, place, value))
    assert str(refused.value).startswith(f"{name}.yaml, ")
    assert "pydantic" not in str(refused.value)
    assert "Input should" not in str(refused.value)


def test_a_document_that_is_no_pack_is_refused() -> None:
    with pytest.raises(RuleError, match=r"x\.yaml, kind: 'None' is no kind of a pack"):
        read_pack(["pack"], Path("x.yaml"))


# What is read ----------------------------------------------------------------------------------


def test_values_are_read_as_what_they_are() -> None:
    book = rule_book()
    assert book.pack("delivery_dates", DAY, DeliveryDates).parameters.days_ahead.value == 31
    score = book.pack("credit_score", DAY, Scorecard).parameters
    assert (score.default_level.value, score.income_months.value) == ("low", 6)
    claims = book.pack("legal_claims", DAY, LegalClaims)
    assert claims.minimum_claim == {"CNY": Decimal("50.00")}
    (limits,) = {type(gate.at_most) for gate in book.pack("core_gates", DAY, Gates).checks}
    assert limits is Decimal


def test_no_part_of_a_pack_changes() -> None:
    with pytest.raises(ValueError, match="frozen"):
        rule_book().pack("past_due", DAY, Pack).version = "2"  # type: ignore[misc]


def test_a_value_keeps_where_it_can_be_looked_up() -> None:
    told = [{"title": "Procedure", "href": "https://example.org/procedure"}]
    pack = changed(SCORE, lambda body: put(body, ("parameters", 1, "reference"), told))
    assert isinstance(pack, Scorecard)
    (reference,) = pack.parameters.repayment_months.reference
    assert (reference.title, reference.href) == ("Procedure", "https://example.org/procedure")


def test_every_product_is_counted_by_some_rule(rule_files: RuleFiles) -> None:
    rule_files.change("delinquency/waterfall_credit_card.yaml", {"1990-01-01": "2990-01-01"})
    _load.cache_clear()
    with pytest.raises(RuleError, match="in which order money pays what is due for credit_card"):
        compile_rules(rule_book(), DAY)


def test_every_row_is_one_of_its_table() -> None:
    for table, rows in compile_rules(rule_book(), DAY).items():
        columns = {c.name: c for c in catalogue().tables[table].columns}
        required = {name for name, c in columns.items() if c.required} - {"business_date"}
        for row in rows:
            assert row.keys() <= columns.keys(), table
            assert {name for name in required if row.get(name) is None} == set(), table


# The schema for editors --------------------------------------------------------------------------


def written(value: Any) -> Any:
    """A document as an editor sees it: dates are texts."""
    if isinstance(value, dict):
        return {name: written(part) for name, part in value.items()}
    if isinstance(value, list):
        return [written(part) for part in value]
    return str(value) if isinstance(value, date) else value


def test_the_contract_in_the_repository_is_that_of_the_kinds() -> None:
    path = include_folder() / "contracts" / "warehouse" / "rules.yaml"
    assert path.read_text(encoding="utf-8") == rules_contract(), "run make docs"
    assert next((pages.DOCS / name).resolve() for name in pages.PAGES) == path, "the first page"
    tables = {name for name in catalogue().tables if name.startswith("rule_")}
    assert tables == {table.table for table in row_classes()}


def test_the_schema_in_the_repository_is_that_of_the_models() -> None:
    path = include_folder() / "rules" / "_schema" / "rule_pack.schema.json"
    assert path.read_text(encoding="utf-8") == pack_schema(), "run make docs"
    assert any((pages.DOCS / name).resolve() == path for name in pages.PAGES)


def test_an_editor_accepts_what_is_read_and_sees_what_is_not() -> None:
    schema = json.loads(pack_schema())
    Draft202012Validator.check_schema(schema)
    editor = Draft202012Validator(schema)
    for path in sorted((include_folder() / "rules").rglob("*.yaml")):
        for document in yaml_documents(path.read_text(encoding="utf-8")):
            editor.validate(written(document))
            for wrong in ({"colour": "red"}, {"jurisdiction": None}, {"kind": "unknown"}):
                assert not editor.is_valid({**written(document), **wrong})


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        (SCORE, ("parameters", 1, "value"), 0),
        (SCORE, ("parameters", 1), NOTHING),
        (SCORE, ("parameters", 1, "parameter"), "months"),
        ("delivery_dates", ("pack",), "dates"),
        (CHECKS, ("rules", 0, "hold_kind"), NOTHING),
        (CHECKS, ("rules", 0, "asked_of"), None),
        (PLAN, (*STEP, "scripts"), {"default": "X"}),
        (PLAN, (*STEP, "templates"), {"student": "X"}),
        (GATES, ("checks", 0, "at_most"), NOTHING),
        (CLAIMS, ("wording", "case_state"), NOTHING),
        (PAST_DUE, ("past_due", "tolerance_amount"), 1.0),
    ],
)
def test_an_editor_sees_what_would_be_refused(
    name: str, place: tuple[str | int, ...], value: Any
) -> None:
    document = written(dict(rule_book().pack(name, DAY, Pack).document))
    put(document, place, value)
    assert not Draft202012Validator(json.loads(pack_schema())).is_valid(document)


# A further kind ----------------------------------------------------------------------------------

TONE = '''
from typing import Literal

from postloan.rules.model import Pack, Rows
from postloan.rules.rows import OfRule, column


class RuleTone(OfRule, title="语气规则"):
    """How friendly messages are."""

    manner: Literal["written", "spoken"] = column("方式", "How it is said.", key=True)
    friendly: bool | None = column("是否友好", "Whether it is.")


class Tone(Pack):
    """How friendly a message is."""

    kind: Literal["tone"]
    friendly: bool

    def rows(self) -> Rows:
        """One row."""
        yield RuleTone(manner="spoken", friendly=self.friendly)
'''
TONE_PACK = """
pack: tone
kind: tone
version: 2026.01.01
title: {zh: 语气, en: Tone}
effective_from: 2026-01-01
approved_by: null
evidence: house
source: {doc: Post-loan procedure of the lender}
friendly: true
"""


@pytest.fixture
def further_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module `tone` among the kinds."""
    folder = tmp_path / "further"
    folder.mkdir()
    (folder / "tone.py").write_text(TONE, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    kinds.cache_clear()
    yield
    kinds.cache_clear()
    _load.cache_clear()
    sys.modules.pop(f"{package.__name__}.tone", None)


@pytest.mark.usefixtures("further_kind")
def test_a_further_kind_is_one_module(rule_files: RuleFiles) -> None:
    rule_files.write("contact/tone.yaml", TONE_PACK)
    _load.cache_clear()
    told = {"manner": "spoken", "friendly": True}
    row = {**told, "rule_id": "tone", "rule_version": "2026.01.01"}
    assert compile_rules(rule_book(), DAY)["rule_tone"] == [row]
    manner = {"enum": [{"value": "written"}, {"value": "spoken"}], "primaryKeyPosition": 2}
    table = next(t for t in yaml_document(rules_contract())["schema"] if t["name"] == "rule_tone")
    columns = {column.pop("name"): column for column in table["properties"]}
    assert [*columns] == ["business_date", "manner", "friendly", "rule_id", "rule_version"]
    assert columns["manner"].items() >= {**manner, "required": True}.items()
    assert "required" not in columns["friendly"]
    assert (table["businessName"], table["description"]) == (
        "语气规则",
        "How friendly messages are.",
    )
    assert table["dataGranularityDescription"] == "business_date, manner"
    assert "Tone" in json.loads(pack_schema())["$defs"]
    rule_files.change("contact/tone.yaml", {"friendly: true": "friendly: very"})
    _load.cache_clear()
    with pytest.raises(RuleError, match=r"tone\.yaml, friendly: 'very' is neither true nor false"):
        rule_book()


def test_every_kind_is_found_and_reads_its_own_name() -> None:
    assert set(kinds()) == {pack.kind for pack in rule_book().packs}
    for models in kinds().values():
        assert models
        assert all(issubclass(model, Part) for model in models)
