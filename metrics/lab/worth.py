"""What the items of a stream are worth, and what their waiting in a run costs, by profile (A11)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.lab.draws import Draws
from metrics.lab.engine import Play
from metrics.lab.network import WEEK_D
from metrics.mapping import Flags, Ints
from metrics.periods import DAY
from metrics.profiles import Terms, accrued_cents, terms_of, urgency
from metrics.stats import Floats


@dataclass(frozen=True)
class Worth:
    """of: by row of the items its place in the terms, -1 for one without a value of its own."""

    of: Ints
    terms: Terms


def steady(items: pd.DataFrame) -> Worth:
    """The field of the tracker alone, as P1; items: columns of `item_fact`."""
    cents = items["value_cents"].to_numpy(np.int64)
    held = cents != NONE
    of = np.where(held, np.cumsum(held) - 1, -1)
    return Worth(of, terms_of([{"profile": 1, "cents": one} for one in cents[held].tolist()]))


def sample(worth: Worth, rows: Flags) -> tuple[Floats, Terms | None]:
    """Of these items cents a week, NaN without a value: what one loses once its free delay is over,
    or of a deadline without a rate after it the amount; and their terms, None where all lose the
    same each week.
    """
    of = worth.of[rows]
    told = _terms(worth, of)
    rate = urgency(told, np.maximum(told.free_s, 0))
    values = np.where(of < 0, np.nan, np.where(rate > 0, rate, told.cents))
    plain = (told.profile == 1) & (told.life_s == NONE) & (told.discount == 0) & ~told.moved
    return values, None if plain.all() else told


def rates(worth: Worth, items: pd.DataFrame, visits: pd.DataFrame) -> Floats:
    """Cents a week that each of these visits costs after all that it waited; 0 without a value.

    items: those of the worth; visits: see `step_visits`.
    """
    keys = ["item_id", "episode"]
    rows = pd.MultiIndex.from_frame(items[keys]).get_indexer(pd.MultiIndex.from_frame(visits[keys]))
    return urgency(_terms(worth, worth.of[rows]), visits["wait_s"].to_numpy(np.int64))


def _terms(worth: Worth, of: Ints) -> Terms:
    """With nothing a week for those without a value."""
    whole = terms_of([{"profile": 1, "cents": 0}])
    found = worth.terms.take(np.maximum(of, 0)) if len(worth.terms) else whole.take(of * 0)
    none = of < 0
    found.profile[none], found.cents[none], found.free_s[none] = 1, 0.0, 0
    found.life_s[none], found.discount[none], found.moved[none] = NONE, 0.0, False
    return found


def waiting_cost(draws: Draws, run: Play, outside: Floats, warm_up: int, span_d: float) -> Floats:
    """Cents a week that waiting costs by step, and before the first step in the last place; of the
    items after the warm-up. outside: days that each item waited before its first step.
    """
    size = len(draws.network.steps)
    counted = run.item >= warm_up
    item, step, waited = run.item[counted], run.step[counted], run.waited[counted]
    terms = draws.worth()
    if terms is None:
        value = np.nan_to_num(draws.values())
        spent, before = waited * value[item] / WEEK_D, (outside * value)[warm_up:] / WEEK_D
    else:
        order = np.lexsort((run.entered[counted], item))
        item, step, waited = item[order], step[order], waited[order]
        after = _delays(item, waited) + outside[item]
        spent = _between(terms.take(item), after - waited, after)
        late = np.arange(warm_up, draws.count)
        before = _between(terms.take(late), np.zeros(len(late)), outside[late])
    by_step = np.bincount(step, weights=spent, minlength=size)
    return np.append(by_step, before.sum()) / span_d * WEEK_D


def _between(terms: Terms, before_d: Floats, after_d: Floats) -> Floats:
    """Cents that accrue while the delay grows."""
    begin, end = (np.rint(one * DAY).astype(np.int64) for one in (before_d, after_d))
    found: Floats = (accrued_cents(terms, end) - accrued_cents(terms, begin)).astype(np.float64)
    return found


def _delays(item: Ints, waited: Floats) -> Floats:
    """Days that an item has waited when each of its visits is over; rows by item, in order."""
    total = np.cumsum(waited)
    first = np.flatnonzero(np.append(True, item[1:] != item[:-1])) if len(item) else item
    earlier = np.append(0.0, total)[first]
    lengths = np.diff(np.append(first, len(item)))
    found: Floats = total - np.repeat(earlier, lengths)
    return found
