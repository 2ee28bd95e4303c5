"""What a platform admin asks."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import orjson
import pytest
from fastapi import FastAPI

from api.app import create_app
from core.access_settings import Authentication
from pipeline.access_tokens import make_token
from pipeline.clock import now_ts
from pipeline.sync import bring_up_to_date
from tests.api.client import Client, Clock
from tests.e2e.company import Company
from tests.questions.asking import JSON, YEAR, Asking, rows
from tests.questions.test_data import lines
from tests.questions.truths import by, finished, stages_passed, when


def test_admin_1_whether_connectors_are_healthy_and_how_late(
    ask: Asking, company: Company, clock: Clock
) -> None:
    marks = [when(row["watermark_at"]) for row in ask("admin-1")["items"]]
    read = min(int(mark.timestamp()) for mark in marks if mark is not None)
    for after, late in ((60, False), (600, True)):
        clock.ts = read + after
        told = by(ask("admin-1")["items"], "name")
        assert {name: row["late"] for name, row in told.items()} == dict.fromkeys(told, late)
        assert {row["state"] for row in told.values()} == {"green"}
    streams = by(told["jira"]["streams"], "name")
    assert streams["issues"]["records"] == len(company.world.items)
    streams = by(told["snow"]["streams"], "name")
    assert streams["incidents"]["records"] == len(company.world.incidents)


def test_admin_2_what_may_still_be_asked_of_a_tool(
    ask: Asking, company: Company, clock: Clock
) -> None:
    asked = {one.source: one.requests for one in company.report.sources}
    mark = when(ask("admin-2")["watermark_at"])
    assert mark is not None
    clock.ts = int(mark.timestamp()) + 60
    told = ask("admin-2")
    assert told["budget"]["used"] == asked["gitlab"]
    renews = when(told["budget"]["renews_at"])
    assert renews is not None
    assert timedelta(minutes=60) <= renews - mark <= timedelta(minutes=61)
    clock.ts += 3600
    assert ask("admin-2")["budget"]["used"] == 0


@pytest.mark.parametrize(("stream", "jobs"), [("search", 0), ("fulfilment", 3)])
def test_admin_3_what_is_not_covered(ask: Asking, company: Company, stream: str, jobs: int) -> None:
    """Nobody reads the library that every Jenkins job takes its steps from, and no stream counts
    the issues of GitLab; then a stream is given up, with its services.
    """
    told = ask("admin-3")
    lost = [row for row in told["items"] if not row["covered"]]
    issues = Counter(one.repository for one in company.world.issues if one.moved_to is None)
    library = "gitlab.acme.example/platform/pipeline-library"
    assert {(row["kind"], row["name"], row["source"]) for row in lost} == {
        ("repository", library, None),
        *(("project", path, "gitlab") for path in issues),
    }
    assert {row["name"]: row["count"] for row in lost if row["source"]} == issues
    assert told["items"][: len(lost)] == lost
    assert ask("admin-3", covered="false")["items"] == lost

    gone = next(one for one in company.world.streams if one.name == stream)
    settings = company.settings.model_copy(
        update={
            "streams": tuple(one for one in company.settings.streams if one.name != stream),
            "services": tuple(
                one
                for one in company.settings.services
                if one.name not in {service.name for service in gone.services}
            ),
        }
    )
    less = Asking(Client(create_app(settings, company.database)))("admin-3", covered="false")
    found = {(row["kind"], row["name"]): row for row in less["items"]}
    paths = {service.repository for service in gone.services}
    without = {name for kind, name in found if kind == "job"}
    assert len(without) == jobs
    assert all(name.split("/")[0] == next(iter(paths)).split("/")[0] for name in without)
    assert {key for key in found if key[0] != "job"} == {
        ("project", gone.project),
        *((row["kind"], row["name"]) for row in lost),
        *(("repository", path) for path in paths),
    }
    own = [one for one in company.world.items if one.project == gone.project]
    project = found["project", gone.project]
    assert project["count"] == len(own)
    assert when(project["last_at"]) == max(one.updated for one in own if one.updated)
    assert f'projects = ["{gone.project}"]' in project["line"]
    for path in paths:
        landed = [one for one in company.world.commits if one.repository == path and one.on_default]
        assert found["repository", path]["count"] >= len(landed)
    counts = {kind: one["known"] - one["covered"] for kind, one in less["counts"].items()}
    assert counts == {"project": 1 + len(issues), "repository": 1 + len(paths), "job": jobs}


@pytest.fixture
def thin(mine: Company) -> Asking:
    """The company where nobody mapped the queue of the testers."""
    streams = tuple(
        one.model_copy(
            update={"stages": tuple(s for s in one.stages if "Ready for Test" not in s.statuses)}
        )
        for one in mine.settings.streams
    )
    settings = mine.settings.model_copy(update={"streams": streams})
    bring_up_to_date(settings, mine.database)
    return Asking(Client(create_app(settings, mine.database)))


def test_admin_4_what_is_not_mapped(ask: Asking, thin: Asking, company: Company) -> None:
    assert ask("admin-4")["items"] == []
    (row,) = thin("admin-4")["items"]
    assert row["name"] == "Ready for Test"
    passed = {
        one.key
        for one in company.truth.items.values()
        if one.stream == "checkout" and "Test queue" in stages_passed(company, one.key)
    }
    assert row["items"] == len(passed)
    assert "Ready for Test" in row["line"]


def test_admin_5_what_a_mapping_change_would_do(ask: Asking, company: Company) -> None:
    assert ask.send("admin-5")["same"] is True
    stream = next(one for one in company.settings.streams if one.name == "checkout")
    given: dict[str, Any] = stream.model_dump(mode="json", by_alias=True)
    given["reopen_window"] = "14d"
    for stage in given["stages"]:
        if stage["name"] == "Test queue":
            stage["state"] = "active"
    told = ask.send("admin-5", streams=[given], **YEAR)
    (row,) = [one for one in told["streams"] if not one["same"]]
    pair = by(row["metrics"], "metric")["efficiency"]
    done = finished(company)
    active = sum(one.active_s for one in done)
    span = sum(one.active_s + one.waiting_s for one in done)
    moved = sum(one.stage_s.get("Test queue", 0) for one in done)
    assert pair["present"]["value"]["ratio"] == pytest.approx(active / span)
    # What was blocked there waits under either mapping.
    new = pair["proposed"]["value"]["ratio"] or pair["proposed"]["observed"]["ratio"]
    blocked = sum(one.blocked_s for one in done)
    assert (active + moved - blocked) / span <= new <= (active + moved) / span
    assert ask.year("delivery-4")["n"] == len(done), "nothing was written"


def _locked(mine: Company) -> tuple[FastAPI, dict[str, dict[str, str]]]:
    """The company with tokens alone, and what to send as each role."""
    locked = mine.settings.model_copy(update={"auth": Authentication(mode="tokens")})
    secrets = {
        role: make_token(
            locked,
            mine.database,
            name=role,
            role=role,
            streams=(),
            lasts=timedelta(days=1),
            who="the test",
            now=now_ts(),
        ).secret
        for role in ("viewer", "analyst", "admin")
    }
    bearer = {role: {"authorization": f"Bearer {secret}"} for role, secret in secrets.items()}
    return create_app(locked, mine.database), bearer


def test_admin_6_who_did_what(mine: Company) -> None:
    app, bearer = _locked(mine)
    client = Client(app)
    address = Asking(client).address("admin-6")
    assert client.get(address, bearer["viewer"]).status_code == 403
    value = {"key": "SHOP-52", "profile": "P1", "why": "a guess"}
    body = orjson.dumps(value | {"low_cents": 1, "likely_cents": 2, "high_cents": 3})
    for role, status in (("viewer", 403), ("analyst", 202)):
        answer = client.post("/v1/values", body, bearer[role] | JSON)
        assert answer.status_code == status, answer.text
    app.state.access.settle()
    noted = client.get(address, bearer["admin"]).json()["items"]
    said = [(row["who"], row["action"]) for row in noted]
    assert any("analyst" in str(who) for who, _ in said), said
    assert any("viewer" in str(who) for who, _ in said), said


def test_admin_8_whether_clocks_are_skewed(ask: Asking) -> None:
    told = ask.year("admin-8")
    builds = {row["build_id"]: row for row in lines(ask.client, "/v1/exports/builds")}
    assert builds
    for row in told["items"]:
        assert row["out_of_order"] <= row["pairs"]
        for worst in row["worst"]:
            cause, effect = when(worst["cause_at"]), when(worst["effect_at"])
            assert cause is not None
            assert effect is not None
            assert worst["lag_s"] == (effect - cause).total_seconds() < 0
    offs = by(told["sources"], "source")
    # The simulated tools are on this machine: their clocks are right.
    assert all(abs(row["clock_offset_s"]) <= 3 and not row["beyond"] for row in offs.values())


def test_admin_9_how_the_credentials_are_kept(tell: Asking, mine: Company, clock: Clock) -> None:
    file = mine.config.parent / "DEMO_GITLAB_TOKEN"
    secret = file.read_text(encoding="utf-8")
    written = 28_333_334 * 60
    os.utime(file, (written, written))
    file.chmod(0o600)
    clock.ts = written + 10 * 86_400
    told = tell("admin-9")
    (row,) = told["secrets"]
    assert (row["part"], row["from"]) == ("auth.token", "file:DEMO_GITLAB_TOKEN")
    assert (row["age_d"], row["readable_by_others"]) == (10.0, False)
    assert (told["sent_as"], told["in_clear"], told["findings"]) == ("private token", False, [])
    assert told["account"] == tell("admin-2")["account"]
    assert (told["rights"], told["expires_at"]) == (None, None)
    assert "asks no tool" in told["reason"]

    file.chmod(0o644)
    clock.ts = written + 400 * 86_400
    old = tell("admin-9")
    assert [one.split(":")[0] for one in old["findings"]] == [
        "others on this machine may read DEMO_GITLAB_TOKEN (auth.token)",
        "auth.token is 400 days old",
    ]
    every = [told, old, *(tell.of("admin-9", "gitlab", name) for name in ("jira", "snow"))]
    assert all(secret.strip() not in str(one) for one in every)
    assert [one["sent_as"] for one in every[2:]] == ["basic", "basic"]


def test_admin_10_a_person_is_erased(mine: Company) -> None:
    """By whom it may be asked, that a look changes nothing, and that it is done: nobody knows the
    name any more, and the items of the person are those of somebody without one.
    """
    app, bearer = _locked(mine)
    client = Client(app)
    ((_, path, body),) = rows()["admin-10"].asked
    anna = next(one for one in mine.world.people if one.email == orjson.loads(body)["person"])
    named = client.get("/v1/exports/commits", bearer["admin"]).text
    for role, status in (("viewer", 403), ("analyst", 403), ("admin", 200)):
        answer = client.post(path, body.encode(), bearer[role] | JSON)
        assert answer.status_code == status, answer.text
    told = answer.json()
    assert (told["erased"], sum(one["accounts"] for one in told["accounts"]) > 1) == (False, True)
    again = orjson.dumps({"person": anna.name, "dry_run": False})
    done = client.post(path, again, bearer["admin"] | JSON).json()
    assert (done["erased"], done["changed"]) == (True, told["changed"])
    assert client.post(path, body.encode(), bearer["admin"] | JSON).status_code == 404
    assert client.get("/v1/exports/commits", bearer["admin"]).text == named
    app.state.access.settle()
    lines_of = client.get("/v1/audit-log?action=person_erased", bearer["admin"]).json()["items"]
    assert [one["who"] for one in lines_of] == ["token:admin"]
    assert "anna" not in str(lines_of)
    anybody = Client(create_app(mine.settings, mine.database)).post(path, again, JSON)
    assert anybody.status_code == 403
    assert "headwater privacy erase" in anybody.json()["detail"]
