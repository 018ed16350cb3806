"""Shares the current of one site between its charge points."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

#: With less than this a car does not charge at all (IEC 61851-1).
MIN_AMPS = 6

log = logging.getLogger(__name__)


class CommandFailed(Exception):
    """A charge point refused a command or did not answer it."""


class ChargePoint(Protocol):
    id: str
    max_amps: int

    async def set_limit(self, amps: int) -> None:
        """Raises CommandFailed; the point has opened its contactor then and draws nothing."""


@dataclass(frozen=True)
class CurrentWanted:
    """A car is plugged in; sent again every minute for as long as it gets nothing."""

    point: ChargePoint


@dataclass(frozen=True)
class Unplugged:
    point: ChargePoint


SiteEvent = CurrentWanted | Unplugged


class Allocator:
    """First come, first served: a point keeps what it was granted until its car leaves."""

    def __init__(self, site_amps: int) -> None:
        self._site_amps = site_amps
        self._granted: dict[str, int] = {}

    @property
    def free_amps(self) -> int:
        return self._site_amps - sum(self._granted.values())

    async def run(self, events: AsyncIterator[SiteEvent]) -> None:
        """Handles the events of the site one after the other, until the stream ends."""
        async for event in events:
            try:
                if isinstance(event, CurrentWanted):
                    await self._grant(event.point)
                else:
                    await self._release(event.point)
            except CommandFailed as error:
                log.warning("%s: %s", event.point.id, error)

    async def _grant(self, point: ChargePoint) -> None:
        if point.id in self._granted:
            return
        amps = min(point.max_amps, self.free_amps)
        if amps < MIN_AMPS:
            log.info("%s has to wait", point.id)
            return
        await point.set_limit(amps)
        self._granted[point.id] = amps

    async def _release(self, point: ChargePoint) -> None:
        if point.id not in self._granted:
            return
        try:
            await point.set_limit(0)
        finally:
            del self._granted[point.id]
