"""Times by tool of one item, as answers tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.frames import NONE
from metrics.tool_time import PARTS, TOOLS, UNLINKED

Answer = dict[str, Any]


def tools_of(row: Mapping[Any, Any]) -> list[Answer]:
    """One row per part, in the order of the work: its seconds, all of the tool's (`union_s`, which
    overlap: the tracker has the item all the time), and why both are null.

    row: columns of `metrics.tool_time.tool_times`. Where nothing at all is linked, the tracker's
    is `tracker_unlinked`.
    """
    bare = all(row[f"{tool}_reason"] == reason for tool, reason in UNLINKED.items())
    told: dict[str, Answer] = {
        tool: {
            "tool": tool,
            "seconds": _known(row[f"{tool}_s"]),
            "union_s": _known(row[f"{tool}_union_s"]),
            "reason": row[f"{tool}_reason"] or None,
        }
        for tool in TOOLS
    }
    name = "tracker_unlinked" if bare else "tracker"
    own = int(row["tracker_s"])
    whole = own + sum(one["seconds"] or 0 for one in told.values())
    told["tracker"] = {"tool": name, "seconds": own, "union_s": whole, "reason": None}
    return [told[part] for part in PARTS]


def _known(seconds: int) -> int | None:
    return None if seconds == NONE else int(seconds)
