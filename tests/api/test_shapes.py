"""Every route answers, with the shape that the OpenAPI document promises."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from api.schemas import Envelope, Overview
from api.schemas_cost import BurningRows, CostRows
from api.schemas_definitions import DefinitionChangeRow, DefinitionPage
from api.schemas_desk import IncidentRow
from api.schemas_dora import SurveyContext
from api.schemas_journey import Explained, JourneyBody
from api.schemas_lists import (
    Configured,
    DefinitionRow,
    Dora,
    ItemRow,
    Listed,
    Page,
    QualityRow,
    Readiness,
    ServiceRow,
    StageRows,
    Status,
    StreamDora,
    StreamRow,
)
from api.schemas_mappings import MappingRow, Unmapped
from api.schemas_reports import ReportBody
from api.schemas_restatements import RestatementRow
from api.schemas_sequences import QueueOrder
from api.schemas_sources import SourceRow
from api.schemas_unlinked import UnlinkedRow, UnlinkedSummary
from pipeline.service_measures import DORA_SLUGS
from pipeline.stream_measures import FLOW_SLUGS
from tests.api.client import Client

_STREAM = "/v1/streams/checkout"
_SERVICE = "/v1/services/web"
ROUTES: list[tuple[str, type[BaseModel]]] = [
    (f"{_STREAM}/report", ReportBody),
    (f"{_STREAM}/report?weeks=13&running=true", ReportBody),
    ("/v1/overview", Overview),
    ("/v1/overview?type=defect&from=2026-08-01&to=2026-11-01", Overview),
    ("/v1/streams", Configured[StreamRow]),
    (_STREAM, StreamRow),
    (f"{_STREAM}/stages", StageRows),
    (f"{_STREAM}/stages?type=feature", StageRows),
    (f"{_STREAM}/delay-cost", CostRows),
    (f"{_STREAM}/delay-cost?by=item&from=2026-09-01", CostRows),
    (f"{_STREAM}/delay-cost?by=owner&clock=idea", CostRows),
    (f"{_STREAM}/delay-cost/items", BurningRows),
    (f"{_STREAM}/sequence", QueueOrder),
    *[(f"{_STREAM}/metrics/{slug}", Envelope) for slug in FLOW_SLUGS],
    *[(f"{_STREAM}/metrics/{slug}?interval=week", Envelope) for slug in FLOW_SLUGS],
    *[(f"{_STREAM}/metrics/{slug}/explain", Explained) for slug in FLOW_SLUGS],
    ("/v1/services", Configured[ServiceRow]),
    (f"{_SERVICE}/dora", Dora),
    ("/v1/dora/context", SurveyContext),
    (f"{_STREAM}/dora?interval=month", StreamDora),
    *[(f"{_STREAM}/dora/{slug}/explain", Explained) for slug in DORA_SLUGS],
    *[(f"{_SERVICE}/metrics/{slug}", Envelope) for slug in DORA_SLUGS],
    *[(f"{_SERVICE}/metrics/{slug}?interval=month", Envelope) for slug in DORA_SLUGS],
    *[(f"{_SERVICE}/metrics/{slug}/explain", Explained) for slug in DORA_SLUGS],
    (f"{_SERVICE}/incidents?from=2025-01-01", Listed[IncidentRow]),
    ("/v1/items", Page[ItemRow]),
    ("/v1/items?stream=checkout&state=done&type=feature&blocked=false&sort=key", Page[ItemRow]),
    ("/v1/sources", Listed[SourceRow]),
    ("/v1/sources/jira", SourceRow),
    ("/v1/quality", Listed[QualityRow]),
    ("/v1/quality?stream=checkout", Listed[QualityRow]),
    ("/v1/quality/unlinked", Listed[UnlinkedRow]),
    ("/v1/quality/unlinked?stream=checkout&kind=commit&limit=5", Listed[UnlinkedRow]),
    ("/v1/quality/unlinked/summary", UnlinkedSummary),
    ("/v1/quality/unlinked/summary?service=web&from=2026-01-01", UnlinkedSummary),
    ("/v1/restatements", Listed[RestatementRow]),
    ("/v1/restatements?everything=true&stream=checkout", Listed[RestatementRow]),
    ("/v1/definitions", Listed[DefinitionRow]),
    ("/v1/definitions/flow_time@1", DefinitionPage),
    ("/v1/definitions/changes", Listed[DefinitionChangeRow]),
    ("/v1/mappings", Listed[MappingRow]),
    ("/v1/mappings/unmapped", Unmapped),
    ("/healthz", Status),
    ("/readyz", Readiness),
]


@pytest.mark.parametrize(("address", "shape"), ROUTES, ids=[address for address, _ in ROUTES])
def test_a_route_answers_with_its_documented_shape(
    client: Client, address: str, shape: type[BaseModel]
) -> None:
    shape.model_validate(client.json(address), strict=True)


@pytest.mark.parametrize(
    ("address", "shape"),
    [route for route in ROUTES if "/streams/" not in route[0] and "/services/" not in route[0]],
)
def test_the_shape_is_the_same_before_anything_was_read(
    unread: Client, address: str, shape: type[BaseModel]
) -> None:
    if "stream=" in address or "service=" in address:
        unread.problem(address, 404)
    else:
        shape.model_validate(unread.json(address), strict=True)


def test_every_journey_has_its_documented_shape(client: Client) -> None:
    keys = [row["key"] for row in client.json("/v1/items?limit=500")["items"]]
    assert len(keys) > 80
    for key in keys[::4]:
        body = client.json(f"/v1/items/{key}/journey")
        JourneyBody.model_validate(body, strict=True)
        ids = {event["id"] for lane in body["lanes"] for event in lane["events"]}
        assert {end for link in body["links"] for end in (link["from"], link["to"])} <= ids
        times = [line["at"] for line in body["evidence"]]
        assert times == sorted(times)


def test_a_journey_is_found_by_a_key_in_lower_case(client: Client) -> None:
    key = client.json("/v1/items?limit=1")["items"][0]["key"]
    assert client.json(f"/v1/items/{key.lower()}/journey")["key"] == key


def test_the_list_and_the_journey_agree_on_times(client: Client) -> None:
    for row in client.json("/v1/items?state=done&limit=20")["items"]:
        body = client.json(f"/v1/items/{row['key']}/journey")
        for name in ("flow_time_s", "committed_at", "done_at", "released_at"):
            assert body[name] == row[name], (row["key"], name)


def test_a_series_is_that_of_the_metric_it_is_asked_of(client: Client) -> None:
    names = {"efficiency": "ratio", "velocity": "count", "load": "now", "delay_cost": "cents"}
    for slug, name in names.items():
        body = client.json(f"{_STREAM}/metrics/{slug}?interval=month&from=2026-06-01")
        assert len(body["series"]) == 6
        assert name in body["series"][0], slug
        assert [row["complete"] for row in body["series"]] == [True] * 5 + [False]


def test_velocity_by_week_adds_up_to_that_of_the_whole_weeks(client: Client) -> None:
    # Monday to Monday in the company's zone, so that no week is cut.
    window = "from=2026-09-07&to=2026-11-16"
    body = client.json(f"{_STREAM}/metrics/velocity?{window}&interval=week")
    assert sum(row["count"] for row in body["series"]) == body["value"]["count"] > 0


def test_delay_cost_by_month_adds_up_to_the_cent(client: Client) -> None:
    window = "from=2026-05-01&to=2026-11-01"
    body = client.json(f"{_STREAM}/metrics/delay_cost?{window}&interval=month")
    assert sum(row["cents"] or 0 for row in body["series"]) == body["value"]["cents"] > 0
