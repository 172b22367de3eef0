"""People decide on legal cases: who is asked, and whose answer counts.

One task asks and, when Airflow wakes it, records. What it is told then is Airflow's own record of
the answer: the API server writes it in the transaction in which an authenticated user answers, and
nothing but that reaches `execute_complete`. No XCom has a say in who answered, what was shown or
what was chosen: a task takes from the one before it how many questions there are, and no more.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Asset, Context
from airflow.sdk.exceptions import (
    AirflowSkipException,
    TaskAwaitingInput,
)
from airflow.sdk.execution_time.hitl import upsert_hitl_detail

from postloan.errors import PostloanError, PublicationError, SupersededError, WarehouseError
from postloan.orchestration.defaults import POOL
from postloan.orchestration.operators import Facts, WarehouseOperator, opened_warehouse
from postloan.orchestration.questions import (
    Question,
    form,
    number_of_groups,
    question_of,
    read_answer,
)
from postloan.orchestration.runs import business_date
from postloan.text.shown_text import on_one_line

if TYPE_CHECKING:
    from postloan.access.users import User
    from postloan.warehouse import Warehouse

ATTEMPTS = 20
LONGEST_PAUSE = timedelta(minutes=1)
"""A warehouse that is busy is tried again, up to twenty minutes; the answer is kept meanwhile."""

LOOKS_EVERY = timedelta(minutes=5)
"""How often a question looks whether it still stands, times the questions of its request.

