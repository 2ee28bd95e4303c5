"""What is upstream of items, by parents and links: when each was first an idea."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.settings import Settings, ValueStream
from metrics.ideas import LEVELS, idea_times
from store import frames
from store.sources import source_ids

_PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Upstream:
    """items: see `frames.item_parents`; links: see `frames.item_links`; of all items, or of some
    and what is upstream of those as far as ideas are looked for.
    """

    items: pd.DataFrame
    links: pd.DataFrame


def upstream_of(
    session: Session, settings: Settings, item_ids: Collection[int] | None = None
) -> Upstream:
    """Of these items, level by level; None: all there is, at once."""
    if item_ids is None:
        return Upstream(frames.item_parents(session), frames.item_links(session))
    kinds = _kinds(settings)
    seen: set[int] = set()
    front = set(item_ids)
    items, links = [], []
    for _ in range(LEVELS + 1):
        items.append(frames.item_parents(session, item_ids=front))
        known = frames.item_links(session, item_ids=front)
        links.append(known[known["kind"].isin(kinds)])
        seen |= front
        above = {*items[-1]["parent_id"].tolist(), *links[-1]["other_item_id"].tolist()}
        front = above - seen - {NONE}
        if not front:
            break
    return Upstream(_joined(items), _joined(links))


def below(session: Session, settings: Settings, item_ids: Collection[int]) -> set[int]:
    """The items of which these may be upstream; at least those that are."""
    kinds = _kinds(settings)
    seen = set(item_ids)
    front = seen
    for _ in range(LEVELS):
        front = frames.right_below(session, front, kinds) - seen
        if not front:
            break
        seen = seen | front
    return seen - set(item_ids)


def first_ideas(
    session: Session, stream: ValueStream, upstream: Upstream, items: pd.DataFrame
) -> pd.DataFrame:
    """item_id, idea_ts of these items: when each was first an idea, by its ancestors and by what
    the stream's rule links.
    """
    known, links = upstream.items, upstream.links
    above = known.loc[known["parent_id"] != NONE, ["item_id", "parent_id"]]
    linked = links["kind"].eq(_PARENT)
    if stream.ideas is not None and len(links):
        home = source_ids(session).get(stream.ideas.source, NONE)
        held = known["project"].isin(stream.ideas.projects) & known["source_id"].eq(home)
        idea = links["other_item_id"].isin(known["item_id"][held])
        linked |= links["kind"].eq(stream.ideas.link.lower()) & idea
    wanted = known["item_id"].isin(items["item_id"])
    if above.empty and not linked.any():  # most often, where a few items alone are asked for
        own = known.loc[wanted, ["item_id", "created_ts"]]
        return own.rename(columns={"created_ts": "idea_ts"})
    upward = above.rename(columns={"parent_id": "other_item_id"})
    edges = pd.concat([upward, links[linked][["item_id", "other_item_id"]]], ignore_index=True)
    found = idea_times(known[["item_id", "created_ts"]], edges)
    return found.times[found.times["item_id"].isin(items["item_id"])]


def _kinds(settings: Settings) -> list[str]:
    """The kinds of links that lead upstream in any stream."""
    rules = [one.ideas.link.lower() for one in settings.streams if one.ideas is not None]
    return sorted({_PARENT, *rules})


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
