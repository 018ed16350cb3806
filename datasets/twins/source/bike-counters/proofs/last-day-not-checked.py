from datetime import date, datetime, timezone

from velostat.pipeline import DailyTotal, missing_days

noon = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
sent = {"harbour": (1, 3), "station": (1, 2, 3)}
totals = [DailyTotal(counter, date(2024, 5, n), 1, 1, noon) for counter, days in sent.items() for n in days]

missing = missing_days(totals, ["harbour", "station"], date(2024, 5, 1), date(2024, 5, 4))
assert ("harbour", date(2024, 5, 2)) in missing
assert ("harbour", date(2024, 5, 4)) in missing, missing
assert ("station", date(2024, 5, 4)) in missing, missing
assert len(missing) == 3
