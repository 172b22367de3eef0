"""A refused row of a customer holds whoever has the identity or the number in it as well."""

from datetime import timedelta
from typing import Any

import pytest

from postloan.contact.restrictions.release import append_releases
from postloan.contact.restrictions.waiting import Asked, releases_of, waiting_rows
from postloan.ingestion.quarantine.refused_persons import identity_key, identity_keys
from postloan.warehouse import Warehouse
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY, csv_bytes
from tests.support.restricting_rows import enrolment

PLACEHOLDER = "000000000000000000"
AFTER = NEXT_DAY + timedelta(days=1)


def identity(number: int) -> str:
    return f"110105{1950 + number}12310020"


def older(number: int) -> str:
    return f"110105{50 + number}1231002"


def dead(number: int, **told: Any) -> dict[str, Any]:
    return {**customer(number), "deceased_on": "2026-11-10", "customer_group": "x", **told}


def why(debtors: Debtors, day: Any = NEXT_DAY) -> dict[str, set[str]]:
    told = debtors.denials(day).items()
    return {customer_id: {reason for reason, _ in reasons} for customer_id, reasons in told}


def test_a_refused_death_holds_the_person_under_every_customer_number(debtors: Debtors) -> None:
    lender = debtors.lender
    numbers = [*range(1, 9), *range(21, 29)]
    debtors.open(numbers, due_on=NEXT_DAY.isoformat())
    # C1 to C8 are the other customer numbers: of the identity in the refused row, or its number.
    told = [{**customer(n), "id_number": identity(n)} for n in range(1, 9)]
    # What C7 has was typed in place of a number.
    told[6]["id_number"] = PLACEHOLDER
    known = [{**customer(n), "id_number": identity(n - 20)} for n in (24, 25)]
    lender.send(NEXT_DAY, customer=[*told, *known])
    debtors.run()

    lender.send(
        AFTER,
        customer=[
            dead(21, id_number=older(1)),
            dead(22, id_number=f" {identity(2)[:6]} {identity(2)[6:]} ", deceased_on="soon"),
            dead(23, phone="+86 " + customer(3)["phone"], deceased_on=""),
            dead(24, deceased_on="20261110"),
            # No death and no birth: no other customer of that identity is protected by it.
            dead(26, id_number=identity(6), deceased_on=""),
            dead(27, id_number=PLACEHOLDER),
        ],
    )
    lender.send(AFTER, "student_registry", enrolment=[enrolment(25, "死亡", reported_on="x")])
    debtors.run(AFTER)
    assert debtors.shut(AFTER) == set()
    denied = why(debtors, AFTER)
    named = {f"C{n}" for n in range(21, 28)}
    assert {name: reasons for name, reasons in denied.items() if name not in named} == {
        **{key: {"hold_unclear_row"} for key in ("C1", "C2", "C3")},
        **{key: {"same_person_protected"} for key in ("C4", "C5")},
    }
    assert set(denied) >= named
    assert debtors.contacted(AFTER) == {"C6", "C7", "C8", "C28"}

    # One is corrected as to the very row that was refused, another is released.
    released = releases_of(lender.warehouse, Asked(customer_id="C2"))
    append_releases(lender.warehouse, released, released_by="Officer", reason="seen")
    right = {**dead(21, id_number=identity(27)), "customer_group": "employed"}
    lender.send(AFTER, customer=[right, dead(23, phone="+86 " + customer(3)["phone"])])
    debtors.run(AFTER)
    assert debtors.contacted(AFTER) == {"C1", "C2", "C6", "C7", "C8", "C28"}


def test_a_row_that_names_nobody_holds_whose_identity_it_tells_and_shuts_the_gate(
    debtors: Debtors,
) -> None:
    lender = debtors.lender
    debtors.open((1, 2, 3), due_on=NEXT_DAY.isoformat())
    lender.send(NEXT_DAY, customer=[{**customer(1), "id_number": identity(1)}])
    debtors.run()
    # A field too many: which of them is the identity, nobody knows.
    head, row = csv_bytes("customer", [dead(90, id_number=identity(1))]).splitlines()
    lender.send(AFTER, raw={"customer": b"\n".join((head, row + b",", b""))})
    debtors.run(AFTER)
    assert debtors.shut(AFTER) == {("nameless_rows", "customer")}
    assert {row.customer_id for row in waiting_rows(lender.warehouse)} == {None, "C1"}


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("11010119900101001x", "110101900101001"),
        ("１１０１０１９００１０１００１", "110101900101001"),
        ("11010119900101001", "110101900101001"),
        ("身份证：110101201205060012", "11010120120506001"),
        ("11010120120506001", "11010120120506001"),
        ("110101201205060012 / E22345678", "11010120120506001"),
        ("身份证11010119900101001X护照E22345678", "110101900101001"),
        ("ｅ 12345678", "E12345678"),
        ("110101********001X", None),
        ("无", None),
    ],
)
def test_an_identity_in_a_refused_row_is_read_as_in_any_other(
    warehouse: Warehouse, spelling: str, key: str | None
) -> None:
    book = {"customer_id": "C1", "received_on": NEXT_DAY, "line_no": 1, "id_number": spelling}
    warehouse.append_rows("customer", [book])
    told = "select identity_key from told_identity"
    assert warehouse.fetch(told, {"known_on": NEXT_DAY}) == [(key,)]
    assert identity_key(spelling) == key


