"""What a preview of another configuration can't compute, said in words."""

from __future__ import annotations

from core.settings import Settings, ValueStream
from pipeline.wanted import wanted_of

_SHOWN = {"title", "repositories", "services"}
_TABLES = ("services", "teams", "dora", "calendar", "people", "server")
_SECRET = {"auth", "hooks"}


def beside(before: ValueStream, after: ValueStream) -> list[str]:
    """What else of a stream differs, and touches no fact of its items."""
    found = [name for name in sorted(_SHOWN) if getattr(before, name) != getattr(after, name)]
    for name in ("team", "value"):
        pairs = [
            {stage.name: getattr(stage, name) for stage in one.stages} for one in (before, after)
        ]
        shared = pairs[0].keys() & pairs[1].keys()
        if any(pairs[0][stage] != pairs[1][stage] for stage in shared):
            found.append(f"stages.{name}")
    return found


def elsewhere(settings: Settings, proposed: Settings) -> list[str]:
    """Tables that differ, too, and what of them is not in the numbers. Secrets are not compared."""
    found = [
        f"[{name}] differs: what that changes is not in these numbers"
        for name in _TABLES
        if getattr(settings, name) != getattr(proposed, name)
    ]
    pairs = [
        [one.model_dump(mode="json", exclude=_SECRET) for one in these.sources]
        for these in (settings, proposed)
    ]
    if pairs[0] != pairs[1]:
        found.append("[[sources]] differ: what they would bring is not in these numbers")
    if settings.types.defect != proposed.types.defect:
        found.append("[types] defect differs: the services are measured again, too")
    return found


def notes(settings: Settings, proposed: Settings, stream: ValueStream, items: int) -> list[str]:
    """What to know of the numbers of one stream."""
    found = []
    if not items:
        found.append("no item that is stored belongs to this stream")
    now, then = wanted_of(settings), wanted_of(proposed)
    if now.value_field != then.value_field:
        found.append(
            "another field holds the cost of delay: the next pass reads its values; these numbers"
            " still have those of the present one"
        )
    blocking = ("flag_fields", "blocking_labels", "blocking_links")
    if any(getattr(then, name) - getattr(now, name) for name in blocking):
        found.append(
            "other fields, labels or links say what is blocked: the next pass reads those blocks;"
            " these numbers only have what is stored"
        )
    tracker = next((one for one in settings.sources if one.name == stream.items.source), None)
    read = getattr(tracker, "projects", ())
    missing = [name for name in stream.items.projects if read and name not in read]
    if missing:
        found.append(f"not read so far: {', '.join(missing)}")
    return found
