"""Pages of the loan desk."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, render_template, request

from .database import get_db
from .queries import DEFAULT_SORT, SORTABLE, loans_of, open_loans

PAGE_SIZE = 50

desk = Blueprint("desk", __name__, url_prefix="/desk")


@desk.get("/loans")
def loan_list() -> str:
    page = max(request.args.get("page", 1, type=int), 1)
    sort = request.args.get("sort", "due")
    descending = request.args.get("dir") == "desc"
    loans = open_loans(
        get_db(),
        order_by=SORTABLE.get(sort, DEFAULT_SORT),
        descending=descending,
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    return render_template("loans.html", loans=loans, page=page, sort=sort, descending=descending)


@desk.get("/loans.csv")
def loan_export() -> Response:
    order_by = SORTABLE.get(request.args.get("sort", "due"), DEFAULT_SORT)
    descending = request.args.get("dir") == "desc"
    loans = open_loans(get_db(), order_by=order_by, descending=descending, limit=-1)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["loan", "object", "borrower", "lent on", "due on", "insured for"])
    for loan in loans:
        writer.writerow([loan.id, loan.title, loan.borrower, loan.lent_on, loan.due_on, loan.insured_for])
    return Response(
        text.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=open-loans.csv"},
    )


@desk.get("/borrowers/<int:borrower_id>/loans")
def borrower_history(borrower_id: int) -> str:
    return render_template("history.html", loans=loans_of(get_db(), borrower_id))
