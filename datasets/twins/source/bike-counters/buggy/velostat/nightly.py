"""The job that runs every night: reads the month's export and refreshes the dashboard's table."""

from __future__ import annotations

import logging
import sqlite3
from datetime import date
from pathlib import Path

from velostat.pipeline import daily_totals, missing_days, read_export
from velostat.warehouse import active_counters, store_totals

log = logging.getLogger(__name__)


def refresh(db: sqlite3.Connection, export: Path) -> None:
    """Takes an export, named like `2024-05-14.csv` after the last day that it holds."""
    last = date.fromisoformat(export.stem)
    totals = daily_totals(read_export(export))
    store_totals(db, totals)
    log.info("stored %d totals of %s", len(totals), export.name)
    for counter, day in missing_days(totals, active_counters(db), last.replace(day=1), last):
        log.warning("counter %s has sent nothing on %s", counter, day)
