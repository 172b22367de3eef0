"""Who may do what in a PostgreSQL warehouse, and no more.

* The owner made the tables and changes them when contracts change.
* `postloan_writer` does the daily work: reads, adds and deletes rows. It changes no row in place,
  no table, and not the ledger of changes.
* `postloan_reader_<receiver>` sees, in the schema `postloan_task_files`, one view per queue of its
  receiver and one of its recalls: the published rows, with the columns of the file's contract. It
  sees no table.

These are roles without a login: a lender grants them to the users it has.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from postloan.contracts import Column, TaskFileContract, catalogue
from postloan.contracts.payloads import LANGUAGES, TASK, file_source

WRITER = "postloan_writer"
VIEWS = "postloan_task_files"
READER = "postloan_reader_"
RECALL = "_recall"
"""What the view of the recalls of a queue ends with."""

MAINTAIN_FROM_VERSION = 17

PLACE = """
    SELECT current_database()::text, current_schema()::text,
        current_setting('server_version_num')::int / 10000
"""
"""Database, schema and major version: what `role_statements` must know."""


@dataclass(frozen=True)
class Place:
    """Where the tables are.

    Attributes:
        database: name of the database.
        schema: the schema of the tables.
        version: major version of the server.
    """

    database: str
    schema: str
    version: int


def reader_of(receiver: str) -> str:
    """The role of a receiver of task files."""
    return f"{READER}{receiver}"


def role_statements(
    place: Place, task_files: Iterable[TaskFileContract], recall_file: TaskFileContract
) -> tuple[str, ...]:
    """The statements that make roles, views and rights; running them again changes nothing.

    Args:
        place: where the tables are.
        task_files: the contracts of the queues, checked for what may leave the house.
        recall_file: the layout of the recalls of any queue, checked likewise.
    """
    files = tuple(task_files)
    receivers = tuple(dict.fromkeys(file.receiver for file in files))
    return (
        *_writer(place),
        f"CREATE SCHEMA IF NOT EXISTS {VIEWS}",
        *(s for receiver in receivers for s in _reader(receiver)),
        *(s for file in files for s in _views(place.schema, file, recall_file)),
    )


def _role(name: str) -> str:
    """A role that may be there already, made for the whole server."""
    return (
        f"DO $$ BEGIN CREATE ROLE {name} NOLOGIN; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )


def _writer(place: Place) -> Iterator[str]:
    rights = "SELECT, INSERT, DELETE"
    rights += ", MAINTAIN" if place.version >= MAINTAIN_FROM_VERSION else ""
    yield _role(WRITER)
    yield f"GRANT TEMPORARY ON DATABASE {place.database} TO {WRITER}"
    yield f"GRANT USAGE ON SCHEMA {place.schema} TO {WRITER}"
    yield f"GRANT {rights} ON ALL TABLES IN SCHEMA {place.schema} TO {WRITER}"
    yield (
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {place.schema} GRANT {rights} ON TABLES TO {WRITER}"
    )
    yield f"REVOKE INSERT, DELETE ON {place.schema}.schema_change FROM {WRITER}"


def _reader(receiver: str) -> Iterator[str]:
    role = reader_of(receiver)
    yield _role(role)
    yield f"GRANT USAGE ON SCHEMA {VIEWS} TO {role}"


def _views(schema: str, file: TaskFileContract, recall_file: TaskFileContract) -> Iterator[str]:
    """A view of a queue and one of its recalls, each read by the receiver alone."""
    for name, layout in ((file.queue, file), (f"{file.queue}{RECALL}", recall_file)):
        yield f"DROP VIEW IF EXISTS {VIEWS}.{name}"
        yield _view(schema, f"{VIEWS}.{name}", file.queue, layout, layout.table.column_names)
        yield f"GRANT SELECT ON {VIEWS}.{name} TO {reader_of(file.receiver)}"


def _view(
    schema: str, view: str, queue: str, layout: TaskFileContract, shown: Collection[str]
) -> str:
    """The view of a queue with some columns of a layout: its tasks, or its recalls."""
    action = "added" if layout.queue == queue else "recalled"
    columns = ", ".join(_column(layout, c) for c in layout.table.columns if c.name in shown)
    return (
        # A barrier: no function of the reader is shown a row before it was found to be his.
        f"CREATE VIEW {view} WITH (security_barrier) AS "  # noqa: S608 (names of checked contracts)
        f"SELECT task.business_date, task.revision, {columns} "
        f"FROM {schema}.task AS task "
        f"INNER JOIN {schema}.publication AS publication "
        "ON task.business_date = publication.business_date AND task.queue = publication.queue "
        "AND task.revision = publication.revision "
        + _filled(schema, layout)
        + f"WHERE task.queue = '{queue}' AND task.task_action = '{action}'"
    )


def _filled(schema: str, layout: TaskFileContract) -> str:
    """The table that says what the tasks do not."""
    tables, filled = catalogue().tables, layout.filled_from
    key = [name for name in tables[filled].key if name in tables[TASK].column_names]
    same = " AND ".join(f"{TASK}.{name} = {filled}.{name}" for name in key)
    return f"INNER JOIN {schema}.{filled} AS {filled} ON {same} "


def _column(layout: TaskFileContract, column: Column) -> str:
    """A column of the file; plain words are those of the language the revision was sent in."""
    in_languages = {
        language: file_source(layout, column, language, catalogue().tables)
        for language in LANGUAGES
    }
    ((table, names), *_) = in_languages.values()
    if column.name in names:
        return f"{table}.{column.name}"
    return (
        f"CASE publication.header_language WHEN 'zh' THEN {table}.{column.name}_zh "
        f"ELSE {table}.{column.name}_en END AS {column.name}"
    )


# Views in the way of a change -----------------------------------------------------------------

DEPENDING_VIEWS = f"""
    SELECT DISTINCT v.oid::regclass::text,
        array_to_string(ARRAY(SELECT a.attname FROM pg_attribute AS a
            WHERE a.attrelid = v.oid AND a.attnum > 0), ', '),
        array_to_string(ARRAY(SELECT a.grantee::regrole::text FROM aclexplode(v.relacl) AS a
            WHERE a.grantee <> v.relowner AND a.grantee <> 0), ', ')
    FROM pg_depend AS d
    JOIN pg_rewrite AS r ON r.oid = d.objid
    JOIN pg_class AS v ON v.oid = r.ev_class
    WHERE d.refobjid = %s::regclass AND d.classid = 'pg_rewrite'::regclass
        AND v.relnamespace = to_regnamespace('{VIEWS}')
"""  # noqa: S608 (own name)
"""Our views of a table, with their columns and who may read them: PostgreSQL changes no type and
drops no column below."""


def without_view(view: str) -> str:
    """The statement that takes a view away for a moment."""
    return f"DROP VIEW {view}"


def view_again(schema: str, view: str, columns: Collection[str], readers: str) -> Iterator[str]:
    """The statements that make a view of a queue again and let the same roles read it.

    What it did not show before was not looked at for what may leave the house: `role_statements`
    does. A view of a queue that no contract describes any more stays away.

    Args:
        schema: where the tables are.
        view: its name, with its schema.
        columns: those that it showed.
        readers: the roles that may read it, with commas.
    """
    name, contracts = view.split(".")[-1], catalogue()
    queue = name if name in contracts.task_files else name.removesuffix(RECALL)
    if queue not in contracts.task_files:
        return
    layout = contracts.task_files[queue] if name == queue else contracts.recall_file
    yield _view(schema, view, queue, layout, columns)
    if readers:
        yield f"GRANT SELECT ON {view} TO {readers}"
