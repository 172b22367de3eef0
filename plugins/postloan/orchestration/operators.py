"""The operators: each opens the warehouse, lets the core work, and tells Airflow the counts.

The core is imported when a task runs: DAG files are read again and again, and stay light.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Asset, BaseOperator, Context
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
)

from postloan.errors import DayError, PostloanError, RunAgainError
from postloan.files.modes import keep_private
from postloan.orchestration.assets import handed_on
from postloan.orchestration.defaults import POOL
from postloan.orchestration.links import DataDocsLink
from postloan.orchestration.runs import business_date
from postloan.orchestration.schedules import cut_off, is_after
from postloan.steps import STEPS, Step
from postloan.text.advice import advised

if TYPE_CHECKING:
    from pathlib import Path

    from postloan.orchestration.lineage_events import Lineage
    from postloan.warehouse import Warehouse

LOOK_AGAIN_AFTER = timedelta(minutes=10)
"""How often a nightly run looks for a delivery that has not arrived."""

Facts = Mapping[str, Any]
"""What an asset event says about the work: engine, revision, counts, notes. Never personal data."""


class WarehouseOperator(BaseOperator):
    """Does one piece of work for one business date in the warehouse.

    The statements that ran are shown as rendered template, with the parameters filled in. Errors
    in data or rules fail the task for good; what passes by itself (a warehouse that is busy or
    away, a killed process) is retried.
    """

    template_fields: Sequence[str] = ("sql",)
    template_fields_renderers: ClassVar[dict[str, str]] = {"sql": "sql"}
    overwrite_rtif_after_execution = True
    models_run: Sequence[str] = ()
    """SQL files that ran, for lineage events."""
    files_read: "Sequence[Path]" = ()
    """Delivered files that were taken in, for lineage events."""

    def __init__(self, *, sql: str = "", **kwargs: Any) -> None:
        super().__init__(**{"pool": POOL, **kwargs})
        self.sql = sql

    @abstractmethod
    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:
        """Do the work; what is returned goes on the asset event."""

    def prepare(self, day: date, context: Context) -> Facts | None:  # noqa: ARG002
        """A look before the warehouse is opened; facts end the task without opening it."""
        return None

    def execute(self, context: Context) -> dict[str, Any]:
        """Open the warehouse, work, tell; whatever it writes is its owner's alone."""
        keep_private()
        day = business_date(context.get("partition_key"))
        try:
            facts = self.prepare(day, context)
        except OSError as error:
            raise for_good(error) from None
        if facts is None:
            facts = self._work_in_warehouse(day, context)
        told = {"business_date": day.isoformat(), **facts}
        self.log.info("%s: %s", self.task_id, told)
        for asset in self.outlets:
            if isinstance(asset, Asset):
                context["outlet_events"][asset].extra = told
        return told

    def _work_in_warehouse(self, day: date, context: Context) -> Facts:
        with opened_warehouse() as warehouse:
            try:
                facts = self.work(warehouse, day, context)
                return {"engine": warehouse.engine_version(), **facts}
            finally:
                self.models_run = warehouse.models_run
                self.sql = _shown(warehouse)

    def get_openlineage_facets_on_complete(self, _task_instance: object) -> "Lineage":
        """Tables read and written; asked for only where lineage events are switched on."""
        from postloan.orchestration.lineage_events import lineage_of
        from postloan.settings import settings

        return lineage_of(settings().warehouse_url, self.models_run, self.files_read)


def for_good(error: Exception) -> Exception:
    """The error that fails a task for good, or has it tried again where that may help."""
    told = advised(error) or error
    return told if isinstance(told, RunAgainError) else AirflowFailException(str(told))


@contextmanager
def opened_warehouse() -> "Iterator[Warehouse]":
    """The warehouse, open for a task; only what passes by itself is retried."""
    from postloan.warehouse import open_warehouse

    try:
        warehouse = open_warehouse()
    except RunAgainError:
        # Busy, or away: retried.
        raise
    except (PostloanError, OSError) as error:
        raise for_good(error) from None
    with warehouse:
        try:
            yield warehouse
        except RunAgainError:
            # Lost on the way, or another process was quicker: retried.
            raise
        except (PostloanError, ImportError, OSError, MemoryError) as error:
            raise for_good(error) from None


def _shown(warehouse: "Warehouse") -> str:
    """The statements that ran, for the page *Rendered Templates*; never a reason to fail."""
    try:
        return "\n\n".join(f"-- {name}\n{text}" for name, text in warehouse.statements())
    except PostloanError as error:
        return f"-- The statements cannot be shown: {error}"


def told_by_events(context: Context) -> list[Facts]:
    """What the asset events that started this run say."""
    events = context.get("triggering_asset_events") or {}
    return [event.extra or {} for found in events.values() for event in found]


