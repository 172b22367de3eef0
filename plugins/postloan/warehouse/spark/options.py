"""What the URL of a Spark warehouse says: where the rows lie and who does the work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from postloan.errors import WarehouseError

URL_FORM = "spark:///<folder of the lake>[?master=local[2]|remote=sc://<host>&conf.<spark key>=…]"
PARQUET, DELTA = "parquet", "delta"
LOCAL_ROWS = 10_000
KEEP_HOURS = 24


@dataclass(frozen=True)
class SparkOptions:
    """One Spark warehouse.

    Attributes:
        root: where the rows lie: an absolute folder, or a URL such as `s3a://bucket/lake`. The
            driver and every worker see it under this name.
        master: who does the work: `local[*]`, `spark://host:7077`, `yarn`, `k8s://https://…`.
        remote: a Spark Connect server, `sc://host:15002`; takes the place of `master`.
        conf: settings of Spark itself.
        local_rows: tables that together hold no more rows than this are handed to Spark with the
            statement, and the answer is fetched at once; 0 sends everything through files.
        keep_hours: how long files that no commit names any more stay for those who still read.
        tables: `delta` to let other tools read every table as a Delta table, else `parquet`.
    """

    root: str
    master: str = "local[*]"
    remote: str = ""
    conf: Mapping[str, str] = field(default_factory=dict)
    local_rows: int = LOCAL_ROWS
    keep_hours: int = KEEP_HOURS
    tables: str = PARQUET

    @property
    def is_local(self) -> bool:
        """Whether this process does all the work itself."""
        return not self.remote and self.master.startswith("local")


def options_of(url: str) -> SparkOptions:
    """Read the URL of a Spark warehouse.

    Args:
        url: `spark:///<folder>?<option>=<value>&…`, as `URL_FORM` says.

    Raises:
        WarehouseError: no folder, or an option that there is not; names it.
    """
    place, _, query = url.removeprefix("spark:///").partition("?")
    if url == place or not place:
        raise WarehouseError(f"POSTLOAN_WAREHOUSE names no lake. Use {URL_FORM}.")
    root = place.rstrip("/") if "://" in place else str(Path(place).resolve())
    given = dict(parse_qsl(query, keep_blank_values=True))
    conf = {k.removeprefix("conf."): given.pop(k) for k in list(given) if k.startswith("conf.")}
    known = {"master", "remote", "local_rows", "keep_hours", "tables"}
    unknown = sorted(given.keys() - known)
    if unknown:
        raise WarehouseError(
            f"POSTLOAN_WAREHOUSE: no option {', '.join(unknown)} for Spark. There are "
            f"{', '.join(sorted(known))} and conf.<spark key>."
        )
    if "master" in given and "remote" in given:
        raise WarehouseError("POSTLOAN_WAREHOUSE: give Spark a master or a remote, not both.")
    tables = given.get("tables", PARQUET)
    if tables not in (PARQUET, DELTA):
        raise WarehouseError(
            f"POSTLOAN_WAREHOUSE: tables is '{tables}'; a lake has {PARQUET} or {DELTA} tables."
        )
    return SparkOptions(
        root=root,
        master=given.get("master", "local[*]"),
        remote=given.get("remote", ""),
        conf=conf,
        local_rows=_number(given, "local_rows", LOCAL_ROWS),
        keep_hours=_number(given, "keep_hours", KEEP_HOURS),
        tables=tables,
    )


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    value = given.get(name, str(default))
    if not value.isdigit():
        raise WarehouseError(f"POSTLOAN_WAREHOUSE: {name} is '{value}'; it is a whole number.")
    return int(value)
