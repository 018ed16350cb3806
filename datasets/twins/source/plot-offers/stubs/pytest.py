"""Stands in for pytest: as much of it as these tests use, and a way to run one of them."""

import contextlib
import importlib
import inspect
import re
from types import SimpleNamespace


def fixture(function=None, *, autouse=False):
    def mark(made):
        made.is_fixture, made.autouse = True, autouse
        return made

    return mark if function is None else mark(function)


def _parametrize(name, values):
    def mark(test):
        test.arguments = [{name: value} for value in values]
        return test

    return mark


mark = SimpleNamespace(parametrize=_parametrize)


@contextlib.contextmanager
def raises(expected, match=None):
    try:
        yield
    except expected as error:
        assert match is None or re.search(match, str(error)), f"{error} does not match {match}"
    else:
        raise AssertionError(f"did not raise {expected.__name__}")


class MonkeyPatch:
    def __init__(self):
        self._undo = []

    def setattr(self, target, value):
        module, name = target.rsplit(".", 1)
        module = importlib.import_module(module)
        self._undo.append((module, name, getattr(module, name)))
        setattr(module, name, value)

    def undo(self):
        for module, name, value in reversed(self._undo):
            setattr(module, name, value)


def run(tests, name):
    """Runs one test of a module, given by its globals, with fresh fixtures for each set of arguments."""
    for given in getattr(tests[name], "arguments", [{}]):
        patch = MonkeyPatch()
        made = {"monkeypatch": patch, **given}

        def value_of(wanted):
            if wanted not in made:
                made[wanted] = call(tests[wanted])
            return made[wanted]

        def call(function):
            return function(*[value_of(parameter) for parameter in inspect.signature(function).parameters])

        try:
            for key, one in list(tests.items()):
                if getattr(one, "autouse", False):
                    value_of(key)
            call(tests[name])
        finally:
            patch.undo()