def test_an_identity_is_read_whatever_stands_beside_it(warehouse: Warehouse) -> None:
    older_one, younger = identity(1), "110101201205060012"
    one, two = older(1), "11010120120506001"
    spelt = {
        older_one: {one},
        f"E12345678/{older_one}": {one},
        # Taken together its digits would be an identity of another region and day.
        f"E12342019/{older_one}": {one},
        f"01{older_one}": {one},
        f"111{older_one}": {one},
        f"{older_one}(2)": {one},
        f"{older_one}-1": {one},
        f"{older_one}.0": {one},
        f"护照E12345678 身份证{older_one}": {one},
        f"身份证号{older_one[:6]} {older_one[6:14]} {older_one[14:]}。": {one},
        older_one.replace("0", "O"): {one},
        older_one.replace("0", "ｏ"): {one},
        older_one.replace("1", "l"): {one},
        f"MAIL{older_one.replace('1', 'I', 1)}": {one},
        f"{older_one}I{younger}": {one, two},
        f"{older_one}、{younger}": {one, two},
        f"{older_one[:6]} {older_one[6:]} {younger[:6]} {younger[6:]}": {one, two},
        f"{older_one}{younger}": {one, two},
        "护照E12345699": {"E12345699"},
        "Passport No. E12345699": {"E12345699"},
        "护照号码：123456991": {"123456991"},
        "E12345699": {"E12345699"},
        "A123456": {"A123456"},
        "a123456(3)": {"A123456", "A1234563"},
        "香港身份证A123456（3）": {"A123456", "A1234563"},
        "HKID No A123456 (A)": {"A123456", "A123456A"},
        "H12345114": {"H12345114"},
        "h12345114-01": {"H12345114"},
        "回乡证M1234511402": {"M12345114"},
        # Those that are somebody else's.
        "A1234563": {"A1234563"},
        "E12345698": {"E12345698"},
        "E1234511401": {"E1234511401"},
        "H123451140": {"H123451140"},
        "IL1234567": {"IL1234567"},
        "军官证123456991": {"军官证123456991"},
        identity(2): {older(2)},
        f"01{identity(2)}": {older(2)},
        "00000019900101001": {"000000900101001"},
        "护照": set(),
    }
    book = [
        {"customer_id": f"C{n}", "received_on": NEXT_DAY, "line_no": n, "id_number": spelling}
        for n, spelling in enumerate(spelt)
    ]
    warehouse.append_rows("customer", book)
    told: dict[str, set[str]] = {spelling: set() for spelling in spelt}
    for spelling, key in warehouse.fetch(
        "select spelling, identity_key from told_identity where identity_key is not null",
        {"known_on": NEXT_DAY},
    ):
        told[spelling].add(key)
    assert told == spelt
    assert {spelling: set(identity_keys(spelling)) for spelling in spelt} == spelt


def test_whoever_is_one_person_is_left_alone_under_every_number(debtors: Debtors) -> None:
    lender = debtors.lender
    # C201 is C1's other customer number, and so on; of C17 and C18 it is another person's.
    debtors.open([*range(1, 20), *range(201, 220)])
    spelt = {
        1: (identity(1), f"E12345678/{identity(1)}"),
        2: ("E12345699", "护照E12345699"),
        3: ("H12345114", "H1234511401"),
        4: (identity(4), identity(4).replace("1", "l")),
        5: ("A123456", "A123456(3)"),
        7: (identity(7), identity(7).replace("0", "O")),
        13: (identity(13), f"护照E12345678 身份证{identity(13)}"),
        17: (identity(17), f"E12345678/{identity(37)}"),
        18: ("A323456", "A223456(3)"),
    }
    rows = [{**customer(n), "id_number": own} for n, (own, _) in spelt.items()]
    rows += [
        dead(n + 200, id_number=other, customer_group="employed") for n, (_, other) in spelt.items()
    ]
    rows += [{**customer(n), "id_number": identity(n % 200)} for n in (8, 208, 9, 209, 10, 210)]
    parent = {"contact_no": "1", "relation": "parent"}
    day, day_before = NEXT_DAY.isoformat(), OPENING_DAY.isoformat()
    ended = {"loan_status": "settled", "status_on": day}
    booking = {"instalment_no": "1", "paid_on": day, "amount": "100.00"}
    lender.send(
        NEXT_DAY,
        customer=rows,
        emergency_contact=[
            {**parent, "customer_id": "C208", "phone": customer(8)["phone"]},
            {
                **parent,
                "customer_id": "C209",
                "phone": customer(9)["phone"],
                "opted_out_on": day_before,
            },
            {**parent, "customer_id": "C216", "phone": customer(16)["phone"]},
        ],
        # L10 is paused by a court, ends and goes on as L410 under the other number.
        pause=[
            {"pause_id": "P1", "loan_id": "L10", "starts_on": "2026-11-10", "pause_reason": "court"}
        ],
        loan=[
            {**LOAN, "loan_id": "L10", "customer_id": "C10", **ended},
            {**LOAN, "loan_id": "L210", "customer_id": "C210", **ended},
            {**LOAN, "loan_id": "L410", "customer_id": "C210"},
        ],
        instalment=[{**INSTALMENT, "loan_id": "L410", "due_on": day_before}],
        # L11 and L12 are paid; one reversal names L12 and a payment of L11, one takes back L14's.
        repayment=[
            {**booking, "repayment_id": "R11", "loan_id": "L11"},
            {**booking, "repayment_id": "R12", "loan_id": "L12"},
            {**booking, "repayment_id": "R13", "loan_id": "L12", "reverses_id": "R11"},
            {**booking, "repayment_id": "R14", "loan_id": "L14"},
            {**booking, "repayment_id": "R15", "loan_id": "L14", "reverses_id": "R14"},
        ],
    )
    debtors.run()
    assert debtors.shut() == set()
    held = {1, 2, 3, 4, 5, 7, 13, 8, 9, 11, 12, 210}
    assert debtors.contacted() & {f"C{n}" for n in held} == set()
    assert debtors.contacted() >= {f"C{n}" for n in (14, 16, 17, 18, 216)}
