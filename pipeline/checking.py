"""Whether each source can be read: reachable, identity, permissions, clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.stream import Probe
from core.errors import SourceError
from core.settings import AnySource, Settings
from pipeline.collect import connected, opened, wanted_of
from pipeline.stopping import Stop

_CLOCK_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What was found out about one source."""

    source: str
    probes: tuple[Probe, ...]

    @property
    def ok(self) -> bool:
        return all(probe.ok for probe in self.probes)


def check_sources(settings: Settings) -> Iterator[SourceCheck]:
    """Each source in turn; one that fails does not keep the others from being checked."""
    for source in settings.polled:
        yield SourceCheck(source.name, tuple(_probes(source, settings)))


def _probes(source: AnySource, settings: Settings) -> Iterator[Probe]:
    try:
        with opened(source, Stop()) as client:
            found = connected(client, source, wanted_of(settings))
            who = found.identity
            product = f"{who.product} {who.version}".strip()
            yield Probe("reachable", True, f"{product} at {source.url}")
            yield Probe("identity", True, f"read as {who.account}")
            yield from found.probes
            yield _clock(client.clock_offset_s)
    except SourceError as error:
        yield Probe("reachable", False, str(error))


def _clock(offset_s: float | None) -> Probe:
    if offset_s is None:
        return Probe("clock", True, "the source does not tell its time")
    told = f"{abs(offset_s):.0f} s {'ahead of' if offset_s > 0 else 'behind'} this machine"
    if abs(offset_s) <= _CLOCK_LIMIT_S:
        return Probe("clock", True, told)
    return Probe("clock", False, f"{told}; set one of the two clocks, or waits come out wrong")
