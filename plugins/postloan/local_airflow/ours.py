"""Is the server behind a port our own Airflow? Asked of every connection before a word is sent.

Anybody on this machine may listen on a port while Airflow is down. Whoever does must neither be
believed nor sent a password, so the process that listens must be one that the supervisor of this
home has started: it is on record in the home, which nobody else can write.
"""

from typing import Any

import psutil
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from postloan.local_airflow.processes import members, recorded
from postloan.settings import Settings

API_SERVER = "api-server"


def stranger_at(url: str) -> str:
    """What is told of a server that is not ours."""
    return (
        f"What answers at {url} is not the Airflow of this home: another program has its port. It "
        f"was not asked, and no password was sent to it."
    )


def listens(home: Settings, port: int) -> bool:
    """Whether the API server that this home has on record listens on a port of this machine."""
    leader = recorded(home).get(API_SERVER)
    return leader is not None and any(_has(pid, port) for pid in members(leader))


def _has(pid: int, port: int) -> bool:
    try:
        sockets = psutil.Process(pid).net_connections(kind="tcp")
    except psutil.Error:
        return False
    return any(s.status == psutil.CONN_LISTEN and s.laddr.port == port for s in sockets)


class StrangerError(ConnectionError):
    """Somebody else listens there. To whoever talks, the server is away."""


class OwnServerOnly(HTTPAdapter):
    """Connects to the embedded Airflow of one home and to nobody else.

    Attributes:
        met_a_stranger: whether the last connection led to somebody else; nothing was sent.
    """

    def __init__(self, home: Settings) -> None:
        self.home = home
        self.met_a_stranger = False
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """As usual, with connections that look who is there."""
        super().init_poolmanager(*arguments, **options)
        pool = type("OwnPool", (HTTPConnectionPool,), {"ConnectionCls": self._connection()})
        self.poolmanager.pool_classes_by_scheme = {"http": pool}

    def _connection(self) -> type[HTTPConnection]:
        adapter = self

        class OwnConnection(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                adapter.met_a_stranger = not listens(adapter.home, self.port)
                if adapter.met_a_stranger:
                    self.close()
                    raise StrangerError(f"port {self.port} is not that of our Airflow")

        return OwnConnection
