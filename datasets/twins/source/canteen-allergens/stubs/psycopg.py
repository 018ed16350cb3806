"""Stands in for psycopg: a connection to an SQLite database in memory that counts its statements."""

import sqlite3
from datetime import date

sqlite3.register_converter("date", lambda text: date.fromisoformat(text.decode()))
sqlite3.register_adapter(date, date.isoformat)


class Connection:
    def __init__(self):
        self.db = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)
        self.statements = 0

    def execute(self, query, params=()):
        self.statements += 1
        return self.db.execute(query.replace("%s", "?"), params)
