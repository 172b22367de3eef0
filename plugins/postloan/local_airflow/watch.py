"""Keeps an eye on the embedded Airflow while a command works with it.

The supervisor starts again what dies; that takes seconds, and is waited for. A supervisor that was
killed is started again from here. Only an Airflow that somebody stopped is given up.
"""

import time
from collections.abc import Callable

from postloan.errors import PostloanError
from postloan.local_airflow.control import is_supervised, start, stopped_by
from postloan.local_airflow.environment import base_url
from postloan.local_airflow.processes import Started, recorded
from postloan.local_airflow.supervisor import COMPONENTS, log_folder
from postloan.settings import Settings

LOOK_SECONDS = 2.0
LONGEST_AWAY_SECONDS = 30 * 60.0
"""A supervisor that cannot bring the API server back for that long never will."""
TELL_AFTER_SECONDS = 3.0
TELL_AGAIN_SECONDS = 60.0


class Watch:
    """What a command does about the parts of its Airflow that come and go.

    Args:
        home: the installation.
        tell: gets a line where something died, and where it is back.
    """

    def __init__(self, home: Settings, tell: Callable[[str], None]) -> None:
        self.home, self.tell = home, tell
        self.seen = self._components()
        self.looked_at = time.monotonic()
        self.told_at: float | None = None

    def away(self, seconds: float) -> str:
        """The API server has not answered for so many seconds; where to try again.

        Raises:
            PostloanError: Airflow was stopped, or does not come back.
        """
        if not self._mend() and seconds > LONGEST_AWAY_SECONDS:
            raise PostloanError(
                f"Airflow's API server has not answered for {seconds / 60:.0f} minutes, though its "
                f"supervisor is alive. Its log says why: {log_folder(self.home)}/api-server.log"
            )
        now = time.monotonic()
        last = self.told_at
        if seconds > TELL_AFTER_SECONDS and (last is None or now - last > TELL_AGAIN_SECONDS):
            self.tell("  Airflow's API server does not answer; waiting until it is up again …")
            self.told_at = now
        return base_url(self.home)

    def back(self) -> None:
        """It answers again."""
        if self.told_at is not None:
            self.tell("  Airflow answers again.")
            self.told_at = None

    def look(self) -> bool:
        """Whether a part of Airflow was started again since the last look; tells which.

        Raises:
            PostloanError: Airflow was stopped.
        """
        if time.monotonic() - self.looked_at < LOOK_SECONDS:
            return False
        self.looked_at = time.monotonic()
        has_mended = self._mend()
        now = self._components()
        again = [n for n in COMPONENTS if n in now and n in self.seen and now[n] != self.seen[n]]
        self.seen |= now
        if again and not has_mended:
            self.tell(
                f"  Airflow's {' and '.join(again)} died and was started again; what it was at is "
                f"taken up within two minutes."
            )
        return has_mended or bool(again)

    def _components(self) -> dict[str, Started]:
        return {n: s for n, s in recorded(self.home).items() if n in COMPONENTS}

    def _mend(self) -> bool:
        """Start a supervisor anew that was killed; whether that was done."""
        if is_supervised(self.home):
            return False
        who = stopped_by(self.home)
        if who is not None:
            raise PostloanError(
                f"Airflow was stopped by {who} while this command followed it. What is done is "
                f"kept: start it (make up), and run the same command again."
            )
        self.tell("  Airflow's supervisor was killed; it is started again.")
        start(self.home, self.tell)
        self.seen |= self._components()
        return True
