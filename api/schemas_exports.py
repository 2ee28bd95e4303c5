"""The list of tables that are exported."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ExportColumnRow(BaseModel):
    """A column of an exported table."""

    name: str = Field(examples=["flow_time_s"])
    kind: str = Field(
        description="id, text, time, day, seconds, cents, count, flag or share.",
        examples=["seconds"],
    )
    means: str = Field(examples=["`done_at` less `committed_at`"])
    null: str | None = Field(
        description="What null means; null where the column is never null.",
        examples=["not done, or its start was not seen"],
    )


class ExportTableRow(BaseModel):
    """An exported table: its columns, what tells its rows apart, and by what it is filtered."""

    name: str = Field(examples=["items"])
    means: str
    key: list[str] = Field(examples=[["stream_id", "item_id", "episode"]])
    moment: str | None = Field(
        description="The column that `from` and `to` are compared with.", examples=["done_at"]
    )
    filters: list[str] = Field(examples=[["stream", "from", "to", "since"]])
    view: str = Field(
        description="The view of the database with the same columns.",
        examples=["headwater_v1.items"],
    )
    url: str = Field(examples=["/v1/exports/items"])
    columns: list[ExportColumnRow]


class StreamVersion(BaseModel):
    """Of which facts of a stream it is."""

    stream: str
    facts_version: int
    facts_at: str | None


class Exports(BaseModel):
    """All exported tables, and of which moment they are now."""

    schema_version: int = Field(
        description="Another number where a column goes, or means something else."
    )
    made_at: str
    next_since: str | None = Field(
        description="What the next call gives as `since`, to miss nothing; null: no facts yet."
    )
    watermarks: dict[str, str | None] = Field(description="Up to when each source was read.")
    streams: list[StreamVersion]
    days_until: str | None = Field(
        description="The end of the last day of `stream_days`, `service_days` and `delay_costs`;"
        " null: they were never made."
    )
    days_made_at: str | None
    timezone: str = Field(description="In which days are cut.", examples=["Europe/Berlin"])
    currency: str = Field(examples=["EUR"])
    formats: dict[str, str] = Field(description="The media type of each `format`.")
    tables: list[ExportTableRow]
