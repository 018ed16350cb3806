import sqlite3
from datetime import datetime

from velostat.pipeline import Interval, daily_totals
from velostat.warehouse import store_totals

rows = [("harbour", 7, 10), ("station", 7, 40), ("harbour", 8, 20), ("station", 8, 50), ("harbour", 9, 30)]
intervals = [
    Interval(counter, datetime.fromisoformat(f"2024-05-03T{hour:02}:00:00+02:00"), bikes, 0)
    for counter, hour, bikes in rows
]

db = sqlite3.connect(":memory:")
db.execute(
    "CREATE TABLE daily_totals (counter TEXT, day TEXT, bikes INT, intervals INT, busiest TEXT, PRIMARY KEY (counter, day))"
)
store_totals(db, daily_totals(intervals))
stored = db.execute("SELECT * FROM daily_totals ORDER BY counter").fetchall()
assert stored == [
    ("harbour", "2024-05-03", 60, 3, "09:00"),
    ("station", "2024-05-03", 90, 2, "08:00"),
], stored
