"""The plan of a term, week by week, as it is printed and shown on the school's page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta

import psycopg

from canteen.store import Meal, allergens_of, meals_between, term_of

Weeks = dict[date, list[str]]


@dataclass(frozen=True)
class Entry:
    meal: Meal
    allergens: list[str]

    def __str__(self) -> str:
        line = f"{self.meal.served_on:%a} {self.meal.line}: {self.meal.title}"
        return f"{line} ({', '.join(self.allergens)})" if self.allergens else line


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _entries(db: psycopg.Connection, first: date, last: date, without: Set[str]) -> Iterator[Entry]:
    """The meals of a period that are free of all the allergens in `without`."""
    for meal in meals_between(db, first, last):
        entry = Entry(meal, allergens_of(db, meal.id))
        if without.isdisjoint(entry.allergens):
            yield entry


def term_plan(db: psycopg.Connection, day: date, without: Set[str] = frozenset()) -> Weeks:
    """The meals of the term that `day` belongs to, by the Monday of their week; empty in the holidays."""
    term = term_of(db, day)
    if term is None:
        return {}
    weeks: defaultdict[date, list[str]] = defaultdict(list)
    for entry in _entries(db, *term, without):
        weeks[_monday_of(entry.meal.served_on)].append(str(entry))
    return dict(weeks)


def week_plan(db: psycopg.Connection, day: date) -> list[str]:
    """The meals of the week of `day`, for the screen in the hall."""
    monday = _monday_of(day)
    return [str(entry) for entry in _entries(db, monday, monday + timedelta(days=6), frozenset())]
