"""Takes one business date through its DAGs, and tells how it goes.

It starts the ingestions and then follows the events: every run tells which run its event started,
so nothing is guessed from times. An event that Airflow has lost is posted again.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from postloan.contracts import catalogue
from postloan.errors import PostloanError
from postloan.ingestion.reading.manifest import is_delivered
from postloan.landing.fetch.config import Landing, read_source
from postloan.local_airflow.api import AirflowApi, Json, Run
from postloan.local_airflow.supervisor import log_folder
from postloan.settings import Settings
from postloan.steps import GATE, STEPS

CHAIN = tuple(STEPS)
ALL_DAGS = (GATE, *CHAIN)

POLL_SECONDS = 0.4
LOST_AFTER_SECONDS = 60.0
"""An event that has started no run by then is taken for lost."""
UNREAD_SECONDS = 120.0
"""So long Airflow may take to read the DAG files after its start."""
LONGEST_RUN_SECONDS = 4 * 3600.0

SHOWN_COUNTS = 6

Tell = Callable[[str], None]


@dataclass
class Outcome:
    """How a business date ended.

    Attributes:
        state: `closed` (this call ran it to its end), `unchanged` (it was closed already),
            `waiting` (the gate stays shut) or `failed`.
        reason: for a person.
        revision: the revision that was run, or None.
        warnings: what went wrong without stopping the date.
    """

    day: date
    state: str
    reason: str = ""
    revision: int | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether the date is closed."""
        return self.state in ("closed", "unchanged")


