"""Mandates: a member's permission to debit the membership fee from an account."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Mandate:
    reference: str
    member_id: int
    holder: str
    iban: str
    signed_on: date

    @property
    def masked_iban(self) -> str:
        """As much of the account number as its holder needs to recognise it in a letter."""
        return f"{self.iban[:2]} … {self.iban[-4:]}"


def active_mandates(db: sqlite3.Connection) -> dict[int, Mandate]:
    """The mandates that were not revoked, by member; the table allows one of them for each."""
    rows = db.execute(
        "SELECT reference, member_id, holder, iban, signed_on FROM mandates WHERE revoked_on IS NULL"
    )
    mandates = (Mandate(*row[:4], signed_on=date.fromisoformat(row[4])) for row in rows)
    return {mandate.member_id: mandate for mandate in mandates}
