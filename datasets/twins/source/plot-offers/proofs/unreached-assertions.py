import runpy

import pytest

from allotments.offers import WaitingList

name = "test_accepting_too_late_changes_nothing"
tests = runpy.run_path("tests/test_offers.py")
pytest.run(tests, name)

accept = WaitingList.accept


def accept_before_checking(self, offer, on):
    offer.plot.tenant = offer.applicant
    accept(self, offer, on)


WaitingList.accept = accept_before_checking
try:
    pytest.run(tests, name)
    noticed = False
except AssertionError:
    noticed = True
assert noticed, "the test does not notice that a late answer makes the applicant the tenant"
