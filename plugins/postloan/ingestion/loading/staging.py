"""One file on its way into the warehouse: bytes, text, types, and what is refused on the way.

Three temporary tables per feed: `text_<feed>` (all good records as text), `refused_<feed>` (what
is held back, and why) and `staged_<feed>` (typed rows with their line, ready to become facts).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp

from postloan.contracts import Catalogue, Column, FeedContract
from postloan.contracts.file_format import FileFormat, file_format_of
from postloan.errors import DeliveryError
from postloan.ingestion.loading.conversion import (
    faults_select,
    plain_condition,
    plain_typing,
    raw_text,
    typed_select,
)
from postloan.ingestion.loading.ledger import FeedCount, was_ever_delivered
from postloan.ingestion.loading.relations import (
    duplicates_select,
    file_key,
    is_among,
    orphans_select,
    other_source,
)
from postloan.ingestion.reading.formats import as_delivered, read_file, restored
from postloan.ingestion.reading.header import check_header
from postloan.ingestion.reading.manifest import DeliveredFile, check_file
from postloan.ingestion.reading.names import told_file
from postloan.ingestion.reading.normalise import REFUSED_COLUMNS, Normalised, normalise
from postloan.ingestion.reading.plain_csv_check import survey
from postloan.ingestion.reading.refusals import DUPLICATE_KEY, ORPHAN, RECORD_ADVICE, advice
from postloan.ingestion.reading.unpack import unpack
from postloan.warehouse import Warehouse
from postloan.warehouse.capabilities import ReadsPlainFiles
from postloan.warehouse.engine import Row
from postloan.warehouse.models import Select
from postloan.warehouse.statements import deleting_among

REFUSAL = ("line_no", "column_name", "reason", "raw_text")


@dataclass(frozen=True)
class Staging:
    """The work on one feed of one delivery."""

    warehouse: Warehouse
    contracts: Catalogue
    feed: FeedContract
    file: DeliveredFile
    business_date: date
    delivered: Path
    scratch: Path

    @property
    def text_table(self) -> str:
        """Records as text: at least all that are in doubt, and all that are refused by value."""
        return f"text_{self.feed.name}"

    @property
    def refused_table(self) -> str:
        """Rows held back."""
        return f"refused_{self.feed.name}"

    @property
    def staged_table(self) -> str:
        """Typed rows."""
        return f"staged_{self.feed.name}"

    def load(self) -> Normalised:
        """Read the file into the text table and the table of refused rows.

        The bytes are hashed while they are read, and once more where they cannot be read: a file
        that is not the one promised is told as that, whatever else it breaks.

        Raises:
            DeliveryError: header, hash or number of rows are not what was promised.
        """
        try:
            return self._read()
        except DeliveryError:
            self._check_bytes()
            raise

    def _read(self) -> Normalised:
        names = [c.name for c in self.feed.file_columns]
        form = file_format_of(self.feed)
        plain = unpack(self.delivered, form, self.scratch / f"unpacked_{self.feed.name}")
        if not form.is_plain:
            return self._load_other(names, form, plain)
        check_header(self.delivered, names)
        reader = self.warehouse
        account = self._load_plain(reader, names) if isinstance(reader, ReadsPlainFiles) else None
        if account is None:
            clean, refused = self._working_files
            account = normalise(
                self.delivered, ",".join(names).encode(), len(names) - 1, clean, refused
            )
            self._load_normalised(names, account)
        return account

    def _load_other(self, names: list[str], form: FileFormat, plain: Path) -> Normalised:
        """Read a file in another format than the usual one."""
        days = [c.name for c in self.feed.file_columns if c.sql_type == "date"]
        try:
            found = read_file(plain, self.delivered.name, names, form, *self._working_files, days)
        finally:
            if plain != self.delivered:
                plain.unlink()
        account = as_delivered(found, self.delivered)
        self._load_normalised(names, account)
        if columns := restored(names, form):
            as_read = f"as_read_{self.feed.name}"
            select = exp.select("*").from_(self.text_table)
            self.warehouse.temporary_from(as_read, select)
            select = exp.select("line_no", *columns).from_(as_read)
            self.warehouse.temporary_from(self.text_table, select)
            self.warehouse.drop_temporary(as_read)
        return account

    @property
    def _working_files(self) -> tuple[Path, Path]:
        """Where the normalised records go: the good ones, the refused ones."""
        name = self.feed.name
        return self.scratch / f"clean_{name}.csv", self.scratch / f"refused_{name}.csv"

    def _load_plain(self, reader: ReadsPlainFiles, names: list[str]) -> Normalised | None:
        """Let the engine read the file itself, unless that could go wrong.

        Rows that are right beyond doubt are staged at once; the others become the text table.
        """
        account = survey(self.delivered, len(names) - 1)
        if account is None:
            return None
        self._check_bytes(account.sha256)
        # On most days most feeds have nothing to tell: nothing need be read then.
        right = self._stage_plain(reader, names) if account.records else self._stage_nothing()
        if right == account.records:
            doubtful = self.warehouse.temporary_from(self.text_table, _no_rows(_as_text(names)))
        else:
            doubtful = reader.load_rest(self.text_table, self.delivered, names, self.staged_table)
        if right + doubtful != account.records:
            # The engine passed over lines that are no records: they are for the careful way.
            return None
        self._check_promise(account)
        self.warehouse.temporary_from(self.refused_table, _no_rows(_as_text(REFUSAL[1:])))
        return account

    def _stage_plain(self, reader: ReadsPlainFiles, names: list[str]) -> int:
        typed, is_plain = plain_typing(self.feed), plain_condition(self.feed)
        return reader.load_plain(self.staged_table, self.delivered, names, typed, is_plain)

    def _stage_nothing(self) -> int:
        types = {c.name: c.sql_type for c in self.feed.file_columns}
        return self.warehouse.temporary_from(self.staged_table, _no_rows(types))

    def _load_normalised(self, names: list[str], account: Normalised) -> None:
        clean, refused = self._working_files
        self._check_bytes(account.sha256)
        self._check_promise(account)
        in_bytes = f"unread_{self.feed.name}"
        loaded = self.warehouse.load_text(self.text_table, clean, names)
        unread = self.warehouse.load_text(in_bytes, refused, REFUSED_COLUMNS)
        clean.unlink()
        refused.unlink()
        self._check_read(account, loaded, unread)
        whole_record = exp.cast(exp.null(), "varchar").as_("column_name")
        select = exp.select("line_no", whole_record, *REFUSED_COLUMNS).from_(in_bytes)
        self.warehouse.temporary_from(self.refused_table, select)
        self.warehouse.drop_temporary(in_bytes)
        # Every row is still to be judged.
        self._stage_nothing()

    def _check_read(self, account: Normalised, loaded: int, unread: int) -> None:
        if (loaded, unread) != (account.records, account.refused):
            raise DeliveryError(
                f"{told_file(self.delivered.name)}: {account.records} good and {account.refused} "
                f"refused records in the file, but {loaded} and {unread} read. Nothing was loaded; "
                f"report this defect."
            )

    def _check_promise(self, account: Normalised) -> None:
        if account.rows != self.file.rows:
            raise DeliveryError(
                f"{told_file(self.delivered.name)}: the manifest says {self.file.rows} rows, the "
                f"file holds {account.rows} (header and {account.blank_lines} blank lines aside). "
                f"It is truncated, or the manifest belongs to another file. Deliver both again."
            )

    def _check_bytes(self, found: str = "") -> None:
        check_file(self.file, self.delivered, found)

    def convert(self) -> None:
        """Hold back the rows whose values break the contract; type the others."""
        if not self.warehouse.count(self.text_table):
            return
        self.warehouse.append_from(
            self.refused_table, REFUSAL, faults_select(self.feed, self.text_table)
        )
        self.warehouse.append_from(
            self.staged_table,
            ("line_no", *(c.name for c in self.feed.file_columns)),
            typed_select(self.feed, self.text_table, self.refused_table),
        )

    def refuse_duplicates(self) -> None:
        """Hold back rows whose key an earlier line has; the first one stays."""
        key = file_key(self.feed)
        if self.warehouse.repeated_keys(self.staged_table, key):
            self.refuse(duplicates_select(self.feed, self.staged_table), key[-1], DUPLICATE_KEY)

    def refuse_orphans(self) -> None:
        """Hold back rows that refer to something nobody has ever delivered.

        Another source may come first: its feeds are looked into only once it has delivered.
        """
        for column, (target, target_column) in self.feed.references.items():
            source = other_source(self.feed, target, self.contracts)
            if source and not was_ever_delivered(self.warehouse, source, self.business_date):
                continue
            self.refuse(
                orphans_select(column, target, target_column, self.staged_table), column, ORPHAN
            )

    def refuse(self, lines_select: Select, column: str, reason: str) -> int:
        """Move rows from the staged to the refused ones.

        Args:
            lines_select: SELECT of their `line_no`.
            column: the column at fault.
            reason: code of the reason.

        Returns:
            Number of rows.
        """
        lines = f"lines_{self.feed.name}"
        found = self.warehouse.temporary_from(
            lines, lines_select, {"business_date": self.business_date}
        )
        if found:
            self._put_back_as_text(lines)
            text, columns = self.text_table, self.feed.file_columns
            select = (
                exp.select(
                    exp.column("line_no", table=text),
                    exp.Literal.string(column).as_("column_name"),
                    exp.Literal.string(reason).as_("reason"),
                    raw_text(columns, text).as_("raw_text"),
                )
                .from_(text)
                .where(is_among(lines, text))
            )
            self.warehouse.append_from(self.refused_table, REFUSAL, select)
            refused = is_among(lines, self.staged_table)
            self.warehouse.run(deleting_among(self.staged_table, refused), {})
        self.warehouse.drop_temporary(lines)
        return found

    def take_back(self, lines: str) -> None:
        """Let rows that were right beyond doubt be judged like all others.

        Args:
            lines: name of a table with their `line_no`.
        """
        self._put_back_as_text(lines)
        among = is_among(lines, self.staged_table)
        self.warehouse.run(deleting_among(self.staged_table, among), {})

    def _put_back_as_text(self, lines: str) -> None:
        """Rows that were right beyond doubt have no text yet: it is what their types write."""
        names = [c.name for c in self.feed.file_columns]
        texts = (exp.cast(exp.column(name), "varchar").as_(name) for name in names)
        unseen = exp.not_(is_among(self.text_table, self.staged_table))
        select = (
            exp.select("line_no", *texts)
            .from_(self.staged_table)
            .where(is_among(lines, self.staged_table), unseen)
        )
        self.warehouse.append_from(self.text_table, ("line_no", *names), select)

    def quarantine(self, most: int | None = None) -> None:
        """Put the refused rows into the quarantine, each with what to do about it.

        Args:
            most: of a delivery that is refused as a whole, whose rows only serve to be listed: the
                first ones, so many; None puts all there.
        """
        advised, table = self.advised(), self.refused_table
        told = exp.case()
        for (column, reason), text in advised.items():
            same: exp.Expr = exp.column("reason", table=table).eq(reason)
            if column:
                same = exp.and_(same, exp.column("column_name", table=table).eq(column))
            told = told.when(same, exp.Literal.string(text))
        select = exp.select(
            exp.cast(exp.Placeholder(this="business_date"), "date").as_("business_date"),
            exp.Literal.string(self.feed.source).as_("source"),
            exp.Literal.string(self.feed.name).as_("feed"),
            "line_no",
            exp.Literal.string(self.file.file).as_("file_name"),
            "column_name",
            "reason",
            (told.else_("reason") if advised else exp.column("reason")).as_("detail"),
            "raw_text",
        ).from_(table)
        if most is not None:
            select = select.order_by("line_no").limit(most)
        self.warehouse.append_from(
            "quarantine",
            [s.alias_or_name for s in select.selects],
            select,
            {"business_date": self.business_date},
        )

    def reasons(self) -> list[Row]:
        """Feed, column, reason and number of all rows that were refused."""
        column = exp.func("coalesce", exp.column("column_name"), exp.Literal.string(""))
        return self.warehouse.fetch(
            exp.select(
                exp.Literal.string(self.feed.name).as_("feed"),
                column.as_("c"),
                "reason",
                exp.Count(this=exp.Star()).as_("refused"),
            )
            .from_(self.refused_table)
            .group_by(column.copy(), "reason")
        )

    def advised(self) -> Mapping[tuple[str, str], str]:
        """(column, reason) of all that was refused -> what to tell the sender."""
        found = self.warehouse.fetch(
            exp.select(
                exp.func("coalesce", exp.column("column_name"), exp.Literal.string("")).as_("c"),
                "reason",
            )
            .distinct()
            .from_(self.refused_table)
            .order_by("c", "reason")
        )
        columns: dict[str, Column] = {c.name: c for c in self.feed.file_columns}
        key = file_key(self.feed)
        return {
            (name, reason): advice(columns[name], reason, key) if name else RECORD_ADVICE[reason]
            for name, reason in found
        }

    def count(self, account: Normalised) -> FeedCount:
        """The account of the feed: every data row is either staged or refused.

        Raises:
            DeliveryError: the account does not add up; the transaction must not be committed.
        """
        loaded, refused = map(self.warehouse.count, (self.staged_table, self.refused_table))
        if account.rows != loaded + refused:
            raise DeliveryError(
                f"{told_file(self.delivered.name)}: {account.rows} rows came in, {loaded} would be "
                f"loaded and {refused} quarantined. Nothing was loaded; report this defect."
            )
        return FeedCount(self.feed.name, account.rows, loaded, refused)

    def clear(self) -> None:
        """Drop the temporary tables."""
        for table in (self.text_table, self.refused_table, self.staged_table):
            self.warehouse.drop_temporary(table)


def _as_text(names: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(names, "varchar")


def _no_rows(types: Mapping[str, str]) -> exp.Select:
    """SELECT of no rows at all, with a line and columns of these types."""
    columns = {"line_no": "bigint", **types}
    nulls = (exp.cast(exp.null(), kind).as_(name) for name, kind in columns.items())
    return exp.select(*nulls).where(exp.false())
