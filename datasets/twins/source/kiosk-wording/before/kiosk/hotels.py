"""The hotels that a kiosk server looks after, and what is different at each of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.catalog import LANGUAGES, load_catalog


class ConfigError(ValueError):
    """A hotel's file that cannot be used as it is."""


@dataclass(frozen=True)
class Hotel:
    id: str
    name: str
    languages: tuple[str, ...]
    wording: Mapping[str, str]


def _hotel(id: str, config: Mapping[str, Any]) -> Hotel:
    languages = tuple(config.get("languages", ["en"]))
    if not languages or not LANGUAGES.issuperset(languages):
        raise ConfigError(f"{id}: languages are {languages}, expected at least one of {sorted(LANGUAGES)}")
    return Hotel(id, config["name"], languages, config.get("wording", {}))


def read_hotels(folder: Path) -> dict[str, Hotel]:
    """Every hotel that has a file in the folder, by its id."""
    hotels = {}
    for path in sorted(folder.glob("*.toml")):
        hotels[path.stem] = _hotel(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    return hotels


def messages_for(hotel: Hotel, language: str) -> dict[str, str]:
    """What the kiosk of a hotel says to a guest; its first language where it does not speak the guest's."""
    messages = load_catalog(language if language in hotel.languages else hotel.languages[0])
    messages.update(hotel.wording)
    return messages
