"""Answers of the Kanban measures of a stream: Little's law, ageing work, service level expectation.

Each is an envelope with what belongs to the measure beside it; `explain` lists what it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from metrics.ageing import Ageing, ageing
from metrics.envelope import Context, document, envelope
from metrics.flow import KINDS
from metrics.little import Assumption, LittlesLaw, littles_law
from metrics.measure import Measure
from metrics.registry import METRICS
from metrics.sle import before, sle
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import answer, context_of, explain_address, read_from
from pipeline.stream_measures import asked_items, items_of_kinds, loaded_items

Answer = dict[str, Any]
PERCENTS = (50, 70, 85, 95)


@dataclass(frozen=True, slots=True)
class Promise:
    """The expectation that is asked about: `within_d` days where it is given, else that of
    `percent` (50, 70, 85 or 95) from the stream's own history.
    """

    percent: int = 85
    within_d: float | None = None

    @property
    def query(self) -> dict[str, str]:
        """What of it is not the default, as parameters of an address."""
        given = {} if self.percent == 85 else {"percent": str(self.percent)}
        return given if self.within_d is None else {**given, "within_d": f"{self.within_d:g}"}


OWN = Promise()


def littles_law_of(stream: StreamFacts, asked: Question) -> LittlesLaw:
    """Little's law in the window."""
    return stream.memo.of(
        ("littles_law", asked),
        lambda: littles_law(asked_items(stream, asked), stream.visits, window=asked.window),
    )


def ageing_of(stream: StreamFacts, asked: Question, promise: Promise) -> Ageing:
    """What is in load at the end of the window, and its history in it, which is that of all teams:
    what a team has is done only after the stages of others, too.
    """
    at = asked.window.to_ts
    return stream.memo.of(
        ("ageing", asked, promise),
        lambda: ageing(
            items_of_kinds(stream, asked),
            stream.visits,
            window=asked.window,
            percent=promise.percent,
            within_d=promise.within_d,
            calendar=asked.calendar,
            shown=None if asked.team is None else loaded_items(stream, asked, at),
        ),
    )


def littles_law_answer(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Answer:
    """The envelope of r, the assumptions, those that fail, and the banner."""
    found = littles_law_of(stream, asked)
    context = context_of(snapshot, stream, "littles_law", asked)
    body = _enveloped(context, "littles_law", asked, found.measure)
    known = body["value"]["r"] is not None
    return {
        **body,
        "stable": found.banner is None if known else None,
        "banner": found.banner if known else None,
        "assumptions": [_assumption(one) for one in found.assumptions],
        "failing": [one.name for one in found.assumptions if one.holds is False],
    }


def _assumption(one: Assumption) -> Answer:
    return {
        "name": one.name,
        "figure": one.figure,
        "unit": one.unit,
        "holds": one.holds,
        "reason": one.reason or None,
    }


def sle_answer(
    snapshot: Snapshot, stream: StreamFacts, asked: Question, promise: Promise = OWN
) -> Answer:
    """The envelope of the expectation and its adherence; `by_type` the same of each kind alone.

    Kinds of which nothing is in the stream are left out; where one is asked for, `by_type` is
    empty.
    """
    context = context_of(snapshot, stream, "sle", asked)
    mark = read_from(snapshot, stream, "sle")
    unread = mark is not None and mark > before(asked.window).from_ts
    kinds = [] if asked.kinds else [one for one in KINDS if (stream.items["kind"] == one).any()]
    body, *alone = [
        _enveloped(context, "sle", one, _sle(stream, one, promise, unread=unread), promise)
        for one in (asked, *(replace(asked, kinds=(kind,)) for kind in kinds))
    ]
    by_type = dict(zip(kinds, alone, strict=True))
    return {**body, "percent": promise.percent, "within_d": promise.within_d, "by_type": by_type}


def _sle(stream: StreamFacts, asked: Question, promise: Promise, *, unread: bool) -> Measure:
    """unread: the time before the window, from which the expectation would come."""
    items = asked_items(stream, asked)
    found = sle(
        items,
        window=asked.window,
        percent=promise.percent,
        within_d=promise.within_d,
        calendar=asked.calendar,
    )
    if not unread or promise.within_d is not None:
        return found
    why = "adherence withheld: the time before the window is not read yet"
    return replace(found, withheld={"adherence": why})


def ageing_envelope(
    snapshot: Snapshot, stream: StreamFacts, asked: Question, promise: Promise
) -> Answer:
    """The envelope of the counts; the rows are of `pipeline/ageing_list.py`."""
    found = ageing_of(stream, asked, promise)
    context = context_of(snapshot, stream, "ageing", asked)
    return _enveloped(context, "ageing", asked, found.measure, promise)


def _enveloped(
    context: Context, slug: str, asked: Question, measure: Measure, promise: Promise = OWN
) -> Answer:
    path = f"/v1/streams/{context.scope['stream']}/{slug.replace('_', '-')}/explain"
    more = f"&{urlencode(promise.query)}" if promise.query else ""
    told = replace(context, explain=explain_address(path, asked) + more)
    return answer(document(envelope(measure, METRICS[slug].definition, told)))
