"""Who uses this installation: a list that a lender writes, read by everything that asks a person.

`POSTLOAN_HOME/users.yaml`, or `include/users.yaml` where a lender has not written its own.
"""

import unicodedata
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from postloan.errors import PostloanError
from postloan.settings import Settings, include_folder
from postloan.text.advice import advised
from postloan.text.shown_text import shown
from postloan.text.yaml_text import fault_of, line_of, yaml_document

FILE = "users.yaml"
ADMIN = "admin"
"""The user of our own commands: they start runs and make pools."""
FEWEST_APPROVERS = 2

_MEND = (
    "Write it right there; include/users.yaml shows the form. Until then nobody can be asked, and "
    "Airflow does not start."
)

Duty = Literal["operator", "risk_officer", "legal_approver"]
Role = Literal["viewer", "user", "op", "admin"]


def identity(name: str) -> str:
    """A name of a person as it is compared: one person never counts as two.

    Without width, case, blanks around it and signs that nobody sees.
    """
    seen = "".join(c for c in name if unicodedata.category(c) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold()).strip()


class User(BaseModel):
    """One person who may log in.

    Attributes:
        user: the name of the login; stands in every decision.
        airflow_role: what Airflow lets the person do.
        duties: what the person is asked about.
        airflow_id: what Airflow's own record calls the person; the name unless said otherwise.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
    airflow_role: Role
    duties: tuple[Duty, ...] = ()
    airflow_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@-]{0,64}$")] = ""

    @property
    def id_in_airflow(self) -> str:
        """What Airflow's own record calls the person."""
        return self.airflow_id or self.user

    @model_validator(mode="after")
    def _no_administrator_approves(self) -> "User":
        if self.airflow_role == ADMIN and "legal_approver" in self.duties:
            raise ValueError(
                f"'{self.user}' is an administrator and a legal approver. Who can change the users "
                "must not approve: give the duty to another user"
            )
        return self


class Users(BaseModel):
    """All who may log in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: tuple[User, ...]

    @property
    def legal_approvers(self) -> tuple[User, ...]:
        """Who is asked about legal cases, in the order of the list."""
        return tuple(u for u in self.users if "legal_approver" in u.duties)

    @property
    def airflow_roles(self) -> str:
        """Names and roles, as Airflow's simple auth manager wants them."""
        return ",".join(f"{u.user}:{u.airflow_role}" for u in self.users)

    @model_validator(mode="after")
    def _is_whole(self) -> "Users":
        for what, values in (
            ("user", [identity(u.user) for u in self.users]),
            ("airflow_id", [identity(u.id_in_airflow) for u in self.users]),
        ):
            doubled = [value for value, times in Counter(values).items() if times > 1]
            if doubled:
                raise ValueError(f"{what} '{doubled[0]}' stands there twice")
        if not any(u.user == ADMIN and u.airflow_role == ADMIN for u in self.users):
            raise ValueError(
                f"the user '{ADMIN}' with the role {ADMIN} is missing; our own commands use it"
            )
        if len(self.legal_approvers) < FEWEST_APPROVERS:
            raise ValueError(
                f"{len(self.legal_approvers)} users have the duty legal_approver; two different "
                "ones are needed"
            )
        return self


def users_file(home: Settings) -> Path:
    """The list that counts: the lender's own, or ours."""
    own = home.home / FILE
    return own if own.exists() else include_folder() / FILE


def users(home: Settings) -> Users:
    """Who uses this installation.

    Raises:
        PostloanError: the file cannot be read or says something that cannot be.
    """
    path = users_file(home)
    try:
        text = path.read_text(encoding="utf-8")
        return Users.model_validate(yaml_document(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        fault = shown(first["msg"].removeprefix("Value error, "), 300)
        place = ".".join(str(part) for part in first["loc"]) or "users"
        at = f"line {line_of(text, first['loc'])}: {shown(place)}"
        raise PostloanError(f"{path}, {at}: {fault}. {_MEND}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PostloanError(f"{path}, line {line}: no text in UTF-8. {_MEND}") from error
    except yaml.YAMLError as error:
        fault = shown(fault_of(error), 300)
        raise PostloanError(f"{path} cannot be read as YAML: {fault}. {_MEND}") from error
    except OSError as error:
        raise PostloanError(f"{path} cannot be read. {advised(error)}") from error
