"""From an Airflow connection to what a fetch needs to know."""

from datetime import date

from airflow.sdk import Connection, ObjectStoragePath

from postloan.errors import DeliveryError
from postloan.sources.config import Files, Landing, Rest, Sql
from postloan.sources.result import Endpoint


def endpoint_of(source: str, day: date, config: Landing | Files | Rest | Sql) -> Endpoint:
    """Address and secrets of a source, from its Airflow connection.

    Raises:
        DeliveryError: there is no such connection.
    """
    if isinstance(config, Landing):
        return Endpoint()
    if isinstance(config, Files):
        path = config.path.format(source=source, business_date=day.isoformat())
        return Endpoint(root=ObjectStoragePath(path, conn_id=config.connection))
    connection = _connection(source, config.connection)
    if isinstance(config, Sql):
        return Endpoint(url=str(connection.get_uri()).replace("postgres://", "postgresql://", 1))
    extra = connection.extra_dejson
    host = connection.host or ""
    if "://" not in host:
        # Airflow's HTTP connections may keep the scheme in either place.
        host = f"{connection.schema or 'https'}://{host}"
    port = f":{connection.port}" if connection.port else ""
    return Endpoint(
        url=host + port + str(extra.get("path", "")),
        login=connection.login,
        password=connection.password,
    )


def _connection(source: str, name: str) -> Connection:
    try:
        found: Connection = Connection.get(name)
        return found
    except Exception as error:
        # Backends of secrets raise errors of their own, which may say too much.
        raise DeliveryError(
            f"{source}: the Airflow connection '{name}' cannot be read "
            f"({type(error).__name__}). Add it below Admin, Connections, or as the variable "
            f"AIRFLOW_CONN_{name.upper()}."
        ) from None
