"""The part of the visit calendar that reminders need."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Visit:
    id: int
    first_name: str
    phone: str
    clinic: str
    starts_at: datetime
    opted_out: bool


class VisitStore:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def visits_on(self, day: date) -> list[Visit]:
        rows = self._db.execute(
            """
            SELECT v.id, p.first_name, p.phone, c.name, v.starts_at, p.opted_out
            FROM visits v
            JOIN patients p ON p.id = v.patient_id
            JOIN clinics c ON c.id = v.clinic_id
            WHERE date(v.starts_at) = ? AND v.cancelled_at IS NULL
            ORDER BY v.starts_at
            """,
            (day.isoformat(),),
        )
        return [
            Visit(row[0], row[1], row[2], row[3], datetime.fromisoformat(row[4]), bool(row[5]))
            for row in rows
        ]

    def opt_out(self, phone: str) -> None:
        with self._db:
            self._db.execute("UPDATE patients SET opted_out = 1 WHERE phone = ?", (phone,))
