"""What protects goes by a word or a release, not by a file that is silent or says less."""

from datetime import timedelta

from postloan.contact.restrictions.questions import open_questions
from postloan.contact.restrictions.release import Release, append_releases
from postloan.contracts import catalogue
from postloan.ingestion.quarantine.refused_meaning import MEANINGS
from postloan.warehouse import load_model
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import NEXT_DAY
from tests.support.restricting_rows import complaint, hold, request

AFTER = NEXT_DAY + timedelta(days=1)


def release(debtors: Debtors, kind: str, *customers: str) -> None:
    append_releases(
        debtors.lender.warehouse,
        tuple(Release(kind, customer_id) for customer_id in customers),
        released_by="Officer",
        reason="asked the sender",
    )


def held(debtors: Debtors) -> dict[str, set[str]]:
    """Reason of a denial on the newest date -> customers."""
    found: dict[str, set[str]] = {}
    for customer_id, told in debtors.denials(NEXT_DAY).items():
        for reason, _ in told:
            found.setdefault(reason, set()).add(customer_id)
    return found


CLOSED = {"complaint_state": "withdrawn", "closed_on": "2026-11-20"}
DOUBTFUL = hold(6, ends_on="2026-11-01")
PAUSE = {"pause_id": "U9", "loan_id": "L9", "starts_on": "2026-11-20", "pause_reason": "disaster"}
NAMELESS_KEY = complaint(11, complaint_id="", complaint_kind="weather")


def test_a_protection_lasts_until_it_is_ended_in_words_or_released(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 16))
    lender.send(
        NEXT_DAY,
        hold=[hold(1), hold(3), hold(5, hold_kind="bankruptcy"), DOUBTFUL],
        customer=[{**customer(4), "deceased_on": "2026-11-10"}, {**customer(13), "birth_on": "x"}],
        pause=[PAUSE],
    )
    lender.send(
        NEXT_DAY,
        "feedback",
        complaint=[complaint(8), complaint(10, complaint_kind="weather"), NAMELESS_KEY],
        privacy_request=[request(7), request(12, request_kind="deletion")],
    )
    debtors.run()
    assert debtors.contacted() == {"C2", "C14", "C15"}
    release(debtors, "doubtful_hold", "C6")
    release(debtors, "deceased", "C4")

    # The same date again: H1 is of C2 now, H3 and K8 are gone, the bankruptcy has become a
    # complaint, the opt-out one of calls, the deletion an opt-out, and no file of pauses came.
    # Beside the rows that were refused the customers have others, under other numbers.
    (lender.folder(NEXT_DAY) / "pause.csv").unlink()
    lender.send(
        NEXT_DAY,
        hold=[hold(1, customer_id="C14"), hold(5, hold_kind="complaint"), DOUBTFUL],
        customer=[{**customer(13), "birth_on": "1990-02-03"}],
    )
    others = [complaint(n, complaint_id=f"K{n}old", **CLOSED) for n in (10, 11)]
    lender.send(
        NEXT_DAY,
        "feedback",
        complaint=others,
        privacy_request=[request(7, channel="phone"), request(12)],
    )
    debtors.run()
    now = held(debtors)
    assert now["hold_taken_back"] == {"C1", "C3", "C5", "C7", "C8", "C9", "C12"}
    assert now["hold_unclear_row"] == {"C10", "C11"}
    # The release of the doubtful hold did not know of the file that came after it.
    assert now["hold_dispute"] == {"C6", "C14"}
    # A death that was released while it stood holds nobody when it goes; a row with the very key
    # of the one that was refused mends it.
    assert {"C4", "C13"} <= debtors.contacted()
    asked = {q.customer_id: q.inputs for q in open_questions(lender.warehouse)}
    assert asked["C1"] == "taken back: hold 2026-11-20 line 2 told otherwise"
    assert asked["C3"] == "taken back: hold 2026-11-20 line 3 left out"

    release(debtors, "taken_back", "C1")
    debtors.run()
    assert "C1" in debtors.contacted()

    # The next date ends two of them in words, and mends a row that was refused.
    lender.send(AFTER, hold=[hold(5, hold_kind="bankruptcy", ends_on="2026-11-21")])
    closed = {**CLOSED, "closed_on": "2026-11-21"}
    lender.send(
        AFTER,
        "feedback",
        complaint=[complaint(8, **closed), complaint(10, **closed)],
    )
    debtors.run(AFTER)
    assert {"C5", "C8", "C10"} <= debtors.contacted(AFTER)
    assert not {"C3", "C7", "C9", "C11", "C12"} & debtors.contacted(AFTER)


def test_every_feed_that_can_restrict_is_told_in_the_one_form() -> None:
    restricts = {f.name for f in catalogue().feeds.values() if f.restricts}
    text = "".join(load_model(f"restriction_told_by_{who}").text for who in ("bank", "team"))
    told = {name for name in restricts if f"'{name}' as feed" in text}
    assert restricts - told == set()
    assert restricts == set(MEANINGS)
