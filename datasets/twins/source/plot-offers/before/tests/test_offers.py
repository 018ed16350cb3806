from datetime import date

import pytest

from allotments.offers import OfferClosed, Plot, WaitingList


@pytest.fixture
def waiting(monkeypatch):
    monkeypatch.setattr("allotments.mail.send", lambda to, subject, text: None)
    return WaitingList(["marit@example.com", "joost@example.com", "pia@example.com"])


def test_accepting_makes_the_applicant_the_tenant(waiting):
    plot = Plot("B-17")
    waiting.accept(waiting.make_offer(plot, date(2024, 3, 1)))
    assert plot.tenant == "marit@example.com"


def test_an_offer_is_answered_only_once(waiting):
    offer = waiting.make_offer(Plot("B-17"), date(2024, 3, 1))
    waiting.decline(offer)
    with pytest.raises(OfferClosed):
        waiting.accept(offer)
