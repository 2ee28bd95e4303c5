"""Where a number before and one after a moment are not of one definition: the lines on charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Break:
    """Since `ts` something means another thing. metric "": to all of a stream. dated: the mapping
    itself says so by a day; else it was changed then, and history was computed again.
    """

    ts: int
    what: tuple[str, ...]
    metric: str = ""
    dated: bool = False


def breaks_of_stream(
    stream_id: int, changes: Iterable[DefinitionChange], definition: StreamDefinition
) -> tuple[Break, ...]:
    """All of a stream, in the order of time."""
    found = [
        Break(one.changed_ts, one.what, one.metric)
        for one in changes
        if one.stream_id in (None, stream_id)
    ]
    found += [Break(ts, tuple(what), dated=True) for ts, what in dated(definition).items()]
    return tuple(sorted(found, key=lambda one: (one.ts, one.metric, one.dated)))


def inside(found: Sequence[Break], slug: str, asked: Question) -> list[Break]:
    """Those within the window that concern the metric; one at its begin parts nothing."""
    window = asked.window
    return [
        one for one in found if one.metric in ("", slug) and window.from_ts < one.ts < window.to_ts
    ]


def break_rows(
    found: Sequence[Break], slug: str, asked: Question, *, stream: str
) -> list[dict[str, Any]]:
    """As charts carry them: the instant, its day in the zone that is asked for, and what broke."""
    return [
        {
            "at": iso(one.ts),
            "on": _day(one.ts, asked.tz),
            "what": "; ".join(one.what),
            "definition": definition_name(one.metric),
            "dated": one.dated,
            "changes": None if one.dated else _address(one, stream),
        }
        for one in inside(found, slug, asked)
    ]


def break_reasons(found: Sequence[Break], slug: str, asked: Question) -> tuple[str, ...]:
    """The same for the reasons of an answer."""
    told = []
    for one in inside(found, slug, asked):
        more = len(one.what) - _MOST_WORDS
        what = "; ".join(one.what[:_MOST_WORDS]) + (f"; and {more} more" if more > 0 else "")
        day = _day(one.ts, asked.tz)
        if one.dated:
            told.append(f"the mapping is another one from {day} on: {what}")
        else:
            whose = "mapping" if not one.metric else "definition"
            told.append(f"{whose} changed on {day}, all is told by the new one: {what}")
    return tuple(told)


def definition_name(metric: str) -> str:
    """`flow_time@2`, or `mapping`."""
    if not metric:
        return MAPPING
    known = METRICS.get(metric)
    return metric if known is None else f"{metric}@{known.version}"


def _day(ts: int, zone: str) -> str:
    return datetime.fromtimestamp(ts, ZoneInfo(zone)).date().isoformat()


def _address(one: Break, stream: str) -> str:
    query = {"metric": one.metric} if one.metric else {"stream": stream}
    return f"/v1/definitions/changes?{urlencode(query)}"
