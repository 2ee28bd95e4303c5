"""The levers of a stream: each as it stands, what it takes, and what it is moved to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

import numpy as np

from metrics.lab.gate import Calibrated
from metrics.lab.levers import LEVERS
from metrics.lab.network import Network, Order, Step

Answer = dict[str, Any]
_WHOLE: Final[Mapping[str, str]] = {
    "cap": "items let in a week at most: `6`, or `none`; the others wait outside",
    "mix": "share of what arrives: `10 %`; the others keep their proportions",
}
_BATCHES: Final = ("none", "daily", "2 a week", "weekly", "14d")
_GONE: Final = ("eliminated", "automated", "undeclared")
_KINDS: Final = ("feature", "defect", "risk", "debt")


@dataclass(frozen=True, slots=True)
class _Stand:
    """How a lever stands: in words, as a number where it has one, and the words that it takes."""

    what: str
    now: str | None
    amount: float | None = None
    choices: tuple[str, ...] = ()


def lever_rows(found: Calibrated, after: Network, levers: Mapping[str, str]) -> list[Answer]:
    """Every lever that the stream has, as it stands, and those that are moved with what to."""
    told = {_spelt(name): value for name, value in levers.items()}
    now = {_name(step, one): (step, one) for step, one in _stands(found.model.network)}
    then = {_name(step, one): one for step, one in _stands(after)}
    more = {name: _nowhere(name) for name in told if name not in now}
    return [
        _row(step, one, told.get(name), then.get(name))
        for name, (step, one) in {**now, **more}.items()
    ]


def _spelt(lever: str) -> str:
    step, _, what = lever.rpartition(".")
    return f"{step.strip()}.{what.strip()}"


def _nowhere(lever: str) -> tuple[str, _Stand]:
    """One that can be moved and does nothing here, as automating no work."""
    step, _, what = lever.rpartition(".")
    return step, _Stand(what, None)


def _row(step: str, stand: _Stand, value: str | None, then: _Stand | None) -> Answer:
    told = value if then is None or then.now is None else then.now
    return {
        "lever": _name(step, stand),
        "step": None if step in ("arrivals", "mix") else step,
        "what": stand.what,
        "about": _WHOLE.get("mix" if step == "mix" else stand.what) or LEVERS[stand.what],
        "now": stand.now,
        "amount": stand.amount,
        "choices": list(stand.choices),
        "changed": None if value is None else told,
        "value": value,
        "moved": value is not None,
    }


def _name(step: str, stand: _Stand) -> str:
    return f"{step}.{stand.what}"


def _stands(network: Network) -> Iterator[tuple[str, _Stand]]:
    for place, step in enumerate(network.steps):
        for stand in _of_step(network, place, step):
            yield step.name, stand
    cap = network.cap
    yield (
        "arrivals",
        _Stand("cap", "none" if cap is None else f"{cap:g} a week", cap, ("none",)),
    )
    for kind in network.kinds:
        yield "mix", _Stand(kind.name, f"{kind.share * 100:.0f} %", kind.share)


def _of_step(network: Network, place: int, step: Step) -> Iterator[_Stand]:
    if step.pool is not None:
        yield _people(network, step, step.pool)
        yield _Stand("order", step.order, None, _orders(network))
    limit = "none" if step.limit is None else str(step.limit)
    yield _Stand("limit", limit, step.limit, ("none",))
    yield _Stand("batch", _rhythm(step), None, _BATCHES)
    if step.delay.any():
        mean = float(step.delay.mean())
        yield _Stand("wait", f"{mean:.2g} d", mean)
    if place > 0:
        yield _Stand("usable", f"{step.usable * 100:.0f} %", step.usable)
    yield _Stand("approve", f"{step.approved * 100:.0f} %", step.approved)
    yield from _work(network, place, step)


def _work(network: Network, place: int, step: Step) -> Iterator[_Stand]:
    """What becomes of the work itself; nothing of it stands anywhere."""
    if step.work > 0:
        yield _Stand("automate", None, 0.0)
    yield _Stand("remove", None, None, _GONE)
    follows = max(step.onward, key=lambda to: step.onward[to], default=-1)
    if step.pool is not None and follows in range(place + 1, len(network.steps)):
        into = network.steps[follows]
        if into.pool is not None:
            yield _Stand("merge", None, None, (into.name,))
    others = dict.fromkeys(one.team for one in network.steps if one.team not in ("", step.team))
    yield _Stand("owner", step.team or None, None, tuple(others))


def _people(network: Network, step: Step, pool: int) -> _Stand:
    each = network.per_person[pool] if network.per_person else 1.0
    people = round(network.people[pool] / each)
    shared = len(network.steps_of(pool)) > 1
    told = f"{people} for all steps of {step.team}" if shared else str(people)
    return _Stand("people", told, people)


def _orders(network: Network) -> tuple[str, ...]:
    """Those that this stream can be put in: by value only where something has one."""
    kinds = {kind.name for kind in network.kinds}
    valued = bool(np.nan_to_num(network.values).any())
    return tuple(
        one
        for one in get_args(Order)
        if (one in kinds if one in _KINDS else one != "cd3" or valued)
    )


def _rhythm(step: Step) -> str:
    if not step.openings:
        return "none"
    if len(step.openings) > 1:
        return f"{len(step.openings)} in {step.period:g} d"
    return {1.0: "daily", 7.0: "weekly"}.get(step.period, f"{step.period:g}d")
