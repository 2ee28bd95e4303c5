"""What the headline of the overview is made of: the items of all streams behind a pooled number."""

from __future__ import annotations

from typing import Any, Literal

from pipeline.explain import explain_stream, explained, mark_coarse
from pipeline.question import Question
from pipeline.snapshot import Snapshot

Answer = dict[str, Any]
Pooled = Literal["idea_to_release", "delay_cost"]
"""The numbers of the headline that are of all streams together."""


def explain_overview(snapshot: Snapshot, slug: Pooled, asked: Question) -> Answer:
    """Every item that is in a number of the headline, with its `stream`, and every one that is not.

    A delivery that two streams count is one of idea to release, under the first of them; what its
    waiting costs is charged in each.
    """
    inside: list[Answer] = []
    outside: list[Answer] = []
    seen: set[tuple[str, int]] = set()
    for name, stream in snapshot.streams.items():
        body = explain_stream(stream, slug, asked)
        mark_coarse(body, snapshot, stream, asked)
        for rows, told in ((inside, body["included"]), (outside, body["excluded"])):
            own = [row for row in told if (row["key"], row["episode"]) not in seen]
            rows += [{"stream": name, **row} for row in own]
        if slug == "idea_to_release":
            seen |= _named(body)
    return explained(slug, asked, inside, outside)


def _named(body: Answer) -> set[tuple[str, int]]:
    return {(row["key"], row["episode"]) for row in (*body["included"], *body["excluded"])}
