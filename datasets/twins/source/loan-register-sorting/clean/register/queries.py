"""Reads from the loan register; every statement of the desk's pages is here."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_COLUMNS = "l.id, o.title, b.name AS borrower, l.lent_on, l.due_on, l.insured_for"
_TABLES = "loans l JOIN objects o ON o.id = l.object_id JOIN borrowers b ON b.id = l.borrower_id"


#: What the desk may sort by, and the expression behind it.
SORTABLE = {
    "due": "l.due_on",
    "lent": "l.lent_on",
    "object": "o.title COLLATE NOCASE",
    "borrower": "b.name COLLATE NOCASE",
    "insured": "l.insured_for",
}
DEFAULT_SORT = SORTABLE["due"]


@dataclass(frozen=True)
class Loan:
    id: int
    title: str
    borrower: str
    lent_on: str
    due_on: str
    insured_for: int


def open_loans(
    db: sqlite3.Connection,
    order_by: str = DEFAULT_SORT,
    descending: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[Loan]:
    """Loans that have not come back yet, sorted by an expression of `SORTABLE`."""
    direction = "DESC" if descending else "ASC"
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE l.returned_on IS NULL"
        f" ORDER BY {order_by} {direction}, l.id LIMIT ? OFFSET ?",
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
