import logging
import sqlite3
from datetime import date
from types import SimpleNamespace

from memberdesk.bank import DebitRefused
from memberdesk.collection import collect_due
from memberdesk.ledger import Fee
from memberdesk.mandates import active_mandates

written = []
handler = logging.Handler()
handler.emit = lambda record: written.append(record.getMessage())
logging.getLogger().addHandler(handler)
logging.getLogger().setLevel(logging.DEBUG)

db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE mandates (reference, member_id, holder, iban, signed_on, revoked_on)")
rows = [("M-1", 1, "Runa Falk", "DE00123456781234567890", "2024-01-02", None)]
rows += [("M-2", 2, "Tarik Demir", "DE00876543210987654321", "2024-01-03", None)]
db.executemany("INSERT INTO mandates VALUES (?, ?, ?, ?, ?, ?)", rows)

debits, invoiced, announced, requested = [], [], [], []


class Bank:
    def debit(self, iban, holder, cents, reference, *, end_to_end):
        if reference == "M-1":
            raise DebitRefused("AC04")
        debits.append((iban, holder, cents, reference, end_to_end))
        return SimpleNamespace(id="R-9")


ledger = SimpleNamespace(
    due_fees=lambda today: [Fee(7, 1, 6000), Fee(8, 2, 6000), Fee(9, 3, 6000)],
    mark_requested=lambda fee_id, today: requested.append(fee_id),
)
invoices = SimpleNamespace(
    send=lambda fee: invoiced.append(fee.id), announce_debit=lambda fee, account: announced.append((fee.id, account))
)
outcome = collect_due(ledger, invoices, Bank(), active_mandates(db), date(2024, 2, 1))

assert (outcome.debited, outcome.invoiced, requested, invoiced) == (1, 2, [7, 8, 9], [7, 9])
assert debits == [("DE00876543210987654321", "Tarik Demir", 6000, "M-2", "FEE-8")]
assert announced == [(8, "DE … 4321")]
assert any("AC04" in line for line in written)
for line in written:
    assert "DE00" not in line and "Runa" not in line and "Tarik" not in line, line
