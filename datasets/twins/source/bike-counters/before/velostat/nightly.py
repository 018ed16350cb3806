"""The job that runs every night: reads the month's export and refreshes the dashboard's table."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from velostat.pipeline import daily_totals, read_export
from velostat.warehouse import store_totals

log = logging.getLogger(__name__)


def refresh(db: sqlite3.Connection, export: Path) -> None:
    totals = daily_totals(read_export(export))
    store_totals(db, totals)
    log.info("stored %d totals of %s", len(totals), export.name)
