"""What the guest kiosk says, one JSON file per language."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

CATALOGS = Path(__file__).parent / "catalogs"
LANGUAGES = frozenset({"de", "en", "fr", "nb"})
FALLBACK = "en"


def _read(language: str) -> dict[str, str]:
    return json.loads((CATALOGS / f"{language}.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=len(LANGUAGES))
def load_catalog(language: str) -> dict[str, str]:
    """All messages of a language; those that it lacks are the English ones. The files are read once."""
    if language == FALLBACK:
        return _read(FALLBACK)
    return load_catalog(FALLBACK) | _read(language)
