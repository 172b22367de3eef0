"""Who gives a command: the authenticated user, whatever the command says of it.

It is the user of the operating system, and before it, where `POSTLOAN_AIRFLOW_USER` and
`POSTLOAN_AIRFLOW_PASSWORD` are set and Airflow accepts them, that user of Airflow. `--by` may add a
name and never replaces either. The embedded Airflow is asked only where it is that of this home;
another one, which `POSTLOAN_AIRFLOW_URL` names, is recorded with its address.
"""

import argparse
import os
import pwd
import re

from postloan.errors import PostloanError
from postloan.local_airflow.api import AirflowApi
from postloan.local_airflow.ours import stranger_at
from postloan.settings import settings
from postloan.text.shown_text import shown

_NAME = re.compile(r"\w[\w .,'·-]{0,79}")
"""No brackets: nobody can write what looks like the proof behind the name."""
_LOGIN = re.compile(r"[\w.@+-]{1,64}")


def acting_person(said: str = "") -> str:
    """How the person who gives a command is recorded, such as `Li Lei (OS user ops, 1001)`.

    Args:
        said: the name after `--by`; may be left out.

    Raises:
        PostloanError: the name holds what no name does, or Airflow refuses the password.
    """
    name = said.strip()
    if name and not _NAME.fullmatch(name):
        raise PostloanError(
            "--by takes a name of letters, digits, blanks and . , ' - alone, of 80 characters at "
            "most. The user who gives the command is recorded behind it by itself."
        )
    proof = "; ".join(filter(None, (_airflow_user(), _os_user())))
    return f"{name} ({proof})" if name else proof


def _airflow_user() -> str:
    user = os.environ.get("POSTLOAN_AIRFLOW_USER")
    password = os.environ.get("POSTLOAN_AIRFLOW_PASSWORD")
    if not user or not password:
        return ""
    if not _LOGIN.fullmatch(user):
        raise PostloanError(
            f"POSTLOAN_AIRFLOW_USER is '{shown(user)}', which is no name of a login. Set it right, "
            f"or unset it."
        )
    api = AirflowApi.of(settings()).as_user(user, password)
    if api.accepts_the_password():
        return f"Airflow user {user}" if api.own else f"Airflow user {user} of {api.url}"
    if api.met_a_stranger:
        fault = f"{stranger_at(api.url)} So nobody can tell who gives this command"
    else:
        fault = (
            f"Airflow at {api.url} does not accept the password of '{user}', or is away, so "
            "nobody can tell who gives this command"
        )
    raise PostloanError(
        f"{fault}. Set POSTLOAN_AIRFLOW_USER and POSTLOAN_AIRFLOW_PASSWORD right, or unset both."
    )


def _os_user() -> str:
    """The real user of the process: it does not follow USER, LOGNAME or any other variable."""
    number = os.getuid()
    try:
        return f"OS user {pwd.getpwuid(number).pw_name}, {number}"
    except KeyError:
        return f"OS user {number}"


def add_by(parser: argparse.ArgumentParser, what: str) -> None:
    """Add `--by` to a command.

    Args:
        parser: of the command.
        what: what the person does, such as `places it`.
    """
    parser.add_argument(
        "--by",
        default="",
        metavar="NAME",
        help=f"who {what}; the user who gives the command is recorded in any case",
    )
