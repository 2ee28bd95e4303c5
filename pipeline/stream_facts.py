"""The facts of one stream, computed from what is stored; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


@dataclass(frozen=True)
class Ground:
    """What facts are made of besides transitions and releases: the frames of `FactInputs`, and of
    blocks all that are linked, see `linked_blocks`.
    """

    items: pd.DataFrame
    blocks: pd.DataFrame
    mapping: pd.DataFrame
    stages: pd.DataFrame
    ideas: pd.DataFrame


def stored_ground(session: Session, stream: ValueStream, stream_id: int) -> Ground:
    """By the mapping that is stored."""
    items = frames.stream_items(session, stream_id)
    return Ground(
        items=items,
        blocks=linked_blocks(session, stream, stream_id),
        mapping=frames.stage_mappings(session, stream_id),
        stages=frames.stages(session, stream_id),
        ideas=_ideas(session, stream, items),
    )


def planned_ground(
    session: Session, stream: ValueStream, mapping: pd.DataFrame, stages: pd.DataFrame
) -> Ground:
    """By a mapping that is not: the same items, blocks and ideas as if it were."""
    counted = frames.Counted(
        stream.items.source, stream.items.projects, stream.items.types, stream.parents
    )
    items = frames.stream_items(session, counted)
    blocks = linked_blocks(session, stream, counted)
    return Ground(items, blocks, mapping, stages, _ideas(session, stream, items))


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
    ground = stored_ground(session, stream, stream_id)
    tools = stream_tool_times(
        session,
        stream_id,
        items=ground.items,
        ideas=ground.ideas,
        releases=releases,
        spans=spans,
        everything=wanted is None,
    )
    if wanted is not None:
        wanted = wanted | blocked_by(ground.blocks, wanted)
        wanted |= _moved(session, stream_id, ground.items, releases, ground.ideas)
        ground = replace(
            ground,
            items=ground.items[ground.items["item_id"].isin(wanted)],
            blocks=ground.blocks[ground.blocks["item_id"].isin(wanted)],
        )
        if not wanted:
            return StreamFacts(stream, stream_id, wanted, None, False, tools)
    made = facts_on(session, settings, stream, ground, releases)
    shown = wanted is not None and len(ground.items) > 0
    return StreamFacts(stream, stream_id, wanted, made, shown, tools)


def facts_on(
    session: Session,
    settings: Settings,
    stream: ValueStream,
    ground: Ground,
    releases: pd.DataFrame,
) -> Facts:
    """The facts of the items of this ground, under these settings; nothing is written."""
    ids = [int(one) for one in ground.items["item_id"]]
    inputs = FactInputs(
        items=ground.items,
        transitions=frames.item_transitions(session, item_ids=ids),
        blocks=open_blocks(session, ground.blocks, ground.stages, ground.mapping),
        mapping=ground.mapping,
        stages=ground.stages,
        statuses=frames.statuses(session),
        ideas=ground.ideas,
        releases=releases,
    )
    return item_facts(inputs, _rules(session, settings, stream))


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
