"""What a mapping file may say, and the errors for what it may not.

    mapping: credit_record
    description: A delinquency history, replayed as core banking feeds.
    opening: 2019-11-30            # business date of the opening delivery
    until: 2019-12-20              # daily deliveries up to this date; leave out for none
    tables:                        # name -> file below --from: .csv, .csv.gz or .parquet
      repayments: repayments.parquet
      loans: {file: loans.csv, delimiter: ";"}
    feeds:
      repayment:                   # a feed of include/contracts
        split_by: paid_on          # up to the opening: opening delivery; later: the day's own
        select: |
          select loan_id || '-' || instalment_no as repayment_id, loan_id, paid_on, amount
          from repayments

A SELECT names its columns as the contract does, reads only the tables above, and may use $opening
and $until, but no function that asks the clock, chance or the machine. CSV columns arrive as text;
a number or date in plain form needs no cast.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from postloan.errors import PostloanError
from postloan.text.advice import advised
from postloan.text.shown_text import shown, without_secrets
from postloan.text.yaml_text import yaml_document

NAME = r"^[a-z_][a-z0-9_]*$"


class MappingError(PostloanError):
    """A mapping does not say how to import, or the foreign tables are not what it says."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ForeignTable(_Strict):
    """A file of the foreign system, read as a table."""

    file: str = Field(min_length=1)
    delimiter: str = Field(default=",", min_length=1, max_length=1)


class FeedMapping(_Strict):
    """How one feed is read off the foreign tables."""

    select: str = Field(min_length=1)
    split_by: str | None = None


def _with_file(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


class Mapping(_Strict):
    """How foreign tables become deliveries."""

    mapping: str = Field(pattern=NAME)
    description: str = ""
    opening: date | None = None
    until: date | None = None
    tables: dict[
        Annotated[str, Field(pattern=NAME)], Annotated[ForeignTable, BeforeValidator(_with_file)]
    ] = Field(min_length=1)
    feeds: dict[str, FeedMapping] = Field(min_length=1)


def _explain(error: ValidationError) -> str:
    return "; ".join(
        f"{shown('.'.join(str(part) for part in e['loc'])) or 'the file'}: {shown(e['msg'], 200)}"
        for e in error.errors(include_url=False, include_input=False)[:5]
    )


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises:
        MappingError: the file is missing, no YAML, or says something a mapping cannot say.
    """
    if not path.is_file():
        raise MappingError(f"The mapping {shown(path, 200)} is not a file. Name one that is there.")
    try:
        content = yaml_document(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise MappingError(f"The mapping {shown(path, 200)} is not text in UTF-8.") from None
    except OSError as error:
        raise MappingError(
            f"The mapping {shown(path, 200)} cannot be read: {advised(error)}"
        ) from None
    except (yaml.YAMLError, ValueError) as error:  # 2020-02-31 is a ValueError to PyYAML
        raise MappingError(f"{path.name} is not YAML: {without_secrets(error)}") from error
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        raise MappingError(f"{path.name} is not a mapping: {_explain(error)}.") from error
