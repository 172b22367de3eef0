"""The check of the SQL files: every rule fires on SQL that breaks it, not on the portable form."""

import subprocess
import sys
from pathlib import Path

import pytest

from postloan.settings import REPOSITORY, include_folder
from postloan.sqllint.__main__ import findings
from postloan.sqllint.portability import portability_findings

HEADER = """-- {name}: planted.
--
-- grain   {grain}
-- reads   {reads}
-- write   {write}

"""
PARAMETER_ROW = """select
    cast($business_date as date) as business_date,
    'a' as pack,
    'b' as parameter,
    'c' as value_text,
    cast(null as decimal(18, 6)) as value_number,
    'd' as rule_id,
    'e' as rule_version
"""


def rules_in(select: str) -> set[str]:
    return {f.rule for f in portability_findings(Path("planted.sql"), select)}


PLANTED = [
    # rule, what breaks it, the portable form (None: there is none in one expression)
    ("no-trycast", "try_cast(a as date)", "cast(a as date)"),
    ("no-arrayagg", "list(a)", "string_agg(a, ',' order by a)"),
    ("no-arrayagg", "array_agg(a order by a)", None),
    ("no-argmax", "arg_max(a, b)", None),
    ("no-anyvalue", "any_value(a)", None),
    ("no-first", "first(a order by a)", None),
    ("no-mode", "mode(a)", None),
    ("no-median", "median(a)", None),
    ("no-percentilecont", "quantile_cont(a, 0.5)", None),
    ("no-approxdistinct", "approx_count_distinct(a)", "count(distinct a)"),
    ("no-avg", "avg(a)", None),
    ("no-stddev", "stddev(a)", None),
    ("no-pow", "power(a, 2)", "a * a"),
    ("no-exp", "exp(a)", None),
    ("no-sign", "sign(a)", "case when a > 0 then 1 else 0 end"),
    ("no-regexpextract", "regexp_extract(a, 'x')", "split_part(a, 'x', 1)"),
    ("no-regexpfullmatch", "regexp_full_match(a, 'x')", "regexp_matches(a, '^x$')"),
    ("no-similarto", "a similar to 'x'", "a like 'x%'"),
    ("no-contains", "contains(a, 'x')", "strpos(a, 'x')"),
    ("no-endswith", "ends_with(a, 'x')", "a like '%x'"),
    ("no-split", "string_split(a, 'x')", "split_part(a, 'x', 2)"),
    ("no-jsonobject", "json_object('a', a)", None),
    ("no-jsonextractscalar", "a ->> 'x'", None),
    ("no-struct", "{'a': a}", None),
    ("no-array", "[1, 2]", None),
    ("no-bracket", "a[1]", None),
    ("no-timetounix", "epoch(a)", None),
    ("no-dayofweek", "dayofweek(d)", None),
    ("no-dayofweekiso", "isodow(d)",
     "cast(date_diff('day', date '1900-01-01', d) % 7 + 1 as integer)"),
    ("no-datefromparts", "make_date(2024, 1, 2)", "date '2024-01-02'"),
    ("no-dateadd", "date_add(d, interval 1 day)", "cast(d + interval 1 day as date)"),
    ("no-collate", "a collate nocase", "lower(a)"),
    ("no-chr", "chr(20013)", "'中'"),
    ("no-rand", "random()", None),
    ("no-uuid", "uuid()", "md5(a)"),
    ("no-currentdate", "current_date", "cast($business_date as date)"),
    ("no-currenttimestamp", "current_timestamp", None),
    ("no-hex", "hex(a)", "md5(a)"),
    ("no-generateseries", "generate_series(1, 3)", None),
    ("no-explode", "unnest([1, 2])", None),
    ("no-all", "a > all (select b from u)", "a > (select max(b) from u)"),
    ("unknown-function", "hash(a)", "md5(a)"),
    ("unknown-function", "now()", None),
    ("unknown-function", "round_even(a, 2)", "round(a, 2)"),
    ("unknown-function", "to_months(3)", None),
    ("unknown-function", "weekofyear(d)", None),
    ("div", "a / b", "cast(a as double) / nullif(b, 0)"),
    ("div", "cast(a as double) / b", "cast(a as double) / 12"),
    ("div", "cast(a as double) / 0", None),
    ("intdiv", "a // b", "cast(a // b as bigint)"),
    ("extract", "extract(year from d)", "cast(extract(year from d) as integer)"),
    ("year", "year(d)", "cast(year(d) as integer)"),
    ("timestamptrunc", "date_trunc('month', d)", "cast(date_trunc('month', d) as date)"),
    ("datetrunc", "date_trunc('month', cast(d as date))",
     "cast(date_trunc('month', cast(d as date)) as date)"),
    ("interval", "d + interval 1 month", "cast(d + interval 1 month as date)"),
    ("interval", "cast(d + interval (k) month as date)", "cast(d + k * interval 1 month as date)"),
    ("datediff", "cast(date_diff('month', d, e) as integer)", None),
    ("datediff", "date_diff('day', d, e)", "cast(date_diff('day', d, e) as integer)"),
    ("sub", "due_on - paid_on", "cast(date_diff('day', paid_on, due_on) as integer)"),
    ("sub", "paid_on - coalesce(due_on, paid_on)",
     "cast(date_diff('day', coalesce(due_on, paid_on), paid_on) as integer)"),
    ("sub", "cast($business_date as date) - max(due_on)", "cast($business_date as date) - 1"),
    ("sub", "cast($business_date as date) - due_on", "cast($business_date as date) - 1"),
    ("regexplike", "regexp_matches(a, 'x', 'i')", "regexp_matches(lower(a), 'x')"),
    ("regexplike", r"regexp_matches(a, '\d')", "regexp_matches(a, '[0-9]')"),
    ("regexpreplace", "regexp_replace(a, 'x', 'y')", "regexp_replace(a, 'x', 'y', 'g')"),
    ("substring", "substr(a, 0, 2)", "substr(a, 1, 2)"),
    ("left", "left(a, -1)", "left(a, 1)"),
    ("trunc", "cast(trunc(a, 2) as bigint)", "cast(trunc(a) as bigint)"),
    ("floor", "floor(a)", "cast(floor(a) as bigint)"),
    ("timetostr", "strftime(d, '%j')", "strftime(d, '%Y-%m-%d')"),
    ("cast", "cast(a as hugeint)", "cast(a as bigint)"),
    ("cast", "cast(a as timestamptz)", "cast(a as timestamp)"),
    ("cast", "cast(a as real)", "cast(a as decimal(18, 2))"),
    ("cast", "cast(a as double)", "cast(a as double) / 2"),
    ("window", "sum(a) over (order by b)",
     "sum(a) over (order by b rows between unbounded preceding and current row)"),
    ("window", "last_value(a) over (order by b)", "lag(a) over (order by b)"),
    ("window", "ntile(4) over (order by a)", "ntile(4) over (order by a, b)"),
    ("windowspec", "sum(a) over (order by b groups between 1 preceding and current row)", None),
    ("windowspec", "sum(a) over (order by b rows between 1 preceding and current row exclude ties)",
     "sum(a) over (order by b rows between 1 preceding and current row)"),
    ("identifier", "姓名", '"姓名"'),
    ("identifier", "t.window", "t.window_start"),
    ("identifier", "CustomerId", "customer_id"),
    ("literal", "1e3", "1000"),
    ("eq", "(a, b) = (1, 2)", "a = 1 and b = 2"),
    ("in", "(a, b) in ((1, 2), (3, 4))", "a in (1, 3)"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "bad", "good"), PLANTED)