No task of Airflow 3.3.2 may end the waiting of another one, so each looks for itself: what a newer
question supersedes, or what waits for nobody any more, leaves the list of required actions.
"""


class ListQuestions(WarehouseOperator):
    """Asks the core what is to be decided; skips the run where nothing is, or nothing is new.

    A run that a person starts or clears shows the open request again: its question may have been
    deleted or marked as done in Airflow, and the cases would wait for ever.
    """

    def execute(self, context: Context) -> list[int]:  # type: ignore[override]
        """The numbers of the questions, from 1."""
        return list(range(1, super().execute(context)["questions"] + 1))

    def work(self, warehouse: "Warehouse", day: date, context: Context) -> Facts:
        """Put the request on record."""
        from postloan.legal.approve_legal_cases import ask, asked

        is_wished = context["dag_run"].run_type == "manual" or context["ti"].try_number > 1
        request = ask(warehouse, day) or (asked(warehouse) if is_wished else None)
        if request is None:
            raise AirflowSkipException(
                f"No case waits for another decision as of {day}, or a gate of it is shut."
            )
        return {
            "asked_on": request.asked_on.isoformat(),
            "number": request.round,
            "cases": len(request.cases),
            "questions": number_of_groups(request),
        }


class AskLegalApprovers(HITLOperator):
    """Asks the configured legal approvers about one group of cases, and records what they say.

    An answer that is none leaves the cases waiting: the task says why and asks again. So it does
    for cases that an answer leaves. A question that a newer one supersedes ends without a decision.

    Which question of the request it is, is its place among the mapped tasks.

    Args:
        is_second: ask only about cases that one person has approved and a different one must.
    """

    # The text is made of data, which must never be taken for a template.
    template_fields: Sequence[str] = ()

    def __init__(self, *, is_second: bool = False, **kwargs: Any) -> None:
        super().__init__(
            **{
                "pool": POOL,
                "subject": "Start legal action?",
                "options": ["-"],
                "params": form(),
                # No default: silence never approves.
                "execution_timeout": None,
                # An answer in the second of its question is lost by Airflow, and takes one of them.
                "retries": 100,
                **kwargs,
            }
        )
        self.is_second = is_second

    def execute(self, context: Context) -> None:
        """Show the cases, and wait without holding a worker."""
        business_date(context.get("partition_key"))
        with opened_warehouse() as warehouse:
            question, groups = self._question(warehouse, (context["ti"].map_index or 0) + 1)
            people = self._asked(question)
        upsert_hitl_detail(
            ti_id=context["ti"].id,
            options=list(question.choices),
            subject=question.subject,
            body=question.body,
            params=self.serialized_params,
            assigned_users=[{"id": u.id_in_airflow, "name": u.user} for u in people],
        )
        self.log.info("%s Asked: %s.", question.subject, ", ".join(u.user for u in people))
        self._wait(
            {
                "asked_on": question.asked_on.isoformat(),
                "number": question.number,
                "case_ids": [case.case_id for case in question.cases],
                "choices": dict(question.choices),
                "looks_every": int(LOOKS_EVERY.total_seconds()) * groups,
            }
        )

    def _question(self, warehouse: "Warehouse", group: int) -> tuple[Question, int]:
        """The question of a place, and how many there are."""
        from postloan.legal.approve_legal_cases import asked, decide, decided_cases
        from postloan.settings import settings

        request = asked(warehouse)
        if request is None:
            raise AirflowSkipException("Nothing was asked about legal cases.")
        decided = decided_cases(warehouse, request)
        language = settings().header_language
        question = question_of(request, group, decided, is_second=self.is_second, language=language)
        if question is None:
            if decided:
                # Publishes what a crash kept from being published; decides nothing.
                decide(warehouse, request.asked_on, request.round, (), decided_by="nobody")
            raise AirflowSkipException("No case of this question waits for an answer.")
        return question, number_of_groups(request)

    def _asked(self, question: Question) -> "list[User]":
        """Who may answer: who has approved all of the cases already is not asked once more."""
        from postloan.access.users import identity, users
        from postloan.settings import settings

        done = [{identity(name) for name in case.approved_by} for case in question.cases]
        everywhere = set.intersection(*done)
        people = users(settings()).legal_approvers
        return [u for u in people if identity(u.user) not in everywhere] or list(people)

    def _wait(self, kept: Mapping[str, Any]) -> None:
        until = timedelta(seconds=kept.get("looks_every", LOOKS_EVERY.total_seconds()))
        raise TaskAwaitingInput(method_name="execute_complete", kwargs=dict(kept), timeout=until)

    def execute_complete(
        self, context: Context, event: dict[str, Any], attempt: int = 1, **kept: Any
    ) -> dict[str, Any]:
        """Record the answer of a legal approver, or look whether the question still stands.

        Args:
            context: the context of the task.
            event: Airflow's record of the answer.
            attempt: how often this answer has been brought to the warehouse.
            kept: what was shown, as the task itself left it with Airflow.
        """
        if event.get("error_type") == "timeout":
            self._look(kept)
        try:
            return self._record(context, event, kept)
        except (WarehouseError, PublicationError) as error:
            if attempt >= ATTEMPTS:
                raise
            self.log.warning("Attempt %d: %s The answer is kept.", attempt, error)
            time.sleep(min(5 * attempt, LONGEST_PAUSE.total_seconds()))
            # There is an answer on record, so Airflow wakes the task at once, with it.
            self._wait({**kept, "attempt": attempt + 1})
            raise
        except SupersededError as error:
            # Asking the same again would lead nowhere.
            raise AirflowSkipException(f"Nothing was decided. {error}") from error
        except PostloanError as error:
            self._ask_again(context, str(error), kept)
            raise

    def _look(self, kept: Mapping[str, Any]) -> None:
        """Nobody has answered yet: go on waiting, unless there is nothing to wait for."""
        from postloan.warehouse import open_warehouse

        try:
            with open_warehouse() as warehouse:
                left = self._left(warehouse, kept)
        except SupersededError as error:
            raise AirflowSkipException(f"Nothing was decided. {error}") from error
        except WarehouseError as error:
            self.log.info("The warehouse is busy; the question stays. %s", error)
            self._wait(kept)
        if not left:
            raise AirflowSkipException("No case of this question waits for an answer any more.")
        self._wait(kept)

    def _left(self, warehouse: "Warehouse", kept: Mapping[str, Any]) -> list[str]:
        """The cases of a question that wait for an answer to it.

        Raises:
            SupersededError: a newer question has been asked.
        """
        from postloan.legal.approve_legal_cases import open_cases

        asked_on, number = date.fromisoformat(kept["asked_on"]), kept["number"]
        open_ = open_cases(warehouse, asked_on, number)
        return [
            case_id
            for case_id in kept["case_ids"]
            if case_id in open_ and (self.is_second or not open_[case_id])
        ]

    def _record(
        self, context: Context, event: Mapping[str, Any], kept: Mapping[str, Any]
    ) -> dict[str, Any]:
        from postloan.legal.approve_legal_cases import asked, decide, decided_cases
        from postloan.warehouse import open_warehouse

        person = self._approver(event)
        verdicts = read_answer(
            kept["choices"], kept["case_ids"], event.get("chosen_options"), event["params_input"]
        )
        with open_warehouse() as warehouse:
            self._left(warehouse, kept)
            request = (date.fromisoformat(kept["asked_on"]), kept["number"])
            newest = asked(warehouse)
            done = decided_cases(warehouse, newest) if newest else frozenset()
            # The text still shows what an earlier answer to it has decided.
            fresh = [v for v in verdicts if v.case_id not in done]
            result = decide(warehouse, *request, fresh, decided_by=person.user)
            left = self._left(warehouse, kept)
            engine = warehouse.engine_version()
        told = {"business_date": kept["asked_on"], "engine": engine, **result.counts}
        self.log.info("Answered by %s: %s", person.user, told)
        if left:
            self.log.info("Asked again about what was left: %s.", ", ".join(left))
            self._open_again(context, kept)
        for asset in self.outlets:
            if isinstance(asset, Asset):
                context["outlet_events"][asset].extra = told
        return told

    def _approver(self, event: Mapping[str, Any]) -> "User":
        """The legal approver who answered, by Airflow's own record.

        Raises:
            PostloanError: nobody answered, or somebody who may not.
        """
        from postloan.access.users import users
        from postloan.settings import settings

        answered_by = (event.get("responded_by_user") or {}).get("id")
        if not answered_by or not event.get("responded_at") or event.get("timedout"):
            raise PostloanError("Airflow has recorded no answer of a user. Silence never approves.")
        for user in users(settings()).legal_approvers:
            if user.id_in_airflow == answered_by:
                return user
        raise PostloanError(f"{on_one_line(answered_by)} is not a legal approver (users.yaml).")

    def _ask_again(self, context: Context, why: str, kept: Mapping[str, Any]) -> None:
        """Say why the answer does not count, and open the question anew."""
        self.log.error("This answer does not count; the cases go on waiting. %s", why)
        self._open_again(context, kept)

    def _open_again(self, context: Context, kept: Mapping[str, Any]) -> None:
        choices = list(kept["choices"])
        # For a question that is known already Airflow only takes the answer away.
        upsert_hitl_detail(ti_id=context["ti"].id, options=choices, subject=self.subject)
        self._wait({name: value for name, value in kept.items() if name != "attempt"})