class IngestDelivery(WarehouseOperator):
    """Takes the delivery of one source in, or waits for it until the cut-off.

    A nightly run looks again every few minutes. At the cut-off it fails where the source is
    required, and otherwise says on its event that nothing came, so that the gate may open without
    it. Before the first business date is closed nothing is due: Airflow runs a new DAG for last
    night as soon as it sees it. A run started by hand does not wait.
    """

    operator_extra_links = (DataDocsLink(),)
    docs_place = ""
    """Page of the delivery below the data docs, for the link."""

    def __init__(self, *, source: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source = source

    def prepare(self, day: date, context: Context) -> Facts | None:
        """Check that the delivery is complete, that is, that its manifest is there."""
        self.docs_place = f"{self.source}/{day}/"
        from postloan.business_day.summary import finished_dates
        from postloan.contracts import catalogue
        from postloan.ingestion.reading.manifest import is_delivered
        from postloan.settings import settings

        feeds = catalogue().feeds_of(self.source)
        manifest = settings().landing / self.source / day.isoformat() / "manifest.json"
        limit = max(cut_off(day, f.cut_off) for f in feeds)
        is_late = datetime.now(UTC) >= limit
        is_nightly = context["dag_run"].run_type == "scheduled"
        self.is_after_cut_off = is_nightly and is_late
        if is_delivered(manifest.parent):
            return None
        if is_nightly and not finished_dates(settings().reports):
            raise AirflowSkipException("No business date is closed yet, so no delivery is due.")
        if is_nightly and not is_late:
            raise AirflowRescheduleException(  # type: ignore[no-untyped-call]
                min(datetime.now(UTC) + LOOK_AGAIN_AFTER, limit.astimezone(UTC))
            )
        if is_nightly and not any(f.is_required for f in feeds):
            return {"delivered": False, "after_cut_off": True}
        raise AirflowFailException(
            f"No delivery of {self.source} for {day}: {manifest.relative_to(settings().home)} is "
            f"missing below POSTLOAN_HOME. When it has arrived: "
            f"python -m postloan day run --date {day}"
        )

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:  # noqa: ARG002
        """Take the files in; bad rows go to quarantine."""
        from postloan.ingestion.deliver import ingest
        from postloan.ingestion.loading.ledger import taken_in
        from postloan.settings import settings

        home = settings()
        result = ingest(warehouse, self.source, day, home.landing, home.scratch, home.quarantine)
        self.docs_place = f"{self.source}/{day}/r{result.revision}/index.html"
        self.files_read = taken_in(warehouse, self.source, day, home.landing)
        return {
            "delivered": True,
            "after_cut_off": self.is_after_cut_off,
            "revision": result.revision,
            "rows_loaded": result.rows_loaded,
            "rows_quarantined": result.rows_quarantined,
            "notes": list(result.warnings),
        }


class OpenBusinessDay(WarehouseOperator):
    """Asks the gate, and emits the business day when it opens.

    A shut gate skips the task, and a skipped task emits nothing. A date that is open already is
    emitted again only where somebody asks for it: by a run of their own, or by clearing this one.
    """

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:
        """Open the date, or skip with the reason."""
        from postloan.business_day.ledger import open_day

        run, task_instance = context["dag_run"], context["ti"]
        asked = bool((run.conf or {}).get("after_cut_off"))
        late = any(facts.get("after_cut_off") for facts in told_by_events(context))
        gate = open_day(warehouse, day, after_cut_off=asked or late)
        told: dict[str, Any] = {
            "answer": gate.answer,
            "revision": gate.day.revision if gate.day else None,
            "reason": gate.reason,
            "without": list(gate.without),
        }
        task_instance.xcom_push(key="gate", value=told)
        is_wanted = (
            gate.answer == "opened" or run.run_type == "manual" or task_instance.try_number > 1
        )
        if not gate.opened:
            raise AirflowSkipException(gate.reason)
        if not is_wanted:
            raise AirflowSkipException(f"{day} is open already and in work; nothing has changed.")
        return told


class WakeNextDate(WarehouseOperator):
    """Wakes the date whose turn has come: the first later one that was delivered or has gone stale.

    Late dates are caught up in order by this: each is woken when the one before it closes, and the
    gate decides as ever. The task is skipped, and says nothing, where no date waits.
    """

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:
        """Hand the next date on, or skip."""
        from postloan.business_day.ledger import next_due
        from postloan.contracts import catalogue

        due = next_due(warehouse, day)
        if due is None:
            raise AirflowSkipException(f"No date after {day} waits for its turn.")
        for asset in self.outlets:
            if isinstance(asset, Asset):
                context["outlet_events"][asset].add_partitions(due.isoformat())
        cut_offs = [f.cut_off for f in catalogue().feeds.values()]
        return {"business_date": due.isoformat(), "after_cut_off": is_after(cut_offs, due)}


class BusinessStep(WarehouseOperator):
    """Runs one step of the chain for the business day as the gate opened it, and hands it on."""

    def __init__(self, *, step: Step, **kwargs: Any) -> None:
        super().__init__(**{"task_id": step.name, "outlets": [handed_on(step)], **kwargs})
        self.step = step.name

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:
        """Run the step, unless a newer revision of the date has taken over."""
        from postloan.business_day.ledger import current_day

        asked = max((f.get("revision") or 0 for f in told_by_events(context)), default=0)
        try:
            business_day = current_day(warehouse, day)
        except DayError as error:
            if asked:
                # New inputs arrived while this chain was running: the gate opens them anew.
                raise AirflowSkipException(str(error)) from error
            raise
        if asked and asked < business_day.revision:
            raise AirflowSkipException(
                f"Revision {asked} of {day} was replaced by {business_day.revision}, "
                f"which has a run of its own."
            )
        result = STEPS[self.step].work(warehouse, business_day)
        told: dict[str, Any] = {"revision": business_day.revision, **result.counts}
        return {**told, "note": result.note} if result.note else told
