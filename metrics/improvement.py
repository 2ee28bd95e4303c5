"""Did a change do what it was meant to? Frozen limits, and the points that came after it (K6).

A rule that fires after the change counts only where it goes beyond what the baseline itself
showed on that side: a longer run, a further point. Against a calm baseline that is every signal; a
restless one has to be outdone, or what was usual would be taken for an effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from metrics.mapping import Flags
from metrics.stats import Floats, NaturalLimits
from metrics.xmr import RUN, Rule, Signal, signals_against

Side = Literal["above", "below"]
Outcome = Literal["held", "did_not_hold", "no_signal_yet", "no_signal"]

STRETCHES: Final[tuple[Rule, ...]] = ("run", "near_limit")
"""Rules that several points fulfil together; one point outside may be an event of its own."""
RECENT: Final = 13
"""A signal that ended so many points ago has faded: of weeks, a quarter."""
_NEAR, _OF = 3, 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """decided_by: the signal on which the outcome rests, None without one. signals: all of the
    points after the change that go beyond the baseline. usual: those that do not. needed: of an
    open verdict by rule the fewest points that could still make a signal on the wanted side.
    """

    outcome: Outcome
    decided_by: Signal | None = None
    signals: tuple[Signal, ...] = ()
    usual: tuple[Signal, ...] = ()
    needed: Mapping[Rule, int] = field(default_factory=dict)


def verdict(
    baseline: Floats,
    limits: NaturalLimits,
    after: Floats,
    *,
    wanted: Side,
    single: bool,
    over: bool,
) -> Verdict:
    """What the points after a change say against the limits of the points before it.

    baseline, after: values in their order; after may be empty. wanted: the side on which points
    should come to lie. single: whether one point outside decides; of single deliveries, whose
    times are skewed, it does not. over: whether the horizon is past. `held` and `did_not_hold` go
    by the last stretch of points, where there is none by the last single one; one that faded, or
    that the points since it began outweigh, did not last. Without one the outcome is
    `no_signal_yet`, and past the horizon `no_signal`.
    """
    found = lasting(baseline, limits, after)
    deciding = _deciding(_still(found.beyond, baseline, after), single=single)
    if deciding is not None:
        outcome: Outcome = "held" if deciding.side == wanted else "did_not_hold"
        return Verdict(outcome, deciding, found.beyond, found.usual)
    if over:
        return Verdict("no_signal", None, found.beyond, found.usual)
    missing = needed(limits, after, wanted=wanted, longest=_extent(found.own, "run", wanted))
    if not single:
        missing = {rule: count for rule, count in missing.items() if rule in STRETCHES}
    return Verdict("no_signal_yet", None, found.beyond, found.usual, missing)


@dataclass(frozen=True, slots=True)
class Signals:
    """beyond: signals of the points after that outdo the baseline; usual: the others; own: those of
    the baseline in its own limits. The jump of a moving range tells no direction and is in none.
    """

    beyond: tuple[Signal, ...]
    usual: tuple[Signal, ...]
    own: tuple[Signal, ...]


def lasting(baseline: Floats, limits: NaturalLimits, after: Floats) -> Signals:
    """The signals of both, parted by whether the baseline had the like."""
    own = _directed(baseline, limits)
    found = _directed(after, limits)
    beyond = tuple(one for one in found if _outdoes(one, after, own, baseline))
    return Signals(beyond, tuple(one for one in found if one not in beyond), own)


def worsened(baseline: Floats, limits: NaturalLimits, after: Floats, *, bad: Side) -> Signal | None:
    """The last stretch of points on the bad side that outdoes the baseline and lasts; None without
    one.
    """
    found = _still(lasting(baseline, limits, after).beyond, baseline, after)
    return _deciding([one for one in found if one.side == bad], single=False)


def needed(
    limits: NaturalLimits, after: Floats, *, wanted: Side, longest: int = 0
) -> dict[Rule, int]:
    """By rule the fewest further points that could make a signal on a side; a rule that none can
    fulfil (a limit at the floor) is left out. longest: the run to be outdone.
    """
    towards = _towards(limits, after, wanted)
    trailing = 0
    for value in towards[::-1]:
        if value <= 0:
            break
        trailing += 1
    found: dict[Rule, int] = {"run": max(1, max(RUN, longest + 1) - trailing)}
    width = limits.upper - limits.centre
    reach = np.inf if wanted == "above" else limits.centre
    if width > 0 and reach > width / 2:
        found["near_limit"] = _until_near(towards > width / 2)
    if wanted == "above" or limits.lower > 0:
        found["outside"] = 1
    return found


def _still(found: Sequence[Signal], baseline: Floats, after: Floats) -> list[Signal]:
    """Those that have not faded, and since whose first point the average lies on their side."""
    middle = baseline.mean()
    return [
        one
        for one in found
        if one.last >= len(after) - RECENT
        and (after[one.first :].mean() - middle) * (1 if one.side == "above" else -1) > 0
    ]


def _towards(limits: NaturalLimits, values: Floats, side: Side) -> Floats:
    """How far each value lies from the centre on that side; negative on the other."""
    return (values - limits.centre) * (1.0 if side == "above" else -1.0)


def _until_near(far: Flags) -> int:
    """How many far points in a row would make three of four."""
    for more in range(1, _NEAR):
        last = far[len(far) - (_OF - more) :] if len(far) >= _OF - more else far
        if len(far) + more >= _OF and int(last.sum()) + more >= _NEAR:
            return more
    return max(_NEAR, _OF - len(far))


def _directed(values: Floats, limits: NaturalLimits) -> tuple[Signal, ...]:
    if not len(values):
        return ()
    return tuple(one for one in signals_against(values, limits) if one.rule != "range")


def _outdoes(one: Signal, values: Floats, own: Sequence[Signal], baseline: Floats) -> bool:
    like = [old for old in own if (old.rule, old.side) == (one.rule, one.side)]
    if not like:
        return True
    if one.rule in STRETCHES:
        return one.last - one.first + 1 > _extent(own, one.rule, one.side)
    if one.side == "above":
        return bool(values[one.first] > baseline.max())
    return bool(values[one.first] < baseline.min())


def _extent(own: Sequence[Signal], rule: Rule, side: Side) -> int:
    """The points of the longest stretch of this kind; 0 for none."""
    like = (one.last - one.first + 1 for one in own if (one.rule, one.side) == (rule, side))
    return max(like, default=0)


def _deciding(found: Sequence[Signal], *, single: bool) -> Signal | None:
    """The last stretch; where there is none, and one point decides, the last point."""
    stretches = [one for one in found if one.rule in STRETCHES]
    pool = stretches or (list(found) if single else [])
    return max(pool, key=lambda one: (one.last, one.last - one.first), default=None)
