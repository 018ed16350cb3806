import csv
import io
import sqlite3

from flask import request

from register.database import get_db
from register.views import loan_export, loan_list

get_db().executescript(
    """
    CREATE TABLE objects (id INT, title TEXT);
    CREATE TABLE borrowers (id INT, name TEXT);
    CREATE TABLE loans (id INT, object_id INT, borrower_id INT, lent_on TEXT, due_on TEXT, insured_for INT, returned_on TEXT);
    CREATE TABLE staff (name TEXT, pin TEXT);
    INSERT INTO objects VALUES (1, 'Urn'), (2, 'Map');
    INSERT INTO borrowers VALUES (1, 'Alta'), (2, 'Bodø');
    INSERT INTO loans VALUES (7, 1, 1, '2024-01-01', '2024-03-01', 10, NULL), (8, 2, 2, '2024-01-02', '2024-02-01', 20, NULL);
    INSERT INTO staff VALUES ('Sunniva', '4711');
    """
)


def exported(**args):
    request.args.clear()
    request.args.update(args)
    try:
        text = loan_export().text
    except sqlite3.Error as error:
        return str(error)
    return [int(row[0]) for row in list(csv.reader(io.StringIO(text)))[1:]]


assert exported() == [8, 7]
guess = "(CASE WHEN (SELECT pin FROM staff) LIKE '{}%' THEN l.id ELSE -l.id END)"
right, wrong = exported(sort=guess.format("4")), exported(sort=guess.format("5"))
assert right == wrong == [8, 7], f"the order tells whether a guess at a pin was right: {right}, {wrong}"

for sort in ("due", "lent", "object", "borrower", "insured", "nonsense"):
    for direction in ("asc", "desc"):
        request.args.clear()
        request.args.update(sort=sort, dir=direction)
        on_page = [loan.id for loan in loan_list()["loans"]]
        assert exported(sort=sort, dir=direction) == on_page, (sort, direction)
