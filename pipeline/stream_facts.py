"""The facts of one stream, computed from what is stored; nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import LEFT
from core.settings import Settings, ValueStream
from metrics.facts import FactInputs, Facts, Rules, item_facts
from pipeline.around import RELEASE, Around
from pipeline.fact_engine import FactEngine
from pipeline.stream_blocks import blocked_by, blocked_statuses, linked_blocks, open_blocks
from pipeline.tool_times import ToolTimes, lives, stream_tool_times
from pipeline.upstream import first_ideas, upstream_of
from store import frames


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """wanted: the items that these are the facts of, None for all. shown: whether any item that was
    asked for is in the stream.
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


def stored_ground(session: Session, stream: ValueStream, stream_id: int, around: Around) -> Ground:
    """By the mapping that is stored; of the items no more than facts are made of."""
    items = frames.measured_items(session, stream_id, item_ids=around.ids)
    return Ground(
        items=items,
        blocks=linked_blocks(session, stream, stream_id, item_ids=around.ids),
        mapping=frames.stage_mappings(session, stream_id),
        stages=frames.stages(session, stream_id),
        ideas=first_ideas(session, stream, around.upstream, items),
    )


def planned_ground(
    session: Session,
    settings: Settings,
    stream: ValueStream,
    mapping: pd.DataFrame,
    stages: pd.DataFrame,
) -> Ground:
    """By a mapping that is not: the same items, blocks and ideas as if it were."""
    counted = frames.Counted(
        stream.items.source, stream.items.projects, stream.items.types, stream.parents
    )
    items = frames.stream_items(session, counted)
    blocks = linked_blocks(session, stream, counted)
    ideas = first_ideas(session, stream, upstream_of(session, settings), items)
    return Ground(items, blocks, mapping, stages, ideas)


def stream_facts(
    session: Session,
    settings: Settings,
    stream: ValueStream,
    stream_id: int,
    *,
    wanted: set[int] | None,
    around: Around,
    engine: FactEngine | None = None,
) -> StreamFacts:
    """Facts of the wanted items (None: of all), of those that stand behind one of them, and of
    those whose release or idea moved; times by tool of all around. engine: who makes the facts,
    where it is not this process.
    """
    ground = stored_ground(session, stream, stream_id, around)
    present = ground.items["item_id"][~ground.items["gone"].isin(LEFT)]
    releases = around.releases(session, present.tolist())
    tools = stream_tool_times(
        session,
        stream_id,
        lives=lives(ground.items, ground.ideas, releases),
        item_ids=around.released,
        spans=lambda: around.found().spans,
        everything=wanted is None,
    )
    if wanted is not None:
        wanted = wanted | blocked_by(ground.blocks, wanted)
        if around.ids is None or not around.ids <= wanted:
            stored = around.stored_facts(session, stream_id)
            wanted |= _moved(stored, ground.items, releases, ground.ideas)
        ground = replace(
            ground,
            items=ground.items[ground.items["item_id"].isin(wanted)],
            blocks=ground.blocks[ground.blocks["item_id"].isin(wanted)],
        )
        if not wanted:
            return StreamFacts(stream, stream_id, wanted, None, False, tools)
    if engine is None:
        made = facts_on(session, settings, stream, ground, releases)
    else:
        inputs = _inputs(session, ground, releases, histories_of=[])
        made = engine.facts(stream.name, inputs, _rules(session, settings, stream))
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
    inputs = _inputs(session, ground, releases, histories_of=ids)
    return item_facts(inputs, _rules(session, settings, stream))


def _inputs(
    session: Session, ground: Ground, releases: pd.DataFrame, *, histories_of: Sequence[int]
) -> FactInputs:
    return FactInputs(
        items=ground.items,
        transitions=frames.item_transitions(session, item_ids=histories_of),
        blocks=open_blocks(session, ground.blocks, ground.stages, ground.mapping),
        mapping=ground.mapping,
        stages=ground.stages,
        statuses=frames.statuses(session),
        ideas=ground.ideas,
        releases=releases,
    )


def _moved(
    stored: pd.DataFrame, items: pd.DataFrame, releases: pd.DataFrame, ideas: pd.DataFrame
) -> set[int]:
    """Items whose stored release or idea is no longer what their commits and ancestors say."""
    last = stored.sort_values("episode").drop_duplicates("item_id", keep="last")
    told = items[["item_id"]].merge(releases, on="item_id", how="left").merge(ideas, on="item_id")
    told["has_code"] = told["has_code"].eq(True)
    told["release_reason"] = told["release_reason"].fillna("no_commits")
    for name in ("first_released_ts", "released_ts"):
        told[name] = told[name].fillna(NONE).astype("int64")
    both = last.merge(told, on="item_id", suffixes=("", "_now"))
    differs = pd.Series(False, index=both.index)
    for name in [*RELEASE, "idea_ts"]:
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
