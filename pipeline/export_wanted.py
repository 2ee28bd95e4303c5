"""Which tables and rows of an export are asked for; checked once, for API and commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import BadRequestError
from core.settings import Settings
from pipeline.clock import now_ts
from pipeline.question import instant, past_moment
from store.export_reads import Wanted
from store.export_schema import ExportTable
from store.export_tables import TABLES, table_named


@dataclass(frozen=True, slots=True)
class Filters:
    """As they were given; None for all."""

    stream: str | None = None
    service: str | None = None
    start: str | None = None
    end: str | None = None
    since: str | None = None
    min_confidence: float | None = None


def wanted_rows(settings: Settings, filters: Filters, *, now: int | None = None) -> Wanted:
    """`BadRequestError` for a stream or service that is not configured, for what is no time or no
    confidence, and for a window that is empty.
    """
    _require("stream", filters.stream, [one.name for one in settings.streams])
    _require("service", filters.service, [one.name for one in settings.services])
    zone = settings.server.timezone
    start = None if filters.start is None else instant("from", filters.start, zone)
    end = None if filters.end is None else instant("to", filters.end, zone)
    if start is not None and end is not None and start >= end:
        raise BadRequestError("the window is empty: `from` must lie before `to`")
    at = now_ts() if now is None else now
    if start is not None and start >= at:
        raise BadRequestError("the window is empty: `from` lies in the future")
    since = None
    if filters.since is not None:
        since = past_moment(settings, "since", filters.since, now=at)
    sure = filters.min_confidence
    if sure is not None and not 0 <= sure <= 1:
        raise BadRequestError("min_confidence: a number from 0 to 1, such as 0.8")
    return Wanted(filters.stream, filters.service, start, end, since, sure)


def filters_of(table: ExportTable) -> list[str]:
    """The names of the filters that a table has."""
    found = [
        *(["stream"] if table.stream is not None else []),
        *(["service"] if table.service is not None else []),
        *(["from", "to"] if table.moment is not None else []),
        *(["since"] if table.fact or table.name == "restatements" else []),
        *(["min_confidence"] if table.confidence is not None else []),
    ]
    return found


def require_filters(table: ExportTable, filters: Filters) -> None:
    """`BadRequestError` for a filter that the table has not: it would be a silent lie."""
    given = {
        "stream": filters.stream,
        "service": filters.service,
        "from": filters.start,
        "to": filters.end,
        "since": filters.since,
        "min_confidence": filters.min_confidence,
    }
    known = filters_of(table)
    for name, value in given.items():
        if value is not None and name not in known:
            told = ", ".join(known) or "none"
            raise BadRequestError(f"{name}: {table.name} can't be filtered by it; it has: {told}")


def applied(table: ExportTable, wanted: Wanted) -> Wanted:
    """What of it the table has."""
    known = filters_of(table)
    return replace(
        wanted,
        stream=wanted.stream if "stream" in known else None,
        service=wanted.service if "service" in known else None,
        from_ts=wanted.from_ts if "from" in known else None,
        to_ts=wanted.to_ts if "to" in known else None,
        since_ts=wanted.since_ts if "since" in known else None,
        min_confidence=wanted.min_confidence if "min_confidence" in known else None,
    )


def tables_named(names: Sequence[str]) -> Sequence[ExportTable]:
    """Those of these names, each once, in the order in which tables are listed; none named is all.

    `NotFoundError` for one that there is not.
    """
    chosen = {table_named(name).name for name in names}
    return [table for table in TABLES if not chosen or table.name in chosen]


def _require(what: str, name: str | None, known: Sequence[str]) -> None:
    if name is not None and name not in known:
        raise BadRequestError(f"{what}: one of {', '.join(known) or 'none, none is configured'}")
