"""Events about features, with short arguments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from store.facts import bump_version
from store.models import item_fact, value_stream
from tests.api.pushing import Pushing, event


def feature(kind: str, name: str, at: str, **content: Any) -> dict[str, Any]:
    """A custom event; `kind` as "feature.exposed"."""
    made = event(kind, name, at=at, content=content)
    made["context"]["type"] = f"dev.cdeventsx.headwater-{kind}.0.1.0"
    made["context"]["id"] = f"{kind} {name} {at} {content.get('measure', '')}".strip()
    return made


def exposed(name: str, at: str, share: float, *items: str, place: str = "production") -> Any:
    return feature(
        "feature.exposed", name, at, environment={"id": place}, share=share, items=list(items)
    )


def measured(name: str, at: str, **content: Any) -> Any:
    return feature("outcome.measured", name, at, **{"measure": "users", **content})


def release_all(tools: Pushing, at: int) -> None:
    """What is pushed has no branches, so that nothing of it counts as released: say that it is."""
    with tools.database.writing() as session:
        values = {"first_released_ts": at, "released_ts": at, "release_reason": ""}
        session.execute(update(item_fact).values(values))
        for stream_id in session.execute(select(value_stream.c.id)).scalars().all():
            bump_version(session, stream_id, at)