def test_an_expression_outside_the_portable_subset_is_found(
    rule: str, bad: str, good: str | None
) -> None:
    assert rule in rules_in(f"select {bad} as x from t")
    if good is not None:
        assert rules_in(f"select {good} as x from t") == set()


@pytest.mark.parametrize(
    ("rule", "select"),
    [
        ("syntax", "select from where"),
        ("one-select", "delete from t"),
        ("one-select", "select a from t; select b from t"),
        ("one-select", "create table x as select a from t"),
        ("distinct", "select distinct on (a) a, b from t"),
        ("star", "select * exclude (a) from t"),
        ("star", "with x as (select * from t) select a from x"),
        ("group", "select a, count(*) as n from t group by all"),
        ("ordered", "select a from t order by all"),
        ("join", "select t.a from t asof join u on t.a >= u.a"),
        ("join", "select a from t natural join u"),
        ("join", "select t.a from t positional join u"),
        ("union", "select a from t union by name select b from u"),
        ("cte", "with x as materialized (select a from t) select a from x"),
        ("limit", "select a from t limit 10%"),
        ("limit", "select a from t limit $n"),
        ("select", "select a from t qualify row_number() over (order by a) = 1 order by a"),
        ("no-tablesample", "select a from t using sample 3"),
        ("no-pivot", "select a from t pivot (sum(a) for b in ('x', 'y'))"),
        ("no-columns", "select columns('a') from t"),
        ("no-readcsv", "select a from read_csv('x.csv')"),
    ],
)
def test_a_clause_outside_the_portable_subset_is_found(rule: str, select: str) -> None:
    assert rule in rules_in(select)


