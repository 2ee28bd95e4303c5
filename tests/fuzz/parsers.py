"""How parsers of JSON are asked, and which refusals they document."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import orjson

from connectors.cloudevents import BATCH, STRUCTURED, events_of
from connectors.hook_signatures import Delivery
from connectors.hooks import HOOKS
from connectors.pushed import records_of_events, whole_of
from connectors.quota import held_off, quota_of, retry_after
from connectors.refusals import refusal_of
from core.errors import DeliveryError, FieldError, SourceAnswerError
from core.record_fields import KINDS, record_of
from pipeline.hooks import payload_of
from pipeline.parsing import MISSHAPEN
from store.raw import payload_hash
from tests.contract.payload_set import PayloadSet
from tests.fuzz.chance import Chance

HOOK_KINDS: Final = tuple(sorted(HOOKS))
NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)


def told(error: Exception) -> None:
    """A refusal says what is wrong, in few words."""
    assert 0 < len(str(error)) < 20_000


def payload(one: PayloadSet, given: Any) -> None:
    """A payload of a vendor: records, or what the runner takes for a misshapen payload."""
    arrived = _arrived(given)
    if not isinstance(arrived, dict):
        return  # the runner never hands one on that is no object
    try:
        payload_hash(arrived)
        list(one.parse(arrived, one.scope))
    except (*MISSHAPEN, SourceAnswerError):
        return


def _arrived(given: Any) -> Any:
    """As it comes out of an answer, which is JSON; None where it is too odd even for that."""
    try:
        return orjson.loads(json.dumps(given, ensure_ascii=True))
    except (ValueError, RecursionError):
        return None


def hook(kind: str, event: str, given: Any, chance: Chance) -> None:
    """A webhook: hints, or that it is none of this vendor's; and its signature: true or false."""
    body = _encoded(given)
    names = (
        "x-github-event", "x-gitlab-event", "webhook-id", "webhook-timestamp", "webhook-signature",
        "x-hub-signature", "x-hub-signature-256", "x-gitlab-token", "authorization",
        "x-atlassian-webhook-identifier", "x-headwater-token",
    )  # fmt: skip
    odd = chance.rest().decode("latin-1")
    headers = {name: odd[at * 7 :] for at, name in enumerate(names)}
    found, delivery = HOOKS[kind], Delivery(headers, body, path_secret=odd)
    assert not found.verify(delivery, ["a secret that nobody was told", "whsec_c2VjcmV0"], 1)
    assert len(found.id_of(delivery)) <= 200
    assert len(found.event_of(delivery)) <= 200
    try:
        hints = found.read(event, payload_of(body))
    except (*MISSHAPEN, DeliveryError):
        return
    assert hints.hints or hints.ignored


def _encoded(given: Any) -> bytes:
    try:
        return json.dumps(given, ensure_ascii=True).encode()
    except RecursionError:
        return b"[" * 2_000


def cdevent(given: Any, chance: Chance) -> None:
    """An event: records of it, or the field that is wrong."""
    kind = chance.one_of(["application/json", STRUCTURED, BATCH, "text/plain", ""])
    headers = {"content-type": kind}
    if chance.number(2):
        headers |= {"ce-specversion": "1.0", "ce-id": chance.rest().decode("latin-1")}
    body = _encoded([given] if kind == BATCH else given)
    try:
        for event in events_of(headers, body):
            if whole := whole_of(event):
                records_of_events(whole, [event])
    except (DeliveryError, FieldError) as error:
        told(error)


def import_row(given: Any, chance: Chance) -> None:
    """A row of a file: a record, or the field that is wrong."""
    if not isinstance(given, dict):
        return
    named = given.pop("kind", None)
    kind = named if isinstance(named, str) and named in KINDS else chance.one_of(sorted(KINDS))
    try:
        record_of(kind, given)
    except FieldError as error:
        told(error)


def limits(given: Any, chance: Chance) -> None:
    """Headers that tell of limits: seconds up to a day, never a fault."""
    given = given if isinstance(given, dict) else {}
    headers = httpx.Headers(
        [(_header(name), _header(value)) for name, value in given.items() if name.isascii()]
    )
    quota_of(headers, NOW)
    assert 0 <= (retry_after(headers, NOW) or 0) <= 86_400
    status = chance.one_of([200, 301, 401, 403, 404, 418, 429, 500, 503])
    request = httpx.Request("GET", "https://tool.example/api/graphql")
    body = chance.one_of([b"", b"rate limit", b'{"errors":[{"type":1}]}', b"[]", b"<", b"\xff"])
    response = httpx.Response(status, headers=headers, content=body, request=request)
    assert 0 <= (held_off(response, NOW) or 0) <= 86_400
    refusal = refusal_of(response, "things")
    assert refusal is None or len(str(refusal)) < 500


def _header(value: object) -> bytes:
    text = value if isinstance(value, str) else str(value)
    cleaned = text.encode("latin-1", "replace")[:60_000]
    return bytes(byte for byte in cleaned if byte not in b"\r\n\x00") or b"x"


HEADERS: Final = [
    {"retry-after": "60"},
    {"retry-after": "Sat, 21 Nov 2026 06:00:00 GMT", "date": "Sat, 21 Nov 2026 05:00:00 GMT"},
    {"ratelimit-limit": "100", "ratelimit-remaining": "0", "ratelimit-reset": "1795240000"},
    {"x-ratelimit-limit": "9", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "1795240000"},
    {"ratelimit-resettime": "Sat, 21 Nov 2026 06:00:00 GMT"},
    {"x-ratelimit-fillrate": "5", "x-ratelimit-interval-seconds": "60",
     "x-ratelimit-limit": "9", "x-ratelimit-remaining": "1"},
    {"ratelimit": '"burst";r=12;t=30', "ratelimit-policy": '"burst";q=100;w=3600'},
    {"beta-ratelimit": '"a";r=1;t=3, "b";r=2', "beta-ratelimit-policy": '"a";q=9;w=1'},
    {"location": "https://elsewhere.example/login", "content-type": "text/html"},
]  # fmt: skip


