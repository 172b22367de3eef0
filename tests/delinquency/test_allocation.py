"""How money pays what is due: by name, by the waterfall, and when the order turns round."""

from decimal import Decimal

import pytest

from tests.delinquency.book import Book
from tests.support.rule_files import RuleFiles


def money(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(a) for a in amounts)


@pytest.fixture
def four_instalments(book: Book) -> Book:
    """Four instalments of 900 principal and 100 interest; 95 days past due on 2026-04-10."""
    for loan_id, product in (("L1", "consumer"), ("L2", "credit_card")):
        book.loan(loan_id, product=product)
        book.due(
            "01-05",
            "02-05",
            "03-05",
            "04-05",
            loan_id=loan_id,
            amount="1000.00",
            principal="900.00",
            interest="100.00",
            fee="0.00",
        )
    return book


def test_money_without_a_name_pays_the_oldest_instalments_first(four_instalments: Book) -> None:
    book = four_instalments
    assert book.days("04-10", "L1") == 95
    book.paid("04-10", "2700.00", loan_id="L1")
    assert book.days("04-10", "L1") == 36
    assert book.split("04-10", "L1") == money("1200.00", "100.00", "0.00")


def test_the_order_of_components_does_not_move_the_days(
    four_instalments: Book, rule_files: RuleFiles
) -> None:
    rule_files.change(
        "delinquency/waterfall.yaml", {"[fee, interest, principal]": "[principal, interest, fee]"}
    )
    book = four_instalments
    book.paid("04-10", "2700.00", loan_id="L1")
    assert book.days("04-10", "L1") == 36
    assert book.split("04-10", "L1") == money("1100.00", "200.00", "0.00")


def test_a_card_pays_principal_first_after_ninety_days(four_instalments: Book) -> None:
    book = four_instalments
    book.paid("04-10", "2700.00", loan_id="L2")
    assert book.days("04-10", "L2") == 95  # three interests of 100 are left, the oldest of January
    assert book.split("04-10", "L2") == money("900.00", "400.00", "0.00")


def test_a_card_pays_oldest_first_up_to_ninety_days(four_instalments: Book) -> None:
    book = four_instalments
    book.paid("04-05", "2700.00", loan_id="L2")  # day 90
    assert book.days("04-10", "L2") == 36


def test_a_card_turns_the_order_round_on_day_91(four_instalments: Book) -> None:
    book = four_instalments
    book.paid("04-06", "2700.00", loan_id="L2")  # day 91
    assert book.days("04-10", "L2") == 95


def test_the_order_holds_for_the_days_before_each_payment(four_instalments: Book) -> None:
    """The first payment brings the card below 91 days, so the second goes oldest first again."""
    book = four_instalments
    book.paid("04-10", "3600.00", loan_id="L2")  # all principal of the four
    book.paid("04-11", "100.00", loan_id="L2")  # day 96: interest of January
    assert book.days("04-11", "L2") == 65
    book.paid("04-12", "100.00", loan_id="L2")  # day 66: oldest first, interest of February
    assert book.days("04-12", "L2") == 38


def test_a_payment_that_names_an_instalment_pays_that_one(four_instalments: Book) -> None:
    book = four_instalments
    book.paid("04-10", "1000.00", loan_id="L1", instalment=3, due_on="03-05")
    assert book.past_due("04-10")["L1"] == (95, Decimal("3000.00"))


def test_what_is_left_over_of_a_named_payment_goes_by_the_waterfall(four_instalments: Book) -> None:
    book = four_instalments
    book.paid("04-10", "2500.00", loan_id="L1", instalment=3, due_on="03-05")
    assert book.past_due("04-10")["L1"] == (64, Decimal("1500.00"))


def test_a_named_payment_on_a_card_past_ninety_days_keeps_its_name(four_instalments: Book) -> None:
    book = four_instalments
    book.paid("04-10", "1000.00", loan_id="L2", instalment=1, due_on="01-05")
    assert book.days("04-10", "L2") == 64
    book.paid("04-11", "50.00", loan_id="L2")  # day 65: some money without a name
    assert book.past_due("04-11")["L2"] == (65, Decimal("2950.00"))


def test_a_reversal_is_as_if_the_payment_had_never_been(four_instalments: Book) -> None:
    book = four_instalments
    for loan_id in ("L1", "L2"):
        book.paid("03-10", "2700.00", loan_id=loan_id)
        book.reversed_("03-10", "2700.00", loan_id=loan_id, received="04-09")
    assert book.past_due("04-10") == {
        "L1": (95, Decimal("4000.00")),
        "L2": (95, Decimal("4000.00")),
    }


def test_money_paid_in_advance_waits_for_the_next_instalment(book: Book) -> None:
    book.loan()
    book.due("04-15", "05-15", "06-15")
    book.paid("04-10", "200.00")
    assert book.days("06-10") == 0
    assert book.past_due("06-20") == {"L1": (5, Decimal("100.00"))}


def test_a_source_without_a_split_gets_none(book: Book) -> None:
    book.loan()
    book.due("04-15")
    assert book.split("04-20") == (None, None, None)


def test_a_card_without_a_split_is_paid_oldest_first_whatever_the_days(book: Book) -> None:
    book.loan(product="credit_card")
    book.due("01-05", "02-05", "03-05", "04-05", amount="1000.00")
    book.paid("04-10", "2700.00")
    assert book.past_due("04-10") == {"L1": (36, Decimal("1300.00"))}


def test_unnamed_money_passes_over_residues_within_the_tolerance(book: Book) -> None:
    """Nine payments, each cut to whole units: no instalment is short by more than the tolerance."""
    book.loan()
    months = [f"2026-{month:02}-05" for month in range(1, 10)]
    book.due(*months, amount="99.60")
    for month in months:
        book.paid(month, "99.00")
    assert book.days("2026-09-20") == 0
    book.due("2026-10-05", amount="99.60", first_no=10)
    assert book.past_due("2026-10-10") == {"L1": (5, Decimal("105.00"))}


def test_small_gaps_of_many_instalments_do_not_hide_a_larger_one(book: Book) -> None:
    book.loan()
    book.due("01-05", "02-05", "03-05")
    for month, amount in (("01-05", "100.00"), ("02-05", "98.00"), ("03-05", "100.00")):
        book.paid(month, amount)
    assert book.past_due("03-20") == {"L1": (15, Decimal("2.00"))}
