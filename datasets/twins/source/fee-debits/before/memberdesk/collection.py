"""Collects the membership fees that are due, once a night."""

from __future__ import annotations

import logging
from datetime import date

from memberdesk.database import open_database
from memberdesk.invoices import Invoices
from memberdesk.ledger import Ledger
from memberdesk.settings import Settings

log = logging.getLogger(__name__)


def collect_due(ledger: Ledger, invoices: Invoices, today: date) -> int:
    """Sends an invoice for every fee that is due and was not asked for yet; returns how many."""
    fees = ledger.due_fees(today)
    for fee in fees:
        invoices.send(fee)
        ledger.mark_requested(fee.id, today)
        log.info("fee %d of member %d: invoiced", fee.id, fee.member_id)
    return len(fees)


def run(settings: Settings, today: date) -> None:
    with open_database(settings.database) as db:
        invoiced = collect_due(Ledger(db), Invoices(settings.smtp_host), today)
    log.info("%d fees invoiced", invoiced)
