from datetime import date, timedelta

import pytest

from allotments.offers import ANSWER_WITHIN, OfferClosed, Plot, WaitingList

MARIT, JOOST, PIA = "marit@example.com", "joost@example.com", "pia@example.com"
MADE = date(2024, 3, 1)
LAST_DAY = MADE + ANSWER_WITHIN
TOO_LATE = LAST_DAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def no_mail(monkeypatch):
    monkeypatch.setattr("allotments.offers.send", lambda to, subject, text: None)


@pytest.fixture
def waiting():
    return WaitingList([MARIT, JOOST, PIA])


@pytest.fixture
def plot():
    return Plot("B-17")


def test_the_plot_is_offered_to_whoever_has_waited_longest(waiting, plot):
    assert waiting.make_offer(plot, MADE).applicant == MARIT
    assert waiting.applicants == [JOOST, PIA]


def test_nobody_gets_an_offer_while_nobody_waits(plot):
    assert WaitingList([]).make_offer(plot, MADE) is None


@pytest.mark.parametrize("day", [MADE, LAST_DAY])
def test_accepting_in_time_makes_the_applicant_the_tenant(waiting, plot, day):
    waiting.accept(waiting.make_offer(plot, MADE), day)
    assert plot.tenant == MARIT


def test_accepting_too_late_changes_nothing(waiting, plot):
    offer = waiting.make_offer(plot, MADE)
    with pytest.raises(OfferClosed, match="lapsed"):
        waiting.accept(offer, TOO_LATE)
    assert plot.tenant is None
    assert not offer.closed


def test_an_offer_is_answered_only_once(waiting, plot):
    offer = waiting.make_offer(plot, MADE)
    waiting.decline(offer)
    with pytest.raises(OfferClosed, match="answered"):
        waiting.accept(offer, MADE)


def test_whoever_declines_goes_to_the_end_of_the_list(waiting, plot):
    waiting.decline(waiting.make_offer(plot, MADE))
    assert waiting.applicants == [JOOST, PIA, MARIT]


def test_an_offer_lapses_after_its_last_day(waiting, plot):
    offer = waiting.make_offer(plot, MADE)
    assert waiting.lapse([offer], LAST_DAY) == []
    assert waiting.lapse([offer], TOO_LATE) == [offer]
    assert waiting.applicants == [JOOST, PIA, MARIT]


def test_an_offer_lapses_only_once(waiting, plot):
    offer = waiting.make_offer(plot, MADE)
    waiting.lapse([offer], TOO_LATE)
    assert waiting.lapse([offer], TOO_LATE) == []


def test_an_accepted_offer_does_not_lapse(waiting, plot):
    offer = waiting.make_offer(plot, MADE)
    waiting.accept(offer, LAST_DAY)
    assert waiting.lapse([offer], TOO_LATE) == []
    assert plot.tenant == MARIT
