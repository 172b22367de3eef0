"""The actions of a Delta log: what they are called, how they are written and read.

The form is that of the Delta protocol,
https://github.com/delta-io/delta/blob/master/PROTOCOL.md.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, uuid5

import pyarrow as pa
import pyarrow.parquet as pq

from postloan.warehouse.spark.forms import Form

Action = dict[str, Any]

WRITER = "postloan"

_KINDS = {"bigint": "long", "int": "integer"}
_OLDEST = {"minReaderVersion": 1, "minWriterVersion": 2}
_WITH_LOCAL_TIMES = {
    "minReaderVersion": 3,
    "minWriterVersion": 7,
    "readerFeatures": ["timestampNtz"],
    "writerFeatures": ["timestampNtz"],
}
_TEXTS = pa.map_(pa.string(), pa.string())
_CHECKPOINT = pa.schema(
    {
        "protocol": pa.struct(
            {
                "minReaderVersion": pa.int32(),
                "minWriterVersion": pa.int32(),
                "readerFeatures": pa.list_(pa.string()),
                "writerFeatures": pa.list_(pa.string()),
            }
        ),
        "metaData": pa.struct(
            {
                "id": pa.string(),
                "name": pa.string(),
                "format": pa.struct({"provider": pa.string(), "options": _TEXTS}),
                "schemaString": pa.string(),
                "partitionColumns": pa.list_(pa.string()),
                "configuration": _TEXTS,
            }
        ),
        "txn": pa.struct({"appId": pa.string(), "version": pa.int64()}),
        "add": pa.struct(
            {
                "path": pa.string(),
                "partitionValues": _TEXTS,
                "size": pa.int64(),
                "modificationTime": pa.int64(),
                "dataChange": pa.bool_(),
                "stats": pa.string(),
            }
        ),
    }
)


@dataclass
class State:
    """What the versions of a Delta log come to."""

    single: dict[str, Action] = field(default_factory=dict)
    files: dict[str, Action] = field(default_factory=dict)

    def take_in(self, actions: Iterable[Action]) -> None:
        """One version more."""
        for action in actions:
            for kind, content in action.items():
                match kind:
                    case "add":
                        self.files[content["path"]] = content
                    case "remove":
                        self.files.pop(content["path"], None)
                    case "protocol" | "metaData" | "txn":
                        self.single[kind] = content

    def take_in_checkpoint(self, stream: BinaryIO) -> None:
        """All that a checkpoint holds."""
        for row in pq.read_table(stream).to_pylist(maps_as_pydicts="strict"):
            for kind, content in row.items():
                if content is not None:
                    self.take_in([{kind: {k: v for k, v in content.items() if v is not None}}])

    def as_checkpoint(self) -> tuple[bytes, int]:
        """All that holds, as the file of a checkpoint; and the number of actions in it."""
        single = [{kind: content} for kind, content in sorted(self.single.items())]
        actions = [*single, *({"add": content} for content in self.files.values())]
        rows = pa.Table.from_pylist(list(map(_for_arrow, actions)), _CHECKPOINT)
        stream = pa.BufferOutputStream()
        pq.write_table(rows, stream)
        return stream.getvalue().to_pybytes(), len(actions)


def as_lines(actions: Iterable[Action]) -> bytes:
    """A version as its file holds it."""
    return "".join(json.dumps(action) + "\n" for action in actions).encode()


def as_it_is(form: Form) -> list[Action]:
    """What a reader must know, and the columns."""
    has_local_times = "timestamp_ntz" in form.columns.values()
    schema = {
        "type": "struct",
        "fields": [
            {
                "name": name,
                "type": _KINDS.get(kind, kind),
                "nullable": name not in form.required,
                "metadata": {},
            }
            for name, kind in form.columns.items()
        ],
    }
    return [
        {"protocol": _WITH_LOCAL_TIMES if has_local_times else _OLDEST},
        {
            "metaData": {
                "id": str(uuid5(NAMESPACE_URL, f"{WRITER}/{form.name}")),
                "name": form.name,
                "format": {"provider": "parquet", "options": {}},
                "schemaString": json.dumps(schema),
                "partitionColumns": [form.partition] if form.partition else [],
                "configuration": {},
            }
        },
    ]


def _for_arrow(action: Action) -> Action:
    """An action with its maps as Arrow wants them."""
    ((kind, content),) = action.items()
    match kind:
        case "add":
            content = {**content, "partitionValues": list(content["partitionValues"].items())}
        case "metaData":
            options = {"provider": content["format"]["provider"], "options": []}
            content = {**content, "format": options, "configuration": []}
    return {kind: content}
