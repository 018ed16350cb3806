import logging
from datetime import date, datetime
from types import SimpleNamespace

from reminders.dispatch import send_reminders
from reminders.gateway import GatewayError
from reminders.store import Visit

written = []
handler = logging.Handler()
handler.emit = lambda record: written.append(record.getMessage())
logging.getLogger().addHandler(handler)
logging.getLogger().setLevel(logging.DEBUG)


class Gateway:
    def send(self, phone, text):
        raise GatewayError(503)


visit = Visit(41, "Edda", "+4755501234", "North", datetime(2024, 5, 2, 9, 30), opted_out=False)
store = SimpleNamespace(unreminded_on=lambda day: [visit], mark_reminded=lambda visit_id: None)
send_reminders(store, Gateway(), date(2024, 5, 1), pause=lambda seconds: None)

assert any("503" in line for line in written)
for line in written:
    assert "Edda" not in line and "55501234" not in line, line
