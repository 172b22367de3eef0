"""What a fetch is asked, what it answers, and how it can fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from postloan.errors import DeliveryError
from postloan.files.landing_folder import workshop_of


class SourceUnavailableError(DeliveryError):
    """The source did not answer in time; trying again later may help."""


class NotReadyError(DeliveryError):
    """The source has not finished the business date."""


@dataclass(frozen=True)
class Endpoint:
    """What an Airflow connection says; secrets are never shown.

    Attributes:
        url: base address of a REST service, or SQLAlchemy URL of a database.
        login: user, or client id.
        password: password, token or client secret.
        root: a path-like of the folder that files are copied from.
        place: how messages name where files are copied from: no secret, no folder of a date.
    """

    url: str = field(default="", repr=False)
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    root: Any = field(default=None, repr=False)
    place: str = "the source's folder"


def cursor_name(resource: str, of: str | None) -> str:
    """Under which name a delivery keeps where a list ended.

    A resource that is asked for each of some values has a list, and a cursor, for every value: a
    list that was read early must not be asked from where a later one has got to.
    """
    return resource if of is None else f"{resource}/{of}"


@dataclass(frozen=True)
class Order:
    """One fetch: which delivery, where to, what is known already.

    Attributes:
        opening: whether the full book is wanted.
        cursors: feed, resource or list of it -> where the last delivery before the date ended.
    """

    source: str
    business_date: date
    landing: Path
    opening: bool
    cursors: Mapping[str, str] = field(default_factory=dict)

    def cursors_of(self, resource: str) -> dict[str, str]:
        """The cursors of one resource and of its lists."""
        lists = cursor_name(resource, "")
        return {n: c for n, c in self.cursors.items() if n == resource or n.startswith(lists)}

    @property
    def folder(self) -> Path:
        """Where the delivery ends up."""
        return self.landing / self.source / self.business_date.isoformat()

    @property
    def workshop(self) -> Path:
        """Where an unfinished fetch keeps what it has."""
        return workshop_of(self.landing, self.source, self.business_date)

    @property
    def pages(self) -> str:
        """The workshop as messages name it."""
        return f"{self.workshop.relative_to(self.landing.parent)}/"

    @property
    def where(self) -> str:
        """The delivery as messages name it."""
        return f"{self.source} {self.business_date}"


@dataclass(frozen=True)
class Standing:
    """Where a source stands in time while it is read; another standing is another state.

    Attributes:
        current: its own business date, which its figures are true for.
        closed: the last date that is finished, never after the one asked for.
    """

    current: date
    closed: date


@dataclass(frozen=True)
class FetchResult:
    """What was fetched.

    Attributes:
        fetched: False where nothing had to be.
        rows: rows per feed.
        note: for a person.
    """

    fetched: bool
    rows: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
