"""A quoted line break swallows nobody's row: what may be a row of its own protects."""

from postloan.contact.restrictions.release import append_releases
from postloan.contact.restrictions.waiting import Asked, releases_of
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY, csv_bytes
from tests.support.restricting_rows import hold

NAMELESS = {("nameless_rows", "hold")}


def header(feed: str) -> bytes:
    return csv_bytes(feed, ())


def test_whose_rows_were_swallowed_is_not_contacted(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 13))
    lender.send(
        NEXT_DAY,
        raw={
            "hold": header("hold")
            + b'H3,C3,"L3\nH1,C1,,dispute,2026-11-20,\nH2,C2,",dispute,2026-11-20,\n',
            "customer": header("customer")
            + "C4,测试甲,,15400000004,,,,employed,,\n"
            'C5,"测试乙,,15400000005,,,,employed,,\nC6,测试丙,,15400000006,,,,employed,,2026-11-10\n'
            'C7,x",,15400000007,,,,employed,,\n'.encode(),
        },
        rows_told={"hold": 1, "customer": 2},
    )
    lender.send(
        NEXT_DAY,
        "feedback",
        raw={
            "complaint": header("complaint")
            + b'K8,C8,,2026-11-20 09:00:00,"conduct\n'
            + b"K9,C9,,2026-11-20 09:00:00,conduct,,received,\n"
            + b'K10,C10,,2026-11-20 09:00:00,conduct",,received,\n'
        },
        rows_told={"complaint": 1},
    )
    debtors.run()
    assert debtors.shut() == set()
    assert debtors.contacted() == {"C4", "C11", "C12"}
    assert debtors.denials()["C1"] == {
        ("hold_unclear_row", "refused row of hold 2026-11-20 line 2")
    }

    # A file that tells of all rows in order does not say that they were all: a person does.
    lender.send(NEXT_DAY, hold=[hold(3, ends_on="2026-11-20", starts_on="2026-11-19")])
    debtors.run()
    assert debtors.contacted() == {"C4", "C11", "C12"}
    asked = Asked(feed="hold", received_on=NEXT_DAY, line_no=2)
    append_releases(
        lender.warehouse, releases_of(lender.warehouse, asked), released_by="Officer", reason="seen"
    )
    debtors.run()
    assert debtors.contacted() == {"C1", "C2", "C3", "C4", "C11", "C12"}


def test_a_swallowed_line_that_names_nobody_shuts_the_gate_until_it_is_released(
    debtors: Debtors,
) -> None:
    lender = debtors.lender
    debtors.open((1, 2))
    swallowed = b'H1,C1,"L1\nH9,C99,,dispute,2026-11-20,\n",dispute,2026-11-20,\n'
    lender.send(NEXT_DAY, raw={"hold": header("hold") + swallowed}, rows_told={"hold": 1})
    debtors.run()
    assert (debtors.shut(), debtors.contacted()) == (NAMELESS, set())
    # Whoever releases the customer whom the record names has not said whose the other row is.
    for asked, contacted in (
        (Asked(customer_id="C1"), set()),
        (Asked(feed="hold", received_on=NEXT_DAY, line_no=2), {"C1", "C2"}),
    ):
        append_releases(
            lender.warehouse,
            releases_of(lender.warehouse, asked),
            released_by="Officer",
            reason="looked at the paper",
        )
        debtors.run()
        assert debtors.contacted() == contacted


def test_line_breaks_that_swallow_nothing_hold_nobody_else(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 6))
    crlf = csv_bytes("hold", [hold(2)]).replace(b"\n", b"\r\n")
    contacts = csv_bytes(
        "emergency_contact",
        [
            {
                "customer_id": "C3",
                "contact_no": "1",
                "contact_name": "测试乙\n",
                "relation": "parent",
            }
        ],
    )
    spent = {"spending_month": "2026-10-01", "currency": "CNY", "amount": "1.00", "payments": "1"}
    lender.send(
        NEXT_DAY,
        raw={"hold": crlf, "emergency_contact": contacts},
        rows_told={"emergency_contact": 1, "spending": 1},
        spending=[{**spent, "customer_id": "C4", "category": "one\ntwo"}],
    )
    debtors.run()
    assert [reason for *_, reason in lender.refused("spending", NEXT_DAY)] == ["control_character"]
    assert debtors.shut() == set()
    assert debtors.contacted() == {"C1", "C4", "C5"}
