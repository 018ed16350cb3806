"""Collects the membership fees that are due, once a night."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from memberdesk.bank import Bank, DebitRefused
from memberdesk.database import open_database
from memberdesk.invoices import Invoices
from memberdesk.ledger import Fee, Ledger
from memberdesk.mandates import Mandate, active_mandates
from memberdesk.settings import Settings

log = logging.getLogger(__name__)


@dataclass
class Outcome:
    debited: int = 0
    invoiced: int = 0


def _debit(bank: Bank, fee: Fee, mandate: Mandate) -> bool:
    """Hands one fee to the bank; false when it refuses. The bank takes a fee once, however often it is handed in."""
    try:
        receipt = bank.debit(mandate.iban, mandate.holder, fee.cents, mandate.reference, end_to_end=f"FEE-{fee.id}")
    except DebitRefused as refusal:
        log.warning("fee %d: debit with mandate %s refused, reason %s", fee.id, mandate, refusal.code)
        return False
    log.info("fee %d of member %d: debited, receipt %s", fee.id, fee.member_id, receipt.id)
    return True


def collect_due(
    ledger: Ledger, invoices: Invoices, bank: Bank, mandates: Mapping[int, Mandate], today: date
) -> Outcome:
    """Debits every fee that is due and was not asked for yet; where that is impossible, the member gets an invoice."""
    outcome = Outcome()
    for fee in ledger.due_fees(today):
        mandate = mandates.get(fee.member_id)
        if mandate is not None and _debit(bank, fee, mandate):
            invoices.announce_debit(fee, mandate.masked_iban)
            outcome.debited += 1
        else:
            invoices.send(fee)
            log.info("fee %d of member %d: invoiced", fee.id, fee.member_id)
            outcome.invoiced += 1
        ledger.mark_requested(fee.id, today)
    return outcome


def run(settings: Settings, today: date) -> None:
    bank = Bank(settings.bank_url, settings.bank_token)
    with open_database(settings.database) as db:
        outcome = collect_due(Ledger(db), Invoices(settings.smtp_host), bank, active_mandates(db), today)
    log.info("%d fees debited, %d invoiced", outcome.debited, outcome.invoiced)
