"""Every table of a lake as a Delta table, for other tools to read.

What counts is still said by the log of commits: it makes all tables of a transaction visible
together, which Delta cannot. Behind a commit, each table that it changed is told so in a Delta log
of its own, over the very same files. Such a log names the commit that it has come to (the action
`txn`), so nothing is told twice, and what a killed writer left untold is told behind the next
commit.
"""

import json
from collections.abc import Iterable, Iterator

from postloan.errors import WarehouseError
from postloan.warehouse.spark.delta_actions import WRITER, Action, State, as_it_is, as_lines
from postloan.warehouse.spark.files import LakeFiles
from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.log import (
    Change,
    CommitLog,
    Part,
    Snapshot,
    commit_path,
    place_within,
)

FOLDER = "_delta_log"
TOLD = "_commits/delta.json"
CHECKPOINT_EVERY = 50
"""So many versions of a table are read at most to know its files."""


class DeltaLogs:
    """The Delta logs of all tables of one lake."""

    def __init__(self, files: LakeFiles, log: CommitLog) -> None:
        """Name the lake.

        Args:
            files: the lake.
            log: its log of commits.
        """
        self._files = files
        self._log = log

    def publish(self) -> None:
        """Tell every table what has been committed since it was told last.

        Raises:
            WarehouseError: another tool has written to a Delta log.
        """
        newest, told = self._log.newest(), self._told()
        if told == newest.number:
            return
        since = [self._log.change(n) for n in range(told + 1, newest.number + 1)] if told else []
        for table in sorted({t for change in since for t in change.tables} or newest.forms):
            self._tell(newest.forms[table], newest)
        self._files.write_json(TOLD, {"number": newest.number})

    def _told(self) -> int:
        """Up to which commit surely all tables have been told; 0 where none may have been."""
        try:
            return int(self._files.read_json(TOLD)["number"])
        except FileNotFoundError:
            return 0

    def _tell(self, form: Form, newest: Snapshot) -> None:
        """Write the next version of a table, unless another process has told as much by then."""
        table, told = form.name, False
        while not told:
            version, known = self._newest_version(table)
            if known >= newest.number:
                return
            next_path = _version_path(table, version + 1)
            actions = self._next_version(form, newest, None if version < 0 else known)
            told = self._files.put_if_absent(next_path, as_lines(actions))
            if told and version > 0 and (version + 1) % CHECKPOINT_EVERY == 0:
                self._write_checkpoint(table, version + 1)

    def _next_version(self, form: Form, newest: Snapshot, known: int | None) -> Iterator[Action]:
        """What became of a table since the commit that it knows; all of it where it knows none."""
        when = self._files.written_at(commit_path(newest.number))
        if known is None:
            yield from as_it_is(form)
            yield from self._added(form, newest.tables.get(form.name, ()))
        else:
            yield from self._since(form, known, newest.number, when)
        yield {"txn": {"appId": WRITER, "version": newest.number, "lastUpdated": when}}
        yield {"commitInfo": {"timestamp": when, "operation": "WRITE"}}

    def _newest_version(self, table: str) -> tuple[int, int]:
        """The newest version of a table and the commit it tells of; -1 and 0 if there is none."""
        names = [n for n in self._files.names(f"{table}/{FOLDER}") if n.endswith(".json")]
        if not names:
            return -1, 0
        version = int(names[-1].partition(".")[0])
        for action in self._version(table, version):
            if action.get("txn", {}).get("appId") == WRITER:
                return version, int(action["txn"]["version"])
        raise WarehouseError(
            f"Another tool has written version {version} of the Delta table {table}, which others "
            f"may only read. Remove {table}/{FOLDER} and {TOLD} from the lake: what is committed "
            f"is told anew with the next commit."
        )

    def _version(self, table: str, version: int) -> list[Action]:
        lines = self._files.read(_version_path(table, version)).splitlines()
        return [json.loads(line) for line in lines]

    def _since(self, form: Form, known: int, newest: int, when: int) -> list[Action]:
        """What some commits after the known one have done to a table, taken together."""
        done, reshaped = Change(), False
        for change in map(self._log.change, range(known + 1, newest + 1)):
            done.remove(form.name, change.removed.get(form.name, ()))
            done.add(form.name, change.added.get(form.name, ()))
            reshaped = reshaped or form.name in change.forms
        gone = done.removed.get(form.name, set())
        return [
            *(as_it_is(form) if reshaped else ()),
            *(self._removed(form, gone, when) if gone else ()),
            *self._added(form, done.added.get(form.name, ())),
        ]

    def _added(self, form: Form, parts: Iterable[Part]) -> Iterator[Action]:
        for part in parts:
            place = place_within(form, part)
            values = {form.partition: part.partition} if form.partition else {}
            files = list(self._files.data_files(f"{form.name}/{place}"))
            stats = {"stats": json.dumps({"numRecords": part.rows})} if len(files) == 1 else {}
            for file in files:
                yield {
                    "add": {
                        "path": f"{place}/{file.name}",
                        "partitionValues": values,
                        "size": file.size,
                        "modificationTime": file.written_at,
                        "dataChange": True,
                        **stats,
                    }
                }

    def _removed(self, form: Form, parts: set[Part], when: int) -> Iterator[Action]:
        """The files of parts that went; the lake may have swept them away already."""
        wanted = {(f"version={part.version}", part.partition) for part in parts}
        for path, content in self._state(form.name).files.items():
            values = content["partitionValues"]
            value = next(iter(values.values()), None)
            if (path.partition("/")[0], value) in wanted:
                yield {
                    "remove": {
                        "path": path,
                        "partitionValues": values,
                        "deletionTimestamp": when,
                        "dataChange": True,
                        "size": content["size"],
                    }
                }

    def _state(self, table: str) -> State:
        """The files of a table by its Delta log, from the newest checkpoint on."""
        names, state = self._files.names(f"{table}/{FOLDER}"), State()
        checkpoints = [n for n in names if n.endswith(".checkpoint.parquet")]
        first = 0
        if checkpoints:
            first = int(checkpoints[-1].partition(".")[0]) + 1
            with self._files.open(f"{table}/{FOLDER}/{checkpoints[-1]}") as stream:
                state.take_in_checkpoint(stream)
        for name in names:
            if name.endswith(".json") and int(name.partition(".")[0]) >= first:
                state.take_in(self._version(table, int(name.partition(".")[0])))
        return state

    def _write_checkpoint(self, table: str, version: int) -> None:
        """Write down all that holds, so that readers need not begin with the first version."""
        held, size = self._state(table).as_checkpoint()
        self._files.write(f"{table}/{FOLDER}/{version:020}.checkpoint.parquet", held)
        found = {"version": version, "size": size}
        self._files.write_json(f"{table}/{FOLDER}/_last_checkpoint", found)


def _version_path(table: str, version: int) -> str:
    return f"{table}/{FOLDER}/{version:020}.json"
