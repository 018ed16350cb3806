"""From the export of the bike counters to totals per counter and day."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path


@dataclass(frozen=True)
class Interval:
    """What a counter saw in a quarter of an hour; `start` is its local time with the offset."""

    counter: str
    start: datetime
    bikes: int
    revision: int


@dataclass(frozen=True)
class DailyTotal:
    counter: str
    day: date
    bikes: int
    intervals: int
    busiest: datetime


def read_export(path: Path) -> Iterator[Interval]:
    with path.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            start = datetime.fromisoformat(row["start"])
            yield Interval(row["counter"], start, int(row["bikes"]), row["revision"])


def latest_revisions(intervals: Iterable[Interval]) -> list[Interval]:
    """The last revision of every interval, in the order in which the intervals came first."""
    latest: dict[tuple[str, datetime], Interval] = {}
    for interval in intervals:
        key = (interval.counter, interval.start)
        kept = latest.get(key)
        if kept is None or interval.revision > kept.revision:
            latest[key] = interval
    return list(latest.values())


def _counter_and_day(interval: Interval) -> tuple[str, date]:
    return interval.counter, interval.start.date()


def daily_totals(intervals: Iterable[Interval]) -> list[DailyTotal]:
    """One total per counter and day, of the last revision of each interval."""
    latest = latest_revisions(intervals)
    totals: list[DailyTotal] = []
    for (counter, day), group in groupby(latest, key=_counter_and_day):
        of_day = list(group)
        busiest = max(of_day, key=lambda interval: interval.bikes)
        bikes = sum(interval.bikes for interval in of_day)
        totals.append(DailyTotal(counter, day, bikes, len(of_day), busiest.start))
    return totals


def missing_days(
    totals: Iterable[DailyTotal], counters: Iterable[str], first: date, last: date
) -> list[tuple[str, date]]:
    """The days from `first` to `last`, both included, of which a counter has no total."""
    seen = {(total.counter, total.day) for total in totals}
    days = [first + timedelta(days=n) for n in range((last - first).days)]
    return [(counter, day) for counter in counters for day in days if (counter, day) not in seen]
