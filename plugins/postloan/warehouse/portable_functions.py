"""Which functions and clauses give the same rows on DuckDB, PostgreSQL and Spark.

Two lists of SQLGlot classes, by name: what may be used, and what may not with the form to use
instead. A function on neither list is refused too, because SQLGlot passes unknown functions on
without a word. The names are looked up when the module is loaded, so a class that SQLGlot has
renamed is an error and not a hole.
"""

from sqlglot import exp

_ALLOWED = """
    Abs And Case Cast Ceil Coalesce Concat ConcatWs Count CountIf CumeDist DateDiff DateTrunc
    DenseRank Div Exists Extract FirstValue Floor Greatest GroupConcat Grouping If IntDiv Lag
    LastDay LastValue Lead Least Left Length LogicalAnd LogicalOr Lower MD5 Max Min NthValue Ntile
    Nullif Or Pad PercentRank Rank RegexpLike RegexpReplace Repeat Replace Reverse Right Round
    RowNumber SHA2 SplitPart StrPosition StrToTime Substring Sum TimeToStr TimestampTrunc Translate
    Trim Trunc Upper Xor Year Month Day
"""

_USE_ROW_NUMBER = "number the rows with row_number() over (...) and keep number 1"
_USE_EXACT_DIVISION = "divide cast(sum(...) as decimal(28, 2)) by the count with the exact division"
_USE_LIKE = "use like, strpos, split_part or an anchored regexp_matches"
_USE_LITERAL_DATE = "write a date literal, or pass the value as a parameter"
_AS_PARAMETER = "pass the value as a parameter; a result must not depend on the clock or on chance"
_BUILD_IN_PYTHON = "return plain columns and build the structure in Python"
_USE_CASE = "write sum(case when ...) per column, or union all"
_USE_DIGITS = "join a table of numbers or a calendar table"
_NO_FLOATS = "compute it outside the SQL; the last digit differs between engines"
_USE_CUME_DIST = "take min(x) where cume_dist() over (order by x) >= the share"
_ADD_INTERVAL = "write cast(d + interval 1 month as date)"
_ISO_WEEKDAY = "write cast(date_diff('day', date '1900-01-01', d) % 7 + 1 as integer)"

