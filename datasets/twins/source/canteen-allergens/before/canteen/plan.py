"""The plan of a term, week by week, as it is printed and shown on the school's page."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import psycopg

from canteen.store import Meal, meals_between, term_of

Weeks = dict[date, list[str]]


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _line(meal: Meal) -> str:
    return f"{meal.served_on:%a} {meal.line}: {meal.title}"


def term_plan(db: psycopg.Connection, day: date) -> Weeks:
    """The meals of the term that `day` belongs to, by the Monday of their week; empty in the holidays."""
    term = term_of(db, day)
    if term is None:
        return {}
    weeks: defaultdict[date, list[str]] = defaultdict(list)
    for meal in meals_between(db, *term):
        weeks[_monday_of(meal.served_on)].append(_line(meal))
    return dict(weeks)


def week_plan(db: psycopg.Connection, day: date) -> list[str]:
    """The meals of the week of `day`, for the screen in the hall."""
    monday = _monday_of(day)
    return [_line(meal) for meal in meals_between(db, monday, monday + timedelta(days=6))]
