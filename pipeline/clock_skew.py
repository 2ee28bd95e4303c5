"""Whether the clocks of the tools agree: causes after their effects, and offsets of servers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.records import Entity
from core.settings import Settings
from metrics.causality import CHECKS, ToolPair, tool_pairs
from pipeline.health import CLOCK_LIMIT_S, decoded
from pipeline.question import Question
from pipeline.snapshot import Snapshot
from pipeline.times import iso
from store import cursors
from store.causal_pairs import causal_pairs
from store.sources import source_ids
from store.verdict_ends import Known, known_by_ids

Answer = dict[str, Any]
_SHOWN: Final = 20


def clock_skew(session: Session, snapshot: Snapshot, settings: Settings, asked: Question) -> Answer:
    """Of each check and pair of tools the share out of order, the median negative lag and the worst
    pairs; of each source how far its clock is from ours; of each stream items that end before they
    begin.
    """
    pairs = causal_pairs(session, asked.window.from_ts, asked.window.to_ts)
    names = {number: name for name, number in source_ids(session).items()}
    known = _Names(session, pairs)
    return {
        "from": iso(asked.window.from_ts),
        "to": iso(asked.window.to_ts),
        "items": [_row(one, names, known) for one in tool_pairs(pairs)],
        "next": None,
        "sources": source_clocks(session, settings),
        "streams": [
            {"stream": stream.config.name, **_violations(stream.items, asked)}
            for stream in snapshot.streams.values()
        ],
    }


def source_clocks(session: Session, settings: Settings) -> list[Answer]:
    """Of each source that is polled the offset of its clock at the last answer, by HTTP `Date`."""
    states = {one.source: one for one in cursors.all_states(session) if one.key.stream == ""}
    rows = []
    for source in settings.polled:
        state = states.get(source.name)
        offset = decoded(state.health).clock_offset_s if state else None
        rows.append(
            {
                "source": source.name,
                "clock_offset_s": offset,
                "limit_s": CLOCK_LIMIT_S,
                "beyond": None if offset is None else abs(offset) > CLOCK_LIMIT_S,
                "reason": None if offset is not None else "no answer of it told the time yet",
                "at": iso(state.last_success_ts) if state else None,
            }
        )
    return rows


def _violations(items: pd.DataFrame, asked: Question) -> Answer:
    done = items[asked.window.holds(items["done_ts"].to_numpy(np.int64))]
    wrong = done[done["violations"].to_numpy(np.int64) > 0]
    return {
        "items": len(done),
        "with_violations": len(wrong),
        "keys": sorted(set(wrong["key"]))[:_SHOWN],
    }


class _Names:
    """How people call the ends of the pairs that are shown: the worst of each tool pair."""

    def __init__(self, session: Session, pairs: pd.DataFrame) -> None:
        lag = pairs["effect_ts"] - pairs["cause_ts"]
        late = pairs.assign(lag=lag)[lag < 0].sort_values("lag")
        tools = ["check", "cause_id", "effect_id"]
        self.worst = late.groupby(tools, sort=False).head(_SHOWN)
        wanted: dict[Entity, set[int]] = defaultdict(set)
        for end in ("cause", "effect"):
            for kind, number in zip(
                self.worst[f"{end}_kind"].tolist(), self.worst[end].tolist(), strict=True
            ):
                wanted[Entity(kind)].add(number)
        self.known = {kind: known_by_ids(session, kind, ids) for kind, ids in wanted.items()}

    def end(self, kind: int, number: int) -> Known | None:
        return self.known.get(Entity(kind), {}).get(number)


def _row(one: ToolPair, names: dict[int, str], known: _Names) -> Answer:
    low, high = one.interval
    worst = known.worst
    mine = (worst["check"] == one.check) & (worst["cause_id"] == one.cause_id)
    own = worst[mine & (worst["effect_id"] == one.effect_id)]
    return {
        "check": one.check,
        "meaning": CHECKS[one.check],
        "cause_source": names.get(one.cause_id, ""),
        "effect_source": names.get(one.effect_id, ""),
        "pairs": one.pairs,
        "out_of_order": one.out_of_order,
        "share": one.share,
        "interval": [low, high],
        "median_lag_s": one.median_lag_s,
        "worst": [_pair(row, known) for row in own.to_dict("records")],
    }


def _pair(row: dict[Any, Any], known: _Names) -> Answer:
    told: Answer = {"lag_s": int(row["lag"])}
    for end in ("cause", "effect"):
        named = known.end(int(row[f"{end}_kind"]), int(row[end]))
        told |= {
            end: named.label if named else str(row[end]),
            f"{end}_url": named.url if named else "",
            f"{end}_at": iso(int(row[f"{end}_ts"])),
        }
    return told
