"""How findings speak: places, and what to try next without doing away with what is necessary."""

from __future__ import annotations

from core.written import duration, share
from metrics.map_steps import Step

_TOOLS = {"change_approval": "for the change approval", "release": "for the release"}


def only_queue(step: Step) -> bool:
    """Nobody works in it."""
    return bool(step.queues) and len(step.queues) == len(step.stages)


def place(step: Step) -> str:
    """Where something waits: `before Test`, `in Approval`, `for the release`."""
    if step.tool:
        return _TOOLS.get(step.tool, f"in {step.name}")
    return f"{'before' if step.queues and not only_queue(step) else 'in'} {step.name}"


def advice(step: Step | None, try_next: str) -> str:
    """One sentence: what may be tried, as it fits the step's tag. Only waste may be left out; what
    is necessary stays, and becomes quicker or simpler.
    """
    value = step.value if step is not None else ""
    if step is not None and value == "waste":
        return f"{step.name} is tagged as waste: try some items without it; else {try_next}."
    if step is not None and value == "necessary":
        return f"{step.name} is necessary: keep it, and make it quicker or simpler: {try_next}."
    return f"{try_next[:1].upper()}{try_next[1:]}."


def deliveries(count: int) -> str:
    return "1 delivery" if count == 1 else f"{count} deliveries"


def each(seconds: int, items: int) -> str:
    """The average of an item."""
    return duration(seconds / items if items else None)


def of_all(part_s: int, whole_s: int, what: str = "all waiting") -> str:
    return f"{share(part_s / whole_s)} of {what}" if whole_s else f"nothing of {what}"
