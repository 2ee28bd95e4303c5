"""The steps of a value stream map: a stage in which work is done, with the queues before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd

from metrics.mapping import Ints

Phase = Literal["upstream", "work", "downstream"]
Kind = Literal["stage", "unmapped", "done", "tool"]

TOOL_STEPS: Final = (
    ("commit", "Commits"),
    ("review", "Merge request"),
    ("ci", "Builds"),
    ("change_approval", "Change approval"),
    ("release", "Release"),
)
"""The way to production as its tools tell it, in the order of the work."""


@dataclass(frozen=True, slots=True)
class Step:
    """stages: ids and names, queues first, in the configured order. `tool`: of a step after done
    the part of F7 that it is.
    """

    number: int
    name: str
    kind: Kind
    phase: Phase
    team: str = ""
    value: str = ""
    stage_ids: tuple[int, ...] = ()
    stages: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    tool: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    rows: tuple[dict[str, object], ...]
    phase: Phase = "work"
    names: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps by number, those of the tracker first. `upstream`: where an idea waits before its
    item is made; `done`: where it rests between two deliveries of work; `tools`: by part of F7.
    """

    steps: tuple[Step, ...]
    upstream: int
    unmapped: int
    done: int
    tools: dict[str, int]

    @property
    def tracker(self) -> tuple[Step, ...]:
        """Those through which work goes in the tracker: all but what follows after done."""
        return tuple(one for one in self.steps if one.kind != "tool")

    def of_stages(self, stage_id: pd.Series) -> Ints:
        """The number of the step of each stage; what no stage names is unmapped."""
        pairs = [(own, step.number) for step in self.steps for own in step.stage_ids]
        ids = pd.Index([own for own, _ in pairs], dtype="int64")
        numbers = np.array([*(number for _, number in pairs), self.unmapped], np.int64)
        return numbers[ids.get_indexer(pd.Index(stage_id.to_numpy(np.int64)))]


def map_steps(stages: pd.DataFrame) -> Steps:
    """The steps of a stream's stages: stage_id, ordinal, name, state, team, value.

    Waiting stages are queues before the next active stage; after the last active one they are a
    step of their own. What is new is upstream, each a step. A step has the team and the value of
    its active stage.
    """
    ordered = stages.sort_values("ordinal").to_dict("records")
    groups = _groups([{str(name): one for name, one in row.items()} for row in ordered])
    upstream = [group for group in groups if group.phase == "upstream"]
    idea: list[_Group] = [] if upstream else [_Group((), "upstream", ("Idea",))]
    told = [*idea, *upstream, *(group for group in groups if group.phase == "work")]
    made = [_step(number, group) for number, group in enumerate(told)]
    unmapped, done = len(made), len(made) + 1
    ends = [row for row in ordered if row["state"] in ("done", "cancelled")]
    made.append(Step(unmapped, "Not mapped" if len(stages) else "In process", "unmapped", "work"))
    ids = tuple(int(row["stage_id"]) for row in ends)
    finished = [str(row["name"]) for row in ends if row["state"] == "done"]
    every = tuple(str(row["name"]) for row in ends)
    name = finished[0] if finished else "Done"
    made.append(Step(done, name, "done", "work", stage_ids=ids, stages=every))
    taken = {step.name for step in made}
    tools = {}
    for part, title in TOOL_STEPS:
        tools[part] = len(made)
        own = f"{title} (tools)" if title in taken else title
        made.append(Step(len(made), own, "tool", "downstream", tool=part))
    return Steps(tuple(made), 0, unmapped, done, tools)


def _groups(ordered: Sequence[dict[str, object]]) -> list[_Group]:
    groups: list[_Group] = []
    queue: list[dict[str, object]] = []
    for row in ordered:
        state = row["state"]
        if state == "new":
            groups.append(_Group((row,), "upstream"))
        elif state == "waiting":
            queue.append(row)
        elif state == "active":
            groups.append(_Group((*queue, row)))
            queue = []
        elif state == "ignored":
            groups.append(_Group((row,)))
    return [*groups, _Group(tuple(queue))] if queue else groups


def _step(number: int, group: _Group) -> Step:
    if not group.rows:
        return Step(number, group.names[0], "stage", group.phase)
    last = group.rows[-1]
    names = tuple(str(row["name"]) for row in group.rows)
    return Step(
        number,
        str(last["name"]),
        "stage",
        group.phase,
        team=str(last["team"]),
        value=str(last.get("value") or ""),
        stage_ids=tuple(int(str(row["stage_id"])) for row in group.rows),
        stages=names,
        queues=tuple(
            n for n, row in zip(names, group.rows, strict=True) if row["state"] != "active"
        ),
    )
