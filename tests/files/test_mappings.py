"""A mapping reads its own tables, each from the one file that it names, and tells no values."""

import gzip
import tracemalloc
from pathlib import Path

import duckdb
import pytest

from postloan.landing.foreign import MappingError, import_tables, read_mapping

MAPPING = """
mapping: foreign
opening: 2020-01-31
tables:
  t: "{file}"
feeds:
  customer:
    select: >
      {select}
"""
NOBODYS = "value_0001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of foreign files, beside which lies one that is nobody's business."""
    (tmp_path / "secret.csv").write_text(f"v\n{NOBODYS}\n", encoding="utf-8")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "t.csv").write_text("id,name\n1,测试\n", encoding="utf-8")
    return foreign


def take_in(folder: Path, select: str, file: str = "t.csv") -> str:
    """Import by a mapping of one SELECT; what was delivered of customers."""
    path = folder.parent / "mapping.yaml"
    path.write_text(MAPPING.format(file=file, select=select), encoding="utf-8")
    landing = folder.parent / "landing"
    import_tables(read_mapping(path), folder, landing)
    return "".join(p.read_text("utf-8") for p in landing.rglob("customer.csv"))


@pytest.mark.parametrize(
    "select",
    [
        "select id as customer_id, content as customer_name from t, lateral read_text('{f}')",
        'with "{f}" as (select v from "{f}") select v as customer_id from "{f}"',
        'select id as customer_id from t where exists (with "{f}" as (select 1) select 1) '
        'union all select v from "{f}"',
        "select id as customer_id, count as customer_name from t, (summarize '{f}')",
        "select id as customer_id from t, (select * from read_csv('{f}'))",
        "select id as customer_id, (select v from '{f}') as customer_name from t",
    ],
)
def test_no_select_opens_a_file(folder: Path, select: str) -> None:
    secret = folder.parent / "secret.csv"
    with pytest.raises(MappingError):
        take_in(folder, select.format(f=secret))
    delivered = [p for p in (folder.parent / "landing").rglob("*") if p.is_file()]
    assert not any(NOBODYS in p.read_text("utf-8") for p in delivered)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("current_setting('temp_directory')", "current_setting"),
        ("'temp_directory'.current_setting()", "current_setting"),
        ("\"Current_Setting\"('temp_directory')", "current_setting"),
        ("getenv('HOME')", "getenv"),
        ("getvariable('x')", "getvariable"),
        ("(select max(read_text('/etc/hosts')))", "Binder Error|Catalog Error|read_text"),
        ("random()", "random"),
        ("uuid()", "uuid"),
        ("cast(now() as date)", "now"),
        ("current_date", "current_date"),
        ("today()", "current_date"),
        ("age(date '2020-01-01')", "age"),
        ("version()", "version"),
        ("session_user", "session_user"),
        ("list_transform([1], x -> random())", "random"),
        ("nextval('x')", "nextval"),
        ("sleep_ms(10)", "sleep_ms"),
    ],
)
def test_no_select_asks_the_clock_chance_or_the_machine(
    folder: Path, expression: str, told: str
) -> None:
    with pytest.raises(MappingError, match=f"(?i){told}"):
        take_in(folder, f"select id as customer_id, {expression} as customer_name from t")


@pytest.mark.parametrize(
    "expression",
    [
        "age(date '2020-02-01', date '2020-01-01')",
        "list_sum([1, 2])",
        "strftime(date '2020-01-01', '%Y')",
        "md5(name)",
        "row_number() over (order by id)",
        "regexp_extract(name, '[0-9]+')",
        "case when id is null then error('no id') else 'a' end",
        "max(name) over ()",
        "$opening",
    ],
)
def test_whatever_follows_from_the_tables_may_be_computed(folder: Path, expression: str) -> None:
    assert "\n1," in take_in(
        folder, f"select id as customer_id, {expression} as customer_name from t"
    )


@pytest.mark.parametrize("name", ["loans[1].csv", "q?.csv", "q*.csv"])
def test_a_name_with_signs_of_a_pattern_is_that_of_one_file(folder: Path, name: str) -> None:
    for other in ("loans1.csv", "qa.csv"):
        (folder / other).write_text("id\nother\n", encoding="utf-8")
    (folder / name).write_text("id\nmine\n", encoding="utf-8")
    delivered = take_in(folder, "select id as customer_id from t", name)
    assert "mine" in delivered
    assert "other" not in delivered


def test_a_parquet_file_with_such_a_name_as_well(folder: Path) -> None:
    for name, value in (("p1.parquet", "other"), ("p[1].parquet", "mine")):
        rows = f"select '{value}' as id"
        duckdb.execute(f"copy ({rows}) to '{folder}/made.parquet' (format parquet)")
        (folder / "made.parquet").rename(folder / name)
    assert "mine" in take_in(folder, "select id as customer_id from t", "p[1].parquet")


@pytest.mark.parametrize(
    "select",
    [
        "select cast(name as integer) as customer_id from t",
        "select case when id is null then '' else error('x ' || name) end as customer_id from t",
    ],
)
def test_a_message_tells_no_value_whatever_quotes_it_holds(folder: Path, select: str) -> None:
    (folder / "t.csv").write_text("id,name\n1,O'Brien 15400000001 it's\n", encoding="utf-8")
    with pytest.raises(MappingError) as refusal:
        take_in(folder, select)
    assert "Brien" not in str(refusal.value)
    assert "15400000001" not in str(refusal.value)


def test_a_first_line_without_end_is_not_read_to_its_end(folder: Path) -> None:
    with gzip.open(folder / "t.csv.gz", "wb") as packed:
        packed.write(b'id,"' + bytes(64 << 20))
    tracemalloc.start()
    with pytest.raises(MappingError, match="longer than any header row"):
        take_in(folder, "select id as customer_id from t", "t.csv.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 << 20


def test_brackets_without_end(folder: Path) -> None:
    with pytest.raises(MappingError, match=r"nested too deep|no SQL"):
        take_in(folder, f"select {'(' * 3000}1{')' * 3000} as customer_id from t")
