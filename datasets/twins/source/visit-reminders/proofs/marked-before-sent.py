import sqlite3
from datetime import date

from reminders.dispatch import send_reminders
from reminders.gateway import GatewayError
from reminders.store import VisitStore

db = sqlite3.connect(":memory:")
db.executescript(
    """
    CREATE TABLE patients (id INTEGER, first_name TEXT, phone TEXT, opted_out INTEGER);
    CREATE TABLE clinics (id INTEGER, name TEXT);
    CREATE TABLE visits (id INTEGER, patient_id INT, clinic_id INT, starts_at TEXT, cancelled_at TEXT, reminded_at TEXT);
    INSERT INTO patients VALUES (1, 'Edda', '+4755501234', 0);
    INSERT INTO clinics VALUES (1, 'North');
    INSERT INTO visits VALUES (41, 1, 1, '2024-05-02 09:30:00', NULL, NULL);
    """
)
store = VisitStore(db)
sent = []


class Gateway:
    down = True

    def send(self, phone, text):
        if self.down:
            raise GatewayError(503)
        sent.append(phone)


gateway = Gateway()
first = send_reminders(store, gateway, date(2024, 5, 1), pause=lambda seconds: None)
gateway.down = False
second = send_reminders(store, gateway, date(2024, 5, 1), pause=lambda seconds: None)
third = send_reminders(store, gateway, date(2024, 5, 1), pause=lambda seconds: None)

assert (first, second, third) == (0, 1, 0), (first, second, third)
assert sent == ["+4755501234"]
