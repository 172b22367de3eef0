"""A refused row that may have said "do not contact" holds whom it names, and nobody else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from postloan.cli import main
from postloan.contact.restrictions.release import append_releases
from postloan.contact.restrictions.waiting import Asked, releases_of, waiting_rows
from postloan.errors import DayError
from postloan.ingestion.reprocess import ReprocessRequest, requeue
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import NEXT_DAY, OPENING_DAY, Lender, csv_bytes
from tests.support.restricting_rows import complaint, enrolment, hold, outcome, parent, plan

HOLD = {"hold_kind": "dispute", "starts_on": "2026-11-20"}
COMPLAINT = {
    "received_at": "2026-11-20 09:00:00",
    "complaint_kind": "conduct",
    "complaint_state": "received",
}
OPT_OUT = {
    "request_kind": "channel_opt_out",
    "received_at": "2026-11-20 09:00:00",
    "request_state": "received",
}

CORE: dict[str, Any] = {
    "customer": [
        {**customer(1), "deceased_on": "20261110"},
        {**customer(2), "deceased_on": "2026-11-10", "birth_on": "1990-02-30"},
    ],
    "hold": [
        {**HOLD, "hold_id": "H3", "customer_id": "C3", "ends_on": "2027-02-30"},
        {**HOLD, "hold_id": "H4", "customer_id": "C4", "hold_kind": "medical"},
        {**HOLD, "hold_id": "H5", "customer_id": "C5\u00a0"},
        # Customer and loan that do not belong together hold both, once the row is refused.
        {**HOLD, "hold_id": "H9", "customer_id": "C9", "loan_id": "L10", "starts_on": "soon"},
    ],
}
FEEDBACK: dict[str, Any] = {
    "complaint": [
        {**COMPLAINT, "complaint_id": "K6", "customer_id": "C6", "channel": "wechat"},
        {**COMPLAINT, "complaint_id": "K7", "customer_id": "C7", "loan_id": "L-unknown"},
    ],
    "privacy_request": [{**OPT_OUT, "request_id": "P8", "customer_id": "C8", "channel": "pager"}],
}
HELD = {f"C{n}" for n in range(1, 11)}
FREE = {"C11", "C12"}


def released(debtors: Debtors, **asked: Any) -> None:
    warehouse = debtors.lender.warehouse
    releases = releases_of(warehouse, Asked(**asked))
    append_releases(warehouse, releases, released_by="Officer", reason="looked at the paper")


def test_each_refused_row_holds_its_customer_until_it_is_mended_or_released(
    debtors: Debtors, tmp_path: Path
) -> None:
    lender = debtors.lender
    debtors.open(range(1, 13))
    lender.send(NEXT_DAY, **CORE)
    lender.send(NEXT_DAY, "feedback", **FEEDBACK)
    debtors.run()
    assert debtors.shut() == set()
    assert debtors.contacted() == FREE
    told = debtors.denials()
    assert set(told) == HELD
    assert told["C6"] == {("hold_unclear_row", "refused row of complaint 2026-11-20 line 2")}
    assert told["C10"] == {("hold_unclear_row", "refused row of hold 2026-11-20 line 5")}

    # A person corrects one row, another is delivered again, a third is released.
    fixed = tmp_path / "fixed.csv"
    row = {**FEEDBACK["complaint"][0], "complaint_state": "withdrawn", "closed_on": "2026-11-20"}
    head, body = csv_bytes("complaint", [{**row, "channel": "phone"}]).decode().splitlines()
    fixed.write_text(f"line_no,{head}\n2,{body}\n", encoding="utf-8")
    wanted = ReprocessRequest("feedback", NEXT_DAY, "Officer", "typing error", "complaint", fixed)
    requeue(lender.warehouse, settings(), wanted)
    # A row that says less than the refused one may have said does not mend it.
    silent = {**CORE, "customer": [customer(1), CORE["customer"][1]]}
    lender.send(NEXT_DAY, **silent)
    released(debtors, customer_id="C5")
    debtors.run()
    assert debtors.contacted() == {*FREE, "C5", "C6"}

    # What was released stays so however often the delivery is judged; nothing else was.
    lender.take_in(NEXT_DAY)
    debtors.run()
    assert debtors.contacted() == {*FREE, "C5", "C6"}


def test_a_file_that_leaves_the_row_out_has_not_mended_it(debtors: Debtors) -> None:
    debtors.open((1, 2))
    bad = {**HOLD, "hold_id": "H1", "customer_id": "C1", "ends_on": "never"}
    debtors.lender.deliver(NEXT_DAY, hold=[bad])
    debtors.lender.send(NEXT_DAY, hold=[])
    debtors.run()
    assert debtors.contacted() == {"C2"}
    # Released is what a person has looked at: the same row in another file holds again.
    released(debtors, customer_id="C1")
    debtors.run()
    assert debtors.contacted() == {"C1", "C2"}
    debtors.lender.deliver(NEXT_DAY, hold=[bad, {**bad, "hold_id": "H2"}])
    assert {r.customer_id for r in waiting_rows(debtors.lender.warehouse)} == {"C1"}


def test_a_row_that_stands_there_twice_tells_nothing_more(debtors: Debtors) -> None:
    debtors.open(range(1, 13))
    spoken = {"counterpart": "debtor", "result": "connected", "duration_seconds": "75"}
    closed = {"complaint_state": "withdrawn", "closed_on": "2026-11-20"}
    over = {"starts_on": "2026-11-01", "ends_on": "2026-11-15"}
    promise = {"promise_id": "PP8", "customer_id": "C8", "loan_id": "L8", "amount": "100"}
    promise |= {"promised_on": "2026-11-18", "due_on": "2026-11-20"}
    debtors.lender.send(
        NEXT_DAY,
        customer=[
            *([{**customer(1), "birth_on": "1990-01-01"}] * 2),
            customer(11),
            {**customer(11), "deceased_on": "2026-11-10"},
        ],
        hold=[*[hold(2, **over)] * 3, hold(9, **over), hold(9)],
        emergency_contact=[parent(3, "15411111111")] * 2,
    )
    debtors.lender.send(
        NEXT_DAY,
        "feedback",
        contact_outcome=[*[outcome(4, **spoken)] * 2, outcome(10, **spoken), outcome(10)],
        complaint=[complaint(5, **closed)] * 2 + [complaint(12)] * 2,
        plan_request=[plan(7, decision="refused")] * 2,
        promise_to_pay=[promise] * 2,
    )
    debtors.lender.send(
        NEXT_DAY, "student_registry", opening=False, enrolment=[enrolment(6, "01")] * 2
    )
    debtors.run()
    assert debtors.shut() == set()
    # What the loaded row says holds by itself, and so does another row with its key.
    assert set(debtors.denials()) == {"C9", "C10", "C11", "C12"}
    assert "hold_unclear_row" not in {reason for reason, _ in debtors.denials()["C12"]}
    assert debtors.contacted() == {f"C{n}" for n in range(1, 9)}
    (rows,) = debtors.lender.warehouse.fetch("select count(*) as n from quarantine")
    assert rows == (13,)


def _garbled(row: bytes) -> bytes:
    return row.replace(b",C1,", b",C\xff1,")


def _too_many_fields(row: bytes) -> bytes:
    return row.replace(b"dispute", b"dispute,dispute")


def _without_its_key(row: bytes) -> bytes:
    return row.removeprefix(b"H1,")


def _cut_off(row: bytes) -> bytes:
    return b"H1,C1"


@pytest.mark.parametrize(
    ("spoil", "holds"),
    [(_too_many_fields, True), (_without_its_key, True), (_garbled, False), (_cut_off, False)],
)
def test_an_unreadable_record_holds_its_customer_or_shuts_the_gate(
    debtors: Debtors, spoil: Callable[[bytes], bytes], holds: bool
) -> None:
    debtors.open((1, 2, 12))
    head, row = csv_bytes("hold", [{**HOLD, "hold_id": "H1", "customer_id": "C1"}]).splitlines()
    debtors.lender.send(NEXT_DAY, raw={"hold": b"\n".join((head, spoil(row), b""))})
    debtors.run()
    if holds:
        assert debtors.contacted() == {"C2", "C12"}
    else:
        assert debtors.shut() == {("nameless_rows", "hold")}
        assert debtors.contacted() == set()


def test_a_row_that_names_nobody_shuts_the_gate_until_it_is_released(debtors: Debtors) -> None:
    debtors.open((1, 2))
    unknown = {**COMPLAINT, "complaint_id": "K1", "customer_id": "C-nobody"}
    debtors.lender.send(NEXT_DAY, "feedback", complaint=[unknown])
    debtors.lender.send(NEXT_DAY)
    debtors.run()
    assert debtors.shut() == {("nameless_rows", "complaint")}
    assert debtors.contacted() == set()
    with pytest.raises(DayError, match="restriction list"):
        released(debtors, feed="complaint", received_on=NEXT_DAY, line_no=3)
    released(debtors, feed="complaint", received_on=NEXT_DAY, line_no=2)
    debtors.run()
    assert debtors.contacted() == {"C1", "C2"}


def test_the_commands_say_what_waits_and_release_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_warehouse() as warehouse:
        debtors = Debtors(Lender(home, warehouse))
        debtors.open((1, 2))
        bad = {**HOLD, "hold_id": "H1", "customer_id": "C1", "ends_on": "never"}
        debtors.lender.send(NEXT_DAY, hold=[bad, {**bad, "hold_id": "H2", "customer_id": "X"}])
        debtors.run()
    assert main(["restriction", "list"]) == 0
    told = capsys.readouterr().out
    assert "hold 2026-11-20 line 2" in told
    assert "not_a_date in ends_on: holds C1" in told
    assert "line 3" in told
    assert "names nobody known: nobody is contacted" in told
    assert "2 refused rows hold 1 customer; 1 of them names nobody known" in told
    by = ["--by", "Officer", "--reason", "seen"]
    assert main(["day", "summary"]) == 0
    told = capsys.readouterr().out
    (held,) = (line for line in told.splitlines() if "HELD: " in line)
    assert held.endswith("call_list, sms_reminder (1 check failed): see the gates below"), held
    assert told.count("SHUT (nameless_rows): ") == 1
    assert "gate release --date 2026-11-20 --reason TEXT" in told
    assert "2 rows wait in quarantine: python -m postloan feed requeue --help\n" in told
    assert main(["gate", "release", "--date", str(NEXT_DAY), "--check", "core_balance", *by]) == 1
    assert "What holds it back: nameless_rows." in capsys.readouterr().err
    assert main(["restriction", "release", *by]) == 1
    assert "Say what is released" in capsys.readouterr().err
    assert main(["restriction", "release", "--customer", "C1", *by]) == 0
    line = ["--feed", "hold", "--date", str(NEXT_DAY), "--line", "3"]
    assert main(["restriction", "release", *line, *by]) == 0
    assert "as of 2026-11-20" in capsys.readouterr().out
    assert main(["restriction", "list"]) == 0
    assert "No refused row holds anybody." in capsys.readouterr().out
    # What was released waits no more, once its date is run again.
    with open_warehouse() as warehouse:
        Debtors(Lender(home, warehouse)).run()
    assert main(["day", "summary"]) == 0
    told = capsys.readouterr().out
    assert "no row waits in quarantine; 2 mended by a later row, or released by a person" in told
    early = ["--customer", "C1", "--kind", "deceased", "--on", str(OPENING_DAY)]
    assert main(["restriction", "release", *early, "--reason", " "]) == 1
    nobody = ["--customer", "C9", "--kind", "deceased", "--reason", "seen"]
    assert main(["restriction", "release", *nobody]) == 1
    assert "No customer of the book has the number" in capsys.readouterr().err


def test_a_row_about_one_of_two_mends_nothing_for_the_other(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 13))
    lender.send(NEXT_DAY)
    bad = {**COMPLAINT, "closed_on": "soon"}
    lender.deliver(
        NEXT_DAY,
        "feedback",
        complaint=[
            {**bad, "complaint_id": "K1", "customer_id": "C1", "loan_id": "L2"},
            {**bad, "complaint_id": "K3", "customer_id": "X", "loan_id": "L4"},
            {**bad, "complaint_id": "K5", "customer_id": "C5", "loan_id": "L5"},
            {**bad, "complaint_id": "K6", "customer_id": "C6"},
        ],
    )
    assert held_now(lender) == {"C1", "C2", "C4", "C5", "C6"}
    good = {**COMPLAINT, "complaint_state": "withdrawn", "closed_on": "2026-11-20"}
    owner = {"K1": "C1", "K3": "C3", "K5": "C5", "K6": "C6"}
    lender.deliver(
        NEXT_DAY,
        "feedback",
        complaint=[{**good, "complaint_id": k, "customer_id": c} for k, c in owner.items()],
    )
    assert held_now(lender) == {"C1", "C2", "C4"}
    released(debtors, customer_id="C1")
    assert held_now(lender) == {"C2", "C4"}


def held_now(lender: Lender) -> set[str]:
    """Customers whom refused rows hold."""
    found = waiting_rows(lender.warehouse)
    return {row.customer_id for row in found if row.customer_id}
