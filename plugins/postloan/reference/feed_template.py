"""The Excel template of a feed: a sender fills it in, saves it as CSV, and the file is right.

The first sheet is the file itself: the header row and nothing else, for that is what a spreadsheet
saves as CSV. What the columns mean stands in comments and in a second sheet. The same contract
always gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from postloan.contracts import Column, FeedContract

MEANING, LISTS = "字段说明", "lists"
MEANING_HEADER = (
    "字段 Column",
    "中文名",
    "English name",
    "类型 Type",
    "必填 Required",
    "允许值 Allowed values",
    "规则 Rule",
    "个人信息分类 Data class",
    "说明 Meaning",
)
LAST_ROW = 1_048_576
"""The last row of a sheet, in the words of the format itself."""

WIDTH, WIDE = 18, 40
REQUIRED = PatternFill("solid", fgColor="FFF2CC")
TEXT, DAY, TIME, WHOLE = "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "0"
NUMBER_FORMATS = {"date": DAY, "timestamp": TIME, "integer": WHOLE, "bigint": WHOLE}
Operator = Literal["greaterThanOrEqual", "greaterThan", "lessThanOrEqual", "lessThan"]
_OPERATORS: dict[str, Operator] = {
    "minimum": "greaterThanOrEqual",
    "exclusiveMinimum": "greaterThan",
    "maximum": "lessThanOrEqual",
    "exclusiveMaximum": "lessThan",
}
_SETTLED = datetime(2000, 1, 1)  # noqa: DTZ001 (the format has no time zones)


def template(feed: FeedContract) -> bytes:
    """The workbook of a feed, as the bytes of an `.xlsx` file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    entry, meaning = book.create_sheet(feed.name[:31]), book.create_sheet(MEANING)
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for number, column in enumerate(feed.file_columns, start=1):
        _enter(entry, lists, column, number)
    entry.freeze_panes = "A2"
    _explain(meaning, feed)
    for sheet in (entry, meaning, lists):
        _plain_text(sheet)
    book.properties.creator = "postloan"
    book.properties.title = f"{feed.name} {feed.version}"
    book.properties.created = _SETTLED
    stream = io.BytesIO()
    book.save(stream)
    return _settled(stream.getvalue())


def write_template(feed: FeedContract, path: Path) -> None:
    """Write the workbook of a feed.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(template(feed))


# The sheet that is filled in ------------------------------------------------------------------


def _enter(sheet: Worksheet, lists: Worksheet, column: Column, number: int) -> None:
    cell, letter = sheet.cell(1, number, column.name), get_column_letter(number)
    cell.font = Font(bold=column.required)
    if column.required:
        cell.fill = REQUIRED
    cell.comment = Comment(
        f"{column.title}{'（必填 required）' if column.required else ''}\n{column.description}",
        "postloan",
    )
    sheet.column_dimensions[letter].width = WIDTH
    sheet.column_dimensions[letter].number_format = _number_format(column)
    rule = _validation(column, lists, letter)
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)


def _number_format(column: Column) -> str:
    """Text stays text: a spreadsheet eats leading zeros and the end of long numbers."""
    if column.scale:
        return f"0.{'0' * column.scale}"
    return NUMBER_FORMATS.get(column.sql_type, WHOLE if _is_number(column) else TEXT)


def _is_number(column: Column) -> bool:
    return column.sql_type.startswith(("decimal", "integer", "bigint"))


def _validation(column: Column, lists: Worksheet, letter: str) -> DataValidation:
    allowed = column.enum or (("true", "false") if column.sql_type == "boolean" else ())
    if allowed:
        for row, value in enumerate(allowed, start=1):
            lists[f"{letter}{row}"] = value
        rule = DataValidation(type="list", formula1=f"{LISTS}!${letter}$1:${letter}${len(allowed)}")
    elif column.sql_type in ("date", "timestamp"):
        rule = DataValidation(type="date", operator="greaterThan", formula1="1")
    elif _is_number(column):
        rule = _number_rule(column)
    else:
        longest = str(column.option("maxLength") or 32_767)
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=longest)
    rule.allow_blank = not column.required
    rule.showErrorMessage = True
    rule.errorTitle = column.name
    rule.error = "; ".join(_rules(column))[:220] or f"{column.name}: {column.sql_type}"
    return rule


def _number_rule(column: Column) -> DataValidation:
    """The first bound of a number, or that it is one."""
    kind: Literal["decimal", "whole"] = "decimal" if column.scale else "whole"
    for option, operator in _OPERATORS.items():
        bound = column.option(option)
        if bound is not None:
            return DataValidation(type=kind, operator=operator, formula1=str(bound))
    return DataValidation(type=kind, operator="greaterThan", formula1="-1E+15")


# The sheet that explains ----------------------------------------------------------------------


def _explain(sheet: Worksheet, feed: FeedContract) -> None:
    sheet.append(MEANING_HEADER)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column in feed.file_columns:
        sheet.append(_explained(column))
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number in range(1, len(MEANING_HEADER) + 1):
        width = WIDE if number in (6, 7, 9) else WIDTH
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"


def _explained(column: Column) -> tuple[str, ...]:
    return (
        column.name,
        column.title,
        column.english_name,
        column.sql_type,
        "是 yes" if column.required else "否 no",
        ", ".join(column.enum),
        "; ".join(_rules(column)),
        column.classification,
        column.description,
    )


_WRITTEN = {
    "date": "YYYY-MM-DD",
    "timestamp": "YYYY-MM-DD HH:MM:SS",
    "boolean": "true / false",
}
"""How the values of a type are written."""


def _rules(column: Column) -> Iterator[str]:
    """What a value has to keep to, in short."""
    if column.key_position:
        yield f"主键 key {column.key_position}"
    if column.sql_type in _WRITTEN:
        yield _WRITTEN[column.sql_type]
    yield from column.bounds
    if column.option("maxLength"):
        yield f"最长 at most {column.option('maxLength')}"
    if column.option("pattern"):
        yield f"格式 pattern: {column.option('pattern')}"
    if column.has_several_lines:
        yield "可分行 may have several lines"
    if column.references:
        yield f"须存在于 must exist in {column.references}"


def _plain_text(sheet: Worksheet) -> None:
    """What a contract says is text, also where it begins as a formula does."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"


# The bytes ------------------------------------------------------------------------------------


def _settled(content: bytes) -> bytes:
    """The same workbook without the times at which it and its parts were written."""
    stream = io.BytesIO()
    stamp = _SETTLED.isoformat().encode()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as settled,
    ):
        for name in sorted(made.namelist()):
            part = made.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp + b"Z", part)
            info = zipfile.ZipInfo(name, _SETTLED.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(info, part)
    return stream.getvalue()
