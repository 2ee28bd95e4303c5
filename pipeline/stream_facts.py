"""The facts of one stream, computed from what is stored; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.settings import Settings, ValueStream
from metrics.facts import FactInputs, Facts, Rules, item_facts
from metrics.ideas import idea_times
from metrics.tool_time import Spans
from pipeline.stream_blocks import blocked_by, blocked_statuses, linked_blocks, open_blocks
from pipeline.tool_times import ToolTimes, stream_tool_times
from store import frames
from store.sources import source_ids


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """wanted: the items that these are the facts of, None for all. shown: whether any item that was
    asked for is in the stream. tools: of all its released items.
    """

    stream: ValueStream
    stream_id: int
    wanted: set[int] | None
    facts: Facts | None
    shown: bool
    tools: ToolTimes


def stream_facts(
    session: Session,
    settings: Settings,
    stream: ValueStream,
    stream_id: int,
    *,
    wanted: set[int] | None,
    releases: pd.DataFrame,
    spans: Spans,
) -> StreamFacts:
    """Facts of the wanted items (None: of all), of those that stand behind one of them, and of
    those whose release or idea moved; times by tool, of which `spans` tells.
    """
    items = frames.stream_items(session, stream_id)
    ideas = _ideas(session, stream, items)
    tools = stream_tool_times(
        session,
        stream_id,
        items=items,
        ideas=ideas,
        releases=releases,
        spans=spans,
        everything=wanted is None,
    )
    blocks = linked_blocks(session, stream, stream_id)
    if wanted is not None:
        wanted = wanted | blocked_by(blocks, wanted)
        wanted |= _moved(session, stream_id, items, releases, ideas)
        items = items[items["item_id"].isin(wanted)]
        blocks = blocks[blocks["item_id"].isin(wanted)]
        if not wanted:
            return StreamFacts(stream, stream_id, wanted, None, False, tools)
    ids = [int(one) for one in items["item_id"]]
    inputs = FactInputs(
        items=items,
        transitions=frames.item_transitions(session, item_ids=ids),
        blocks=open_blocks(session, stream_id, blocks),
        mapping=frames.stage_mappings(session, stream_id),
        stages=frames.stages(session, stream_id),
        statuses=frames.statuses(session),
        ideas=ideas,
        releases=releases,
    )
    made = item_facts(inputs, _rules(session, settings, stream))
    shown = wanted is not None and len(items) > 0
    return StreamFacts(stream, stream_id, wanted, made, shown, tools)


_RELEASE = ["first_released_ts", "released_ts", "release_reason", "has_code"]


def _moved(
    session: Session,
    stream_id: int,
    items: pd.DataFrame,
    releases: pd.DataFrame,
    ideas: pd.DataFrame,
) -> set[int]:
    """Items whose stored release or idea is no longer what their commits and ancestors say."""
    names = ["item_id", "episode", "idea_ts", *_RELEASE]
    stored = frames.item_facts(session, stream_id, names=names)
    last = stored.sort_values("episode").drop_duplicates("item_id", keep="last")
    told = items[["item_id"]].merge(releases, on="item_id", how="left").merge(ideas, on="item_id")
    told["has_code"] = told["has_code"].eq(True)
    told["release_reason"] = told["release_reason"].fillna("no_commits")
    for name in ("first_released_ts", "released_ts"):
        told[name] = told[name].fillna(NONE).astype("int64")
    both = last.merge(told, on="item_id", suffixes=("", "_now"))
    differs = pd.Series(False, index=both.index)
    for name in [*_RELEASE, "idea_ts"]:
        differs |= both[name] != both[f"{name}_now"]
    return {int(one) for one in both["item_id"][differs]}


def _rules(session: Session, settings: Settings, stream: ValueStream) -> Rules:
    types = settings.types
    kinds = {
        name: kind
        for kind in ("feature", "defect", "risk", "debt")
        for name in getattr(types, kind)
    }
    return Rules(
        reopen_window_s=int(stream.reopen_window.total_seconds()),
        count_ignored=stream.count_ignored,
        blocked_statuses=frozenset(blocked_statuses(session, stream)),
        kinds=kinds,
        expects_code=frozenset(stream.expects_code),
    )


def _ideas(session: Session, stream: ValueStream, items: pd.DataFrame) -> pd.DataFrame:
    """When each item was first an idea: by its ancestors, and by what the stream's rule links."""
    known = frames.item_parents(session)
    upstream = known[["item_id", "parent_id"]].rename(columns={"parent_id": "other_item_id"})
    links = frames.item_links(session)
    linked = links["kind"].eq("parent")
    if stream.ideas is not None:
        home = source_ids(session).get(stream.ideas.source, NONE)
        held = known["project"].isin(stream.ideas.projects) & known["source_id"].eq(home)
        idea = links["other_item_id"].isin(known["item_id"][held])
        linked |= links["kind"].eq(stream.ideas.link.lower()) & idea
    edges = pd.concat([upstream, links[linked][["item_id", "other_item_id"]]], ignore_index=True)
    found = idea_times(known[["item_id", "created_ts"]], edges)
    return found.times[found.times["item_id"].isin(items["item_id"])]
