"""The hotels that a kiosk server looks after, and what is different at each of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.catalog import FALLBACK, LANGUAGES, load_catalog


class ConfigError(ValueError):
    """A hotel's file that cannot be used as it is."""


@dataclass(frozen=True)
class Hotel:
    id: str
    name: str
    languages: tuple[str, ...]
    #: By language, what this hotel says in place of our own messages.
    wording: Mapping[str, Mapping[str, str]]


def _check_wording(id: str, languages: tuple[str, ...], wording: Mapping[str, Mapping[str, str]]) -> None:
    known = load_catalog(FALLBACK)
    for language, messages in wording.items():
        if language not in languages:
            raise ConfigError(f"{id}: has a wording in {language}, which it does not speak")
        unknown = sorted(key for key in messages if key not in known)
        if unknown:
            raise ConfigError(f"{id}: has a wording in {language} for unknown messages: {', '.join(unknown)}")


def _hotel(id: str, config: Mapping[str, Any]) -> Hotel:
    languages = tuple(config.get("languages", ["en"]))
    if not languages or not LANGUAGES.issuperset(languages):
        raise ConfigError(f"{id}: languages are {languages}, expected at least one of {sorted(LANGUAGES)}")
    wording = config.get("wording", {})
    _check_wording(id, languages, wording)
    return Hotel(id, config["name"], languages, wording)


def read_hotels(folder: Path) -> dict[str, Hotel]:
    """Every hotel that has a file in the folder, by its id."""
    hotels = {}
    for path in sorted(folder.glob("*.toml")):
        hotels[path.stem] = _hotel(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    return hotels


def messages_for(hotel: Hotel, language: str) -> dict[str, str]:
    """What the kiosk of a hotel says to a guest; its first language where it does not speak the guest's."""
    spoken = language if language in hotel.languages else hotel.languages[0]
    messages = load_catalog(spoken)
    messages.update(hotel.wording.get(spoken, {}))
    return messages
