"""A served company that goes on living: seeded changes, round by round, at an advancing now.

live = Live(world, server, seed=1)
live.round()  # an hour later, with some changes that the tools show from now on
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from simulator import live_code, live_desk, live_runs, live_tickets
from simulator.live_world import LiveWorld
from simulator.model import Item, World
from simulator.server import CompanyServer

Operation = Callable[[LiveWorld], str]
"""Changes the world once; answers with what was done, empty where nothing could be."""

OPERATIONS: Mapping[str, Operation] = {
    operation.__name__: operation
    for operation in (
        live_tickets.create_ticket,
        live_tickets.move_ticket,
        live_tickets.reopen_ticket,
        live_tickets.flag_ticket,
        live_tickets.backdate_flag,
        live_tickets.touch_ticket,
        live_tickets.edit_ticket,
        live_tickets.reassign_ticket,
        live_tickets.rename_status,
        live_tickets.delete_ticket,
        live_tickets.hand_over_ticket,
        live_code.open_request,
        live_code.push_late,
        live_code.push_late_to_default,
        live_code.merge_request,
        live_code.force_push,
        live_code.close_request,
        live_code.tag_head,
        live_runs.start_build,
        live_runs.finish_builds,
        live_runs.retry_pipeline,
        live_runs.deploy,
        live_runs.redeploy,
        live_desk.close_change,
        live_desk.backdate_change,
        live_desk.open_incident,
        live_desk.resolve_incident,
        live_desk.reopen_incident,
        live_desk.backdate_incident,
    )
}


@dataclass(slots=True)
class Live:
    """A world that changes while `server` shows it; the clock of the tools is the world's own.

    without: names of operations that never happen. done: what happened, in order.
    """

    world: World
    server: CompanyServer
    seed: int
    without: Sequence[str] = ()
    done: list[tuple[str, str]] = field(default_factory=list)
    _deck: list[str] = field(default_factory=list)
    _state: LiveWorld = field(init=False)

    def __post_init__(self) -> None:
        self._state = LiveWorld(self.world, Random(f"{self.seed}/live"))
        self.show()

    def round(self, *, operations: int = 6, hours: float = 1.0) -> list[tuple[str, str]]:
        """Some hours later, with so many operations; answers with what was done.

        They are dealt like cards: none comes again before each one had its turn.
        """
        self.world.now += timedelta(hours=hours)
        dealt = [self._deal() for _ in range(operations)]
        happened = [(name, OPERATIONS[name](self._state)) for name in dealt]
        self.done += happened
        self.show()
        return happened

    def act(self, name: str) -> str:
        """One operation, shown at once."""
        told = OPERATIONS[name](self._state)
        self.done.append((name, told))
        self.show()
        return told

    @property
    def deleted(self) -> Sequence[Item]:
        """Tickets that are no more."""
        return self._state.deleted

    def show(self) -> None:
        """Serve the world as it is now."""
        self.server.faults.now = self.world.now
        self.server.advance(self.world)

    def _deal(self) -> str:
        if not self._deck:
            self._deck = [name for name in OPERATIONS if name not in self.without]
            self._state.rng.shuffle(self._deck)
        return self._deck.pop()