@pytest.mark.parametrize(
    "select",
    [
        "with final as (select a from t) select * from final",
        "select count(*) as n from t where exists (select 1 from u where u.a = t.a)",
        "select a from t semi join u on t.a = u.a",
        "select a from t where b is not distinct from c order by a desc limit 10",
        "select row_number() over (partition by a order by b desc) as r from t",
        "select rank() over (order by a) as r, cume_dist() over (order by a) as c from t",
        "select coalesce(sum(a) filter (where b), cast(0 as decimal(18, 2))) as s from t",
        "select a from t union all select b from u",
    ],
)
def test_portable_statements_pass(select: str) -> None:
    assert rules_in(select) == set()


def test_a_finding_names_file_line_and_the_form_to_use() -> None:
    (finding,) = portability_findings(Path("x.sql"), "select\n    a,\n    list(b) as c\nfrom t\n")
    assert str(finding.relative_to(Path("/"))) == (
        "x.sql:3: no-arrayagg: use string_agg(text, sep order by key), or keep the rows"
    )


# House rules --------------------------------------------------------------------------------


def planted(
    folder: Path, select: str, *, name: str = "planted", grain: str = "a",
    reads: str = "loan", write: str = "query",
) -> Path:  # fmt: skip
    path = folder / f"{name}.sql"
    path.write_text(HEADER.format(name=name, grain=grain, reads=reads, write=write) + select)
    return path


def found_in(folder: Path) -> set[str]:
    return {f.rule for f in findings(folder)}


def test_a_file_that_keeps_all_rules_passes(tmp_path: Path) -> None:
    planted(tmp_path, "select loan_id from loan\n")
    planted(
        tmp_path, PARAMETER_ROW, name="rule_parameter", grain="business_date, pack, parameter",
        reads="nothing", write="partition business_date",
    )  # fmt: skip
    assert found_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("rule", "select", "header"),
    [
        ("reads", "select loan_id from loan", {"reads": "nothing"}),
        ("reads", "select loan_id from loan", {"reads": "loan, customer"}),
        ("unknown-table", "select a from lone", {"reads": "lone"}),
        ("write", "select loan_id from loan", {"write": "table"}),
        ("write", "select loan_id from loan", {"write": "partition business_date"}),
        ("write", "select loan_id from loan", {"write": "append"}),
        ("versions", "select loan_id from loan_stage", {"reads": "loan_stage"}),
        ("write", "select hold_id from hold", {"name": "loan", "reads": "hold", "write": "view"}),
        ("parameter", "select loan_id from loan where matures_on = cast($today as date)", {}),
        ("parameter", "select loan_id from loan where matures_on = $business_date", {}),
        ("cte-name", "with hold as (select loan_id from loan) select loan_id from hold", {}),
        ("cte-name", "with planted as (select loan_id from loan) select loan_id from planted", {}),
        ("alias", "select principal as a, a as b from loan", {}),
        ("alias", "select principal as a from loan where a > 0", {}),
        ("threshold", "select loan_id from loan where principal >= 90", {}),
        ("threshold", "select loan_id from loan where principal between 0 and 15", {}),
        ("threshold", "select cast(matures_on + interval 30 day as date) as d from loan", {}),
        ("translation", "select any_value(loan_id) as x from loan", {}),
    ],
)
def test_a_broken_house_rule_is_found(
    tmp_path: Path, rule: str, select: str, header: dict[str, str]
) -> None:
    planted(tmp_path, select, **header)
    assert rule in found_in(tmp_path)


