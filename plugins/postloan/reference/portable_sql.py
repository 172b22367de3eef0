"""The page on portable SQL: what a file of `include/sql` may say, told by the check itself."""

from collections.abc import Iterator
from pathlib import Path

from sqlglot import exp

from postloan.reference.markdown import table
from postloan.sqllint.portability import portability_findings
from postloan.warehouse.portable_functions import ALLOWED, FORBIDDEN

TITLE = """# Portable SQL

Every file of `include/sql` is one SELECT in the DuckDB dialect, and SQLGlot writes it for
PostgreSQL and Spark. Only what gives the same rows on all three may be used. `make check` walks the
syntax tree of every file and says what leaves this subset, with the form to write instead; this
page is made from that check. Names are those of SQLGlot's tree.

What no check of the syntax can see, tests do: `tests/sql` has cases of every file on every engine,
and `tests/warehouse/test_parity.py` gives every file invented rows and compares the answers.

- Sort keys are complete wherever an order matters: equal keys come in any order.
- Text is compared by code point, NULL sorts last, NULL counts as absent in aggregates.
- Sums of amounts are cast to the decimal they need, and money never passes through a double.
- A number that people or files see is cast to its type: engines count in types of their own.
"""

EXAMPLES = (
    "a / b",
    "a // b",
    "extract(year from d)",
    "date_trunc('month', d)",
    "d + interval 1 month",
    "cast(d + interval (k) month as date)",
    "date_diff('day', d, e)",
    "cast(date_diff('month', d, e) as integer)",
    "due_on - paid_on",
    r"regexp_matches(a, '\d')",
    "regexp_matches(a, 'x', 'i')",
    "regexp_replace(a, 'x', 'y')",
    "substr(a, 0, 2)",
    "left(a, -1)",
    "floor(a)",
    "cast(trunc(a, 2) as bigint)",
    "strftime(d, '%j')",
    "cast(a as hugeint)",
    "cast(a as double)",
    "sum(a) over (order by b)",
    "ntile(4) over (order by a)",
    "sum(a) over (order by b groups between 1 preceding and current row)",
    "(a, b) = (1, 2)",
    "姓名",
    "t.window",
    "CustomerId",
    "1e3",
    "hash(a)",
)
"""Expressions that the check refuses, one for each of its conditions."""

CLAUSES = (
    "select distinct on (a) a, b from t",
    "select * exclude (a) from t",
    "select a, count(*) as n from t group by all",
    "select a from t order by all",
    "select t.a from t asof join u on t.a >= u.a",
    "select a from t natural join u",
    "select a from t union by name select b from u",
    "with x as materialized (select a from t) select a from x",
    "select a from t limit 10%",
    "select a from t qualify row_number() over (order by a) = 1 order by a",
)
"""Statements that the check refuses."""


def portable_sql_page() -> str:
    """The page as Markdown."""
    advice = sorted((_name(kind), form) for kind, form in FORBIDDEN.items())
    parts = (
        TITLE,
        "## Functions that are the same everywhere\n",
        f"{', '.join(f'`{name}`' for name in sorted({_name(kind) for kind in ALLOWED}))}.\n",
        "## Fine in one form only\n",
        table(("this is refused", "because"), _refused()) + "\n",
        "## Not used at all\n",
        table(("function or clause", "instead"), ((f"`{name}`", form) for name, form in advice)),
    )
    return "\n".join(parts) + "\n"


def _name(kind: type[exp.Expr]) -> str:
    name = kind.sql_name() if issubclass(kind, exp.Func) else kind.key
    return name.lower()


def _refused() -> Iterator[tuple[str, str]]:
    statements = ((f"select {e} as x from t", e) for e in EXAMPLES)  # noqa: S608 (never run)
    for statement, shown in (*statements, *((c, c) for c in CLAUSES)):
        finding = next(portability_findings(Path("example.sql"), statement))
        yield f"`{shown}`", finding.message
