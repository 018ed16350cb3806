"""When a branch is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Closure:
    """Days on which a branch takes nothing back, both ends included."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class BranchCalendar:
    branch: str
    closures: tuple[Closure, ...] = ()

    def is_open(self, day: date) -> bool:
        return not any(closure.covers(day) for closure in self.closures)

    def next_open_day(self, day: date) -> date:
        """The day itself if the branch is open, else the first open day after it."""
        while not self.is_open(day):
            day += timedelta(days=1)
        return day
