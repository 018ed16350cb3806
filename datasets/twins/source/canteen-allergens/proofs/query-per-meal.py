from datetime import date, timedelta

import psycopg

from canteen.plan import term_plan, week_plan

connection = psycopg.Connection()
connection.db.executescript(
    """
    CREATE TABLE terms (first_day date, last_day date);
    CREATE TABLE meals (id INTEGER PRIMARY KEY, served_on date, line TEXT, title TEXT);
    CREATE TABLE meal_dishes (meal_id INT, dish_id INT);
    CREATE TABLE dish_allergens (dish_id INT, allergen TEXT);
    INSERT INTO meal_dishes VALUES (1, 10), (1, 11), (3, 11);
    INSERT INTO dish_allergens VALUES (10, 'milk'), (10, 'gluten'), (11, 'milk');
    """
)
monday = date(2024, 9, 2)
connection.db.execute("INSERT INTO terms VALUES (?, ?)", (monday, monday + timedelta(days=90)))
meals = [(n, monday + timedelta(days=n - 1), "A", f"Meal {n}") for n in range(1, 91)]
connection.db.executemany("INSERT INTO meals VALUES (?, ?, ?, ?)", meals)

assert week_plan(connection, monday)[:3] == [
    "Mon A: Meal 1 (gluten, milk)",
    "Tue A: Meal 2",
    "Wed A: Meal 3 (milk)",
]
assert term_plan(connection, monday, {"gluten"})[monday][0] == "Tue A: Meal 2"

connection.statements = 0
assert sum(map(len, term_plan(connection, monday).values())) == 90
assert connection.statements <= 5, connection.statements
