"""What may be changed of a stream, one lever each, and what that does to the model.

A lever is `Step.what`, `arrivals.cap` or `mix.kind`, and its value a text as people write it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, get_args

import numpy as np

from core.errors import FieldError
from metrics.lab.instant import visits_per_item
from metrics.lab.network import WEEK_D, Network, Order, Step
from metrics.lab.verdict import Change

MOST_LEVERS: Final = 12
_MOST_PEOPLE: Final = 1_000
_MOST_DAYS: Final = 366.0
_MOST_VISITS: Final = 60

LEVERS: Final[Mapping[str, str]] = {
    "people": "people who work there: `+2`, `-1` or `5`",
    "limit": "items in the step at most: `6`, or `none`",
    "batch": "when work may begin: `daily`, `weekly`, `2 a week`, `3d` or `none`",
    "wait": "waiting that no person there ends (a decision, an agreed day): `-50 %`",
    "usable": "share that can be used as received, %C&A: `85 %`",
    "approve": "share that passes by record, without waiting for somebody: `80 %`",
    "automate": "share of the work that a machine does: `50 %`",
    "remove": "the step is gone, and its work is `eliminated`, `automated` or `undeclared`",
    "merge": "the next step is done at once by the same people: its name",
    "order": "who is next: `first_in`, `oldest`, `shortest`, `cd3`, or a kind of work first",
    "owner": "another team owns it: its name",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """The stream with the levers moved, and what that does to the work."""

    network: Network
    change: Change


@dataclass(frozen=True, slots=True)
class _Lever:
    """One lever and its value; `where` names it in a problem."""

    where: str
    what: str
    text: str

    def refused(self, why: str) -> FieldError:
        return FieldError(f"levers.{self.where}"[:200], why)


def changed(network: Network, levers: Mapping[str, str]) -> Changed:
    """The network after all levers, in order; `FieldError` names the lever that can't be moved and
    says what would be taken.
    """
    if not 0 < len(levers) <= MOST_LEVERS:
        raise FieldError("levers", f"move 1 to {MOST_LEVERS}")
    found = Changed(network, Change())
    for where, value in levers.items():
        lever = _Lever(where, where.rpartition(".")[2].strip(), str(value).strip().lower())
        before = where.rpartition(".")[0].strip()
        if before == "arrivals" and lever.what == "cap":
            found = replace(found, network=_capped(found.network, lever))
        elif before == "mix":
            found = replace(found, network=_mixed(found.network, lever))
        else:
            found = _step_changed(found, before, lever, str(value).strip())
    visits = sum(visits_per_item(found.network))
    if visits > max(_MOST_VISITS, 2 * sum(visits_per_item(network))):
        raise FieldError("levers", f"an item would come {visits:.0f} times to a step: too often")
    return found


def _step_changed(found: Changed, name: str, lever: _Lever, raw: str) -> Changed:
    place = found.network.number(name)
    if place is None:
        known = ", ".join(step.name for step in found.network.steps)
        raise lever.refused(f"no such step; there are: {known}; or arrivals.cap, mix.feature")
    if lever.what not in _APPLY:
        raise lever.refused(f"no such lever; a step has: {', '.join(LEVERS)}")
    if lever.what in ("merge", "owner"):
        lever = replace(lever, text=raw)
    return _APPLY[lever.what](found, place, lever)


def _with(
    found: Changed, place: int, step: Step, *, touched: tuple[int, ...] | None = None
) -> Changed:
    steps = (*found.network.steps[:place], step, *found.network.steps[place + 1 :])
    more = tuple(dict.fromkeys([*found.change.touched, *(touched or (place,))]))
    return Changed(replace(found.network, steps=steps), replace(found.change, touched=more))


def _people(found: Changed, place: int, lever: _Lever) -> Changed:
    network, pool = found.network, found.network.steps[place].pool
    if pool is None:
        raise lever.refused("nobody works in this step; what waits there waits for something else")
    told = re.fullmatch(r"([+-]?)(\d{1,4})", lever.text)
    if told is None:
        raise lever.refused("a number of people: +2, -1 or 5")
    each = network.per_person[pool] if network.per_person else 1.0
    now, number = network.people[pool], int(told[2])
    if told[1]:
        by = max(number, round(number * each))
        places = now + by if told[1] == "+" else now - by
    else:
        places = round(number * each)
    if not 1 <= places <= _MOST_PEOPLE:
        raise lever.refused(f"from 1 to {_MOST_PEOPLE} people have to be left, they are {now} now")
    people = (*network.people[:pool], places, *network.people[pool + 1 :])
    shared = tuple(network.steps_of(pool))
    step = network.steps[place]
    return _with(
        replace(found, network=replace(network, people=people)), place, step, touched=shared
    )


def _limit(found: Changed, place: int, lever: _Lever) -> Changed:
    step = found.network.steps[place]
    if lever.text == "none":
        return _with(found, place, replace(step, limit=None))
    if not re.fullmatch(r"[1-9]\d{0,4}", lever.text):
        raise lever.refused("a number of items from 1 on, or none")
    return _with(found, place, replace(step, limit=int(lever.text)))


def _batch(found: Changed, place: int, lever: _Lever) -> Changed:
    step = found.network.steps[place]
    if lever.text == "none":
        return _with(found, place, replace(step, openings=()))
    a_week = re.fullmatch(r"([1-7]) a week", lever.text)
    days = re.fullmatch(r"(\d{1,3}(?:\.\d)?) ?d", lever.text)
    words = {"daily": 1.0, "weekly": WEEK_D}
    if a_week is not None:
        number = int(a_week[1])
        openings = tuple(n * WEEK_D / number for n in range(number))
        return _with(found, place, replace(step, openings=openings, period=WEEK_D))
    period = words.get(lever.text, 0.0) if days is None else float(days[1])
    if not 0 < period <= _MOST_DAYS:
        raise lever.refused("daily, weekly, 2 a week, 3d or none")
    return _with(found, place, replace(step, openings=(0.0,), period=period))


def _wait(found: Changed, place: int, lever: _Lever) -> Changed:
    step = found.network.steps[place]
    told = re.fullmatch(r"([+-])(\d{1,3}(?:\.\d+)?) ?%", lever.text)
    factor = -1.0 if told is None else 1 + float(told[1] + told[2]) / 100
    if factor < 0:
        raise lever.refused("a change of this waiting: -50 %, at least -100 %")
    if not step.delay.any():
        raise lever.refused("all waiting of this step is for its people; move people instead")
    return _with(found, place, replace(step, delay=step.delay * factor))


def _usable(found: Changed, place: int, lever: _Lever) -> Changed:
    step, share = found.network.steps[place], _share(lever)
    if share == 0:
        raise lever.refused("something has to be usable: a share above 0 %")
    if not step.back and share < 1 and place == 0:
        raise lever.refused("there is no step before it to send anything back to")
    now = sum(step.back.values())
    back = {to: p / now * (1 - share) for to, p in step.back.items()} if now else {}
    if not back and share < 1:
        back = {place - 1: 1 - share}
    return _with(found, place, replace(step, back={} if share == 1 else back))


def _approve(found: Changed, place: int, lever: _Lever) -> Changed:
    step = found.network.steps[place]
    new = replace(step, approved=1 - (1 - step.approved) * (1 - _share(lever)))
    return _declared(_with(found, place, new), place, step.work - new.work, "automated")


def _automate(found: Changed, place: int, lever: _Lever) -> Changed:
    step, share = found.network.steps[place], _share(lever)
    new = replace(step, service=step.service * (1 - share))
    if share == 1:
        new = replace(new, pool=None, service=np.zeros(1))
    return _declared(_with(found, place, new), place, step.work - new.work, "automated")


def _remove(found: Changed, place: int, lever: _Lever) -> Changed:
    if lever.text not in ("eliminated", "automated", "undeclared"):
        raise lever.refused("say what becomes of its work: eliminated, automated or undeclared")
    step = found.network.steps[place]
    new = replace(step, approved=1.0, back={}, delay=np.zeros(1), openings=())
    gone = _with(found, place, new)
    return gone if lever.text == "undeclared" else _declared(gone, place, step.work, lever.text)


def _declared(found: Changed, place: int, days: float, how: str) -> Changed:
    change = found.change
    told = change.automated if how == "automated" else change.eliminated
    more = {**told, place: told.get(place, 0.0) + days}
    if how == "automated":
        return replace(found, change=replace(change, automated=more))
    return replace(found, change=replace(change, eliminated=more))


def _merge(found: Changed, place: int, lever: _Lever) -> Changed:
    network = found.network
    step, other = network.steps[place], network.number(lever.text)
    follows = max(step.onward, key=lambda to: step.onward[to], default=-1)
    if other is None or other != follows:
        known = network.steps[follows].name if follows in range(len(network.steps)) else "done"
        raise lever.refused(f"only with the step that follows: {known}")
    into = network.steps[other]
    if step.pool is None or into.pool is None:
        raise lever.refused("in one of the two nobody works; there is nothing to merge")
    if max(step.approved, into.approved) > 0:
        raise lever.refused("one of the two is passed by record; merge or approve, not both")
    people = list(network.people)
    if step.pool != into.pool:
        if len(network.steps_of(into.pool)) > 1:
            raise lever.refused(f"the people of {into.name} work in other steps, too")
        people[step.pool] += people[into.pool]
        people[into.pool] = 0
    merged = _with(found, other, replace(into, pool=step.pool, team=step.team))
    merged = replace(merged, network=replace(merged.network, people=tuple(people)))
    return _with(merged, place, replace(step, joined=other))


def _order(found: Changed, place: int, lever: _Lever) -> Changed:
    network, step = found.network, found.network.steps[place]
    order: Order | None = next((one for one in get_args(Order) if one == lever.text), None)
    if order is None:
        raise lever.refused(f"one of {', '.join(get_args(Order))}")
    if step.pool is None:
        raise lever.refused("nobody works in this step, so there is no queue to put in order")
    if order == "cd3" and not np.nan_to_num(network.values).any():
        raise lever.refused("no item has a value per week; see [cost_of_delay]")
    if order in ("feature", "defect", "risk", "debt") and order not in {
        kind.name for kind in network.kinds
    }:
        raise lever.refused("no work of this kind came in the window")
    for other in network.steps_of(step.pool):
        found = _with(found, other, replace(network.steps[other], order=order))
    return found


def _owner(found: Changed, place: int, lever: _Lever) -> Changed:
    if not 0 < len(lever.text) <= 100:
        raise lever.refused("the name of a team")
    step = found.network.steps[place]
    given = _with(found, place, replace(step, team=lever.text))
    if lever.text == step.team:
        return given
    away = (*given.change.given_away, place)
    return replace(given, change=replace(given.change, given_away=away))


def _capped(network: Network, lever: _Lever) -> Network:
    if lever.text == "none":
        return replace(network, cap=None)
    if not re.fullmatch(r"\d{1,5}(?:\.\d+)?", lever.text) or float(lever.text) < 0.1:
        raise lever.refused("items a week that are let in at most, from 0.1 on, or none")
    return replace(network, cap=float(lever.text))


def _mixed(network: Network, lever: _Lever) -> Network:
    """The others keep their proportions to one another."""
    names = [kind.name for kind in network.kinds]
    if lever.what not in names:
        raise lever.refused(f"one of {', '.join(names) or 'no kind, as all work is of one'}")
    share = _share(lever)
    others = 1 - next(kind.share for kind in network.kinds if kind.name == lever.what)
    if share < 1 and others <= 0:
        raise lever.refused("there is no other work in the window")
    kinds = tuple(
        replace(kind, share=share if kind.name == lever.what else kind.share / max(others, 1e-12)
                * (1 - share))
        for kind in network.kinds
    )  # fmt: skip
    return replace(network, kinds=kinds)


def _share(lever: _Lever) -> float:
    told = re.fullmatch(r"(\d{1,3}(?:\.\d+)?) ?(%?)", lever.text)
    share = -1.0 if told is None else float(told[1]) / (100 if told[2] else 1)
    if not 0 <= share <= 1:
        raise lever.refused("a share from 0 % to 100 %")
    return share


_APPLY: Final[Mapping[str, Callable[[Changed, int, _Lever], Changed]]] = {
    "people": _people,
    "limit": _limit,
    "batch": _batch,
    "wait": _wait,
    "usable": _usable,
    "approve": _approve,
    "automate": _automate,
    "remove": _remove,
    "merge": _merge,
    "order": _order,
    "owner": _owner,
}
