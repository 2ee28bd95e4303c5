"""The measures of a value stream: which function of which facts answers a metric's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from core.errors import BadRequestError, NotFoundError
from core.settings import Settings
from metrics import cost, flow
from metrics.cohort import Clock, cohort
from metrics.measure import Measure
from metrics.missing import linked_alike
from metrics.periods import WEEK
from metrics.sensitivity import with_band
from metrics.time_by_tool import time_by_tool
from metrics.working_items import in_working_time
from pipeline.delay_ledger import accrued_of, burning_of
from pipeline.memo import Memo
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_teams import held_by_team, held_times, of_team
from pipeline.value_measures import VALUE_SLUGS, value_measure
from pipeline.working import require_calendar

FLOW_SLUGS = (
    "flow_time",
    "idea_to_done",
    "idea_to_release",
    "time_by_tool",
    "velocity",
    "load",
    "efficiency",
    "distribution",
    "reopen_rate",
    "discard_rate",
    "delay_cost",
    *VALUE_SLUGS,
)
_LATELY = 2
CLOCKS: Mapping[str, Clock] = {
    "flow_time": "flow_time",
    "idea_to_done": "idea_to_done",
    "idea_to_release": "idea_to_release",
}


def require_flow_metric(slug: str) -> None:
    """`NotFoundError` with the metrics that a value stream has."""
    if slug not in FLOW_SLUGS:
        raise NotFoundError(
            f'a value stream has no metric "{slug}"; it has: {", ".join(FLOW_SLUGS)}'
        )


def asked_items(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """The deliveries of the kinds and of the team that are asked for, their parts in working time
    where that is. Those of the last questions are kept: a series asks for them in each period.
    """
    if asked.kinds is None and asked.team is None:
        return items_of_kinds(stream, asked)
    lately = stream.memo.once(("asked items",), lambda: Memo(_LATELY))
    key = (asked.kinds, asked.team, asked.calendar, asked.as_of)
    return lately.of(key, lambda: of_team(stream, items_of_kinds(stream, asked), asked))


def loaded_items(stream: StreamFacts, asked: Question, at: int) -> pd.DataFrame:
    """Those of which the load of this instant is counted: the team has what it holds then."""
    return held_by_team(stream, items_of_kinds(stream, asked), asked, at)


def load_rows(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """When deliveries were in load: of a team a row for each time in which it had one."""
    return held_times(stream, items_of_kinds(stream, asked), asked)


def items_of_kinds(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """The deliveries of the kinds that are asked for, of all teams."""
    items = stream.items
    if (calendar := asked.calendar) is not None:
        items = stream.memo.of(
            ("in_working_time", calendar),
            lambda: in_working_time(stream.items, stream.visits, calendar),
        )
    if asked.kinds is None:
        return items
    return items[items["kind"].isin(list(asked.kinds))]


def close_of(asked: Question) -> int:
    """The instant for which a state is told: the end of the window, or now."""
    return min(asked.window.to_ts, asked.as_of)


def stream_measure(settings: Settings, stream: StreamFacts, slug: str, asked: Question) -> Measure:
    """The measure before it is graded; `NotFoundError` for an unknown name."""
    require_flow_metric(slug)
    require_calendar(slug, asked)
    items, window = asked_items(stream, asked), asked.window
    if slug in VALUE_SLUGS:
        return value_measure(stream, items, slug, asked)
    made: dict[str, Callable[[], Measure]] = {
        "time_by_tool": lambda: time_by_tool(items, stream.tools, window=window),
        "velocity": lambda: _per_week(flow.velocity(items, window=window), asked),
        "load": lambda: _now(
            flow.load(loaded_items(stream, asked, close_of(asked)), as_of=close_of(asked))
        ),
        "efficiency": lambda: _days(
            flow.efficiency(
                items,
                window=window,
                staged=len(stream.stages) > 0,
                single_team=asked.team is not None,
            )
        ),
        "distribution": lambda: flow.distribution(items, window=window),
        "reopen_rate": lambda: flow.reopen_rate(
            items,
            window=window,
            as_of=asked.as_of,
            reopen_window_s=int(stream.config.reopen_window.total_seconds()),
        ),
        "discard_rate": lambda: flow.discard_rate(items, window=window),
        "delay_cost": lambda: _delay_cost(settings, stream, items, asked),
    }
    if slug == "idea_to_release":
        found = released_time(items, asked)
        return replace(found, reasons=(*found.reasons, *_unlike(stream, asked)))
    if slug in CLOCKS:
        return flow.flow_time(items, window=window, clock=CLOCKS[slug], calendar=asked.calendar)
    return made[slug]()


def inclusive_measure(stream: StreamFacts, slug: str, asked: Question, told: Measure) -> Measure:
    """The measure of a time with its percentiles in inclusive days beside; `BadRequestError` for
    another metric.
    """
    if slug not in CLOCKS:
        raise BadRequestError(f"inclusive_days: only of {', '.join(CLOCKS)}; {slug} has none")
    found = cohort(asked_items(stream, asked), window=asked.window, clock=CLOCKS[slug])
    return flow.with_inclusive_days(told, found, CLOCKS[slug], tz=asked.tz, calendar=asked.calendar)


def released_time(items: pd.DataFrame, asked: Question) -> Measure:
    """Idea to release, with what it would be without items that rest on weak links, where that is
    another number.
    """
    told = _released(items, asked)
    if "weak" not in items:  # of what was known once
        return told
    sure = items[~items["weak"].to_numpy(np.bool_)]
    return told if len(sure) == len(items) else with_band(told, _released(sure, asked))


def _released(items: pd.DataFrame, asked: Question) -> Measure:
    return flow.flow_time(
        items,
        window=asked.window,
        clock="idea_to_release",
        kinds=asked.kinds,
        calendar=asked.calendar,
    )


def _unlike(stream: StreamFacts, asked: Question) -> list[str]:
    """Warnings where items with a commit are not like those without: only they can be timed."""
    found = stream.memo.of(
        ("linked_alike", asked.window, asked.kinds, asked.team),
        lambda: linked_alike(asked_items(stream, asked), window=asked.window),
    )
    return [one.warning for one in found if one.warning]


def _per_week(measure: Measure, asked: Question) -> Measure:
    count = measure.value["count"] or 0.0
    return replace(
        measure, value={**measure.value, "per_week": count / asked.window.seconds * WEEK}
    )


def _now(measure: Measure) -> Measure:
    """`now` says whose count it is: that of the instant, not of the window."""
    return replace(measure, value={"now": measure.value["count"], **measure.value})


def _days(measure: Measure) -> Measure:
    """Numerator and denominator of the ratio in days, beside the seconds."""
    if "active_s" not in measure.parts:
        return measure
    active = measure.parts["active_s"] / 86_400
    waiting = measure.parts["waiting_s"] / 86_400
    days = {"numerator_d": active, "denominator_d": active + waiting}
    return replace(measure, parts={**days, **measure.parts})


def delay_cost_of(stream: StreamFacts, asked: Question) -> cost.DelayCost:
    """What waiting cost the deliveries that are asked for, in the window."""
    return cost.of_ledger(accrued_of(stream, asked, asked_items(stream, asked)))


def _delay_cost(
    settings: Settings, stream: StreamFacts, items: pd.DataFrame, asked: Question
) -> Measure:
    """What waiting cost in the window, in cents; null where nothing that waited has a value."""
    found = delay_cost_of(stream, asked)
    burning = cost.by_stage(burning_of(stream, close_of(asked), items))
    priced = bool((burning["waiting"] > burning["unvalued"]).any())
    valued = len(found.cells[["item_id", "episode"]].drop_duplicates())
    known = valued > 0
    cents = float(found.cost_cents)
    return Measure(
        sort="count",
        unit=f"cents {settings.cost_of_delay.currency}",
        value={
            "cents": cents if known else None,
            "per_week_cents": cents / asked.window.seconds * WEEK if known else None,
            "sunk_cents": float(found.sunk_cents) if known else None,
            "burn_rate_cents": float(burning["cents_per_week"].sum()) if known or priced else None,
        },
        n=valued,
        parts={"valued": float(valued), "unvalued": float(found.unvalued)},
        reasons=() if known else ("nothing that waited in this window has a value",),
    )
