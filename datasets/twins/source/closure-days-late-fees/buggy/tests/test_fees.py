from datetime import date
from decimal import Decimal

from circulation.calendar import BranchCalendar
from circulation.fees import MAX_FEE, Loan, late_fee

DUE = date(2024, 5, 10)
OPEN = BranchCalendar("mill-lane")


def test_a_loan_returned_on_its_due_date_is_free():
    assert late_fee(Loan("p-1", DUE), DUE, OPEN) == Decimal("0")


def test_a_loan_returned_early_is_free():
    assert late_fee(Loan("p-1", DUE), date(2024, 5, 6), OPEN) == Decimal("0")


def test_every_late_day_costs_the_daily_fee():
    assert late_fee(Loan("p-1", DUE), date(2024, 5, 13), OPEN) == Decimal("0.75")


def test_the_fee_is_capped():
    assert late_fee(Loan("p-1", DUE), date(2025, 5, 10), OPEN) == MAX_FEE


def test_junior_cards_never_pay():
    assert late_fee(Loan("p-2", DUE, junior=True), date(2024, 6, 10), OPEN) == Decimal("0")
