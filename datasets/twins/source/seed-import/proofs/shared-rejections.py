import tempfile
from pathlib import Path

from seedbank.accessions import import_folder, preview

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    head = "accession,taxon,collected,grams\n"
    (folder / "fern.csv").write_text(f"{head}F-1,Asplenium,2024-05-31,1.5\nF-2,Asplenium,31.5.2024,1.5\n", "utf-8")
    (folder / "moss.csv").write_text(f"{head}M-1,Sphagnum,2024-06-01,2\n", "utf-8")

    assert preview(folder / "fern.csv") == "fern.csv: 1 accessions, 1.5 g, 1 rows to correct"
    second = preview(folder / "moss.csv")
    assert second == "moss.csv: 1 accessions, 2.0 g", second

    everything = import_folder(folder)
    assert [(one.sheet, one.line) for one in everything.rejected] == [("fern.csv", 3)]
    assert len(everything.accessions) == 2
