"""What a delay costs: the delay-cost profiles P1 to P6, in whole cents, and their urgency.

A profile is a function C of the delay: nothing at no delay, and never less for more of it. It is
rounded to the cent once, as a running total, so that the differences C(end) - C(begin) of touching
intervals add up to the whole to the cent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from core.frames import NONE
from metrics.mapping import Flags, Ints
from metrics.periods import WEEK
from metrics.stats import Floats

PROFILES: Final = ("P1", "P2", "P3", "P4", "P5", "P6")
WEEKS_A_YEAR: Final = 52
_EXACT_CENTS: Final = 7e12
"""Beyond, weeks in seconds times cents leave the integers."""


@dataclass(frozen=True)
class Terms:
    """Profiles and their parameters, one place per thing that has a value.

    profile: 1 to 6. cents: the amount that a range is given for: per week, of P4 once when the
    deadline is missed. more: beside it, of P4 cents per week after the deadline, of P5 cents per
    week that each week adds. life_s: of P1 and P6 the known end of life (NONE: none), of P2 the
    life, of P3 the horizon. decay: of P3, the share of the rate that a week of delay takes for good
    (k). discount: a year (0.1 is 10 %). moved: a delay moves the life to the right, and no week of
    it is lost. free_s: delay that costs nothing: of P4 the slack, of P6 until it begins.
    """

    profile: Ints
    cents: Floats
    more: Floats
    life_s: Ints
    decay: Floats
    discount: Floats
    moved: Flags
    free_s: Ints

    def __len__(self) -> int:
        return len(self.profile)

    def take(self, places: Ints | Flags) -> Terms:
        """The terms at these places, in that order."""
        return Terms(**{one.name: getattr(self, one.name)[places] for one in fields(self)})


_USUAL: Final[Mapping[str, float]] = {
    "more": 0.0,
    "life_s": NONE,
    "decay": 0.0,
    "discount": 0.0,
    "moved": False,
    "free_s": 0,
}
_KINDS: Final = {
    "profile": np.int64,
    "life_s": np.int64,
    "free_s": np.int64,
    "moved": np.bool_,
}


def terms_of(rows: Sequence[Mapping[str, float]]) -> Terms:
    """Terms of rows that name `profile` (1 to 6), `cents` and what differs from the usual."""
    told = [{**_USUAL, **row} for row in rows]
    return Terms(
        **{
            one.name: np.array([row[one.name] for row in told], _KINDS.get(one.name, np.float64))
            for one in fields(Terms)
        }
    )


def accrued_cents(terms: Terms, delay_s: Ints) -> Ints:
    """C(delay) of each in whole cents, half a cent up; a negative delay is none."""
    delay = np.maximum(delay_s, 0)
    found = np.zeros(len(delay), np.int64)
    exact = _exact(terms)
    if exact.any():
        found[exact] = _exact_cents(terms.take(exact), delay[exact])
    for code, cost in _COSTS.items():
        rows = (terms.profile == code) & ~exact
        if rows.any():
            one = terms.take(rows)
            cents = cost(one, delay[rows] / WEEK)
            found[rows] = np.floor(cents + 0.5).astype(np.int64)
    return found


def urgency(terms: Terms, delay_s: Ints) -> Floats:
    """u(delay) = C'(delay): cents per week that the next moment of delay costs."""
    delay = np.maximum(delay_s, 0)
    found = np.zeros(len(delay))
    for code, slope in _SLOPES.items():
        rows = terms.profile == code
        if rows.any():
            found[rows] = slope(terms.take(rows), delay[rows] / WEEK)
    return found


def weekly_rate(discount: Floats) -> Floats:
    """The rate of a week that makes `discount` in a year."""
    found: Floats = (1 + discount) ** (1 / WEEKS_A_YEAR) - 1
    return found


def present_weeks(weeks: Floats, discount: Floats) -> Floats:
    """What one a week for so many weeks is worth now, each counted at its end."""
    rate = weekly_rate(discount)
    plain = rate == 0
    safe = np.where(plain, 1.0, rate)
    return np.where(plain, weeks, (1 - (1 + safe) ** -weeks) / safe)


def _exact(terms: Terms) -> Flags:
    """Those that lose the same every week, which needs no fraction."""
    linear = ((terms.profile == 1) | (terms.profile == 6)) & (terms.discount == 0) & ~terms.moved
    whole: Flags = (
        linear & (terms.cents == np.floor(terms.cents)) & (np.abs(terms.cents) <= _EXACT_CENTS)
    )
    return whole


def _exact_cents(terms: Terms, delay_s: Ints) -> Ints:
    delay = np.maximum(delay_s - np.where(terms.profile == 6, np.maximum(terms.free_s, 0), 0), 0)
    delay = np.where(terms.life_s == NONE, delay, np.minimum(delay, np.maximum(terms.life_s, 0)))
    weeks, rest = np.divmod(delay, WEEK)
    cents = terms.cents.astype(np.int64)
    found: Ints = cents * weeks + (2 * cents * rest + WEEK) // (2 * WEEK)
    return found


