"""From an Airflow connection to what a fetch needs to know."""

from datetime import date
from pathlib import Path
from typing import Any

from airflow.sdk import Connection, ObjectStoragePath
from airflow.sdk.io import attach, get_fs, has_fs

from postloan.errors import ContractError, DeliveryError
from postloan.landing.fetch.config import Files, Landing, Rest, Sql
from postloan.landing.fetch.result import Endpoint, SourceUnavailableError

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
        return _files(source, day, config)
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


def _files(source: str, day: date, config: Files) -> Endpoint:
    path = config.path.format(source=source, business_date=day.isoformat())
    scheme = path.partition("://")[0] if "://" in path else "file"
    if not has_fs(scheme):
        raise ContractError(
            f"{source}: nothing that is installed reads {scheme}://. Install the Airflow provider "
            f"that does: for s3://, make setup-s3."
        )
    if scheme != "file" and config.connection:
        _enter(source, day, scheme, config.connection)
    return Endpoint(
        root=ObjectStoragePath(path, conn_id=config.connection), place=_place(path, config)
    )


def _enter(source: str, day: date, scheme: str, name: str) -> None:
    """Make the file system of a connection; what a path is made with does not reach it.

    Left alone, a path would hide why it cannot be made, and S3 would go on without credentials.
    """
    connection = _connection(source, name)
    options = _trusted_hosts(connection) if scheme in SFTP else {}
    try:
        attach(scheme, name, fs=get_fs(scheme, name, options))
    except Exception as error:
        # Its text may quote what was sent.
        remedy = (
            "host, user and password of it, and whether the key of the host is known: in its extra "
            "as host_key, or in ~/.ssh/known_hosts"
            if scheme in SFTP
            else "its type, key, secret and extra"
        )
        raise SourceUnavailableError(
            f"{source} {day}: the {scheme.upper()} server cannot be entered by the connection "
            f"'{name}' ({type(error).__name__}). Look at {remedy}."
        ) from None


def _place(path: str, config: Files) -> str:
    """The server or bucket of an address, without the `user:secret@` that may stand before it."""
    scheme, is_address, rest = path.partition("://")
    if not is_address:
        return "the source's folder"
    where = f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"
    return f"{where} (connection '{config.connection}')" if config.connection else where


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
