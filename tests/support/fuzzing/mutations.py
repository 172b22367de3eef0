"""Ways to spoil the rows and the bytes of a file.

Every function takes a random generator first and draws on nothing else: the same generator spoils
the same file in the same way.
"""

import random
from collections.abc import Callable

from tests.support.fuzzing.layouts import Layout
from tests.support.fuzzing.seeds import CANARY, Row

ODD_VALUES = (
    *("", " ", "NULL", "\\N", "\\.", "None", "{rows}", "%s", "$1", "'", "--", "\\", "/*"),
    *("-0", "+1", "1e5", "NaN", "inf", "0x10", "1_000", "1,000.00", "1.", ".5", "1.005", "-1"),
    *("９９", "٣", "−5", "1\u00a0000", "0" * 400 + "1", "9" * 400, "1" + "0" * 17, "2147483648"),
    *("9223372036854775808", "99999999999999999.99", "0." + "0" * 300),
    *("2026-02-30", "2024-02-29", "1900-02-29", "0000-00-00", "9999-12-31", "2026-1-1"),
    *("20260101", "2026-01-01T00:00:00", "infinity", "epoch", "today", "2026-01-01 25:00:00"),
    *("true", "TRUE", " true", "yes", "1", "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "\t=1"),
    *("\u202egnp", "\u200b", "\ufeff", "e\u0301", "\U0001f4b0", "身份证", "，", "“", "\u2028"),
    *("a\nb", "a\r\nb", "a\rb", "a\tb", "\n", '"', '""', 'a"b', '"a', ",", ",,", "|+|", ";"),
    *("\x00", "\x01", "\x1a", "\x1c", "\x1d", "\x1e", "\x1f", "\x7f", "\x85", "x" * 70),
    *("x" * 5000, "é" * 64, f"{CANARY}77", f" {CANARY}1", f"{CANARY}1 "),
)
BYTES = (
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
)
LOOK_ALIKES = {
    "0": "０",
    "1": "１",
    "-": "−",
    ",": "，",
    '"': "“",
    "_": "＿",
    " ": "\u00a0",
    ".": "．",
}
LINE_ENDS = (b"\r\n", b"\r", b"\n\n", b"\n\r", b"\x0b", b"\x0c", b"\x85", b"\xe2\x80\xa8")
LONG_FIELD, LONG_LINE = 200_000, 1_200_000

Rows = list[Row]
OnRows = Callable[[random.Random, list[str], Rows], None]
OnBytes = Callable[[random.Random, bytes, Layout], bytes]


# Rows ----------------------------------------------------------------------------------------


def odd_value(rng: random.Random, names: list[str], rows: Rows) -> None:
    row = rng.choice(rows)
    row[rng.randrange(len(row))] = rng.choice(ODD_VALUES)


def odd_column(rng: random.Random, names: list[str], rows: Rows) -> None:
    place = rng.randrange(len(names))
    for row in rows:
        row[place : place + 1] = [rng.choice(ODD_VALUES)]


def one_row_twice(rng: random.Random, names: list[str], rows: Rows) -> None:
    rows.insert(rng.randrange(len(rows)), list(rng.choice(rows)))


def other_order(rng: random.Random, names: list[str], rows: Rows) -> None:
    rng.shuffle(rows)


def columns_swapped(rng: random.Random, names: list[str], rows: Rows) -> None:
    one, other = rng.randrange(len(names)), rng.randrange(len(names))
    for row in (*rows, *([names] if rng.random() < 0.5 else [])):
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def header_again(rng: random.Random, names: list[str], rows: Rows) -> None:
    rows.insert(rng.randrange(len(rows)), list(names))


def odd_name(rng: random.Random, names: list[str], rows: Rows) -> None:
    names[rng.randrange(len(names))] = rng.choice((*ODD_VALUES, *names, names[0].upper()))


def nobody(rng: random.Random, names: list[str], rows: Rows) -> None:
    """A reference or a key that nobody knows, so that the row waits in quarantine."""
    rng.choice(rows)[0] = f"{CANARY}{rng.randrange(10**6)}"


def no_rows(rng: random.Random, names: list[str], rows: Rows) -> None:
    rows.clear()


ON_ROWS: tuple[OnRows, ...] = (
    *(odd_value, odd_value, odd_value, odd_column, one_row_twice, other_order, columns_swapped),
    *(header_again, odd_name, nobody, no_rows),
)


def too_many_fields(rng: random.Random, names: list[str], rows: Rows) -> None:
    rng.choice(rows).insert(0, rng.choice(ODD_VALUES))


def too_few_fields(rng: random.Random, names: list[str], rows: Rows) -> None:
    rng.choice(rows).pop()


RAGGED: tuple[OnRows, ...] = (too_many_fields, too_few_fields)


# Bytes ---------------------------------------------------------------------------------------


def _slice(rng: random.Random, content: bytes, longest: int = 60) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.randrange(longest))


