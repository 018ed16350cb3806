"""Lending and taking back at one branch."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from circulation.calendar import BranchCalendar
from circulation.fees import Loan, late_fee

LOAN_PERIOD = timedelta(days=21)


class Desk:
    def __init__(self, calendar: BranchCalendar) -> None:
        self._calendar = calendar

    def lend(self, patron_id: str, on: date, *, junior: bool = False) -> Loan:
        due = self._calendar.next_open_day(on + LOAN_PERIOD)
        return Loan(patron_id, due, junior)

    def take_back(self, loan: Loan, returned: date) -> Decimal:
        """Takes the item back and says what the patron owes for it."""
        return late_fee(loan, returned, self._calendar)
