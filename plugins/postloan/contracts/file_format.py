"""How the bytes of a feed's file are laid out: the `fileFormat` term of its contract.

Where the term is absent, a feed is comma-separated text in UTF-8 with a header row.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from postloan.contracts.model import FeedContract
from postloan.errors import ContractError

FILE_FORMAT = "fileFormat"
ROWS = "{rows}"
"""Where a trailer record tells the number of data records."""

_FORBIDDEN_DELIMITERS = set('"\r\n\0\x1d\x1e')


class FileFormat(BaseModel):
    """The layout of one feed's file.

    Attributes:
        kind: how a record is cut into fields.
        delimiter: what stands between two fields of a delimited file.
        quoted: whether fields may be quoted; if not, a quote is a character like any other.
        encoding: of a text file.
        header: whether the first line names the columns (delimited files only).
        trailer: the last line, with `{rows}` where the number of records stands; empty for none.
        widths: width of every column of a fixed-width file.
        width_unit: what widths count; bytes are those of the encoding.
        compression: how the file is packed.
        flag: suffix of the empty file that tells that this one is complete, such as `.ok`.
        max_bytes: a larger file is refused, packed or unpacked.
        max_ratio: a file that unpacks to more times its size is refused.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True
    )

    kind: Literal["delimited", "fixed_width", "json_lines", "parquet"] = "delimited"
    delimiter: Annotated[str, Field(min_length=1, max_length=8)] = ","
    quoted: bool = True
    encoding: Literal["utf-8", "gb18030", "utf-16"] = "utf-8"
    header: bool = True
    trailer: str = ""
    widths: tuple[Annotated[int, Field(gt=0)], ...] = ()
    width_unit: Literal["characters", "bytes"] = "characters"
    compression: Literal["none", "gzip", "zip"] = "none"
    flag: Annotated[str, Field(pattern=r"^(\.[A-Za-z0-9]{1,16})?$")] = ""
    max_bytes: Annotated[int, Field(gt=0)] = 16 << 30
    max_ratio: Annotated[int, Field(gt=1)] = 200

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.delimiter.isascii() or _FORBIDDEN_DELIMITERS & set(self.delimiter):
            raise ValueError(
                "delimiter must be ASCII without quotes, line ends, NUL, \\x1d and \\x1e"
            )
        if self.trailer and ROWS not in self.trailer:
            raise ValueError(f"trailer must hold {ROWS}, where the number of records stands")
        if (self.kind == "fixed_width") != bool(self.widths):
            raise ValueError("widths belong to kind fixed_width, which needs them")
        if self.kind == "parquet" and (self.trailer or self.compression != "none"):
            raise ValueError("a Parquet file has neither a trailer nor a compression around it")
        return self

    @property
    def has_header(self) -> bool:
        """Whether the first line names the columns."""
        return self.header and self.kind == "delimited"

    @property
    def is_plain(self) -> bool:
        """Whether it is comma-separated text in UTF-8 with a header row and nothing around it."""
        usual = FileFormat(flag=self.flag, max_bytes=self.max_bytes, max_ratio=self.max_ratio)
        return self == usual


def file_format_of(feed: FeedContract) -> FileFormat:
    """The format of a feed's file.

    Raises:
        ContractError: the `fileFormat` of the contract makes no sense.
    """
    where = f"{feed.path.name}, {FILE_FORMAT}"
    try:
        found = FileFormat.model_validate(feed.terms.get(FILE_FORMAT) or {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "as a whole"
        raise ContractError(f"{where}: {place}: {first['msg']}.") from error
    if found.widths and len(found.widths) != len(feed.file_columns):
        raise ContractError(
            f"{where}: {len(found.widths)} widths for {len(feed.file_columns)} columns; name one "
            f"for each: {', '.join(c.name for c in feed.file_columns)}."
        )
    return found
