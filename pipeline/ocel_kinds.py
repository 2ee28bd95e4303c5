"""Which exported tables are objects and events of the log, and with what they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.records import Entity
from store import export_delivery as delivery
from store import export_flow as flow
from store import export_records as records
from store.export_schema import ExportColumn, ExportTable


@dataclass(frozen=True, slots=True)
class Kind:
    """How rows of a table are objects. events: by type of event the column with its time."""

    name: str
    entity: Entity | None
    table: ExportTable
    key: str
    attributes: Sequence[str]
    events: Mapping[str, str]
    told: Sequence[str] = ()
    """What events tell beside: columns of the table."""


ITEMS: Final = Kind(
    "item",
    Entity.ITEM,
    replace(flow.ITEMS, order=(*flow.ITEMS.order[1:], flow.ITEMS.order[0])),
    "item_id",
    ("key", "title", "type", "kind", "stream", "value_per_week_cents"),
    {
        "create item": "created_at",
        "commit to item": "committed_at",
        "finish item": "done_at",
        "drop item": "cancelled_at",
        "release item": "released_at",
    },
    ("stream", "episode"),
)
KINDS: Final = (
    Kind("service", None, flow.SERVICES, "service_id", ("service",), {}),
    ITEMS,
    Kind(
        "commit",
        Entity.COMMIT,
        records.COMMITS,
        "commit_id",
        ("sha", "repository"),
        {"commit": "committed_at"},
    ),
    Kind(
        "merge_request",
        Entity.MERGE_REQUEST,
        records.MERGE_REQUESTS,
        "merge_request_id",
        ("repository", "number", "title"),
        {
            "open merge request": "created_at",
            "merge": "merged_at",
            "close merge request": "closed_at",
        },
    ),
    Kind(
        "build",
        Entity.BUILD,
        records.BUILDS,
        "build_id",
        ("job", "number"),
        {"start build": "started_at", "finish build": "finished_at"},
        ("result",),
    ),
    Kind(
        "deployment",
        Entity.DEPLOYMENT,
        replace(delivery.DEPLOYMENTS, order=tuple(reversed(delivery.DEPLOYMENTS.order))),
        "deployment_id",
        ("environment", "sha", "version", "kind"),
        {"deploy": "finished_at"},
        ("result",),
    ),
    Kind(
        "change_request",
        Entity.CHANGE,
        records.CHANGE_REQUESTS,
        "change_id",
        ("number", "type", "title"),
        {
            "open change": "created_at",
            "ask for approval": "requested_at",
            "approve change": "approved_at",
            "close change": "closed_at",
        },
    ),
    Kind(
        "incident",
        Entity.INCIDENT,
        replace(delivery.INCIDENTS, order=tuple(reversed(delivery.INCIDENTS.order))),
        "incident_id",
        ("number", "title", "priority"),
        {"open incident": "opened_at", "resolve incident": "resolved_at"},
    ),
)
NAMES: Final = {one.entity: one.name for one in KINDS if one.entity is not None}
VISIT: Final = ("stream", "state")
BLOCK: Final = ("kind", "detail")


def object_types() -> dict[str, dict[str, str]]:
    """By type its attributes with the type of each."""
    return {one.name: typed(one.table, one.attributes) for one in KINDS}


def typed(table: ExportTable, names: Sequence[str]) -> dict[str, str]:
    """The type of each of these columns, as the log calls it."""
    columns = {column.name: column for column in table.columns}
    return {name: _type_of(columns[name]) for name in names}


def _type_of(column: ExportColumn) -> str:
    if column.kind in ("id", "count", "seconds", "cents"):
        return "integer"
    return {"time": "time", "flag": "boolean", "share": "float"}.get(column.kind, "string")
