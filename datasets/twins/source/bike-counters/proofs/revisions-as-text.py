import tempfile
from pathlib import Path

from velostat.pipeline import daily_totals, read_export

with tempfile.TemporaryDirectory() as folder:
    export = Path(folder) / "2024-05.csv"
    lines = ["counter,start,bikes,revision"]
    lines += [f"harbour,2024-05-03T07:00:00+02:00,{100 + revision},{revision}" for revision in range(11)]
    export.write_text("\n".join(lines) + "\n", encoding="utf-8")
    [total] = daily_totals(read_export(export))

assert total.bikes == 110, total
