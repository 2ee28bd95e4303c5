"""What chance decides, the same in every variant of a stream: common random numbers.

Each item has its own numbers by (seed, run, visit, step), whatever else happens to it, so that two
variants differ by what was changed and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from metrics.lab.network import WEEK_D, Network, Step
from metrics.profiles import Terms
from metrics.stats import Floats

_SERVICE, _DELAY, _APPROVED, _BACK, _ONWARD, _ARRIVAL, _KIND, _VALUE, _FIRST = range(9)
_ROUNDS: Final = 16
"""A visit of a step beyond so many draws what an earlier one drew."""


@dataclass(frozen=True, slots=True)
class Visit:
    """By `item * steps + step`: days of work and of other waiting, whether it passes by record, and
    where it goes next.
    """

    service: list[float]
    delay: list[float] | None
    approved: list[bool] | None
    target: list[int]


@dataclass(slots=True)
class Draws:
    """The chances of `count` items in one run."""

    network: Network
    count: int
    seed: int
    run: int
    _visits: dict[int, Visit] = field(default_factory=dict)

    def visit(self, number: int) -> Visit:
        """What is drawn for the visit of this number (from 0) of each item to each step."""
        number %= _ROUNDS
        if number not in self._visits:
            self._visits[number] = self._drawn(number)
        return self._visits[number]

    def arrivals(self) -> Floats:
        """When each item arrives; those that are there at the begin come at 0, before the
        others.
        """
        here = min(sum(self.network.waiting), self.count)
        gaps = _from(self.network.gaps, self._uniform(_ARRIVAL, 0, 1))[: self.count - here]
        return np.concatenate([np.zeros(here), np.cumsum(gaps)])

    def admitted(self, arrivals: Floats) -> Floats:
        """When each of them is let in: in order, no sooner than the cap allows; at once where it is
        there at the begin.
        """
        if self.network.cap is None:
            return arrivals
        here = min(sum(self.network.waiting), self.count)
        coming = arrivals[here:]
        rhythm: Floats = np.arange(len(coming), dtype=np.float64) * (WEEK_D / self.network.cap)
        return np.concatenate([arrivals[:here], rhythm + np.maximum.accumulate(coming - rhythm)])

    def begins(self) -> list[int]:
        """The step in which each item begins."""
        steps = len(self.network.steps)
        chosen = _chosen(self.network.first, self._uniform(_FIRST, 0, 1), otherwise=steps)
        here = np.repeat(np.arange(len(self.network.waiting)), self.network.waiting)[: self.count]
        chosen[: len(here)] = here
        told: list[int] = chosen.tolist()
        return told

    def values(self) -> Floats:
        """Cents a week of each item; NaN for one without a value."""
        return _from(self.network.values, self._uniform(_VALUE, 0, 1), in_order=False)

    def worth(self) -> Terms | None:
        """What the delay of each item costs; None: its value each week."""
        terms = self.network.terms
        if terms is None:
            return None
        return terms.take(_places(len(terms), self._uniform(_VALUE, 0, 1)))

    def kinds(self) -> npt.NDArray[np.int64]:
        """The place of each item's kind; 0 where there are none."""
        shares = {place: kind.share for place, kind in enumerate(self.network.kinds)}
        last = max(0, len(self.network.kinds) - 1)
        return _chosen(shares, self._uniform(_KIND, 0, 1), otherwise=last)

    def _uniform(self, what: int, visit: int, steps: int) -> Floats:
        # Rows are items: a longer run repeats the numbers of a shorter one.
        seeds = np.random.SeedSequence([self.seed, self.run, what, visit])
        return np.random.Generator(np.random.PCG64(seeds)).random((self.count, steps)).ravel()

    def _drawn(self, visit: int) -> Visit:
        steps = self.network.steps
        numbers = {
            what: self._uniform(what, visit, len(steps)).reshape(self.count, len(steps))
            for what in self._needed()
        }
        service, delay = (
            np.zeros((self.count, len(steps))),
            np.zeros((self.count, len(steps))),
        )
        target = np.zeros((self.count, len(steps)), np.int64)
        approved = np.zeros((self.count, len(steps)), np.bool_)
        paces = self._paces()
        for place, step in enumerate(steps):
            service[:, place] = _sampled(step.service, numbers, _SERVICE, place)
            if _DELAY in numbers:
                delay[:, place] = _sampled(step.delay, numbers, _DELAY, place)
            if paces is not None:
                service[:, place] *= paces[0][:, place]
                delay[:, place] *= paces[1][:, place]
            if _APPROVED in numbers:
                approved[:, place] = numbers[_APPROVED][:, place] < step.approved
            target[:, place] = self._targets(step, numbers, place)
        return Visit(
            service.ravel().tolist(),
            delay.ravel().tolist() if _DELAY in numbers else None,
            approved.ravel().tolist() if _APPROVED in numbers else None,
            target.ravel().tolist(),
        )

    def _needed(self) -> list[int]:
        steps = self.network.steps
        asked = (
            (_SERVICE, any(len(step.service) > 1 for step in steps)),
            (_DELAY, any(step.delay.any() for step in steps)),
            (_APPROVED, any(step.approved > 0 for step in steps)),
            (_BACK, any(step.back for step in steps)),
            (_ONWARD, any(len(step.onward) > 1 for step in steps)),
        )
        return [what for what, wanted in asked if wanted]

    def _paces(self) -> tuple[Floats, Floats] | None:
        kinds = self.network.kinds
        if not kinds:
            return None
        of = self.kinds()
        return np.array([kind.pace for kind in kinds])[of], np.array(
            [kind.delay_pace for kind in kinds]
        )[of]

    def _targets(self, step: Step, numbers: dict[int, Floats], place: int) -> npt.NDArray[np.int64]:
        done = len(self.network.steps)
        if len(step.onward) > 1:
            found = _chosen(step.onward, numbers[_ONWARD][:, place], otherwise=done)
        else:
            found = np.full(self.count, next(iter(step.onward), done), np.int64)
        if step.back:
            chance = numbers[_BACK][:, place]
            share = sum(step.back.values())
            behind = _chosen(
                {to: p / share for to, p in step.back.items()} if share else {},
                chance / share if share else chance,
                otherwise=min(step.back),
            )
            found = np.where(chance < share, behind, found)
        return found


def _sampled(sample: Floats, numbers: dict[int, Floats], what: int, place: int) -> Floats:
    if len(sample) == 1:
        return sample
    return _from(sample, numbers[what][:, place])


def _from(sample: Floats, chance: Floats, *, in_order: bool = True) -> Floats:
    """The quantile of the sample at each chance: the larger the chance, the longer it takes."""
    ordered = np.sort(sample) if in_order else sample
    found: Floats = ordered[_places(len(ordered), chance)]
    return found


def _places(size: int, chance: Floats) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = (chance * size).astype(np.int64)
    return found


def _chosen(
    shares: Mapping[int, float], chance: Floats, *, otherwise: int
) -> npt.NDArray[np.int64]:
    """The name whose part of the shares, in their order, holds each chance."""
    edges = np.cumsum(np.array(list(shares.values()), np.float64))
    names = np.array([*shares, otherwise], np.int64)
    if len(edges) and edges[-1] > 1 - 1e-9:
        names[-1] = names[-2]
    return names[np.searchsorted(edges, chance, side="right")]
