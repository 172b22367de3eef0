"""The address of an Airflow that the environment names."""

import re

from postloan.errors import PostloanError
from postloan.text.shown_text import shown, without_secrets

_ADDRESS = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?/?")


def airflow_address(url: str) -> str:
    """The address that the environment names, which is recorded with who gives a command.

    Raises:
        PostloanError: it is more than scheme, host and port.
    """
    if not _ADDRESS.fullmatch(url):
        raise PostloanError(
            f"POSTLOAN_AIRFLOW_URL is '{shown(without_secrets(url))}'. Write scheme, host and port "
            f"alone, such as https://airflow.example:8080."
        )
    return url.rstrip("/")
