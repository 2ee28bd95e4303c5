"""Events over HTTP: the forms that are taken, what becomes of them, and what is refused."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.bodies import LIMIT
from api.schemas_pushed import EventsTaken
from api.schemas_sources import SourceRow
from connectors.pushed import records_of
from pipeline.sync import bring_up_to_date, sync
from store.models import incident, raw_record
from tests.api.pushing import DEPLOYED, SECRET, SHA, TICKET, Pushing, cloud, event, pushing

WHOLE_STORY = [
    event("ticket.created", "SHOP-1", at="2026-11-02T09:00:00Z", content=TICKET),
    event("ticket.updated", "SHOP-1", at="2026-11-03T09:00:00Z",
          content={"uri": "https://t.example/1", "assignees": ["bo@acme.example"]},
          status="In Progress", statusCategory="active"),
    event("change.created", "web/7", at="2026-11-03T12:00:00Z",
          content={"repository": {"id": "shop/web"}, "description": "Split the payment"},
          branch="feature/SHOP-1-split"),
    event("change.merged", "web/7", at="2026-11-04T12:00:00Z",
          content={"repository": {"id": "shop/web"}}, mergeSha=SHA),
    event("pipelinerun.started", "run 41", at="2026-11-04T12:05:00Z",
          content={"pipelineName": "web", "uri": "https://ci.example/41"},
          repository="shop/web", sha=SHA),
    event("taskrun.started", "task 1", at="2026-11-04T12:06:00Z",
          content={"taskName": "test", "pipelineRun": {"id": "run 41"}}),
    event("taskrun.finished", "task 1", at="2026-11-04T12:09:00Z",
          content={"taskName": "test", "pipelineRun": {"id": "run 41"}, "outcome": "success"}),
    event("pipelinerun.finished", "run 41", at="2026-11-04T12:10:00Z",
          content={"outcome": "success"}),
    event("artifact.packaged", "pkg:oci/web@2.4.0", at="2026-11-04T12:11:00Z",
          content={"change": {"id": "web/7"}}, sha=SHA, repository="shop/web"),
    event("service.deployed", "web", at="2026-11-05T08:00:00Z", content=DEPLOYED),
    event("ticket.closed", "SHOP-1", at="2026-11-05T10:00:00Z",
          content={"uri": "https://t.example/1", "resolution": "done"}),
    event("incident.detected", "INC-5", at="2026-11-05T11:00:00Z",
          content={"environment": {"id": "production"}, "service": {"id": "web"},
                   "description": "Nobody can pay"}),
    event("incident.resolved", "INC-5", at="2026-11-05T12:00:00Z",
          content={"environment": {"id": "production"}}),
]  # fmt: skip


@pytest.fixture
def tools(tmp_path: Path, sqlite_url: str) -> Iterator[Pushing]:
    with pushing(tmp_path, sqlite_url) as found:
        yield found


def test_a_ticket_with_its_change_build_and_deployment_is_a_journey(tools: Pushing) -> None:
    tools.take(*WHOLE_STORY)
    told = tools.journey("SHOP-1")
    assert (told["title"], told["state"], told["source"]) == ("Pay in two parts", "done", "tools")
    assert [(visit["stage"], visit["start"]) for visit in told["visits"]] == [
        ("Ideas", "2026-11-02T09:00:00Z"),
        ("Build", "2026-11-03T09:00:00Z"),
        ("Done", "2026-11-05T10:00:00Z"),
    ]
    events = [one for lane in told["lanes"] for one in lane["events"]]
    kinds = {one["kind"]: one for one in events}
    assert {"merge_request", "commit", "build", "deployment"} <= set(kinds)
    assert kinds["merge_request"]["result"] == "merged"
    assert (kinds["build"]["result"], kinds["build"]["label"]) == ("success", "web#41")
    assert kinds["deployment"]["production"] is True
    assert kinds["deployment"]["label"] == "production 2.4.0"
    # Two days from the commitment on 3 November, 09:00, to the end on 5 November, 10:00.
    assert told["flow_time_s"] == 2 * 86_400 + 3_600
    with tools.database.read() as session:
        row = session.execute(select(incident)).mappings().one()
    assert (row["state"], row["service"], row["title"]) == ("resolved", "web", "Nobody can pay")
    assert row["resolved_ts"] - row["detected_ts"] == 3_600


@pytest.mark.parametrize("seed", [0, 4])
def test_the_order_of_arrival_and_repetitions_change_nothing(
    tools: Pushing, tmp_path: Path, seed: int
) -> None:
    tools.take(*WHOLE_STORY)
    shuffled = [*WHOLE_STORY, *WHOLE_STORY[::3]]
    Random(seed).shuffle(shuffled)
    folder = tmp_path / "shuffled"
    folder.mkdir()
    with pushing(folder) as others:
        for place, one in enumerate(shuffled):
            others.take(one)
            if place == len(shuffled) // 2:
                others.look()
        theirs, ours = others.rows(), tools.rows()
    for name in ("fact_change", "value_stream", "store_setting"):
        ours.pop(name), theirs.pop(name)
    assert theirs == ours


RUN_OF_CHANGE = [
    event("change.merged", "web/7", content={"repository": {"id": "shop/web"}}, mergeSha=SHA),
    event("pipelinerun.started", "run 41", content={"pipelineName": "web", "uri": "x"},
          repository="shop/web", sha=SHA),
    event("service.deployed", "web", content=DEPLOYED, repository="shop/web", sha=SHA),
]  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_run_and_a_deployment_belong_to_their_repository_in_any_order(
    tools: Pushing, order: tuple[int, ...]
) -> None:
    for place in order:
        tools.take(RUN_OF_CHANGE[place])
        tools.look()
    rows = tools.rows()
    for name in ("build", "deployment"):
        assert [row.count("'repository source tools/shop/web'") for row in rows[name]] == [1], name
    assert ["('service_id', 'service web')" in row for row in rows["deployment_fact"]] == [True]
    assert [row.partition("('rule', '")[2].partition("'")[0] for row in rows["link"]] == [
        "merge_sha", "revision", "first_deployment",
    ]  # fmt: skip
    assert len(rows["change_fact"]) == 1


def test_a_deployment_is_made_of_its_own_event_and_of_what_was_packaged_alone(
    tools: Pushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def counted(whole: str, payloads: Iterable[Any]) -> list[Any]:
        found = list(payloads)
        read.append(len(found))
        return records_of(whole, found)

    monkeypatch.setattr("pipeline.events.records_of", counted)
    unversioned = {"environment": {"id": "production"}, "artifactId": "pkg:oci/web"}
    deployed = [event("service.deployed", "web", id=str(i), content=unversioned) for i in range(5)]
    packaged = event("artifact.packaged", "pkg:oci/web", content={"change": {"id": "7"}}, sha=SHA)
    tools.take(*deployed[:3], packaged, *deployed[3:])
    # The fourth one is what was packaged: the three before are made anew.
    assert read == [1, 1, 1, 4, 2, 2]
    assert [SHA in row for row in tools.rows()["deployment"]] == [True] * 5


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_environment_waits_for_its_repository_and_the_answer_says_so(
    tools: Pushing, order: tuple[int, int]
) -> None:
    environment = event("environment.created", "live", content={"name": "live"}, repository="shop")
    change = event("change.created", "shop/7", content={"repository": {"id": "shop"}})
    answers = [tools.post((environment, change)[place]).json()["kept"] for place in order]
    assert answers == ([1, 0] if order == (0, 1) else [0, 0])
    rows = tools.rows()["environment"]
    assert [row.count("'repository source tools/shop'") for row in rows] == [1]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_late_event_corrects_the_history(tools: Pushing, order: tuple[int, ...]) -> None:
    uri = {"uri": "https://t.example/1"}
    moves = [
        event("ticket.created", "SHOP-1", at="2026-11-02T09:00:00Z", content=TICKET),
        event(
            "ticket.updated", "SHOP-1", at="2026-11-03T09:00:00Z", content=uri, status="In Progress"
        ),
        event(
            "ticket.updated", "SHOP-1", at="2026-11-04T09:00:00Z", content=uri, status="In Progress"
        ),
    ]
    tools.take(*(moves[place] for place in order))
    visits = tools.journey("SHOP-1")["visits"]
    assert [(visit["stage"], visit["start"]) for visit in visits] == [
        ("Ideas", "2026-11-02T09:00:00Z"),
        ("Build", "2026-11-03T09:00:00Z"),
    ]


def test_a_resync_and_a_rebuild_keep_what_was_pushed(tools: Pushing) -> None:
    tools.take(*WHOLE_STORY)
    before = tools.rows()
    assert sync(tools.settings, tools.database, full=True).sources == []
    bring_up_to_date(tools.settings, tools.database, everything=True)
    after = tools.rows()
    for name in ("fact_change", "value_stream"):
        before.pop(name), after.pop(name)
    assert after == before
    with tools.database.read() as session:
        origins = set(session.execute(select(raw_record.c.origin)).scalars())
    assert origins == {"observed"}


def test_the_journey_is_the_same_on_postgresql(
    tools: Pushing, tmp_path: Path, postgres_url: str
) -> None:
    tools.take(*WHOLE_STORY)
    folder = tmp_path / "postgres"
    folder.mkdir()
    with pushing(folder, postgres_url) as others:
        others.take(*WHOLE_STORY)
        assert others.journey("SHOP-1")["visits"] == tools.journey("SHOP-1")["visits"]


def test_processes_that_take_events_of_one_thing_at_once_lose_none(
    tools: Pushing, tmp_path: Path, postgres_url: str
) -> None:
    names = [f"label {number}" for number in range(8)]
    uri = {"uri": "https://t.example/1"}
    moves = [
        event("ticket.updated", "SHOP-1", at=f"2026-11-0{1 + place}T09:00:00Z", content=uri,
              status=name) for place, name in enumerate(names)
    ]  # fmt: skip
    folder = tmp_path / "postgres"
    folder.mkdir()
    with pushing(folder, postgres_url) as one, pushing(folder, postgres_url) as other:
        one.take(moves[0])  # what an application makes at its first request is not at stake
        other.take(moves[0])
        with ThreadPoolExecutor(2) as pool:
            senders = [one, other] * 4
            list(pool.map(lambda sender, move: sender.take(move), senders, moves))
        rows = one.rows()
    tools.take(*moves)
    assert rows["transition"] == tools.rows()["transition"]
    assert len(rows["transition"]) == 7


def _v04(new: dict[str, Any]) -> dict[str, Any]:
    old = copy.deepcopy(new)
    old["context"]["version"] = "0.4.1"
    del old["context"]["specversion"]
    old["subject"]["type"] = "pipelineRun"
    return old


RUN = event("pipelinerun.started", "r1", content={"pipelineName": "p", "uri": "https://ci.example"})
_HEADERS = {"ce-specversion": "1.0", "ce-id": RUN["context"]["id"], "ce-source": "/tools",
            "ce-type": RUN["context"]["type"], "ce-subject": "r1"}  # fmt: skip
_UNKNOWN_MINOR = copy.deepcopy(RUN)
_UNKNOWN_MINOR["context"]["type"] = "dev.cdevents.pipelinerun.started.0.99.7-draft"
_UNKNOWN_MINOR["context"]["specversion"] = "0.9.0"
_UNKNOWN_MINOR["context"]["chainId"] = "4c8cb7dd"
_BASE64 = {**cloud(RUN), "data_base64": base64.b64encode(json.dumps(RUN).encode()).decode()}
del _BASE64["data"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (RUN, {}),
        (_v04(RUN), {}),
        (cloud(RUN), {}),
        (cloud(RUN), {"content-type": "application/cloudevents+json; charset=utf-8"}),
        (cloud(_v04(RUN)), {"content-type": "application/cloudevents+json"}),
        (_BASE64, {"content-type": "application/cloudevents+json"}),
        ([cloud(RUN)], {"content-type": "application/cloudevents-batch+json"}),
        (RUN, _HEADERS),
        (RUN, {**_HEADERS, "ce-id": RUN["context"]["id"].replace(" ", "%20")}),
        (_UNKNOWN_MINOR, {}),
    ],
)
def test_every_form_of_an_event_is_taken_once_and_kept_as_it_came(
    tools: Pushing, body: object, headers: dict[str, str]
) -> None:
    first, second = tools.post(body, headers), tools.post(body, headers)
    assert (first.status_code, second.status_code) == (202, 200), first.text
    assert first.json() == {"events": 1, "new": 1, "duplicates": 0, "kept": 0}
    assert second.json() == {"events": 1, "new": 0, "duplicates": 1, "kept": 0}
    EventsTaken.model_validate(first.json(), strict=True)
    rows = tools.rows()
    assert len(rows["build"]) == 1
    assert "('result', 'running')" in rows["build"][0]


def test_what_nothing_is_made_of_is_kept(tools: Pushing) -> None:
    answer = tools.post(event("testsuiterun.finished", "t1", content={"outcome": "pass"}))
    assert (answer.status_code, answer.json()["kept"]) == (202, 1)
    assert len(tools.rows()["raw_record"]) == 1


def _without(path: str, base: dict[str, Any] = WHOLE_STORY[9]) -> dict[str, Any]:
    return _with(path, None, base)


def _with(path: str, value: object, base: dict[str, Any] = WHOLE_STORY[9]) -> dict[str, Any]:
    changed = copy.deepcopy(base)
    *way, last = path.split(".")
    inside = changed
    for name in way:
        inside = inside[name]
    inside[last] = value
    return changed


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (_without("context"), "context", "is missing"),
        (_without("context.id"), "context.id", "is missing"),
        (_with("context.id", ""), "context.id", "must not be empty"),
        (_with("context.id", ["a"]), "context.id", "must be text"),
        (_with("context.id", "i" * 1001), "context.id", "longer than 1000 bytes"),
        (_without("context.source"), "context.source", "is missing"),
        (_without("context.specversion"), "context.specversion", "is missing"),
        (_with("context.specversion", "2.0"), "context.specversion", "not known"),
        (_with("context.type", "com.acme.thing"), "context.type", "not of the form"),
        (_with("context.type", "dev.cdevents.tikcet.created.0.1.0"), "context.type", "known: "),
        (_with("context.type", "dev.cdevents.ticket.made.0.1.0"), "context.type", "created"),
        (_with("context.type", "dev.cdevents.ticket.created.1.0.0"), "context.type", "major"),
        (_with("context.timestamp", "yesterday"), "context.timestamp", "2026-11-21T06:00:00Z"),
        (_with("context.timestamp", "2026-11-05T08:00:00"), "context.timestamp", "has no zone"),
        (_with("context.timestamp", "2199-01-01T00:00:00Z"), "context.timestamp", "in the future"),
        (_with("context.timestamp", "0001-01-01T00:00:00+14:00"), "context.timestamp", "time"),
        (_without("subject.id"), "subject.id", "is missing"),
        (_with("subject.type", "ticket"), "subject.type", "does not fit"),
        (_with("subject.content", "text"), "subject.content", "must be an object"),
        (_without("subject.content.environment"), "subject.content.environment.id", "is missing"),
        (_without("subject.content.artifactId"), "subject.content.artifactId", "is missing"),
        (_with("customData.tier", "live"), "customData.tier", "production"),
        (_with("customData.startedAt", 5), "customData.startedAt", "time"),
        (_with("customData.note", "a\x00b"), "customData.note", "NUL"),
        (_without("subject.content.creator", WHOLE_STORY[0]), "subject.content.creator", "missing"),
        (
            _with("customData.statusCategory", "x", WHOLE_STORY[0]),
            "customData.statusCategory",
            "new",
        ),
        (
            _with("customData.links", [{"kind": "a"}], WHOLE_STORY[0]),
            "customData.links[0].key",
            "missing",
        ),
        (
            _with("customData.valuePerWeek", "9", WHOLE_STORY[0]),
            "customData.valuePerWeek",
            "number",
        ),
        ({**cloud(RUN), "type": "dev.cdevents.x"}, "type", "is not that of the event inside"),
        ({**cloud(RUN), "id": "another"}, "id", "is not that of the event inside"),
        ({**cloud(RUN), "specversion": "0.3"}, "specversion", "must be 1.0"),
        ({**cloud(RUN), "data": None}, "data", "whole CDEvent"),
        (
            cloud(
                _without("context.source", RUN) | {"context": RUN["context"] | {"timestamp": ""}}
            ),
            "data.context.timestamp",
            "",
        ),
        ([], "the body", "must be an object"),
        ("text", "the body", "must be an object"),
    ],
)
def test_what_is_wrong_is_refused_with_the_failing_field(
    tools: Pushing, body: object, field: str, words: str
) -> None:
    answer = tools.post(body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["field"] == field
    assert told["detail"].startswith(f"{field}: ")
    assert words in told["detail"]
    assert tools.rows()["raw_record"] == []


def test_a_batch_with_one_bad_event_stores_none_and_names_its_place(tools: Pushing) -> None:
    bad = _with("customData.tier", "live")
    batch = {"content-type": "application/cloudevents-batch+json"}
    answer = tools.post([cloud(one) for one in (*WHOLE_STORY, bad)], batch)
    assert answer.json()["field"] == "[13].data.customData.tier"
    ahead = _with("context.timestamp", "2199-01-01T00:00:00Z")
    answer = tools.post([cloud(RUN), cloud(ahead)], batch)
    assert answer.json()["field"] == "[1].data.context.timestamp"
    assert tools.rows()["raw_record"] == []
    answer = tools.post([cloud(one) for one in (*WHOLE_STORY, *WHOLE_STORY)], batch)
    assert answer.json() == {"events": 26, "new": 13, "duplicates": 13, "kept": 0}
    assert tools.journey("SHOP-1")["state"] == "done"
    assert tools.post([cloud(RUN)] * 1001, batch).status_code == 422


def test_two_tools_may_count_from_one_both(tools: Pushing) -> None:
    tools.take(
        event("build.started", "1", source="/one"), event("build.started", "1", source="/two")
    )
    assert len(tools.rows()["build"]) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": ""},
        {"authorization": "Bearer guessed"},
        {"authorization": f"Basic {SECRET}"},
        {"x-headwater-signature": "sha256=00"},
    ],
)
def test_nobody_reports_without_the_secret(tools: Pushing, headers: dict[str, str]) -> None:
    answer = tools.post(RUN, headers)
    assert answer.status_code == 401
    assert SECRET not in answer.text
    assert tools.rows()["raw_record"] == []


@pytest.mark.parametrize("given", ["", "Bearer guessed"])
def test_the_body_of_whoever_has_no_secret_is_not_read(tools: Pushing, given: str) -> None:
    sent: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            sent.append(1)
            yield b" " * 1_000_000

    answer = tools.client.post("/v1/events", endless(), {"authorization": given})
    assert (answer.status_code, sent) == (401, [])


def test_a_body_that_is_too_large_is_told_to_come_in_parts(tools: Pushing) -> None:
    answer = tools.post(b"{}", {"content-length": str(LIMIT + 1)})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "at most 25 MB are taken at once; send several batches"


def test_a_signature_of_the_body_is_as_good_as_the_token(tools: Pushing) -> None:
    body = json.dumps(RUN).encode()
    made = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"authorization": "", "x-headwater-signature": f"sha256={made}"}
    assert tools.post(body, headers).status_code == 202
    assert tools.post(body + b" ", headers).status_code == 401


def test_without_a_source_for_events_the_answer_says_what_to_write(tools: Pushing) -> None:
    nobody = Pushing(tools.settings.model_copy(update={"sources": ()}), tools.database)
    answer = nobody.post(RUN)
    assert answer.status_code == 404
    assert 'kind = "events"' in answer.json()["detail"]
    (source,) = tools.settings.sources
    imported = source.model_copy(update={"hooks": None})
    only = Pushing(tools.settings.model_copy(update={"sources": (imported,)}), tools.database)
    assert only.post(RUN).json()["detail"] == answer.json()["detail"]


def test_the_source_is_green_once_something_came_and_never_late(tools: Pushing) -> None:
    row = tools.client.json("/v1/sources/tools")
    assert (row["state"], row["late"]) == ("never", False)
    tools.take(RUN)
    row = tools.client.json("/v1/sources/tools")
    SourceRow.model_validate(row, strict=True)
    assert (row["state"], row["late"], row["records"]) == ("green", False, 1)
    overview = tools.client.json("/v1/overview")
    assert overview["watermarks"] == {}


def _deep(levels: int) -> bytes:
    return b'{"context":' * levels + b"{}" + b"}" * levels


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b'{"context": "\xc3("}', {}, 400),
        (b'{"context": "\\ud800"}', {}, 400),
        (b"{" * 100_000, {}, 400),
        (_deep(900), {}, 422),
        (_deep(60), {}, 422),
        (b'{"context": {}, "context": {"id": "twice"}}', {}, 422),
        (b'{"context": 1e999}', {}, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {"content-type": ""}, 415),
        (b"payload=1", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {"content-type": "application/cloudevents-batch+json"}, 422),
        (b"[[]]", {"content-type": "application/cloudevents-batch+json"}, 422),
        (b" " * (26 * 1024 * 1024), {}, 413),
    ],
)
def test_hostile_bodies_are_refused(
    tools: Pushing, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = tools.post(body, headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["\x00", "\ud800", "x" * 2_000, "2026-11-02T09:00:00Z", "9" * 30, "pkg:a@"]),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)
PATHS = st.sampled_from(
    [
        "context", "context.id", "context.source", "context.type", "context.timestamp", "subject",
        "subject.id", "subject.source", "subject.content", "customData",
        "subject.content.artifactId",
        "subject.content.environment", "subject.content.repository", "subject.content.uri",
        "subject.content.assignees", "subject.content.labels", "subject.content.pipelineRun",
        "customData.status", "customData.links", "customData.commits", "customData.parent",
        "customData.parameters", "customData.number", "customData.valuePerWeek", "customData.sha",
        "customData.mergeSha", "customData.parents", "customData.priority", "customData.review",
        "customData.key", "customData.project", "customData.causedBy", "customData.repository",
    ]
)  # fmt: skip


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    base=st.sampled_from([*WHOLE_STORY, event("change.reviewed", "web/7")]),
    changes=st.lists(st.tuples(PATHS, ANYTHING), min_size=1, max_size=3),
    wrapped=st.booleans(),
)
def _take_odd_events(
    tools: Pushing, base: dict[str, Any], changes: list[tuple[str, Any]], wrapped: bool
) -> None:
    body: Any = base
    for path, value in changes:
        try:
            body = _with(path, value, body)
        except (TypeError, KeyError):
            continue
    try:
        sent = json.dumps({**cloud(base), "data": body} if wrapped else body).encode()
    except UnicodeEncodeError:
        return
    answer = tools.post(sent)
    assert answer.status_code in (200, 202, 400, 422), answer.text


def test_no_event_however_odd_is_a_server_error_nor_stops_what_comes_after(tools: Pushing) -> None:
    _take_odd_events(tools)
    tools.take(*WHOLE_STORY)
    tools.look()
    assert tools.client.get("/v1/overview").status_code == 200


def test_what_would_only_be_read_after_the_merge_is_refused_when_it_comes(tools: Pushing) -> None:
    """Else it would be kept, and the merge that makes it be read would be refused for ever."""
    odd = event(
        "change.created", "web/7", at="2026-11-03T12:00:00Z",
        content={"repository": {"id": "shop/web"}}, parents=[{}],
    )  # fmt: skip
    answer = tools.post(odd)
    assert answer.status_code == 422, answer.text
    assert "customData.parents[0]: must be text" in answer.json()["detail"]
    tools.take(*WHOLE_STORY)
