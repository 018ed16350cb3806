"""Offers of free plots to the people on the waiting list."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from allotments import mail


@dataclass
class Plot:
    number: str
    tenant: str | None = None


@dataclass
class Offer:
    plot: Plot
    applicant: str
    made_on: date
    closed: bool = False


class OfferClosed(Exception):
    """The offer was answered before."""


class WaitingList:
    """First come, first served. People are known by their mail address."""

    def __init__(self, applicants: Iterable[str]) -> None:
        self._queue = deque(applicants)

    @property
    def applicants(self) -> list[str]:
        return list(self._queue)

    def make_offer(self, plot: Plot, on: date) -> Offer | None:
        """Offers the plot to whoever has waited longest; None when nobody waits."""
        if not self._queue:
            return None
        offer = Offer(plot, self._queue.popleft(), on)
        mail.send(offer.applicant, f"Plot {plot.number} is free", "Would you like to have it?")
        return offer

    def accept(self, offer: Offer) -> None:
        if offer.closed:
            raise OfferClosed("answered before")
        offer.closed = True
        offer.plot.tenant = offer.applicant

    def decline(self, offer: Offer) -> None:
        """Whoever declines goes to the end of the list."""
        if offer.closed:
            raise OfferClosed("answered before")
        offer.closed = True
        self._queue.append(offer.applicant)