def _life(terms: Terms) -> Floats:
    """Weeks; endless where there is no end of life."""
    endless = terms.life_s == NONE
    return np.where(endless, np.inf, np.maximum(np.where(endless, 0, terms.life_s), 0) / WEEK)


def _steady(terms: Terms, weeks: Floats) -> Floats:
    """P1 with a discount: the weeks that are lost, or the whole life that comes later."""
    life = _life(terms)
    lost = present_weeks(np.minimum(weeks, life), terms.discount)
    later = (1 + weekly_rate(terms.discount)) ** -weeks
    moved = present_weeks(np.where(terms.moved, life, 0), terms.discount) * (1 - later)
    return terms.cents * np.where(terms.moved, moved, lost)


def _steady_slope(terms: Terms, weeks: Floats) -> Floats:
    life, fade = _life(terms), _fading(terms, weeks)
    lost = np.where(weeks < life, fade, 0)
    rate = np.log1p(weekly_rate(terms.discount))
    later = (1 + weekly_rate(terms.discount)) ** -weeks
    moved = present_weeks(np.where(terms.moved, life, 0), terms.discount) * rate * later
    return terms.cents * np.where(terms.moved, moved, lost)


def _fading(terms: Terms, weeks: Floats) -> Floats:
    """What a further week is worth now: the slope of `present_weeks`."""
    rate = weekly_rate(terms.discount)
    plain = rate == 0
    safe = np.where(plain, 1.0, rate)
    return np.where(plain, 1.0, np.log1p(safe) / safe * (1 + safe) ** -weeks)


def _triangle(terms: Terms, weeks: Floats) -> Floats:
    """P2: rise to the peak in half the life, fall to nothing at its end; late entry keeps the
    slope.
    """
    life = _life(terms)
    left = np.maximum(life - weeks, 0)
    safe = np.where(life > 0, life, 1.0)
    return np.where(life > 0, terms.cents * (life / 2 - left**2 / (2 * safe)), 0)


def _triangle_slope(terms: Terms, weeks: Floats) -> Floats:
    life = _life(terms)
    safe = np.where(life > 0, life, 1.0)
    return terms.cents * np.maximum(life - weeks, 0) / safe


def _eroding(terms: Terms, weeks: Floats) -> Floats:
    """P3: the rate falls for good with each week of delay, over the horizon."""
    life = _life(terms)
    whole = present_weeks(life, terms.discount)
    stays = np.exp(-terms.decay * weeks)
    left = whole - present_weeks(np.minimum(weeks, life), terms.discount)
    later = whole * (1 + weekly_rate(terms.discount)) ** -weeks
    cost: Floats = terms.cents * (whole - stays * np.where(terms.moved, later, left))
    return cost


def _eroding_slope(terms: Terms, weeks: Floats) -> Floats:
    life = _life(terms)
    whole = present_weeks(life, terms.discount)
    stays = np.exp(-terms.decay * weeks)
    left = whole - present_weeks(np.minimum(weeks, life), terms.discount)
    lost = stays * (terms.decay * left + np.where(weeks < life, _fading(terms, weeks), 0))
    rate = np.log1p(weekly_rate(terms.discount))
    later = whole * (1 + weekly_rate(terms.discount)) ** -weeks
    return terms.cents * np.where(terms.moved, stays * later * (terms.decay + rate), lost)


def _deadline(terms: Terms, weeks: Floats) -> Floats:
    """P4: nothing within the slack, then once, and a rate. Where even the work alone misses the
    deadline, waiting costs the rate only: what is lost once, it did not lose.
    """
    slack = terms.free_s / WEEK
    once = np.where((slack >= 0) & (weeks > slack), terms.cents, 0)
    return once + terms.more * np.maximum(weeks - np.maximum(slack, 0), 0)


def _deadline_slope(terms: Terms, weeks: Floats) -> Floats:
    return np.where(weeks >= terms.free_s / WEEK, terms.more, 0)


def _expedite(terms: Terms, weeks: Floats) -> Floats:
    return terms.cents * weeks + terms.more * weeks**2 / 2


def _expedite_slope(terms: Terms, weeks: Floats) -> Floats:
    return terms.cents + terms.more * weeks


def _later_steady(terms: Terms, weeks: Floats) -> Floats:
    return _steady(terms, np.maximum(weeks - np.maximum(terms.free_s, 0) / WEEK, 0))


def _later_slope(terms: Terms, weeks: Floats) -> Floats:
    begun = weeks - np.maximum(terms.free_s, 0) / WEEK
    return np.where(begun >= 0, _steady_slope(terms, np.maximum(begun, 0)), 0)


_Shape = Callable[[Terms, Floats], Floats]
_COSTS: Final[dict[int, _Shape]] = {
    1: _steady,
    2: _triangle,
    3: _eroding,
    4: _deadline,
    5: _expedite,
    6: _later_steady,
}
_SLOPES: Final[dict[int, _Shape]] = {
    1: _steady_slope,
    2: _triangle_slope,
    3: _eroding_slope,
    4: _deadline_slope,
    5: _expedite_slope,
    6: _later_slope,
}
