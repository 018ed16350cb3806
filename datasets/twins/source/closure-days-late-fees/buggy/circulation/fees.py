"""What a patron owes for returning a loan late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from circulation.calendar import BranchCalendar

DAILY_FEE = Decimal("0.25")
MAX_FEE = Decimal("10.00")


@dataclass(frozen=True)
class Loan:
    patron_id: str
    due: date
    junior: bool = False


def days_late(loan: Loan, returned: date, calendar: BranchCalendar) -> int:
    """Days after the due date on which the branch was open; 0 for a loan returned in time."""
    elapsed = (returned - loan.due).days
    days = (loan.due + timedelta(days=n) for n in range(1, elapsed + 1))
    return sum(1 for day in days if calendar.is_open(day))


def late_fee(loan: Loan, returned: date, calendar: BranchCalendar) -> Decimal:
    """The fee for one loan. Junior cards never pay, and nobody pays for days of a closure."""
    if loan.junior:
        return Decimal("0.00")
    return min(MAX_FEE, DAILY_FEE * days_late(loan, returned, calendar))