def test_a_column_of_the_table_may_share_the_name_of_an_alias(tmp_path: Path) -> None:
    planted(
        tmp_path,
        "select coalesce(principal, cast(0 as decimal(18, 2))) as principal\n"
        "from loan where principal > 0\n",
    )
    assert found_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("rule", "change", "header"),
    [
        ("columns", ("    'd' as rule_id,\n", ""), {}),
        ("columns", ("'d' as rule_id", "'d' as surprise"), {}),
        ("columns", ("'a' as pack,\n    'b'", "'b' as parameter,\n    'a' as pack,\n    'c'"), {}),
        ("grain", ("", ""), {"grain": "business_date, pack"}),
        ("write", ("", ""), {"write": "partition received_on"}),
    ],
)  # fmt: skip
def test_a_table_made_against_its_contract_is_found(
    tmp_path: Path, rule: str, change: tuple[str, str], header: dict[str, str]
) -> None:
    header = {
        "grain": "business_date, pack, parameter", "write": "partition business_date", **header
    }  # fmt: skip
    planted(
        tmp_path, PARAMETER_ROW.replace(*change), name="rule_parameter", reads="nothing", **header
    )
    assert rule in found_in(tmp_path)


def test_a_missing_header_is_found(tmp_path: Path) -> None:
    (tmp_path / "bare.sql").write_text("select loan_id from loan\n")
    assert found_in(tmp_path) == {"header"}


def test_the_columns_of_a_star_are_those_of_the_last_cte(tmp_path: Path) -> None:
    select = PARAMETER_ROW.replace("    'd' as rule_id,\n", "")
    planted(
        tmp_path, f"with final as (\n{select}\n)\n\nselect * from final\n", name="rule_parameter",
        grain="business_date, pack, parameter", reads="nothing", write="partition business_date",
    )  # fmt: skip
    assert found_in(tmp_path) == {"columns"}


# The files of this repository ---------------------------------------------------------------


def test_every_sql_file_keeps_the_rules() -> None:
    assert [f.relative_to(REPOSITORY) for f in findings(include_folder() / "sql")] == []


@pytest.mark.parametrize(("select", "code"), [("select loan_id from loan", 0), ("select now()", 1)])
def test_the_command_fails_when_there_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, select: str, code: int
) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "contracts").symlink_to(include_folder() / "contracts")
    (tmp_path / "wording").mkdir()
    for path in (include_folder() / "wording").iterdir():
        head, _, _ = path.read_text(encoding="utf-8").partition("sentences:\n")
        (tmp_path / "wording" / path.name).write_text(f"{head}sentences: {{}}\n", encoding="utf-8")
    planted(tmp_path / "sql", select, reads="loan" if code == 0 else "nothing")
    monkeypatch.setenv("POSTLOAN_INCLUDE", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY / "plugins"))
    command = [sys.executable, "-m", "postloan.sqllint"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert ("planted.sql:7: unknown-function: now()" in done.stdout) is bool(code)
