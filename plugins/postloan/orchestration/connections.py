"""From an Airflow connection to what a fetch needs to know."""

from datetime import date
from pathlib import Path
from typing import Any

from airflow.sdk import Connection, ObjectStoragePath
from airflow.sdk.io import attach, get_fs, has_fs

from postloan.errors import ContractError, DeliveryError
from postloan.sources.config import Files, Landing, Rest, Sql
from postloan.sources.result import Endpoint, SourceUnavailableError

SFTP = ("sftp", "ssh")


def endpoint_of(source: str, day: date, config: Landing | Files | Rest | Sql) -> Endpoint:
    """Address and secrets of a source, from its Airflow connection.

    Raises:
        DeliveryError: there is no such connection.
        ContractError: no provider that is installed reads such an address.
        SourceUnavailableError: the server does not let us in, or is not the one that is known.
    """
    if isinstance(config, Landing):
        return Endpoint()
    if isinstance(config, Files):
        return Endpoint(root=_folder(source, day, config))
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


def _folder(source: str, day: date, config: Files) -> ObjectStoragePath:
    path = config.path.format(source=source, business_date=day.isoformat())
    scheme = path.partition("://")[0] if "://" in path else "file"
    if not has_fs(scheme):
        raise ContractError(
            f"{source}: nothing that is installed reads {scheme}://. Install the Airflow provider "
            f"that does: for s3://, apache-airflow-providers-amazon[s3fs]."
        )
    if scheme in SFTP and config.connection:
        hosts = _trusted_hosts(_connection(source, config.connection))
        try:
            # What a path is made with does not reach its file system.
            attach(scheme, config.connection, fs=get_fs(scheme, config.connection, hosts))
        except Exception as error:
            # Its text may quote what was sent.
            raise SourceUnavailableError(
                f"{source} {day}: the SFTP server cannot be entered ({type(error).__name__}). Look "
                f"at host, user and password of the connection '{config.connection}', and whether "
                f"the key of the host is known: in its extra as host_key, or in ~/.ssh/known_hosts."
            ) from None
    return ObjectStoragePath(path, conn_id=config.connection)


def _trusted_hosts(connection: Connection) -> dict[str, Any]:
    """Whose host key is accepted: the one in the connection's extra, or those in `known_hosts`.

    Left alone, the file system would accept any, and hand the password to whoever answers.
    """
    extra = connection.extra_dejson
    if str(extra.get("no_host_key_check", "")).lower() == "true":
        return {}
    if extra.get("host_key"):
        return {"known_hosts": f"* {extra['host_key']}\n".encode()}
    known = Path.home() / ".ssh" / "known_hosts"
    return {"known_hosts": known.read_bytes() if known.is_file() else b""}


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
