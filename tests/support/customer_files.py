"""The same two customers as a file of every format that a contract may declare."""

import csv
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq

from postloan.contracts import catalogue
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, Lender

NAMES = [c.name for c in catalogue().feeds["customer"].file_columns]
CUSTOMERS = [CUSTOMER, {**CUSTOMER, "customer_id": "C2", "customer_name": '王"小",二|+|¥'}]
ROWS = [[str(c.get(n, "")) for n in NAMES] for c in CUSTOMERS]
WIDTHS = [24] * len(NAMES)


def quoted(sign: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sign, lineterminator="\n")
    writer.writerows([NAMES, *ROWS])
    return text.getvalue()


def joined(sign: str, rows: list[list[str]]) -> str:
    return "".join(sign.join(r) + "\n" for r in rows)


def json_lines() -> str:
    return "".join(json.dumps(c, ensure_ascii=False) + "\n" for c in CUSTOMERS)


def fixed_width(encoding: str | None = None) -> str:
    def filled(value: str) -> str:
        return value + " " * (24 - len(value.encode(encoding) if encoding else value))

    return joined("", [[filled(v) for v in r] for r in ROWS])


def parquet(replaced: str = "", by: str = "") -> bytes:
    target = io.BytesIO()
    columns = {
        n: [by if replaced and r[i] == replaced else r[i] or None for r in ROWS]
        for i, n in enumerate(NAMES)
    }
    pq.write_table(pa.table({n: pa.array(v, pa.string()) for n, v in columns.items()}), target)
    return target.getvalue()


def zipped(content: bytes, *names: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name in names or ("customer.txt",):
            archive.writestr(name, content)
    return target.getvalue()


PLAIN = quoted(",").encode()


def deliver(lender: Lender, content: bytes, rows: int = 2) -> None:
    lender.deliver(
        raw={"customer": content},
        rows_told={"customer": rows},
        loan=[LOAN],
        instalment=[INSTALMENT],
    )
