"""Sends text messages to people who have a visit tomorrow."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import date, timedelta

from .gateway import Gateway, GatewayError
from .store import Visit, VisitStore

MAX_ATTEMPTS = 3

log = logging.getLogger(__name__)


def compose(visit: Visit) -> str:
    """The text of one reminder, short enough for a single message."""
    when = f"{visit.starts_at:%d.%m. at %H:%M}"
    return f"{visit.first_name}, we expect you on {when} at {visit.clinic}. Reply STOP to opt out."


def _deliver(gateway: Gateway, visit: Visit, pause: Callable[[float], None]) -> bool:
    """Tries a few times with growing pauses; false when the gateway never took the message."""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            gateway.send(visit.phone, compose(visit))
            return True
        except GatewayError as error:
            log.warning("%s (%s): attempt %d failed with code %d", visit.first_name, visit.phone, attempt, error.code)
        if attempt < MAX_ATTEMPTS:
            pause(2.0**attempt)
    return False


def send_reminders(
    store: VisitStore, gateway: Gateway, today: date, pause: Callable[[float], None] = time.sleep
) -> int:
    """Reminds everybody who is due tomorrow and was not reminded yet; returns how many were reached."""
    sent = 0
    failed = 0
    for visit in store.unreminded_on(today + timedelta(days=1)):
        if visit.opted_out:
            continue
        store.mark_reminded(visit.id)
        if _deliver(gateway, visit, pause):
            sent += 1
        else:
            failed += 1
    log.info("sent %d reminders, %d failed", sent, failed)
    return sent
