"""Reads the accession sheets that partner gardens send in as CSV."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Accession:
    number: str
    taxon: str
    collected_on: date
    grams: float


class SheetError(ValueError):
    """A row that cannot be turned into an accession."""


def _field(row: dict[str, str | None], name: str) -> str:
    value = (row.get(name) or "").strip()
    if not value:
        raise SheetError(f"{name} is empty")
    return value


def _parse_row(row: dict[str, str | None]) -> Accession:
    number = _field(row, "accession")
    try:
        collected_on = date.fromisoformat(_field(row, "collected"))
        grams = float(_field(row, "grams").replace(",", "."))
    except ValueError as error:
        raise SheetError(f"{number}: {error}") from error
    return Accession(number, _field(row, "taxon"), collected_on, grams)


def read_sheet(path: Path) -> list[Accession]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return [_parse_row(row) for row in csv.DictReader(handle)]


def import_folder(folder: Path) -> list[Accession]:
    """Every accession of every sheet, in the order of the file names."""
    accessions: list[Accession] = []
    for path in sorted(folder.glob("*.csv")):
        accessions.extend(read_sheet(path))
    return accessions


def preview(path: Path) -> str:
    """One line for the upload page, shown before anything is stored."""
    accessions = read_sheet(path)
    total = sum(accession.grams for accession in accessions)
    return f"{path.name}: {len(accessions)} accessions, {total:.1f} g"
