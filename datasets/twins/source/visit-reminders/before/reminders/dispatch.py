"""Sends text messages to people who have a visit tomorrow."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from .gateway import Gateway
from .store import Visit, VisitStore

log = logging.getLogger(__name__)


def compose(visit: Visit) -> str:
    """The text of one reminder, short enough for a single message."""
    when = f"{visit.starts_at:%d.%m. at %H:%M}"
    return f"{visit.first_name}, we expect you on {when} at {visit.clinic}. Reply STOP to opt out."


def send_reminders(store: VisitStore, gateway: Gateway, today: date) -> int:
    """Reminds everybody who is due tomorrow and has not opted out; returns how many were reached."""
    sent = 0
    for visit in store.visits_on(today + timedelta(days=1)):
        if visit.opted_out:
            continue
        gateway.send(visit.phone, compose(visit))
        sent += 1
    log.info("sent %d reminders", sent)
    return sent
