"""From a URL to an open warehouse."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from postloan.errors import WarehouseError
from postloan.settings import settings
from postloan.text.shown_text import shown
from postloan.warehouse.migration import bring_up_to_date
from postloan.warehouse.warehouse import Warehouse

ENGINES = (
    "duckdb:///<file>[?memory_limit=4GB&threads=2], postgresql://<user>@<host>/<database>, "
    "spark:///<folder>[?master=local[2]]"
)


def open_warehouse(url: str | None = None) -> Warehouse:
    """Open the warehouse of this installation and make its tables those of the contracts.

    Args:
        url: `duckdb:///<file>` (`duckdb:///:memory:` for tests), `postgresql://...` or
            `spark:///<folder>?...`; by default that of the settings.

    Raises:
        WarehouseError: the URL names no known engine, the engine cannot be reached, or the
            contracts ask for a change that would lose data.
    """
    warehouse = connect(url or settings().warehouse_url)
    try:
        bring_up_to_date(warehouse)
    except BaseException:
        warehouse.close()
        raise
    return warehouse


def connect(url: str, *, patience_seconds: float = 600) -> Warehouse:
    """Open a warehouse as it is; for those who look at its tables and must not change them.

    Args:
        url: see `open_warehouse`.
        patience_seconds: how long to wait while another process has a DuckDB file.

    Raises:
        WarehouseError: the URL names no known engine, or the engine cannot be reached.
    """
    scheme = urlsplit(url).scheme.split("+")[0]
    if scheme == "duckdb":
        from postloan.warehouse.duckdb.engine import DuckDBWarehouse

        path, _, query = url.removeprefix("duckdb:///").partition("?")
        options: dict[str, Any] = {k: v[0] for k, v in parse_qs(query).items()}
        unknown = options.keys() - {"memory_limit", "threads"}
        if unknown or not str(options.get("threads", "1")).isdecimal():
            raise WarehouseError(
                f"POSTLOAN_WAREHOUSE has options that DuckDB does not take. Use {ENGINES}."
            )
        if "threads" in options:
            options["threads"] = int(options["threads"])
        warehouse: Warehouse = DuckDBWarehouse(path, patience_seconds=patience_seconds, **options)
    elif scheme in ("postgresql", "postgres"):
        from postloan.warehouse.postgres.engine import PostgresWarehouse

        warehouse = PostgresWarehouse(url)
    elif scheme == "spark":
        from postloan.warehouse.spark.engine import SparkWarehouse
        from postloan.warehouse.spark.options import options_of

        warehouse = SparkWarehouse(options_of(url))
    else:
        raise WarehouseError(
            f"POSTLOAN_WAREHOUSE '{shown(scheme)}:…' is no known engine. Use {ENGINES}."
        )
    return warehouse