_FORBIDDEN = {
    "TryCast": "guard it: case when regexp_matches(x, '^[0-9]+$') then cast(x as ...) end",
    "Pivot": _USE_CASE,
    "TableSample": _AS_PARAMETER,
    "Columns": "list the columns",
    "Struct": _BUILD_IN_PYTHON,
    "Array": _BUILD_IN_PYTHON,
    "Map": _BUILD_IN_PYTHON,
    "Bracket": _BUILD_IN_PYTHON,
    "Lambda": _BUILD_IN_PYTHON,
    "List": _BUILD_IN_PYTHON,
    "ArrayAgg": "use string_agg(text, sep order by key), or keep the rows",
    "GenerateSeries": _USE_DIGITS,
    "ExplodingGenerateSeries": _USE_DIGITS,
    "Unnest": _USE_DIGITS,
    "Explode": _USE_DIGITS,
    "IgnoreNulls": "number the groups with count(x) over (... rows ...) and take max(x) per group",
    "RespectNulls": "leave it out, it is the default",
    "ArgMax": _USE_ROW_NUMBER,
    "ArgMin": _USE_ROW_NUMBER,
    "AnyValue": _USE_ROW_NUMBER,
    "First": _USE_ROW_NUMBER,
    "Last": _USE_ROW_NUMBER,
    "Mode": _USE_ROW_NUMBER,
    "PercentileCont": _USE_CUME_DIST,
    "PercentileDisc": _USE_CUME_DIST,
    "Quantile": _USE_CUME_DIST,
    "Median": _USE_CUME_DIST,
    "ApproxDistinct": "write count(distinct x)",
    "ApproxQuantile": _USE_CUME_DIST,
    "Avg": _USE_EXACT_DIVISION,
    "Stddev": _NO_FLOATS,
    "StddevPop": _NO_FLOATS,
    "StddevSamp": _NO_FLOATS,
    "Variance": _NO_FLOATS,
    "VariancePop": _NO_FLOATS,
    "Pow": _NO_FLOATS,
    "Exp": _NO_FLOATS,
    "Ln": _NO_FLOATS,
    "Log": _NO_FLOATS,
    "Sqrt": _NO_FLOATS,
    "Sign": "write case when x > 0 then 1 when x < 0 then -1 else 0 end",
    "RegexpExtract": _USE_LIKE,
    "RegexpFullMatch": _USE_LIKE,
    "SimilarTo": _USE_LIKE,
    "Glob": _USE_LIKE,
    "Contains": _USE_LIKE,
    "EndsWith": _USE_LIKE,
    "StartsWith": _USE_LIKE,
    "Split": _USE_LIKE,
    "JSONObject": _BUILD_IN_PYTHON,
    "JSONExtract": _BUILD_IN_PYTHON,
    "JSONExtractScalar": _BUILD_IN_PYTHON,
    "ParseJSON": _BUILD_IN_PYTHON,
    "TimeToUnix": "write date_diff('second', timestamp '...', ts)",
    "DayOfWeek": _ISO_WEEKDAY,
    "DayOfWeekIso": _ISO_WEEKDAY,
    "DateFromParts": _USE_LITERAL_DATE,
    "DateAdd": _ADD_INTERVAL,
    "DateSub": _ADD_INTERVAL,
    "Collate": "text is compared by code point everywhere; leave it out",
    "Chr": "write the character",
    "Unicode": "write the character",
    "Ascii": "write the character",
    "Rand": _AS_PARAMETER,
    "Uuid": _AS_PARAMETER,
    "CurrentTimestamp": _AS_PARAMETER,
    "CurrentDate": _AS_PARAMETER,
    "CurrentTime": _AS_PARAMETER,
    "Encode": "use md5(text) or sha256(text)",
    "ToBase64": "use md5(text) or sha256(text)",
    "Hex": "use md5(text) or sha256(text)",
    "All": "compare with the max or min of the subquery",
    "Any": "write in (...)",
    "ReadCSV": "write a contract for it and take it in as a feed",
    "ReadParquet": "write a contract for it and take it in as a feed",
}


def _look_up(names: str) -> frozenset[type[exp.Expr]]:
    return frozenset(getattr(exp, name) for name in names.split())


ALLOWED = _look_up(_ALLOWED)
"""Functions that are the same everywhere, some under a condition of `portability`."""

FORBIDDEN: dict[type[exp.Expr], str] = {getattr(exp, n): advice for n, advice in _FORBIDDEN.items()}
"""Functions and clauses that are not, each with the form to use instead."""

OUTSIDE = frozenset(
    (
        *(kind for kind, advice in FORBIDDEN.items() if advice == _AS_PARAMETER),
        *(exp.ReadCSV, exp.ReadParquet),
    )
)
"""Whose answer is not of the rows: it asks the clock or chance, or reads a file."""

CAST_TYPES = frozenset(
    (
        exp.DType.VARCHAR,
        exp.DType.TEXT,
        exp.DType.INT,
        exp.DType.BIGINT,
        exp.DType.DECIMAL,
        exp.DType.DATE,
        exp.DType.TIMESTAMPNTZ,
        exp.DType.BOOLEAN,
        exp.DType.DOUBLE,
    )
)
"""Types that a CAST may name; DOUBLE only serves the exact division."""

_RESERVED = """
    end order group default desc asc asof at offset limit window lateral anti semi qualify pivot
    unpivot references primary check collate both leading natural left right full using when case
    some any all table column constraint grant analyze verbose summarize show describe map like
    only do to user session_user current_date
"""
RESERVED = frozenset(_RESERVED.split())
"""Names that one of the engines takes for a keyword."""
