"""What happens to tickets while Headwater looks on: each is done once and told in a few words.

An operation answers with an empty text where there was nothing that it could be done to.
"""

from __future__ import annotations

from datetime import timedelta

from simulator.live_world import LiveWorld, following
from simulator.model import Edit, Flag, Item, Move

RENAMED = ("Code Review", "Peer Review")
"""The status that gets another name, and that name."""

ELSEWHERE = "OPS"
"""A project that no configuration names."""


def create_ticket(live: LiveWorld) -> str:
    stream = live.rng.choice(live.world.streams)
    at = live.tick()
    item = Item(
        id=str(following(int(one.id) for one in live.items_ever)),
        key=live.key(stream.project),
        project=stream.project,
        stream=stream.name,
        type=live.rng.choice(stream.item_types),
        title=f"Asked for at {at:%H:%M:%S}",
        created=at,
        first_status=stream.statuses[0].id,
        reporter=live.person(),
    )
    epic = live.pick(one for one in live.world.items if one.type == "Epic")
    item.epic = epic.id if epic and live.rng.random() < 0.5 else None
    live.world.items.append(item)
    return f"{item.key} created"


def move_ticket(live: LiveWorld) -> str:
    """One status on, or straight to the end."""
    item = live.pick(one for one in live.world.items if _category(live, one) != "done")
    if item is None:
        return ""
    ids = [status.id for status in live.stream_of(item).statuses]
    here = ids.index(_current(item)) if _current(item) in ids else 0
    done = [s.id for s in live.stream_of(item).statuses if s.state == "done"]
    following_status = ids[min(here + 1, len(ids) - 1)]
    _move(live, item, done[0] if live.rng.random() < 0.3 else following_status)
    return f"{item.key} moved"


def reopen_ticket(live: LiveWorld) -> str:
    item = live.pick(one for one in live.world.items if _category(live, one) == "done")
    if item is None:
        return ""
    active = [s.id for s in live.stream_of(item).statuses if s.state == "active"]
    _move(live, item, active[0])
    return f"{item.key} reopened"


def flag_ticket(live: LiveWorld) -> str:
    """Flagged, or no longer."""
    item = live.pick(live.world.items)
    if item is None:
        return ""
    standing = next((flag for flag in item.flags if flag.end is None), None)
    if standing is None:
        item.flags.append(Flag(live.tick(), None, live.entry_id(), None))
    else:
        standing.end, standing.end_id = live.tick(), live.entry_id()
    item.updated = live.world.now
    return f"{item.key} flagged" if standing is None else f"{item.key} unflagged"


def backdate_flag(live: LiveWorld) -> str:
    """An entry that the changelog gets now under a time two days ago, as imports and add-ons do."""
    item = live.pick(one for one in live.world.items if not one.flags)
    if item is None:
        return ""
    item.updated = live.tick()
    start = max(item.created, item.updated - timedelta(days=2))
    number = live.entry_id()
    item.flags.append(Flag(start, start + timedelta(hours=3), number, number + 1))
    return f"{item.key} flagged two days ago"


def touch_ticket(live: LiveWorld) -> str:
    """Changed in a way that leaves no entry in the changelog, such as a comment."""
    item = live.pick(live.world.items)
    if item is None:
        return ""
    item.updated = live.tick()
    return f"{item.key} touched"


def edit_ticket(live: LiveWorld) -> str:
    """Another title, other labels, another assignee."""
    item = live.pick(live.world.items)
    if item is None:
        return ""
    item.updated, someone = live.tick(), live.person()
    title = f"{item.title.partition(' (')[0]} (as of {item.updated:%H:%M:%S})"
    item.edits.append(Edit(live.entry_id(), item.updated, "summary", item.title, title, someone))
    item.title = title
    item.labels = [*item.labels[:2], f"seen-{item.updated:%H%M}"]
    item.edits.append(Edit(live.entry_id(), item.updated, "assignee", None, someone.name, someone))
    return f"{item.key} edited"


def reassign_ticket(live: LiveWorld) -> str:
    """To another project: a new key, a new workflow, the same ticket."""
    item = live.pick(one for one in live.world.items if one.type not in ("Epic", "Idea"))
    others = [one for one in live.world.streams if item and one.project != item.project]
    if item is None or not others:
        return ""
    target, old = live.rng.choice(others), item.key
    _rekey(live, item, target.project)
    item.stream = target.name
    _move(live, item, target.statuses[0].id)
    return f"{old} became {item.key}"


def rename_status(live: LiveWorld) -> str:
    """No ticket changes by that; those that are read later show the new name."""
    old, new = RENAMED
    found = [s for stream in live.world.streams for s in stream.statuses if s.name == old]
    for status in found:
        status.name = new
    return f"{old} is now {new}" if found else ""


def hand_over_ticket(live: LiveWorld) -> str:
    """To a project that is not read: to who reads the others, it is as good as deleted."""
    here = [one for one in live.world.items if one.project != ELSEWHERE]
    item = live.pick(one for one in here if one.type not in ("Epic", "Idea"))
    if item is None:
        return ""
    old = item.key
    _rekey(live, item, ELSEWHERE)
    return f"{old} became {item.key}"


def delete_ticket(live: LiveWorld) -> str:
    """Gone without a trace: no list of changes ever shows it."""
    item = live.pick(one for one in live.world.items if one.type not in ("Epic", "Idea"))
    if item is None:
        return ""
    live.tick()
    live.world.items.remove(item)
    live.deleted.append(item)
    return f"{item.key} deleted"


def _rekey(live: LiveWorld, item: Item, project: str) -> None:
    """Into another project, under its next key."""
    item.updated, key, someone = live.tick(), live.key(project), live.person()
    for field, before, after in (("project", item.project, project), ("Key", item.key, key)):
        item.edits.append(Edit(live.entry_id(), item.updated, field, before, after, someone))
    item.key, item.project = key, project
    item.versions = []  # those of the other project are not there


def _move(live: LiveWorld, item: Item, to_status: str) -> None:
    at = live.tick()
    item.moves.append(Move(live.entry_id(), at, _current(item), to_status, live.person()))
    item.updated = at


def _current(item: Item) -> str:
    return item.moves[-1].to_status if item.moves else item.first_status


def _category(live: LiveWorld, item: Item) -> str:
    status = live.status(_current(item))
    return status.category if status else ""