def _inserted(content: bytes, place: int, what: bytes) -> bytes:
    return content[:place] + what + content[place:]


def flipped(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    if not content:
        return b"\0"
    place = rng.randrange(len(content))
    other = content[place] ^ (1 << rng.randrange(8)) if rng.random() < 0.5 else rng.randrange(256)
    return content[:place] + bytes([other]) + content[place + 1 :]


def truncated(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def cut_out(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    start, end = _slice(rng, content)
    return content[:start] + content[end:]


def part_again(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    start, end = _slice(rng, content)
    return _inserted(content, rng.randrange(len(content) + 1), content[start:end])


def lines_changed(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    lines = content.splitlines(keepends=True)
    if not lines:
        return b"\n"
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(one, lines[other])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            lines[one] = lines[one].rstrip(b"\r\n")
    return b"".join(lines)


def other_line_ends(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    end, share = rng.choice(LINE_ENDS), rng.choice((0.2, 1.0))
    parts = content.split(b"\n")
    ends = (end if rng.random() < share else b"\n" for _ in parts)
    return b"".join(part + e for part, e in zip(parts[:-1], ends, strict=False)) + parts[-1]


def sign_added(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    sign = rng.choice(layout.signs)
    return _inserted(content, rng.randrange(len(content) + 1), sign * rng.choice((1, 1, 2, 3)))


def sign_changed(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    sign, by = rng.choice(layout.signs), rng.choice((b"", *layout.signs))
    places = [i for i in range(len(content)) if content.startswith(sign, i)]
    if not places:
        return sign_added(rng, content, layout)
    place = rng.choice(places)
    return content[:place] + by + content[place + len(sign) :]


def bytes_added(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    place = rng.choice((0, len(content), rng.randrange(len(content) + 1)))
    return _inserted(content, place, rng.choice(BYTES))


def look_alikes(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    sign, other = rng.choice(list(LOOK_ALIKES.items()))
    encoding = str(layout.term.get("encoding", "utf-8"))
    return content.replace(sign.encode(), other.encode(encoding), rng.choice((1, 3, -1)))


def another_encoding(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    encoding = rng.choice(("utf-8-sig", "gb18030", "utf-16-le", "utf-16-be", "utf-16", "utf-32"))
    return content.decode(str(layout.term.get("encoding", "utf-8")), "ignore").encode(encoding)


def long_field(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    size = rng.choice((LONG_FIELD, LONG_LINE)) if rng.random() < 0.2 else 3_000
    return _inserted(content, rng.randrange(len(content) + 1), b"x" * size)


def blank_lines(rng: random.Random, content: bytes, layout: Layout) -> bytes:
    end = rng.choice((b"\n", b"\r\n", b"\n\n\n"))
    place = rng.choice((0, len(content), content.find(b"\n") + 1))
    return _inserted(content, place, end * rng.randrange(1, 5))


ON_BYTES: tuple[OnBytes, ...] = (
    *(flipped, flipped, truncated, cut_out, part_again, lines_changed, lines_changed),
    *(other_line_ends, sign_added, sign_added, sign_changed, sign_changed, bytes_added),
    *(look_alikes, another_encoding, long_field, blank_lines),
)
ON_PACKED: tuple[OnBytes, ...] = (flipped, flipped, truncated, cut_out, part_again, bytes_added)

PLAIN_BYTES = Layout("bytes", {}, lambda _names, _rows: b"")
