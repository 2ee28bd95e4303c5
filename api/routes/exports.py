"""Whole tables, for warehouses and spreadsheets."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import iterate_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import ServedDep, SessionDep, encoded
from api.documented import Responses, answers
from api.schemas_exports import Exports
from core.errors import StoreError
from pipeline.export_formats import FORMATS, MEDIA, Format
from pipeline.export_list import exports_answer
from pipeline.export_wanted import Filters, require_filters, wanted_rows
from pipeline.exporting import file_name, table_bytes
from store.export_tables import table_named

router = APIRouter(prefix="/exports", tags=["exports"])

_AT_ONCE: Final = 4
_TURNS: Final = threading.BoundedSemaphore(_AT_ONCE)
"""Each export holds a connection to the database for as long as its reader takes."""


class ExportQuery(BaseModel):
    """Which rows, in which format."""

    model_config = ConfigDict(extra="forbid")

    format: Format | None = Field(
        default=None,
        description="parquet, csv or ndjson. Default: what `Accept` asks for, else ndjson.",
        examples=["parquet"],
    )
    stream: str | None = Field(
        default=None, description="Only rows of this stream.", examples=["checkout"]
    )
    service: str | None = Field(
        default=None, description="Only rows of this service.", examples=["web"]
    )
    start: str | None = Field(
        default=None,
        alias="from",
        description="Only rows whose `moment` is not earlier: a date (midnight in the configured"
        " zone) or a time. Rows without one are left out.",
        examples=["2026-08-01"],
    )
    end: str | None = Field(
        default=None,
        alias="to",
        description="Only rows whose `moment` is earlier. Default: all, without an end.",
        examples=["2026-11-01"],
    )
    since: str | None = Field(
        default=None,
        description="Only rows that are new, or changed, since then: `next_since` of the call"
        " before. Rows that went are in the table `restatements`.",
        examples=["2026-11-01T06:00Z"],
    )
    min_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Only rows that are as sure: of `links` the `confidence` of the rule, 0 to 1.",
        examples=[0.8],
    )


@router.get(
    "",
    summary="The tables that can be exported",
    responses=answers(Exports),
    dependencies=NO_PARAMETERS,
)
def list_exports(served: ServedDep, session: SessionDep) -> Response:
    """Every table with its columns, kinds and filters; the schema has a version."""
    return encoded(exports_answer(session, served.settings))


_FILE: Responses = {
    200: {
        "description": "The rows, in order of the key, as a file of the format.",
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()
        },
    },
    404: answers(Exports, named=True)[404],
}


@router.get(
    "/{table}",
    summary="A whole table as Parquet, CSV or JSON lines",
    response_class=StreamingResponse,
    responses=_FILE,
)
def read_export(
    served: ServedDep,
    request: Request,
    table: Annotated[str, Path(description="One of `tables` of `/v1/exports`.")],
    query: Annotated[ExportQuery, Query()],
) -> StreamingResponse:
    """Streamed as it is read, all rows of one moment. Not kept in memory, here or in a cache."""
    found = table_named(table)
    filters = Filters(
        query.stream, query.service, query.start, query.end, query.since, query.min_confidence
    )
    require_filters(found, filters)
    wanted = wanted_rows(served.settings, filters, now=served.now())
    form = query.format or _accepted(request.headers.get("accept", ""))
    parts = _in_turn(table_bytes(served.database, found, form, wanted))
    first = next(parts, b"")  # what fails at once is a problem document
    headers = {
        "content-disposition": f'attachment; filename="{file_name(found.name, form)}"',
        "vary": "Accept",
        # Columns of Parquet are compressed already.
        **({"content-encoding": "identity"} if form == "parquet" else {}),
    }
    return StreamingResponse(_sent(first, parts), media_type=MEDIA[form], headers=headers)


def _accepted(header: str) -> Format:
    """The first format that the header names."""
    named = [one.partition(";")[0].strip().lower() for one in header.split(",")]
    return next((form for one in named for form in FORMATS if MEDIA[form] == one), "ndjson")


def _in_turn(parts: Iterator[bytes]) -> Iterator[bytes]:
    if not _TURNS.acquire(blocking=False):
        raise StoreError(f"{_AT_ONCE} exports are being read already: ask again when one is over")
    try:
        yield from parts
    finally:
        _TURNS.release()


async def _sent(first: bytes, rest: Iterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in iterate_in_threadpool(rest):
        yield part
