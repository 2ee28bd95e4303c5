"""The index behind Jira's search, which may know of an issue's last change only later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.jira_issues import last_change
from simulator.model import Item, World


@dataclass(slots=True)
class SearchIndex:
    """lag: by the id of an issue, how long a change of it takes to be found; others are at once.

    A state is noted whenever a world is put in place, so that a lag holds for what changes after
    the world that was there when it was set.
    """

    lag: Mapping[str, timedelta]
    _states: dict[str, list[Item]] = field(default_factory=dict)

    def of(self, world: World) -> Sequence[Item]:
        """The issues as the search knows them at the world's now; new ones may be missing."""
        found = (self._known(item, world.now) for item in world.items)
        return [item for item in found if item is not None]

    def _known(self, item: Item, now: datetime) -> Item | None:
        lag = self.lag.get(item.id)
        if lag is None:
            self._states.pop(item.id, None)
            return item
        states = self._states.setdefault(item.id, [])
        if not states or last_change(states[-1]) != last_change(item):
            states.append(deepcopy(item))
        known = [state for state in states if last_change(state) + lag <= now]
        return known[-1] if known else None
