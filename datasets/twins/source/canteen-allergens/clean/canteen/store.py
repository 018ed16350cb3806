"""Reads from the meal plan. Connections come from the pool of the application and are read-only here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg


@dataclass(frozen=True)
class Meal:
    id: int
    served_on: date
    line: str
    title: str


def meals_between(db: psycopg.Connection, first: date, last: date) -> list[Meal]:
    """Everything on the plan from `first` to `last`, both included, by day and line."""
    rows = db.execute(
        "SELECT id, served_on, line, title FROM meals WHERE served_on BETWEEN %s AND %s ORDER BY served_on, line, id",
        (first, last),
    )
    return [Meal(*row) for row in rows]


def allergens_between(db: psycopg.Connection, first: date, last: date) -> dict[int, list[str]]:
    """By meal, the allergens of all its dishes, each once, in alphabetical order; meals without any are left out."""
    rows = db.execute(
        """
        SELECT DISTINCT m.id, da.allergen
        FROM meals m
        JOIN meal_dishes md ON md.meal_id = m.id
        JOIN dish_allergens da ON da.dish_id = md.dish_id
        WHERE m.served_on BETWEEN %s AND %s
        ORDER BY m.id, da.allergen
        """,
        (first, last),
    )
    allergens: dict[int, list[str]] = {}
    for meal_id, allergen in rows:
        allergens.setdefault(meal_id, []).append(allergen)
    return allergens


def term_of(db: psycopg.Connection, day: date) -> tuple[date, date] | None:
    """The first and the last day of the term that `day` belongs to; None in the holidays."""
    return db.execute(
        "SELECT first_day, last_day FROM terms WHERE %s BETWEEN first_day AND last_day", (day,)
    ).fetchone()
