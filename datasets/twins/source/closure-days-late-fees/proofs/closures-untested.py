import runpy

from circulation.calendar import BranchCalendar

tests = {name: test for name, test in runpy.run_path("tests/test_fees.py").items() if name.startswith("test_")}


def failing():
    failed = []
    for name, test in tests.items():
        try:
            test()
        except AssertionError:
            failed.append(name)
    return failed


assert len(tests) >= 5 and failing() == []

BranchCalendar.is_open = lambda self, day: True
assert failing() != [], "no test notices when the days of a closure are charged"
