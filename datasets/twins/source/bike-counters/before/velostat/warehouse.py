"""The table of daily totals that the city's dashboard reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from velostat.pipeline import DailyTotal

_UPSERT = """
    INSERT INTO daily_totals (counter, day, bikes) VALUES (?, ?, ?)
    ON CONFLICT (counter, day) DO UPDATE SET bikes = excluded.bikes
"""


def store_totals(db: sqlite3.Connection, totals: Iterable[DailyTotal]) -> None:
    """Writes all totals or none; a day that is there already is replaced."""
    with db:
        db.executemany(_UPSERT, ((total.counter, total.day.isoformat(), total.bikes) for total in totals))
