"""The tables as one connection sees them: what is committed, its own writes, temporary tables."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from postloan.errors import RunAgainError, WarehouseError
from postloan.warehouse.spark.compact import compact
from postloan.warehouse.spark.delta import DeltaLogs
from postloan.warehouse.spark.forms import Form
from postloan.warehouse.spark.log import CHECKPOINT_EVERY, Change, Claim, CommitLog, Parts, Snapshot
from postloan.warehouse.spark.store import Store
from postloan.warehouse.spark.sweep import sweep


class Held(NamedTuple):
    """Columns of a table and where its rows are."""

    form: Form
    parts: Parts

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(part.rows for part in self.parts)


class Tables:
    """All tables of one connection."""

    def __init__(
        self, log: CommitLog, store: Store, keep_hours: int, delta: DeltaLogs | None = None
    ) -> None:
        """Begin with what is committed.

        Args:
            log: which parts count.
            store: where they are.
            keep_hours: how long files are kept that do not count any more.
            delta: the Delta logs that tell of every commit, if there are any.
        """
        self._keep_hours = keep_hours
        self._delta = delta
        self._log = log
        self._store = store
        self._base = log.newest()
        self._change: Change | None = None
        self._written: dict[str, Parts] = {}
        self._temporary: dict[str, Held] = {}
        self._before: dict[str, Held] = {}
        self._dropped: list[Held] = []
        self._shown: dict[str, Held] = {}

    def close(self) -> None:
        """Let Spark forget the tables."""
        for name in self._shown:
            self._store.spark.catalog.dropTempView(name)
        self._shown.clear()

    # Transactions -------------------------------------------------------------------------

    def begin(self) -> None:
        """Start a transaction on what is committed now."""
        self._base, self._change = self._log.newest(), Change()
        self._before = dict(self._temporary)

    def commit(self) -> None:
        """Make the writes of the transaction visible, all by the creation of one file."""
        before, change = self._base, self._begun
        if not change.is_empty:
            self._base = self._logged(change)
        self._end()
        if before.number // CHECKPOINT_EVERY < self._base.number // CHECKPOINT_EVERY:
            compact(self._store, self._log)
            self.sweep()
        if self._delta:
            self._delta.publish()

    def _logged(self, change: Change) -> Snapshot:
        """Write a commit.

        Whatever is raised on the way, an answer of the storage that was lost or a time limit, it
        may have been written. So its files are not ours to remove any more, unless it is certain
        that another process was quicker; those that do not count are swept away later.
        """
        self._change = Change()
        try:
            return self._log.commit(self._base, change)
        except RunAgainError:
            self._change = change
            raise

    def sweep(self) -> None:
        """Remove files that count for nobody any more."""
        sweep(self._store.files, self._log, self._keep_hours)

    def rollback(self) -> None:
        """Forget the writes of the transaction; temporary tables are again what they were.

        What fails once a transaction is committed has nothing to forget.
        """
        if self._change is None:
            return
        written = [Held(self._form(name), tuple(ps)) for name, ps in self._begun.added.items()]
        self._temporary = self._before
        self._dropped.clear()
        self._end()
        for held in written:
            self._store.forget(*held)

    def _end(self) -> None:
        self._change, self._before = None, {}
        self._written.clear()
        for held in self._dropped:
            self._store.forget(*held)
        self._dropped.clear()

    @property
    def _begun(self) -> Change:
        if self._change is None:
            raise WarehouseError("No transaction has begun.")
        return self._change

    @contextmanager
    def writing(self) -> Iterator[Change]:
        """The change of the open transaction, or one of its own for a single statement."""
        if self._change is not None:
            yield self._begun
            return
        self.begin()
        try:
            yield self._begun
            self.commit()
        except BaseException:
            self.rollback()
            raise

    # Tables -------------------------------------------------------------------------------

    def exists(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return name in self._temporary or name in self.forms()

    def forms(self) -> Mapping[str, Form]:
        """All tables, temporary ones apart, with their columns."""
        changed = self._change.forms if self._change else {}
        return {**self._base.forms, **changed}

    def _form(self, name: str) -> Form:
        forms = self.forms()
        if name not in forms:
            raise WarehouseError(f"There is no table {name}.")
        return forms[name]

    def refresh(self) -> None:
        """See what others have committed; a transaction goes on seeing what it began with.

        Called once for every statement, so that all tables in it are of one moment.
        """
        if self._change is None:
            self._base = self._log.newest()

    def find(self, name: str) -> Held:
        """Columns and parts of a table as they were at the last refresh, own writes included.

        Raises:
            WarehouseError: there is no such table.
        """
        if name in self._temporary:
            return self._temporary[name]
        form, parts = self._form(name), self._written.get(name)
        return Held(form, self._base.tables.get(name, ()) if parts is None else parts)

    def reshape(self, form: Form) -> None:
        """Let a table have these columns from now on; it need not be there yet."""
        with self.writing() as change:
            change.forms[form.name] = form

    def put(self, form: Form, gone: Parts, come: Parts, claim: Claim | None = None) -> None:
        """Let parts of a table go and others come.

        Args:
            form: the table.
            gone: parts that it has.
            come: new parts, written already.
            claim: what the change stands for towards other writers.
        """
        left = set(gone)
        if form.is_temporary:
            kept = tuple(p for p in self.find(form.name).parts if p not in left)
            self._temporary[form.name] = Held(form, (*kept, *come))
            return
        with self.writing() as change:
            kept = tuple(p for p in self.find(form.name).parts if p not in left)
            self._written[form.name] = (*kept, *come)
            change.remove(form.name, gone)
            change.add(form.name, come)
            if claim:
                change.claims.add(claim)

    def make_temporary(self, form: Form, parts: Parts) -> None:
        """Let there be a temporary table."""
        self._temporary[form.name] = Held(form, parts)

    def drop(self, name: str) -> None:
        """Drop a temporary table if it is there."""
        held = self._temporary.pop(name, None)
        if held and self._change is not None:
            # A rollback brings it back.
            self._dropped.append(held)
        elif held:
            self._store.forget(*held)

    def forget(self, name: str) -> None:
        """Drop a temporary table whose name is never used again; Spark lets go of it, too."""
        self.drop(name)
        if self._shown.pop(name, None):
            self._store.spark.catalog.dropTempView(name)

    def rename(self, name: str, new_name: str) -> None:
        """Give a temporary table another name."""
        form, parts = self._temporary.pop(name)
        self.make_temporary(Form(new_name, form.columns, is_temporary=True), parts)

    # For Spark ----------------------------------------------------------------------------

    def show(self, names: Iterable[str]) -> int:
        """Let Spark see tables as they are now; number of rows they hold together."""
        total = 0
        for name in names:
            held = self.find(name)
            total += held.rows
            if self._shown.get(name) != held:
                self._store.frame(*held).createOrReplaceTempView(name)
                self._shown[name] = held
        return total
