"""The shape of what changed since a poll."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape


class ChangedItemRow(Shape):
    """An item with other facts than at the poll before."""

    key: str
    stream: str
    what: Literal["new", "changed", "gone"] = Field(
        description="gone: it counts for this stream no more."
    )
    at: str = Field(description="When the last of it was recorded.")


class ChangesBody(Shape):
    """What is other than at the poll before: read anew what shows it."""

    cursor: str = Field(description="Give it as `since` at the next poll.")
    streams: list[str] = Field(description="Streams with other facts.")
    services: bool = Field(description="Whether a service has other facts.")
    sources: list[str] = Field(description="Sources that were read, or failed, or are being read.")
    definitions: bool = Field(description="Whether a definition or a mapping changed.")
    entered: bool = Field(
        description="Whether somebody judged a link, valued an item, kept a scenario, or wrote of"
        " an improvement."
    )
    items: list[ChangedItemRow] | None = Field(
        description="The items of these streams with other facts, the earliest recorded first;"
        " null where they are more than 5000."
    )
    reason: str | None = Field(description="Why `items` is null.")
