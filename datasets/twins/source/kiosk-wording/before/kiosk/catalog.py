"""What the guest kiosk says, one JSON file per language."""

from __future__ import annotations

import json
from pathlib import Path

CATALOGS = Path(__file__).parent / "catalogs"
LANGUAGES = frozenset({"de", "en", "fr", "nb"})
FALLBACK = "en"


def load_catalog(language: str) -> dict[str, str]:
    """All messages of a language; those that it lacks are the English ones."""
    messages = json.loads((CATALOGS / f"{FALLBACK}.json").read_text(encoding="utf-8"))
    if language != FALLBACK:
        messages.update(json.loads((CATALOGS / f"{language}.json").read_text(encoding="utf-8")))
    return messages
