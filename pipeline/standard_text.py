"""The standard of a stream as Markdown, for guides and checklists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.errors import NotFoundError
from core.written import day
from pipeline.improvement_words import value_words

Answer = dict[str, Any]
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#|~!$])")
_METRICS: Final = {
    "flow_time": "Flow time",
    "idea_to_done": "Idea to done",
    "idea_to_release": "Idea to release",
    "velocity": "Velocity",
}


def standard_markdown(told: Answer) -> str:
    """told: the answer of `standard_answer`. `NotFoundError` where there is no standard."""
    found = told["standard"]
    if found is None:
        raise NotFoundError(
            f"{told['stream']} has no standard: {told['reason']}; adopt an improvement that held"
            " on the Improvements page"
        )
    return "\n".join(_lines(told["stream"], found)) + "\n"


def plain(text: object) -> str:
    """Text of people that stays text in Markdown, in one line."""
    one = " ".join(str(text).split())
    one = one.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", one)


def measure_words(target: Mapping[str, Any]) -> str:
    """What a target is of: `Flow time`, `Wait in Test`."""
    step = target["step"]
    return _METRICS.get(target["metric"], "") if step is None else f"Wait in {step}"


def _lines(stream: str, found: Answer) -> Iterator[str]:
    change, edges = found["improvement"], found["boundaries"]
    yield f"# {plain(found['title'])}: how we work"
    yield ""
    yield (
        f"Standard {found['version']}, adopted on {day(found['at'])} by {plain(found['who'])},"
        f" from improvement {change['id']}: {plain(change['title'])}."
    )
    yield ""
    yield f"Why: {plain(change['hypothesis'])}"
    yield ""
    yield f"What it did: {plain(change['verdict'])}"
    yield ""
    yield f"It begins when {plain(edges['trigger'])}, and ends when {plain(edges['done'])}."
    yield ""
    yield from _steps(found)
    yield from _policies(found)
    yield from _targets(found)
    yield "## Is it still so?"
    yield ""
    yield f"`headwater standard {stream} --check` tells every drift from this page."


def _steps(found: Answer) -> Iterator[str]:
    yield "## Steps and owners"
    yield ""
    yield "| # | step | owner | queues before it | tools | value |"
    yield "|---|---|---|---|---|---|"
    for number, step in enumerate(found["steps"], 1):
        cells = [
            str(number),
            step["name"],
            step["team"] or "nobody named",
            ", ".join(step["queues"]) or "none",
            ", ".join(step["systems"]) or "none",
            step["value"] or "not told",
        ]
        name = f"{plain(cells[1])}{' (estimated)' if step['estimated'] else ''}"
        yield f"| {cells[0]} | {name} | {' | '.join(plain(one) for one in cells[2:])} |"
    yield ""


def _policies(found: Answer) -> Iterator[str]:
    yield "## Policies"
    yield ""
    names = ["", *(step["name"] for step in found["steps"])]
    told = [one["step"] for one in found["policies"]]
    for step in dict.fromkeys([*names, *told]):
        own = [one for one in found["policies"] if one["step"] == step]
        if not own:
            continue
        yield f"### {plain(step) or 'The whole stream'}"
        yield ""
        for one in own:
            yield f"- [ ] {one['kind']}: {plain(one['text'])} (from {one['source']})"
        yield ""


def _targets(found: Answer) -> Iterator[str]:
    yield "## Targets"
    yield ""
    middle = "average" if found["variant"] == "mean" else "median"
    yield f"| measure | owner | target | {middle} | limits | measured on |"
    yield "|---|---|---|---|---|---|"
    for one in found["targets"]:
        unit, known = one["unit"], one["limits"]
        aim = one["target"]
        cells = [
            measure_words(one),
            one["team"] or "the stream",
            "none" if aim is None else f"{value_words(aim['value'], unit)} by {day(aim['by'])}",
            "not known" if known is None else value_words(known["centre"], unit),
            one["reason"] or _between(known, unit),
            f"{one['n']} points",
        ]
        yield f"| {' | '.join(plain(cell) for cell in cells)} |"
    yield ""


def _between(known: Answer, unit: str) -> str:
    return f"{value_words(known['lower'], unit)} to {value_words(known['upper'], unit)}"
