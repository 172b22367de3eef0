"""What `include/sources/<source>.yaml` may say: which kind of source it is, and how to ask it."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from postloan.errors import ContractError
from postloan.settings import include_folder
from postloan.text.shown_text import shown, without_secrets
from postloan.text.yaml_text import text_of, yaml_document

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Landing(_Part):
    """The source delivers into the landing zone itself; nothing is fetched."""

    kind: Literal["landing"] = "landing"


class Files(_Part):
    """A folder per business date elsewhere: SFTP, S3, a share.

    `path` may hold `{source}` and `{business_date}`. The folder holds a manifest, written last.
    """

    kind: Literal["files"]
    connection: str | None = None
    path: str


class Watermark(_Part):
    """The result column that tells what is new; `initial` is asked for the first time."""

    column: _Name
    initial: str


class Query(_Part):
    """One SELECT with the columns of the feed; may bind `:business_date`, `:since`, `:until`."""

    query: str
    watermark: Watermark | None = None


class Sql(_Part):
    """A database, read in one read-only transaction."""

    kind: Literal["sql"]
    connection: str
    batch_rows: Annotated[int, Field(gt=0)] = 10_000
    feeds: dict[_Name, Query]


class Auth(_Part):
    """How a REST service wants to be convinced; the secrets are in the Airflow connection."""

    kind: Literal["none", "basic", "bearer", "oauth2"] = "none"
    token_path: str = "/oauth/token"  # noqa: S105 (an address)
    scope: str | None = None


class Paging(_Part):
    """How a list goes on: by page number, by offset, by a cursor in the answer, by Link header."""

    kind: Literal["none", "page", "offset", "cursor", "link"] = "none"
    parameter: str = "page"
    size_parameter: str | None = None
    size: Annotated[int, Field(gt=0)] = 200
    first: int = 0
    next_field: str = "next"


class Each(_Part):
    """Ask once for every value of a field of another resource; `{}` in the path takes it."""

    resource: _Name
    field: str


class Since(_Part):
    """Ask for changes only: the parameter, and the field whose greatest value is asked next."""

    parameter: str
    field: str


class Resource(_Part):
    """One list, or one document per value, of a REST service."""

    path: str
    parameters: dict[str, str] = {}
    items: str | None = None
    key: str | None = None
    paging: Paging = Paging()
    each: Each | None = None
    since: Since | None = None
    missing_is_empty: bool = False


class Connector(_Part):
    """What to ask of one kind of REST service; one SELECT per feed lies beside it in `sql/`."""

    gate: Literal["fineract"] | None = None
    resources: dict[_Name, Resource]
    feed_cursors: dict[_Name, Literal["closed_date"]] = {}


class Rest(_Part):
    """A REST service that a connector knows."""

    kind: Literal["rest"]
    connection: str
    connector: _Name
    auth: Auth = Auth()
    headers: dict[str, str] = {}
    requests_per_second: Annotated[float, Field(gt=0)] = 5.0
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    attempts: Annotated[int, Field(ge=1, le=20)] = 6
    longest_wait_seconds: Annotated[float, Field(gt=0)] = 300.0
    codes: dict[_Name, dict[str, str]] = {}


Source = Annotated[Landing | Files | Sql | Rest, Field(discriminator="kind")]
_SOURCE: TypeAdapter[Landing | Files | Sql | Rest] = TypeAdapter(Source)


def _content(path: Path) -> Any:
    try:
        return yaml_document(text_of(path))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ContractError(f"{path} cannot be read: {without_secrets(error)}") from error


def _complaint(path: Path, error: ValidationError) -> ContractError:
    first = error.errors(include_url=False, include_input=False)[0]
    place = shown(".".join(str(p) for p in first["loc"])) or "top level"
    return ContractError(f"{path}: {place}: {shown(first['msg'], 200)}.")


def parse_source(path: Path) -> Landing | Files | Sql | Rest:
    """Read one source file.

    Raises:
        ContractError: names the file, the place and what is wrong with it.
    """
    try:
        return _SOURCE.validate_python(_content(path))
    except ValidationError as error:
        raise _complaint(path, error) from error


def read_source(source: str) -> Landing | Files | Sql | Rest:
    """How a source delivers; without a file of its own, into the landing zone.

    Raises:
        ContractError: its file cannot be read.
    """
    path = include_folder() / "sources" / f"{source}.yaml"
    return parse_source(path) if path.exists() else Landing()


def connector_folder(name: str) -> Path:
    """Where a connector and its SELECTs lie."""
    return include_folder() / "sources" / "connectors" / name


def read_connector(name: str) -> Connector:
    """What to ask of a kind of service.

    Raises:
        ContractError: there is no such connector, or its file cannot be read.
    """
    path = connector_folder(name) / "connector.yaml"
    try:
        connector = Connector.model_validate(_content(path))
    except ValidationError as error:
        raise _complaint(path, error) from error
    asked: set[str] = set()
    for resource_name, resource in connector.resources.items():
        if resource.each and resource.each.resource not in asked:
            raise ContractError(
                f"{path}: {resource_name} asks for each {resource.each.resource}, which must be a "
                f"resource that stands before it."
            )
        asked.add(resource_name)
    return connector
