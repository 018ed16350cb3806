"""Reads from the loan register; every statement of the desk's pages is here."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_COLUMNS = "l.id, o.title, b.name AS borrower, l.lent_on, l.due_on, l.insured_for"
_TABLES = "loans l JOIN objects o ON o.id = l.object_id JOIN borrowers b ON b.id = l.borrower_id"


@dataclass(frozen=True)
class Loan:
    id: int
    title: str
    borrower: str
    lent_on: str
    due_on: str
    insured_for: int


def open_loans(db: sqlite3.Connection, limit: int = 50, offset: int = 0) -> list[Loan]:
    """Loans that have not come back yet, the ones due first at the top."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE l.returned_on IS NULL ORDER BY l.due_on, l.id LIMIT ? OFFSET ?",
        (limit, offset),
    )
    return [Loan(*row) for row in rows]


def loans_of(db: sqlite3.Connection, borrower_id: int) -> list[Loan]:
    """Everything a borrower has ever had from us, newest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE l.borrower_id = ? ORDER BY l.lent_on DESC, l.id DESC",
        (borrower_id,),
    )
    return [Loan(*row) for row in rows]
