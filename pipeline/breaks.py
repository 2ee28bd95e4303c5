"""Where a number before and one after a moment are not of one definition: the lines on charts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from metrics.registry import METRICS
from metrics.remapping import StreamDefinition, dated
from pipeline.question import Question
from pipeline.times import iso
from store.definitions import DefinitionChange

MAPPING = "mapping"
DELIVERIES = "deliveries"
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Break:
    """Since `ts` something means another thing: `metric`, or the metrics that it concerns (None:
    all of a stream). dated: the mapping itself says so by a day; else it was changed then, and
    history was computed again.
    """

    ts: int
    what: tuple[str, ...]
    metric: str = ""
    dated: bool = False
    concerns: frozenset[str] | None = None

    def touches(self, slugs: Collection[str]) -> bool:
        """Whether the numbers of any of these metrics are others since."""
        if self.metric:
            return self.metric in slugs
        return self.concerns is None or not self.concerns.isdisjoint(slugs)


def breaks_of_stream(
    stream_id: int, changes: Iterable[DefinitionChange], definition: StreamDefinition
) -> tuple[Break, ...]:
    """All of a stream, in the order of time."""
    found = [
        _changed(one)
        for one in changes
        if one.stream_id == stream_id or (one.stream_id is None and not one.service)
    ]
    found += [Break(ts, tuple(what), dated=True) for ts, what in dated(definition).items()]
    return tuple(sorted(found, key=lambda one: (one.ts, one.metric, one.dated)))


def breaks_of_service(name: str, changes: Iterable[DefinitionChange]) -> tuple[Break, ...]:
    """All of a service, in the order of time."""
    found = [_changed(one) for one in changes if one.service == name or one.metric]
    return tuple(sorted(found, key=lambda one: (one.ts, one.metric)))


def of_deliveries(found: Iterable[Break]) -> tuple[Break, ...]:
    """Those of a stream that its services share; its mapping parts no delivery."""
    return tuple(one for one in found if one.metric or one.concerns is not None)


def _changed(one: DefinitionChange) -> Break:
    return Break(one.changed_ts, one.what, one.metric, concerns=one.concerns)


def inside(found: Sequence[Break], slugs: Collection[str], asked: Question) -> list[Break]:
    """Those within the window that concern these metrics; one at its begin parts nothing."""
    window = asked.window
    return [one for one in found if one.touches(slugs) and window.from_ts < one.ts < window.to_ts]


def break_rows(
    found: Sequence[Break], slugs: Collection[str], asked: Question, scope: Mapping[str, str]
) -> list[dict[str, Any]]:
    """As charts carry them: the instant, its day in the zone that is asked for, and what broke.
    scope: the stream or the service that it is of.
    """
    return [
        {
            "at": iso(one.ts),
            "on": _day(one.ts, asked.tz),
            "what": "; ".join(one.what),
            "definition": definition_name(one),
            "dated": one.dated,
            "changes": None if one.dated else _address(one, scope),
        }
        for one in inside(found, slugs, asked)
    ]


def break_reasons(
    found: Sequence[Break], slugs: Collection[str], asked: Question
) -> tuple[str, ...]:
    """The same for the reasons of an answer."""
    told = []
    for one in inside(found, slugs, asked):
        more = len(one.what) - _MOST_WORDS
        what = "; ".join(one.what[:_MOST_WORDS]) + (f"; and {more} more" if more > 0 else "")
        day = _day(one.ts, asked.tz)
        if one.dated:
            told.append(f"the mapping is another one from {day} on: {what}")
        else:
            whose = "definition" if one.metric else _WORDS[definition_name(one)]
            told.append(f"{whose} changed on {day}, all is told by the new one: {what}")
    return tuple(told)


def definition_name(one: Break | DefinitionChange) -> str:
    """`flow_time@2`, `mapping`, or `deliveries`: what counts as one, and of which service."""
    if not one.metric:
        return MAPPING if one.concerns is None else DELIVERIES
    known = METRICS.get(one.metric)
    return one.metric if known is None else f"{one.metric}@{known.version}"


_WORDS = {MAPPING: "mapping", DELIVERIES: "what counts as a delivery"}


def _day(ts: int, zone: str) -> str:
    return datetime.fromtimestamp(ts, ZoneInfo(zone)).date().isoformat()


def _address(one: Break, scope: Mapping[str, str]) -> str:
    query = {"metric": one.metric} if one.metric else scope
    return f"/v1/definitions/changes?{urlencode(query)}"
