"""The ServiceNow connector as the runner meets it: signing in, names, priorities, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from pydantic import SecretStr

from connectors import servicenow
from connectors.http import SourceClient
from connectors.stream import Connection, Page, Payload, Reading, Scope, Stream, Wanted
from core.errors import (
    ConfigError,
    PayloadError,
    SourceAnswerError,
    SourceAuthError,
    SourceUnavailableError,
)
from core.records import ChangeRequest, Incident, Record
from core.source_settings import Auth, IncidentFilter, ServiceNowSource

DATA = Path(__file__).parent / "data"
BASE = "/api/now/v2/table"
ITEM, SERVICE = "c0000000000000000000000000000001", "c0000000000000000000000000000002"
ME = {"sys_id": "e1", "user_name": "reader"}


def source(**changes: Any) -> ServiceNowSource:
    auth = Auth(user=SecretStr("reader"), password=SecretStr("s3cret"))
    given: dict[str, Any] = {
        "name": "snow",
        "kind": "servicenow",
        "url": "https://acme.example",
        "auth": auth,
    }
    return ServiceNowSource(**(given | changes))


def saved(table: str, **changes: str) -> dict[str, str]:
    return {**json.loads((DATA / f"{table}.json").read_text()), **changes}


def whole(rows: Iterable[dict[str, str]]) -> httpx.Response:
    """All rows in one page."""
    found = list(rows)
    return httpx.Response(200, json={"result": found}, headers={"x-total-count": str(len(found))})


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = servicenow.open_client_for(source(), sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    """An instance with one row in each table."""
    with respx.mock(base_url="https://acme.example", assert_all_called=False) as router:
        router.get(f"{BASE}/sys_user", name="sys_user").mock(return_value=whole([ME]))
        for table in ("change_request", "incident", "sys_audit"):
            answer = whole([saved(table)])
            router.get(f"{BASE}/{table}", name=table).mock(return_value=answer)
        for table in ("cmdb_ci", "cmdb_ci_service"):
            rows = [{"sys_id": SERVICE, "name": "Shopping"}] if table == "cmdb_ci_service" else []
            router.get(f"{BASE}/{table}", name=table).mock(return_value=whole(rows))
        for table in ("sys_choice", "metric_definition", "change_task", "problem"):
            router.get(f"{BASE}/{table}", name=table).mock(return_value=whole([]))
        yield router


def connect(client: SourceClient, **changes: Any) -> Connection:
    return servicenow.connect(client, source(**changes), Wanted())


def stream(client: SourceClient, name: str, **changes: Any) -> Stream:
    return next(one for one in connect(client, **changes).streams if one.name == name)


def read(stream: Stream, client: SourceClient, *known: str) -> list[Page]:
    reading = Reading(client, Scope(), {}, lambda ids: set(ids) & set(known))
    return list(stream.read(reading))


def rows_of(pages: list[Page]) -> list[Payload]:
    return [payload for page in pages for payload in page.payloads]


def test_connecting_signs_in_and_tries_each_table(mock: respx.Router, client: SourceClient) -> None:
    connection = connect(client)
    assert (connection.identity.account, connection.identity.product) == ("reader", "ServiceNow")
    assert [(probe.name, probe.ok) for probe in connection.probes] == [
        ("account", True),
        ("change_request", True),
        ("incident", True),
        ("sys_audit", True),
        ("cmdb_ci_service", True),
    ]
    assert [(one.name, one.optional) for one in connection.streams] == [
        ("changes", False),
        ("incidents", False),
        ("audit", True),
        ("tasks", True),
        ("problems", True),
    ]
    assert mock["metric_definition"].call_count == 0
    first = mock.calls[0].request
    assert first.headers["authorization"] == "Basic cmVhZGVyOnMzY3JldA=="  # reader:s3cret
    assert first.url.params["sysparm_query"] == "user_name=reader"


def test_a_token_alone_is_sent_as_bearer_and_the_server_says_whose_it_is(
    mock: respx.Router,
) -> None:
    given = source(auth=Auth(token=SecretStr("t0ken")))
    opened = servicenow.open_client_for(given)
    identity = servicenow.connect(opened, given, Wanted()).identity
    opened.http.close()
    assert mock.calls[0].request.headers["authorization"] == "Bearer t0ken"
    assert identity.account == "reader"


def test_a_source_without_a_secret_is_a_mistake_in_the_configuration() -> None:
    with pytest.raises(ConfigError, match="source snow"):
        servicenow.open_client_for(source(auth=Auth(user=SecretStr("reader"))))


def test_wrong_credentials_stop_the_source_at_once(client: SourceClient) -> None:
    with respx.mock(base_url="https://acme.example") as mock:
        route = mock.get(f"{BASE}/sys_user").respond(401, json={"error": {}})
        with pytest.raises(SourceAuthError, match="401"):
            connect(client)
        assert route.call_count == 1


def test_an_ignored_question_for_the_account_is_noticed(
    mock: respx.Router, client: SourceClient
) -> None:
    other = {"sys_id": "e2", "user_name": "abel"}
    mock["sys_user"].mock(return_value=whole([other, ME]))
    with pytest.raises(SourceAnswerError, match="ignored"):
        connect(client)


def test_an_account_that_may_not_see_itself_keeps_its_configured_name(
    mock: respx.Router, client: SourceClient
) -> None:
    mock["sys_user"].mock(return_value=whole([]))
    assert connect(client).identity.account == "reader"


@pytest.mark.parametrize(
    ("table", "answer", "said"),
    [
        ("incident", httpx.Response(403, json={"error": {}}), "sn_incident_read"),
        ("change_request", whole([]), "sn_change_read"),
        ("sys_audit", whole([]), "audit_viewer"),
        ("cmdb_ci_service", httpx.Response(400, json={"error": {}}), "configuration items"),
        ("incident", whole([{"sys_id": "b1"}]), "no column number"),
    ],
)
def test_a_probe_names_the_role_that_is_missing(
    mock: respx.Router, client: SourceClient, table: str, answer: httpx.Response, said: str
) -> None:
    mock[table].mock(return_value=answer)
    probe = next(one for one in connect(client).probes if one.name == table)
    assert not probe.ok
    assert said in probe.detail


def test_a_busy_instance_is_asked_again(mock: respx.Router, client: SourceClient) -> None:
    changes = stream(client, "changes")
    busy = httpx.Response(429, headers={"retry-after": "0"})
    mock["change_request"].mock(side_effect=[busy, whole([saved("change_request")])])
    assert len(rows_of(read(changes, client))) == 1


def test_an_instance_that_stays_down_is_left_for_the_next_run(
    mock: respx.Router, client: SourceClient
) -> None:
    changes = stream(client, "changes")
    mock["change_request"].respond(503)
    with pytest.raises(SourceUnavailableError):
        read(changes, client)


def test_a_refused_table_is_an_error_and_not_an_empty_one(
    mock: respx.Router, client: SourceClient
) -> None:
    incidents = stream(client, "incidents")
    mock["incident"].respond(403, json={"error": {}})
    with pytest.raises(SourceAuthError, match="403"):
        read(incidents, client)


def test_the_columns_that_are_parsed_are_asked_for(
    mock: respx.Router, client: SourceClient
) -> None:
    (row,) = rows_of(read(stream(client, "changes"), client))
    asked = mock["change_request"].calls.last.request.url.params["sysparm_fields"].split(",")
    assert set(asked) == set(row)


def test_names_of_items_and_services_are_asked_for_once(
    mock: respx.Router, client: SourceClient
) -> None:
    mock["cmdb_ci"].mock(return_value=whole([{"sys_id": ITEM, "name": "Web Shop"}]))
    incidents = stream(client, "incidents")
    asked = mock["cmdb_ci"].call_count, mock["cmdb_ci_service"].call_count
    for _ in range(2):
        rows: list[Payload] = [dict(saved("incident"))]
        assert incidents.complete is not None
        incidents.complete(client, Scope(), rows)
        (record,) = incidents.parse(rows[0], Scope())
        assert isinstance(record, Incident)
        assert (record.ci, record.service) == ("Web Shop", "Shopping")
    assert (mock["cmdb_ci"].call_count, mock["cmdb_ci_service"].call_count) == (
        asked[0] + 1,
        asked[1] + 1,
    )
    query = mock["cmdb_ci"].calls.last.request.url.params["sysparm_query"]
    assert query == f"sys_idIN{ITEM},{SERVICE}"


def test_items_that_may_not_be_read_keep_their_id(mock: respx.Router, client: SourceClient) -> None:
    changes = stream(client, "changes")
    mock["cmdb_ci"].respond(403, json={"error": {}})
    mock["cmdb_ci_service"].respond(403, json={"error": {}})
    rows: list[Payload] = [dict(saved("change_request"))]
    assert changes.complete is not None
    changes.complete(client, Scope(), rows)
    (record,) = changes.parse(rows[0], Scope())
    assert isinstance(record, ChangeRequest)
    assert record.ci == ITEM


def test_names_that_were_not_asked_for_are_noticed(
    mock: respx.Router, client: SourceClient
) -> None:
    changes = stream(client, "changes")
    mock["cmdb_ci"].mock(return_value=whole([{"sys_id": "c9", "name": "Printer"}]))
    assert changes.complete is not None
    with pytest.raises(SourceAnswerError, match="not asked for"):
        changes.complete(client, Scope(), [dict(saved("change_request"))])


def test_only_wanted_priorities_are_kept_but_a_known_incident_may_become_less_urgent(
    mock: respx.Router, client: SourceClient
) -> None:
    incidents = stream(client, "incidents", incidents=IncidentFilter(priorities=(1, 2)))
    rows = [saved("incident", sys_id=f"b{n}", priority=str(n)) for n in (1, 2, 3, 4)]
    mock["incident"].mock(return_value=whole(rows))
    pages = read(incidents, client, "b4")
    assert [row["sys_id"] for row in rows_of(pages)] == ["b1", "b2", "b4"]
    assert pages[-1].cursor["id"] == "b4"


def test_changes_are_deployments_only_where_the_configuration_says_so(
    mock: respx.Router, client: SourceClient
) -> None:
    row: Payload = dict(saved("change_request"))
    kinds = {
        wanted: [
            type(record).__name__
            for record in stream(client, "changes", changes_are_deployments=wanted).parse(
                row, Scope()
            )
        ]
        for wanted in (False, True)
    }
    assert kinds == {False: ["ChangeRequest"], True: ["ChangeRequest", "Deployment"]}
    assert mock.calls.call_count > 0


def test_an_odd_row_is_skipped_and_the_others_go_on(
    mock: respx.Router, client: SourceClient
) -> None:
    incidents = stream(client, "incidents")
    odd = saved("incident", sys_id="b0", opened_at="yesterday")
    mock["incident"].mock(return_value=whole([odd, saved("incident")]))
    parsed: list[Record] = []
    refused = 0
    for row in rows_of(read(incidents, client)):
        try:
            parsed += incidents.parse(row, Scope())
        except PayloadError:
            refused += 1
    assert (len(parsed), refused) == (1, 1)
