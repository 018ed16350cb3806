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


@dataclass(frozen=True)
class Rejection:
    sheet: str
    line: int
    reason: str


@dataclass(frozen=True)
class Sheet:
    accessions: list[Accession]
    rejected: list[Rejection]


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


def read_sheet(path: Path, rejected: list[Rejection] = []) -> Sheet:
    """The rows that can be read; the others are added to `rejected`."""
    accessions: list[Accession] = []
    with path.open(newline="", encoding="utf-8-sig") as handle:
        rows = csv.DictReader(handle)
        for row in rows:
            try:
                accessions.append(_parse_row(row))
            except SheetError as error:
                rejected.append(Rejection(path.name, rows.line_num, str(error)))
    return Sheet(accessions, rejected)


def import_folder(folder: Path) -> Sheet:
    """Every accession of every sheet, in the order of the file names, and what had to be left out."""
    accessions: list[Accession] = []
    rejected: list[Rejection] = []
    for path in sorted(folder.glob("*.csv")):
        accessions.extend(read_sheet(path, rejected).accessions)
    return Sheet(accessions, rejected)


def preview(path: Path) -> str:
    """One line for the upload page, shown before anything is stored."""
    sheet = read_sheet(path)
    total = sum(accession.grams for accession in sheet.accessions)
    line = f"{path.name}: {len(sheet.accessions)} accessions, {total:.1f} g"
    return f"{line}, {len(sheet.rejected)} rows to correct" if sheet.rejected else line