def _event(subject: str, predicate: str, content: dict[str, Any]) -> dict[str, Any]:
    own = subject in ("feature", "outcome")
    prefix = "dev.cdeventsx.headwater-" if own else "dev.cdevents."
    return {
        "context": {
            "specversion": "0.5.0",
            "id": "271069a8-fc18-44f1-b38f-9d70a1695819",
            "source": "/tools/one",
            "type": f"{prefix}{subject}.{predicate}.0.3.0",
            "timestamp": "2026-11-20T14:27:05Z",
        },
        "subject": {"id": "SHOP-12", "source": "/tools/one", "content": content},
        "customData": {"project": "SHOP", "status": "Open", "key": "SHOP-12"},
    }


_PLACE: Final = {"environment": {"id": "production", "source": "/tools/one"}}
EVENTS: Final = [
    _event("ticket", "created", {"summary": "Pay", "creator": "anna", "uri": "https://t/SHOP-12"}),
    _event("ticket", "updated", {"uri": "https://t/SHOP-12", "labels": ["a"], "milestone": "1"}),
    _event("ticket", "closed", {"uri": "https://t/SHOP-12", "resolution": "done"}),
    _event("change", "merged", {"repository": {"id": "shop/web"}}),
    _event("build", "finished", {"artifactId": "pkg:oci/web@sha256:0b31b1c?tag=1.2"}),
    _event("pipelinerun", "finished", {"outcome": "failure", "pipelineName": "b"}),
    _event("taskrun", "finished", {"pipelineRun": {"id": "7"}, "taskName": "test"}),
    _event("artifact", "packaged", {"change": {"id": "c0ffee", "source": "/git"}}),
    _event("service", "deployed", {**_PLACE, "artifactId": "pkg:oci/web@sha256:0b31b1c"}),
    _event("incident", "reported", {**_PLACE, "ticketURI": "https://t/1", "description": "down"}),
    _event("environment", "created", {"name": "production", "uri": "https://e"}),
    _event("feature", "exposed", {**_PLACE, "share": 0.5}),
    _event("outcome", "measured", {"measure": "orders", "value": 12, "unit": "EUR"}),
]  # fmt: skip
EVENTS.append({"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": EVENTS[0]})

_ISSUE: Final = {"id": "10001", "key": "SHOP-1", "fields": {"project": {"id": "1", "key": "SHOP"}}}
MADE_HOOKS: Final[dict[str, list[tuple[str, Any]]]] = {
    "jira": [
        ("", {"webhookEvent": "jira:issue_updated", "timestamp": 1, "issue": _ISSUE}),
        ("", {"webhookEvent": "worklog_created", "worklog": {"issueId": "10001", "id": "7"}}),
        ("", {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 1,
              "destinationIssueId": 2}}),
        ("", {"webhookEvent": "sprint_closed", "sprint": {"id": 4, "originBoardId": 3}}),
        ("", {"webhookEvent": "jira:version_released", "version": {"id": "9", "projectId": 1}}),
        ("", {"webhookEvent": "board_updated", "board": {"id": 3}}),
        ("", {"webhookEvent": "project_updated", "project": {"id": 1}}),
    ],
    "gitlab": [
        ("", {"object_kind": kind, "project": {"id": 1}, "ref": "refs/heads/main",
              "pipeline_id": 31, "deployment_id": 15, "object_attributes": {"id": 31, "iid": 1,
              "noteable_type": "MergeRequest"}, "merge_request": {"iid": 1}})
        for kind in ("push", "tag_push", "build", "pipeline", "merge_request", "issue", "note",
                     "deployment", "release", "milestone", "project_create")
    ],
    "jenkins": [
        ("", {"name": "shop", "url": "job/shop/", "build": {"number": 3, "phase": "FINALIZED",
              "full_url": "https://ci.example/job/shop/3/", "url": "job/shop/3/"}}),
        ("", {"buildName": "shop", "buildUrl": "job/shop/3/", "event": "success"}),
    ],
}  # fmt: skip

ROWS: Final[list[Any]] = [
    {"kind": "work_item", "id": "1", "key": "SHOP-1", "project": "SHOP", "type": "Story",
     "title": "Pay", "created_at": "2026-11-02T09:00:00Z", "updated_at": "2026-11-05T09:00:00Z",
     "status_id": "open", "labels": "a|b"},
    {"kind": "transition", "item": "1", "at": "2026-11-03T09:00:00Z", "seq": 0, "field": "status",
     "from_id": "open", "to_id": "done"},
    {"kind": "workflow_status", "id": "open", "name": "Open", "category": "new"},
    {"kind": "build", "id": "7", "job": "web", "number": "7", "sha": "0" * 40},
    {"kind": "deployment", "id": "9", "environment": "production", "result": "success"},
    {"kind": "incident", "id": "3", "priority": 1, "opened_at": "2026-11-03T09:00:00Z"},
    {"kind": "merge_request", "id": "4", "commits": ["a", "b"], "reviews": [{"at": "x"}]},
    {"kind": "commit", "sha": "0" * 40, "parents": "a|b", "repository": "shop/web"},
]  # fmt: skip
