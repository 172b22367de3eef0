"""Foreign tables become deliveries by a mapping, and a wrong mapping says what is wrong."""

import csv
import gzip
import json
from collections.abc import Mapping as MappingOf
from datetime import date
from pathlib import Path
from textwrap import dedent

import duckdb
import pytest

from postloan.contracts import catalogue
from postloan.landing.foreign import ImportSummary, MappingError, import_tables, read_mapping

GOOD = """
    mapping: foreign
    opening: 2020-01-31
    until: 2020-02-02
    tables:
      accounts: accounts.csv
      payments: {file: payments.csv.gz, delimiter: ";"}
    feeds:
      customer:
        select: select distinct owner as customer_id, name as customer_name from accounts
      loan:
        select: >
          select account as loan_id, owner as customer_id, 'consumer' as product,
          'CNY' as currency, lent as principal, 'active' as loan_status from accounts
      repayment:
        split_by: paid_on
        select: >
          select id as repayment_id, account as loan_id, day as paid_on, amount from payments
"""

ACCOUNTS = """\
account,owner,name,lent
1,7,"王, 五",1000
2,7,"王, 五",1000.5
3,8,,1000.555
"""

PAYMENTS = """\
id;account;day;amount
a;1;2020-01-15;10
b;1;2020-01-31;20.0
c;2;2020-02-01;30.25
d;2;2020-02-02;40.125
e;2;2020-02-03;50
f;3;;60
"""


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder of foreign files."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    with gzip.open(folder / "payments.csv.gz", "wt", encoding="utf-8") as stream:
        stream.write(PAYMENTS)
    return folder


def run(
    foreign: Path,
    text: str = GOOD,
    *,
    replacing: MappingOf[str, str] | None = None,
    opening: date | None = None,
    until: date | None = None,
) -> ImportSummary:
    """Import the foreign files by a mapping, some of its text replaced."""
    content = dedent(text)
    for old, new in (replacing or {}).items():
        assert old in content
        content = content.replace(old, new)
    path = foreign.parent / "mapping.yaml"
    path.write_text(content, encoding="utf-8")
    landing = foreign.parent / "landing"
    return import_tables(read_mapping(path), foreign, landing, opening=opening, until=until)


def rows(foreign: Path, day: str, feed: str) -> list[dict[str, str]]:
    """The rows of a delivered file."""
    path = foreign.parent / "landing" / "core_banking" / day / f"{feed}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_rows_are_dealt_to_the_opening_and_to_their_days(foreign: Path) -> None:
    summary = run(foreign)
    paid = {
        day: [row["repayment_id"] for row in rows(foreign, day, "repayment")]
        for day in ("2020-01-31", "2020-02-01", "2020-02-02")
    }
    assert paid == {"2020-01-31": ["a", "b", "f"], "2020-02-01": ["c"], "2020-02-02": ["d"]}
    assert len(rows(foreign, "2020-01-31", "loan")) == 3
    assert rows(foreign, "2020-02-01", "loan") == []
    assert summary.deliveries == 3
    assert summary.rows["repayment"] == 5
    assert summary.later_rows["repayment"] == 1


def test_another_opening_replaces_both_dates_of_the_mapping(foreign: Path) -> None:
    summary = run(foreign, opening=date(2020, 2, 2))
    assert summary.opening == summary.until == date(2020, 2, 2)
    assert len(rows(foreign, "2020-02-02", "repayment")) == 5


def test_another_last_date_alone_keeps_the_opening(foreign: Path) -> None:
    summary = run(foreign, until=date(2020, 2, 3))
    assert summary.opening == date(2020, 1, 31)
    assert [r["repayment_id"] for r in rows(foreign, "2020-02-03", "repayment")] == ["e"]


def test_numbers_get_the_form_of_the_contract_and_none_is_rounded(foreign: Path) -> None:
    run(foreign)
    lent = [row["principal"] for row in rows(foreign, "2020-01-31", "loan")]
    assert lent == ["1000.00", "1000.50", "1000.555"]
    assert rows(foreign, "2020-02-02", "repayment")[0]["amount"] == "40.125"


def test_what_the_tables_lack_stays_empty(foreign: Path) -> None:
    run(foreign)
    people = rows(foreign, "2020-01-31", "customer")
    assert [p["customer_name"] for p in people] == ["王, 五", ""]
    for row in people:
        assert all(not row[c] for c in ("phone", "id_number", "address", "birth_on"))
    assert rows(foreign, "2020-01-31", "instalment") == []


def test_every_delivery_has_the_required_feeds_and_a_true_manifest(foreign: Path) -> None:
    run(foreign)
    for day in ("2020-01-31", "2020-02-01", "2020-02-02"):
        folder = foreign.parent / "landing" / "core_banking" / day
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["opening"] == (day == "2020-01-31")
        assert [f["feed"] for f in manifest["files"]] == [
            feed.name for feed in catalogue().feeds_of("core_banking") if feed.is_required
        ]
        for entry in manifest["files"]:
            assert len(rows(foreign, day, entry["feed"])) == entry["rows"]


def test_importing_again_changes_nothing(foreign: Path) -> None:
    landing = foreign.parent / "landing"
    run(foreign)
    before = {p: p.read_bytes() for p in landing.rglob("*") if p.is_file()}
    run(foreign)
    assert {p: p.read_bytes() for p in landing.rglob("*") if p.is_file()} == before


