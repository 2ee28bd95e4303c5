"""Change requests that somebody makes for one item, where work waits in a queue for approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from random import Random

from simulator.calendar import MINUTE, between
from simulator.changes import AUTHORIZE, CLOSED, IMPLEMENT, REVIEW, SCHEDULED, entered, hex_id
from simulator.model import Item
from simulator.model_desk import ChangeRequest
from simulator.plants import ApprovalQueue, PlantedWait


def asked_changes(
    waits: Iterable[PlantedWait], *, items: Mapping[str, Item], places: Mapping[str, str],
    now: datetime, rng: Random,
) -> list[ChangeRequest]:  # fmt: skip
    """One for each stay in an approval queue, not numbered yet. places: by stream the configuration
    item that changes.
    """
    return [
        _asked(wait, items[wait.item], places[wait.plant.stream], now, rng)
        for wait in waits
        if isinstance(wait.plant, ApprovalQueue)
    ]


def _asked(wait: PlantedWait, item: Item, place: str, now: datetime, rng: Random) -> ChangeRequest:
    """Asked for within minutes, and approved minutes before the item goes on."""
    asked = wait.since + between(rng, MINUTE, 10 * MINUTE)
    change = ChangeRequest(
        id=hex_id(rng), number="", type="normal", state="-5", approval="not requested",
        title=f"Approval of {item.key}", description=f"{item.key}: {item.title}", ci=place,
        created=wait.since, updated=wait.since, work_start=None, work_end=None, closed=None,
        close_code="", correlation_id="",
    )  # fmt: skip
    steps = [("state", AUTHORIZE, asked), ("approval", "requested", asked)]
    if wait.until is not None:
        granted = max(asked, wait.until - between(rng, MINUTE, 10 * MINUTE))
        steps += [("approval", "approved", granted), ("state", SCHEDULED, granted)]
        steps += [("state", state, wait.until) for state in (IMPLEMENT, REVIEW, CLOSED)]
    for field, value, at in steps:
        if at < now:
            entered(change, field, value, at, rng)
    if change.state == CLOSED:
        change.work_start = change.work_end = change.closed = wait.until
        change.close_code = "successful"
    return change
