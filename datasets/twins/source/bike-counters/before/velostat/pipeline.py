"""From the export of the bike counters to totals per counter and day."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True)
class Interval:
    """What a counter saw in a quarter of an hour; `start` is its local time with the offset."""

    counter: str
    start: datetime
    bikes: int


@dataclass(frozen=True)
class DailyTotal:
    counter: str
    day: date
    bikes: int


def read_export(path: Path) -> Iterator[Interval]:
    with path.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            yield Interval(row["counter"], datetime.fromisoformat(row["start"]), int(row["bikes"]))


def daily_totals(intervals: Iterable[Interval]) -> list[DailyTotal]:
    """One total per counter and day."""
    bikes: Counter[tuple[str, date]] = Counter()
    for interval in intervals:
        bikes[interval.counter, interval.start.date()] += interval.bikes
    return [DailyTotal(counter, day, count) for (counter, day), count in sorted(bikes.items())]