def test_parameters_are_dates(foreign: Path) -> None:
    narrowed = {"from payments": "from payments where cast(day as date) <= $opening"}
    assert run(foreign, replacing=narrowed).rows["repayment"] == 2


@pytest.mark.parametrize(
    ("replacing", "message"),
    [
        ({"mapping: foreign": "maping: foreign"}, "mapping: Field required; maping: Extra"),
        ({"split_by:": "splitby:"}, "feeds.repayment.splitby: Extra inputs"),
        ({"opening: 2020-01-31": "opening: 2020-02-31"}, "is not YAML: day is out of range"),
        ({"opening: 2020-01-31\n": ""}, "No opening date"),
        ({"until: 2020-02-02": "until: 2020-01-01"}, "lies before the opening"),
        ({"until: 2020-02-02": "until: 9999-12-31"}, "9999-12-31 is mistyped"),
        ({"opening: 2020-01-31": "opening: 1800-01-31"}, "1800-01-31 is mistyped"),
        ({"until: 2020-02-02": "until: 2920-02-02"}, "more than 20,000 daily deliveries"),
        ({"accounts.csv": "none.csv"}, "tables.accounts, none.csv: there is no such file"),
        ({"accounts.csv": "../mapping.yaml"}, "tables.accounts, .*lies outside"),
        ({"customer:": "client:"}, "there is no feed client. Known: collateral, consent"),
        ({"lent as principal": "lent as sum"}, "feeds.loan: the feed has no column sum"),
        ({"'CNY' as currency, ": ""}, "feeds.loan: the feed requires currency"),
        ({"lent as principal": "loaned as principal"}, "feeds.loan: Binder Error.*loaned"),
        ({"from payments": "from paymnts"}, "feeds.repayment: there is no table 'paymnts'"),
        ({"from payments": "from read_csv('/etc/passwd')"}, "tables of the mapping only"),
        ({"split_by: paid_on": "split_by: day"}, "split_by names day"),
        ({"from payments": "from payments; select 1"}, "write exactly one SELECT"),
        ({"from payments": "from payments where day < $today"}, "use \\$opening, \\$until"),
        ({"select id": "selct id"}, "feeds.repayment: (this is no SQL|write exactly one SELECT)"),
        ({'delimiter: ";"': 'delimiter: ";;"'}, "tables.payments.delimiter: .*at most 1"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(
    foreign: Path, replacing: dict[str, str], message: str
) -> None:
    with pytest.raises(MappingError, match=message):
        run(foreign, replacing=replacing)
    assert not (foreign.parent / "landing").exists()


def test_a_bad_value_stops_the_import_and_is_not_repeated(foreign: Path) -> None:
    (foreign / "accounts.csv").write_text("account,owner,name,lent\n1,张三,,x\n", encoding="utf-8")
    with pytest.raises(MappingError, match="Conversion Error") as caught:
        run(foreign, replacing={"owner as customer_id, 'con": "owner::int as customer_id, 'con"})
    assert "张三" not in str(caught.value)


def test_a_mapping_that_is_missing_or_no_yaml(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="is not a file"):
        read_mapping(tmp_path / "none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("mapping: [", encoding="utf-8")
    with pytest.raises(MappingError, match="is not YAML"):
        read_mapping(broken)


def test_parquet_is_read_with_its_types(foreign: Path) -> None:
    duckdb.execute(
        "copy (select '9' as account, 7 as owner, null as name, 99.9::double as lent, "
        "timestamp '2020-01-05 00:00:00' as since) to "
        f"'{foreign / 'accounts.parquet'}' (format parquet)"
    )
    run(
        foreign,
        replacing={
            "accounts.csv": "accounts.parquet",
            "lent as principal": "lent as principal, since as disbursed_on",
        },
    )
    loan = rows(foreign, "2020-01-31", "loan")[0]
    assert (loan["principal"], loan["disbursed_on"]) == ("99.90", "2020-01-05")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must name every column"),
        (b"account,owner,owner,lent\n", "must name every column, each of them once"),
        (b"account;owner;name;lent\n1;7;x;1000\n", "feeds.customer: Binder Error.*owner"),
        (b"account,owner,name,lent\n1,7,x\n", "Line: 2, Expected Number of Columns: 4 Found: 3"),
        (b"account,owner,name,lent\n1,7,x,1,2\n", "Expected Number of Columns: 4 Found: 5"),
        (b'account,owner,name,lent\n1,7,"x,1\n2,7,y,1\n', "Line: 2"),
        ("account,owner,name,lent\n1,7,张,1\n".encode("gb18030"), "cannot be read"),
    ],
)
def test_a_broken_file_is_named_and_no_line_is_skipped(
    foreign: Path, content: bytes, message: str
) -> None:
    (foreign / "accounts.csv").write_bytes(content)
    with pytest.raises(MappingError, match=message):
        run(foreign)
    assert not (foreign.parent / "landing").exists()


def test_lines_that_look_like_comments_are_rows(foreign: Path) -> None:
    text = "\ufeffaccount,owner,name,lent\n#1,7,x,1\n2,8,y,2\n"
    (foreign / "accounts.csv").write_text(text, encoding="utf-8")
    run(foreign)
    assert [row["loan_id"] for row in rows(foreign, "2020-01-31", "loan")] == ["#1", "2"]