class Follower:
    """Runs and follows one business date through a running Airflow."""

    def __init__(self, api: AirflowApi, home: Settings, day: date, tell: Tell) -> None:
        self.api, self.home, self.day, self.tell = api, home, day, tell
        self.key = day.isoformat()

    def run(self) -> Outcome:
        """Ingest, ask the gate, follow the chain to its end.

        Raises:
            PostloanError: Airflow cannot be reached, has not read a DAG, or a run takes longer
                than it may.
        """
        outcome = Outcome(self.day, "failed")
        self._wait_for_dags()
        ingested = list(self._ingest(outcome))
        if outcome.reason:
            return outcome
        gate, answer = self._ask_gate(ingested)
        outcome.revision = answer.get("revision")
        if gate is None:
            outcome.state = "unchanged" if answer.get("answer") == "closed" else "waiting"
            outcome.reason = str(answer.get("reason") or "the gate gave no reason")
            return outcome
        self._follow(gate, outcome)
        return outcome

    def _wait_for_dags(self) -> None:
        """An Airflow that has just started is healthy before it has read every DAG file."""
        deadline = time.monotonic() + UNREAD_SECONDS
        for dag_id in (*(f"ingest_{source}" for source in self._delivered()), *ALL_DAGS):
            while not self.api.has_dag(dag_id):
                if time.monotonic() > deadline:
                    raise PostloanError(
                        f"Airflow has no DAG {dag_id}. Its UI names files that it cannot read; "
                        f"what the DAG processor says is in {log_folder(self.home)}."
                    )
                time.sleep(POLL_SECONDS)

    # Ingestion ----------------------------------------------------------------------------

    def _delivered(self) -> list[str]:
        folder = self.home.landing
        return [
            source
            for source in catalogue().sources()
            if is_delivered(folder / source / self.key)
            # What is fetched lies there only after its DAG has run.
            or not isinstance(read_source(source), Landing)
        ]

    def _ingest(self, outcome: Outcome) -> Iterator[Run]:
        """Ingest what has been delivered; a required source that fails stops the date."""
        started = [self.api.trigger(f"ingest_{s}", self.key) for s in self._delivered()]
        for first in started:
            run = self._finish(first)
            if run.state == "success":
                yield run
                continue
            source = run.dag_id.removeprefix("ingest_")
            reason = f"{run.dag_id} failed. {self.api.failure(run)}"
            if any(f.is_required for f in catalogue().feeds_of(source)):
                outcome.reason = reason
            else:
                outcome.warnings.append(reason)

    # The gate -----------------------------------------------------------------------------

    def _ask_gate(self, ingested: list[Run]) -> tuple[Run | None, Json]:
        """The run of the gate that opened the date, if one did, and its answer."""
        answer: Json = {}
        opener: Run | None = None
        asked = dict.fromkeys(self._next(run, GATE).run_id for run in ingested)
        for run_id in asked:
            gate = self._finish(self.api.run(GATE, run_id), is_quiet=True)
            opened, found = self._answer(gate)
            if opened or opener is None:
                opener, answer = (gate if opened else None), found
        if opener is not None:
            return opener, answer
        if answer.get("answer") == "closed":
            self.tell(f"  {GATE:<28} nothing new   {answer['reason']}")
            return None, answer
        in_work = self._opener_in_work()
        if in_work is not None:
            return in_work, self._answer(in_work)[1]
        # By hand nobody waits for the cut-off; and a chain that stopped half-way starts again.
        gate = self._finish(
            self.api.trigger(GATE, self.key, {"after_cut_off": True}), is_quiet=True
        )
        opened, answer = self._answer(gate)
        if not opened:
            self.tell(f"  {GATE:<28} {answer.get('answer', 'shut'):<10} {answer.get('reason', '')}")
        return (gate if opened else None), answer

    def _opener_in_work(self) -> Run | None:
        """The run that opened the date, where its chain is under way: the date before woke it."""
        if not any(self.key in self.api.active_keys(dag_id) for dag_id in CHAIN):
            return None
        runs = (r for r in self.api.runs(GATE, self.key) if r.state == "success")
        return next((r for r in runs if self.api.task_states(r).get(GATE) == "success"), None)

    def _answer(self, gate: Run) -> tuple[bool, Json]:
        if gate.state != "success":
            raise PostloanError(f"{GATE} failed for {self.key}. {self.api.failure(gate)}")
        answer: Json = self.api.xcom(gate, GATE, "gate") or {}
        opened = self.api.task_states(gate).get(GATE) == "success"
        if opened:
            self._tell_run(gate, f"revision {answer.get('revision')}. {answer.get('reason') or ''}")
        return opened, answer

    # The chain ----------------------------------------------------------------------------

    def _follow(self, gate: Run, outcome: Outcome) -> None:
        run = gate
        for dag_id in CHAIN:
            run = self._finish(self._next(run, dag_id))
            if run.state == "failed":
                outcome.reason = (
                    f"{dag_id} failed. {self.api.failure(run)} See docs/runbooks/{dag_id}.md"
                )
                return
            if self.api.task_states(run).get(dag_id) == "skipped":
                outcome.state = "waiting"
                outcome.reason = (
                    f"New inputs for {self.key} arrived while {dag_id} was running; "
                    f"run the date again to follow its next revision."
                )
                return
        outcome.state = "closed"

    def _next(self, run: Run, dag_id: str) -> Run:
        """The run that the event of another run started; a lost event is posted again."""
        began = time.monotonic()
        while time.monotonic() - began < LOST_AFTER_SECONDS:
            if self.api.look():
                # A scheduler that was away has not lost it yet.
                began = time.monotonic()
            started = self.api.started_by(run, dag_id)
            if started:
                return self.api.run(dag_id, started)
            time.sleep(POLL_SECONDS)
        self.tell(f"  {dag_id:<28} has not started; it is started by hand")
        return self.api.trigger(dag_id, self.key)

    def _finish(self, run: Run, *, is_quiet: bool = False) -> Run:
        """Wait until a run is over."""
        deadline = time.monotonic() + LONGEST_RUN_SECONDS
        while not run.is_over:
            if time.monotonic() > deadline:
                raise PostloanError(
                    f"{run.dag_id} for {self.key} is still {run.state}; see the UI."
                )
            time.sleep(POLL_SECONDS)
            self.api.look()
            run = self.api.run(run.dag_id, run.run_id)
        if not is_quiet:
            self._tell_run(run, _in_words(self.api.event_facts(run)))
        return run

    def _tell_run(self, run: Run, words: str) -> None:
        state = "ok" if run.state == "success" else run.state
        self.tell(f"  {run.dag_id:<28} {state:<8} {run.seconds:5.1f} s  {words}".rstrip())


def _in_words(facts: Json) -> str:
    """The numbers of an asset event that are not zero, the first of them."""
    hidden = {"revision", "after_cut_off", "delivered", "business_date"}
    counts = [
        f"{name.replace('_', ' ')} {number:,}"
        for name, number in facts.items()
        if name not in hidden and type(number) is int and number
    ]
    return "; ".join(filter(None, [", ".join(counts[:SHOWN_COUNTS]), facts.get("note")]))
