import sqlite3

_db = sqlite3.connect(":memory:")


def get_db():
    return _db
