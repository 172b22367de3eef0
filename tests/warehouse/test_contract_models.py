"""What follows from the contract of a feed: its facts, and what is known of them on a date."""

from pathlib import Path

from postloan.contracts import catalogue
from postloan.warehouse import load_model, model_names, open_warehouse
from postloan.warehouse.duckdb.engine import DuckDBWarehouse, duckdb_sql
from postloan.warehouse.models import FACTS, expanded, made_models, sql_folder
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY, Lender
from tests.support.rule_files import RuleFiles

BRANCH = """
apiVersion: v3.1.0
kind: DataContract
id: core_banking.branch
name: branch
version: 1.0.0
status: active
domain: core_banking
description:
  purpose: Who looks after a loan.
customProperties:
  - {property: delivery, value: delta}
  - {property: absence, value: unchanged}
  - {property: required, value: false}
  - {property: maxAgeDays, value: 400}
slaProperties:
  - {property: frequency, value: 1, unit: d}
  - {property: timeOfAvailability, value: "02:00", element: branch}
schema:
  - name: branch
    businessName: 网点
    physicalType: table
    description: One row per branch.
    dataGranularityDescription: branch_id
    properties:
      - {name: branch_id, businessName: 网点号, logicalType: string, physicalType: varchar, required: true, primaryKey: true, primaryKeyPosition: 1, classification: internal, description: Number.}
      - {name: branch_name, businessName: 名称, logicalType: string, physicalType: varchar, classification: internal, description: Name.}
      - {name: region, businessName: 地区, logicalType: string, physicalType: varchar, classification: internal, description: Region.}
      - {name: opened_on, businessName: 开业日, logicalType: date, physicalType: date, classification: internal, description: First day.}
"""  # noqa: E501 (as contracts are written)


def test_a_feed_is_one_contract(home: Path, rule_files: RuleFiles) -> None:
    (rule_files.folder / "contracts" / "core_banking" / "branch.yaml").write_text(BRANCH)
    first = {"branch_id": "B1", "branch_name": "城东", "region": "east", "opened_on": "2001-01-31"}
    with open_warehouse("duckdb:///:memory:") as warehouse:
        lender = Lender(home, warehouse)
        lender.send(
            customer=[CUSTOMER],
            loan=[LOAN],
            instalment=[INSTALMENT],
            branch=[first, {"branch_id": "B2"}, {"branch_id": ""}],
        )
        lender.take_in()
        lender.send(NEXT_DAY, branch=[{**first, "region": "west"}])
        lender.take_in(NEXT_DAY)

        regions = "select branch_id, region from current_branch order by branch_id"
        assert warehouse.fetch(regions, {"known_on": OPENING_DAY}) == [("B1", "east"), ("B2", None)]
        assert warehouse.fetch(regions, {"known_on": NEXT_DAY}) == [("B1", "west"), ("B2", None)]
        assert warehouse.count("branch") == 3
        assert lender.refused("branch") == [(4, "branch_id", "missing_value")]


def test_a_file_stands_in_the_place_of_what_the_contract_makes(
    home: Path, rule_files: RuleFiles
) -> None:
    text = """
-- current_hold: holds that somebody has looked at.
--
-- grain   hold_id
-- reads   latest_hold
-- write   view

select
    latest_hold.hold_id,
    latest_hold.received_on
from latest_hold
where latest_hold.hold_kind = 'looked at'
"""
    (rule_files.folder / "sql" / "core" / "current_hold.sql").write_text(text.lstrip())
    assert not load_model("current_hold").is_made
    assert load_model("latest_hold").is_made
    assert "latest_loan" not in model_names()
    with open_warehouse("duckdb:///:memory:") as warehouse:
        found = "select count(*) as n from current_hold"
        assert warehouse.scalar(found, {"known_on": OPENING_DAY}) == 0


def test_duckdb_keeps_no_key_of_what_was_never_sent_twice() -> None:
    """A correlated subquery would make it keep every key of the table: a delim join."""
    views = [m for m in made_models() if m.area == FACTS and m.write == "view"]
    assert len(views) > len(catalogue().feeds) - 2
    with open_warehouse("duckdb:///:memory:") as warehouse:
        assert isinstance(warehouse, DuckDBWarehouse)
        for view in views:
            sql = duckdb_sql(expanded(view.text, sql_folder()))
            plan = warehouse.connection.execute(f"explain {sql}", {"known_on": OPENING_DAY})
            assert "DELIM" not in str(plan.fetchall()), view.name
