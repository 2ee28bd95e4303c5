"""What the company does with code that is live: it switches features on, and measures them.

`features_of` plans a life for some of the items that were released; `events_of` tells it as its
flag and usage tools would; `FeatureTruth` is what Headwater ought to make of that. Chance is drawn
from a source of its own, so that nothing else of the company moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from simulator.calendar import DAY
from simulator.model import Item, World
from simulator.truth import stream_items
from simulator.truth_delivery import Release, first_deployments, releases

LIVE_SHARE: Final = 0.5
ADOPTION_SHARE: Final = 0.25
FLAGS, USAGE = "/flags/company", "/usage/company"
_WEEK: Final = 7 * DAY
_SHARE_WITH_FLAG: Final = 0.4
_LIVES: Final = (
    *("straight",) * 9,
    *("never_on",) * 3,
    *("partly_on",) * 2,
    "taken_back",
    "taken_back",
    "switched_off",
    "early",
)
_USAGE_WEEKS: Final = 8
_VALUE_WEEKS: Final = 13
_ATTRIBUTIONS: Final = ("experiment", "before_after", "opinion")


@dataclass(frozen=True, slots=True)
class Switch:
    at: datetime
    share: float


@dataclass(frozen=True, slots=True)
class Report:
    """What one measure told at a moment: a share of users, or cents since the last time."""

    at: datetime
    measure: str
    share: float | None = None
    cents: int | None = None


@dataclass(slots=True)
class FeatureTruth:
    """What is true of an item's feature at `world.now`; None: not so, or not yet.

    realised: cents by days after it went live, where those are over.
    """

    key: str
    stream: str
    feature: str
    life: str
    shown_at: datetime | None = None
    live_at: datetime | None = None
    off_at: datetime | None = None
    share: float = 0.0
    first_use_at: datetime | None = None
    adopted_at: datetime | None = None
    attribution: str = ""
    realised: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Feature:
    """A feature with everything that is told of it, in order of time."""

    truth: FeatureTruth
    switches: list[Switch]
    reports: list[Report]


def releases_of(world: World) -> dict[str, Release]:
    """When the code of each item of the streams went live, by item id."""
    return releases(world, stream_items(world), first_deployments(world))


def features_of(world: World, releases: Mapping[str, Release]) -> list[Feature]:
    """The features of the company, in the order of its items. releases: by item id."""
    rng = Random(f"{world.seed}/features")
    found = []
    for item in world.items:
        chance, life, lag = rng.random(), rng.choice(_LIVES), rng.randrange(1, 15)
        pace, quiet = rng.uniform(0.02, 0.2), rng.randrange(4)
        worth, how = rng.uniform(0.4, 1.3), rng.choice(_ATTRIBUTIONS)
        release = releases.get(item.id)
        if release is None or chance >= _SHARE_WITH_FLAG:
            continue
        # A flag that is on early shows the first of the code, the others wait for the last of it.
        at = release.first_released_at if life == "early" else release.released_at
        if release.released_at is None or at is None:
            continue
        plan = _Plan(life, timedelta(days=lag), pace, quiet, worth, how)
        found.append(_feature(item, at, plan, world.now))
    return found


@dataclass(frozen=True, slots=True)
class _Plan:
    life: str
    lag: timedelta
    pace: float
    quiet: int
    worth: float
    attribution: str


def _feature(item: Item, released: datetime, plan: _Plan, now: datetime) -> Feature:
    truth = FeatureTruth(item.key, item.stream, f"ff-{item.key.lower()}", plan.life)
    planned = _switches(plan.life, released, plan.lag)
    switches = [one for one in planned if one.at <= now]
    _exposed(truth, switches, released)
    reports = [*_usage(truth, plan), *_value(truth, item, plan)]
    told = sorted((one for one in reports if one.at <= now), key=lambda one: one.at)
    used = [one for one in told if one.share]
    truth.first_use_at = used[0].at if used else None
    truth.adopted_at = next((one.at for one in used if (one.share or 0) >= ADOPTION_SHARE), None)
    if truth.attribution and truth.live_at:
        for days in (30, 90):
            mark = truth.live_at + days * DAY
            if mark <= now:
                truth.realised[days] = sum(one.cents or 0 for one in told if one.at <= mark)
    return Feature(truth, switches, told)


def _switches(life: str, released: datetime, lag: timedelta) -> list[Switch]:
    begin = released + lag
    return {
        "straight": [Switch(released, 0.0), Switch(begin, 0.05), Switch(begin + 4 * DAY, 1.0)],
        "never_on": [Switch(released, 0.0)],
        "partly_on": [Switch(released, 0.0), Switch(begin, 0.1)],
        "taken_back": [Switch(begin, 1.0), Switch(begin + 3 * DAY, 0.0),
                       Switch(begin + 13 * DAY, 1.0)],
        "switched_off": [Switch(begin, 1.0), Switch(begin + 40 * DAY, 0.0)],
        "early": [Switch(released - 2 * DAY, 1.0)],
    }[life]  # fmt: skip


def _exposed(truth: FeatureTruth, switches: list[Switch], released: datetime) -> None:
    """Told by the life itself, not by looking at the switches one by one."""
    at = [one.at for one in switches]
    truth.share = switches[-1].share if switches else 0.0
    match truth.life:
        case "straight":
            truth.shown_at = at[1] if len(at) > 1 else None
            truth.live_at = at[2] if len(at) > 2 else None
        case "partly_on":
            truth.shown_at = at[1] if len(at) > 1 else None
        case "taken_back":
            truth.shown_at = at[0] if at else None
            truth.live_at = at[2] if len(at) > 2 else at[0] if len(at) == 1 else None
            truth.off_at = at[1] if len(at) == 2 else None
        case "switched_off":
            truth.shown_at = truth.live_at = at[0] if at else None
            truth.off_at = at[1] if len(at) > 1 else None
        case "early":
            truth.shown_at = truth.live_at = released


def _usage(truth: FeatureTruth, plan: _Plan) -> Iterator[Report]:
    """Weekly: nobody for some weeks, then more with each one."""
    if truth.shown_at is None:
        return
    for week in range(1, _USAGE_WEEKS + 1):
        share = min(0.9, max(0, week - plan.quiet) * plan.pace)
        yield Report(truth.shown_at + week * _WEEK, "active users", share=round(share, 4))


def _value(truth: FeatureTruth, item: Item, plan: _Plan) -> Iterator[Report]:
    """Weekly, of those that are live and of which somebody expected something."""
    if truth.live_at is None or not item.value_per_week:
        return
    truth.attribution = plan.attribution
    cents = round(item.value_per_week * 100 * plan.worth)
    for week in range(1, _VALUE_WEEKS + 1):
        yield Report(truth.live_at + week * _WEEK, "contribution", cents=cents)


def events_of(features: list[Feature]) -> list[dict[str, Any]]:
    """Everything that is told of them, as CloudEvents with a CDEvent inside, in order of time."""
    told: list[tuple[datetime, dict[str, Any]]] = []
    for feature in features:
        told += [(switch.at, _switched(feature.truth, switch)) for switch in feature.switches]
        told += [(report.at, _reported(feature.truth, report)) for report in feature.reports]
    return [event for _, event in sorted(told, key=lambda one: (one[0], one[1]["id"]))]


def _switched(truth: FeatureTruth, switch: Switch) -> dict[str, Any]:
    place = {"id": "production", "tier": "production"}
    content = {"environment": place, "share": switch.share, "items": [truth.key]}
    return _event("feature.exposed", FLAGS, truth.feature, switch.at, content)


def _reported(truth: FeatureTruth, report: Report) -> dict[str, Any]:
    content: dict[str, Any] = {"measure": report.measure}
    if report.share is not None:
        content["share"] = report.share
    if report.cents is not None:
        content |= {"valueCents": report.cents, "attribution": truth.attribution}
        content["effect"] = "direct"
    return _event("outcome.measured", USAGE, truth.feature, report.at, content)


def _event(
    kind: str, source: str, feature: str, at: datetime, content: dict[str, Any]
) -> dict[str, Any]:
    when = at.isoformat().replace("+00:00", "Z")
    measure = content.get("measure", "")
    head = {
        "id": f"{feature} {measure} {when}",
        "source": source,
        "type": f"dev.cdeventsx.headwater-{kind}.0.1.0",
    }
    inside = {
        "context": {"specversion": "0.5.1", **head, "timestamp": when},
        "subject": {"id": feature, "content": content},
    }
    return {"specversion": "1.0", **head, "data": inside}
