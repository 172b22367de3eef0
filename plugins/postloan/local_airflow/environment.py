"""The environment of the embedded Airflow: configuration, secrets, port.

Everything is a file below `POSTLOAN_HOME/airflow`; nothing is taken from an Airflow that may be
configured elsewhere on the machine.
"""

import base64
import json
import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from postloan.access.users import ADMIN, Users, users
from postloan.errors import PostloanError
from postloan.settings import REPOSITORY, Settings

PREFERRED_PORT = 8080
COMPOSE_USERS = "POSTLOAN_AIRFLOW_USERS"
"""Names and roles of all users, for `docker-compose.yaml`."""
METADATA_VARIABLE = "POSTLOAN_AIRFLOW_DATABASE"
"""URL of a metadata database to use in place of the SQLite file."""
DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
"""What Airflow calls it."""
PASSED_ON = ("AIRFLOW_CONN_", "AIRFLOW_VAR_", "AIRFLOW__OPENLINEAGE__")
"""Beginnings of Airflow's variables that an installation may set for itself."""


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _kept(path: Path, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """The content of a private JSON file, made on first use."""
    if not path.exists():
        write_private(path, json.dumps(make(), indent=2) + "\n")
    try:
        content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PostloanError(f"{path} is damaged: {error}. Delete it; a new one is made.") from error
    return content


def _new_secrets() -> dict[str, str]:
    return {
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(48),
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def new_compose_environment(user_id: int, group_id: int, listed: Users) -> dict[str, str]:
    """Fresh values of every variable that `docker-compose.yaml` asks for."""
    made = _new_secrets()
    return {
        COMPOSE_USERS: listed.airflow_roles,
        "POSTLOAN_UID": str(user_id),
        "POSTLOAN_GID": str(group_id),
        "POSTLOAN_AIRFLOW_PASSWORD": secrets.token_urlsafe(12),
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "AIRFLOW_JWT_SECRET": made["AIRFLOW__API_AUTH__JWT_SECRET"],
        "AIRFLOW_SECRET_KEY": made["AIRFLOW__API__SECRET_KEY"],
        "AIRFLOW_FERNET_KEY": made["AIRFLOW__CORE__FERNET_KEY"],
    }


def password_file(home: Settings) -> Path:
    """Where the passwords of the users are kept; readable by its owner only."""
    return home.airflow_home / "passwords.json"


def with_passwords(known: Mapping[str, str], listed: Users) -> dict[str, str]:
    """Every user's password: the known one, or a fresh one; who is not listed has none."""
    return {u.user: known.get(u.user) or secrets.token_urlsafe(12) for u in listed.users}


def passwords(home: Settings) -> dict[str, str]:
    """User -> password of everybody who may log in, made on first use.

    An installation that is there already is extended: passwords in use stay, a user who has left
    the list loses the way in.
    """
    path = password_file(home)
    known = _kept(path, dict)
    wanted = with_passwords(known, users(home))
    if wanted != known:
        write_private(path, json.dumps(wanted, indent=2) + "\n")
    return wanted


def password(home: Settings, user: str = ADMIN) -> str:
    """The password of one user, by default of the one our own commands use."""
    return passwords(home)[user]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server will: a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_file(home: Settings) -> Path:
    """Where the port used last is kept."""
    return home.airflow_home / "port"


def known_port(home: Settings) -> int | None:
    """The port used last, or None."""
    path = port_file(home)
    text = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    return int(text) if text.isdigit() else None


def check_port(home: Settings) -> None:
    """Refuse the port that was asked for where something else has it.

    Raises:
        PostloanError: says so.
    """
    if home.airflow_port and not _is_free(home.airflow_port):
        raise PostloanError(
            f"Port {home.airflow_port} (POSTLOAN_AIRFLOW_PORT) is in use by another program. Set "
            f"another, or none: then a free one is found."
        )


def choose_port(home: Settings) -> int:
    """A free port for the API server: the one asked for, or the one used last, 8080, or any.

    Raises:
        PostloanError: the one asked for is in use.
    """
    check_port(home)
    wanted = [p for p in (known_port(home), PREFERRED_PORT) if p]
    port = home.airflow_port or next(filter(_is_free, wanted), None) or _any_free_port()
    write_private(port_file(home), f"{port}\n")
    return port


def base_url(home: Settings) -> str:
    """Address of the UI and of the REST interface."""
    return f"http://127.0.0.1:{known_port(home) or PREFERRED_PORT}"


def metadata_url(home: Settings, patience_seconds: int = 60) -> str:
    """URL of Airflow's own database; a SQLite file is waited for while somebody writes to it."""
    return (
        os.environ.get(METADATA_VARIABLE)
        or f"sqlite:///{home.airflow_home}/airflow.db?timeout={patience_seconds}"
    )


def component_environment(home: Settings, component: str) -> dict[str, str]:
    """What one component has different from the others.

    The API server writes its log of actions from the loop that also ends the transactions of other
    requests. Where one of those holds the lock of SQLite, both would wait for each other; so the
    server gives up soon, the caller asks again, and the lock is free by then.
    """
    if component == "api-server":
        return {DATABASE: metadata_url(home, patience_seconds=2)}
    return {}


def _no_proxy() -> dict[str, str]:
    """Airflow's processes talk to each other on this machine, past any proxy of the network."""
    known = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = ",".join(filter(None, [known, "127.0.0.1"]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}


def airflow_environment(home: Settings, port: int) -> dict[str, str]:
    """Environment variables of every Airflow process of this installation.

    Connections, variables and where lineage events go (`AIRFLOW_CONN_…`, `AIRFLOW_VAR_…`,
    `AIRFLOW__OPENLINEAGE__…`) are passed on; any other setting of an Airflow elsewhere is not.
    Python may write byte code: without it Airflow starts slowly.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE"
        and (not name.startswith("AIRFLOW_") or name.startswith(PASSED_ON))
    }
    airflow_home = home.airflow_home
    passwords(home)
    return {
        **inherited,
        **_kept(airflow_home / "secrets.json", _new_secrets),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(REPOSITORY / "plugins"),
        "POSTLOAN_HOME": str(home.home),
        **_no_proxy(),
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__MAX_TEMPLATED_FIELD_LENGTH": "200000",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": users(home).airflow_roles,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(home)),
        DATABASE: metadata_url(home),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        # A killed task is noticed after a minute, not after five.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        # What a killed scheduler was doing is taken up by the next at once, not after five minutes.
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
        # The end of a task is sometimes seen only at its next heartbeat: five seconds by default.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "60",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "120",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(airflow_home / "bundles"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        # Airflow would open its logs to everybody of the same group.
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
