"""What a task tells OpenLineage, where that is switched on: tables and files, by name alone.

Airflow's provider asks for it when a task ends, and sends it where its transport says. It asks
nobody while no transport is configured. No statement and no value of a parameter is told.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import RunFacet

from postloan.warehouse.lineage_tables import tables_touched
from postloan.warehouse.spark.options import options_of

Lineage = OperatorLineage[Dataset, RunFacet]

INGESTION = ("delivery", "quarantine")
"""Tables that every delivery writes to, without a SQL file."""


def warehouse_namespace(url: str) -> tuple[str, str]:
    """Namespace of the warehouse's tables and what stands before their names; no credentials.

    Args:
        url: of the warehouse, as in the settings.
    """
    parts = urlsplit(url)
    if parts.scheme.split("+")[0] == "duckdb":
        return f"duckdb://{parts.path.removeprefix('/')}", ""
    if parts.scheme == "spark":
        store, _, place = options_of(url).root.rpartition("://")
        bucket, _, folder = place.partition("/")
        return (f"{store}://{bucket}", f"{folder}/") if store else ("file", f"{place}/")
    host = f"{parts.hostname or 'localhost'}:{parts.port or 5432}"
    return f"postgres://{host}", f"{parts.path.strip('/')}.public."


def lineage_of(url: str, models: Iterable[str], files: Sequence[Path] = ()) -> Lineage:
    """Inputs and outputs of one task.

    Args:
        url: of the warehouse.
        models: SQL files that ran.
        files: delivered files that were taken in.
    """
    namespace, before = warehouse_namespace(url)
    touched = tables_touched(models)
    told = [Dataset(namespace="file", name=str(path)) for path in files]
    reads = [Dataset(namespace=namespace, name=f"{before}{name}") for name in touched.reads]
    outputs = [
        Dataset(namespace=namespace, name=f"{before}{name}")
        for name in sorted({*touched.writes, *(INGESTION if files else ())})
    ]
    return Lineage(inputs=[*told, *reads], outputs=outputs)
