"""Offers of free plots to the people on the waiting list."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from allotments.mail import send

ANSWER_WITHIN = timedelta(days=14)


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

    @property
    def answer_by(self) -> date:
        """The last day on which the offer can be accepted."""
        return self.made_on + ANSWER_WITHIN


class OfferClosed(Exception):
    """The offer was answered before, or it has lapsed."""


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
        send(offer.applicant, f"Plot {plot.number} is free", f"Would you like it? Please answer by {offer.answer_by}.")
        return offer

    def accept(self, offer: Offer, on: date) -> None:
        if offer.closed:
            raise OfferClosed("answered before")
        if on > offer.answer_by:
            raise OfferClosed(f"lapsed after {offer.answer_by}")
        offer.closed = True
        offer.plot.tenant = offer.applicant

    def decline(self, offer: Offer) -> None:
        """Whoever declines goes to the end of the list."""
        self._return_to_queue(offer)

    def lapse(self, offers: Iterable[Offer], on: date) -> list[Offer]:
        """Closes and returns the offers that nobody answered in time; the applicants go to the end of the list."""
        lapsed = [offer for offer in offers if not offer.closed and on > offer.answer_by]
        for offer in lapsed:
            self._return_to_queue(offer)
            send(offer.applicant, f"Plot {offer.plot.number}", "Your offer has lapsed, you are on the list again.")
        return lapsed

    def _return_to_queue(self, offer: Offer) -> None:
        if offer.closed:
            raise OfferClosed("answered before")
        offer.closed = True
        self._queue.append(offer.applicant)
