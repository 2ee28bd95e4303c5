"""Which tools touch a step of a map."""

from __future__ import annotations

from typing import Any

from core.settings import Settings, ValueStream
from metrics.map_steps import Step
from pipeline.map_facts import MapFacts
from pipeline.map_numbers import days

Answer = dict[str, Any]

_SYSTEMS = {
    "commit": ("gitlab", "github"),
    "review": ("gitlab", "github"),
    "ci": ("jenkins", "gitlab", "github"),
    "change_approval": ("servicenow",),
    "release": ("jenkins", "gitlab", "github"),
    "deploy": ("jenkins", "gitlab", "github"),
}


def systems_of(settings: Settings, config: ValueStream, made: MapFacts, step: Step) -> list[Answer]:
    """Which tools touch the step: its own first, then what was going on in others meanwhile."""
    own = made.inside[made.inside["step"] == step.number]
    found: list[Answer] = []
    if step.kind != "tool":
        found.append(
            {"system": config.items.source, "tool": "tracker", "share": None, "mean_d": None}
        )
    for row in own.to_dict("records"):
        tool = str(row["tool"])
        found.append(
            {
                "system": system_name(settings, tool),
                "tool": tool,
                "share": row["deliveries"] / made.n if made.n else None,
                "mean_d": days(row["seconds"] / made.n) if made.n else None,
            }
        )
    if step.kind == "tool" and not any(one["tool"] == step.tool for one in found):
        name = system_name(settings, step.tool)
        found.insert(0, {"system": name, "tool": step.tool, "share": None, "mean_d": None})
    return found


def system_name(settings: Settings, tool: str) -> str:
    """The configured sources that a tool of the way to production may be, by name."""
    names = [one.name for kind in _SYSTEMS[tool] for one in settings.sources if one.kind == kind]
    return ", ".join(names) or tool
