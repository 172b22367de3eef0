"""A payment or an end of a loan that is dated decades ahead is told to whoever takes it in."""

from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, NEXT_DAY, REPAYMENT, Lender

ENDED = {**LOAN, "loan_status": "settled"}


def test_a_day_far_ahead_is_a_warning_and_no_refusal(lender: Lender) -> None:
    loans = [{**LOAN, "loan_id": f"L{n}"} for n in range(1, 4)]
    lender.deliver(customer=[CUSTOMER], loan=loans, instalment=[INSTALMENT])
    days = ("2026-11-20", "2026-12-20", "2062-11-20")
    paid = [
        {**REPAYMENT, "repayment_id": f"R{n}", "paid_on": day}
        for n, day in enumerate(days, start=1)
    ]
    ended = [{**ENDED, "loan_id": f"L{n}", "status_on": day} for n, day in enumerate(days, start=1)]
    result = lender.deliver(NEXT_DAY, loan=ended, repayment=paid)
    assert lender.refused("repayment", NEXT_DAY) == lender.refused("loan", NEXT_DAY) == []
    told = sorted(result.warnings)
    assert len(told) == 2
    assert "1 of 3 rows fail. A loan has ended on a day more than 90 days ahead" in told[0]
    assert "1 of 3 rows fail. A payment has a value date more than 90 days ahead" in told[1]
    assert not any(day in text for day in days for text in told)


def test_days_that_can_be_are_no_warning(lender: Lender) -> None:
    lender.deliver(customer=[CUSTOMER], loan=[LOAN], instalment=[INSTALMENT])
    # A loan that goes on may name any day, and what is over has one of before.
    loan = {**LOAN, "status_on": "2062-11-20"}
    result = lender.deliver(NEXT_DAY, loan=[loan], repayment=[REPAYMENT])
    assert result.warnings == ()


def test_a_death_far_ahead_is_a_warning(lender: Lender) -> None:
    lender.deliver(customer=[CUSTOMER], loan=[LOAN], instalment=[INSTALMENT])
    days = ("2026-11-20", "2026-11-21", "9999-12-31", "2027-11-20", "")
    died = [
        {**CUSTOMER, "customer_id": f"C{n}", "deceased_on": day}
        for n, day in enumerate(days, start=1)
    ]
    (told,) = lender.deliver(NEXT_DAY, customer=died).warnings
    assert "2 of 5 rows fail. A customer has died on a day more than 31 days ahead" in told
