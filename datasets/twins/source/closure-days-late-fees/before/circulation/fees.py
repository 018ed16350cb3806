"""What a patron owes for returning a loan late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

DAILY_FEE = Decimal("0.25")
MAX_FEE = Decimal("10.00")


@dataclass(frozen=True)
class Loan:
    patron_id: str
    due: date
    junior: bool = False


def days_late(loan: Loan, returned: date) -> int:
    """Whole days after the due date; 0 for a loan returned in time."""
    return max(0, (returned - loan.due).days)


def late_fee(loan: Loan, returned: date) -> Decimal:
    """The fee for one loan. Junior cards never pay."""
    if loan.junior:
        return Decimal("0.00")
    return min(MAX_FEE, DAILY_FEE * days_late(loan, returned))
