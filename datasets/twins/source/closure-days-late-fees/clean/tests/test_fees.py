from datetime import date
from decimal import Decimal

from circulation.calendar import BranchCalendar, Closure
from circulation.fees import MAX_FEE, Loan, late_fee

DUE = date(2024, 5, 10)
OPEN = BranchCalendar("mill-lane")
STOCKTAKING = BranchCalendar("mill-lane", (Closure(date(2024, 5, 12), date(2024, 5, 14)),))


def test_a_loan_returned_on_its_due_date_is_free():
    assert late_fee(Loan("p-1", DUE), DUE, OPEN) == Decimal("0")


def test_a_loan_returned_early_is_free():
    assert late_fee(Loan("p-1", DUE), date(2024, 5, 6), OPEN) == Decimal("0")


def test_every_late_day_costs_the_daily_fee():
    assert late_fee(Loan("p-1", DUE), date(2024, 5, 13), OPEN) == Decimal("0.75")


def test_days_of_a_closure_cost_nothing():
    assert late_fee(Loan("p-1", DUE), date(2024, 5, 16), STOCKTAKING) == Decimal("0.75")


def test_the_first_and_last_day_of_a_closure_belong_to_it():
    assert late_fee(Loan("p-1", date(2024, 5, 11)), date(2024, 5, 14), STOCKTAKING) == Decimal("0")


def test_a_day_inside_two_closures_is_waived_once():
    flooded = Closure(date(2024, 5, 14), date(2024, 5, 15))
    overlapping = BranchCalendar("mill-lane", (*STOCKTAKING.closures, flooded))
    assert late_fee(Loan("p-1", DUE), date(2024, 5, 16), overlapping) == Decimal("0.50")


def test_the_fee_is_capped():
    assert late_fee(Loan("p-1", DUE), date(2025, 5, 10), OPEN) == MAX_FEE


def test_junior_cards_never_pay():
    assert late_fee(Loan("p-2", DUE, junior=True), date(2024, 6, 10), OPEN) == Decimal("0")
