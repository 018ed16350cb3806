"""The table of daily totals that the city's dashboard reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from velostat.pipeline import DailyTotal

_UPSERT = """
    INSERT INTO daily_totals (counter, day, bikes, intervals, busiest) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (counter, day) DO UPDATE SET
        bikes = excluded.bikes, intervals = excluded.intervals, busiest = excluded.busiest
"""


def active_counters(db: sqlite3.Connection) -> list[str]:
    """The counters that are in the street and should send."""
    return [counter for (counter,) in db.execute("SELECT id FROM counters WHERE removed_on IS NULL ORDER BY id")]


def _row(total: DailyTotal) -> tuple[str, str, int, int, str]:
    return total.counter, total.day.isoformat(), total.bikes, total.intervals, f"{total.busiest:%H:%M}"


def store_totals(db: sqlite3.Connection, totals: Iterable[DailyTotal]) -> None:
    """Writes all totals or none; a day that is there already is replaced."""
    with db:
        db.executemany(_UPSERT, map(_row, totals))
