"""Messages reach real receivers once, whatever those do, and nothing is lost on the way."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from pipeline.alerts.deliver import AGAIN_S
from pipeline.alerts.look import bring_alerts_up_to_date
from pipeline.database import Database
from tests.migrated import migrated
from tests.pipeline.alert_desk import SECRET, Desk, cause, slack, webhook
from tests.pipeline.alert_receivers import Receiver, receiving
from tests.pipeline.alert_shop import NOW_TS, opened, shop

LATE = NOW_TS + 12 * 3_600 + 1_800
"""22:30 of the same day."""
NIGHT = {"from": "20:00", "to": "07:00"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    migrated(f"sqlite:///{tmp_path / 'alerts.db'}")
    return tmp_path / "alerts.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with opened(path) as found:
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_a_webhook_gets_signed_json_once(database: Database, receiver: Receiver) -> None:
    desk = Desk(database, shop(webhook(receiver.url)))
    desk.notice(cause())
    assert desk.deliver().delivered == 1
    assert desk.deliver().delivered == 0
    ((headers, body),) = receiver.got
    told = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = hmac.new(SECRET.encode(), told, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{b64encode(made).decode()}"
    assert headers["webhook-timestamp"] == str(NOW_TS)
    (document,) = receiver.bodies
    assert (document["id"], document["type"]) == (headers["webhook-id"], "alerts")
    (one,) = document["alerts"]
    assert (one["event"], one["rule"], one["stream"], one["team"], one["subject"]) == (
        *("began", "blocked", "checkout", "web", "SHOP-1"),
    )
    assert (one["since"], one["noticed_at"]) == ("2026-06-30T08:00:00Z", "2026-07-01T10:00:00Z")
    assert one["cost"]["per_week_cents"] == 70_000
    assert one["page"] == "http://127.0.0.1:8080/journey?key=SHOP-1"
    assert one["url"] == "https://j.example/browse/SHOP-1"


def test_a_secret_of_standard_webhooks_is_read_as_base64(
    database: Database, receiver: Receiver
) -> None:
    key = b64encode(b"k" * 32).decode()
    desk = Desk(database, shop(webhook(receiver.url, secret=f"whsec_{key}")))
    desk.notice(cause())
    desk.deliver()
    ((headers, body),) = receiver.got
    told = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = hmac.new(b64decode(key), told, hashlib.sha256).digest()
    assert headers["webhook-signature"].removeprefix("v1,") == b64encode(made).decode()


def test_what_comes_together_is_one_message(database: Database, receiver: Receiver) -> None:
    desk = Desk(database, shop(webhook(receiver.url)))
    desk.notice(*(cause(f"SHOP-{n}") for n in range(130)))
    assert desk.deliver().delivered == 130
    assert [len(one["alerts"]) for one in receiver.bodies] == [100, 30]
    assert len({one["id"] for one in receiver.bodies}) == 2


def test_a_receiver_that_fails_is_tried_again_under_the_same_id(
    database: Database, receiver: Receiver
) -> None:
    receiver.statuses = [500, 503]
    desk = Desk(database, shop(webhook(receiver.url)))
    desk.notice(cause())
    assert desk.deliver().waiting == 1
    (one,) = desk.deliveries()
    assert (one.state, one.attempts, one.due_ts) == ("waiting", 1, NOW_TS + 60)
    assert one.reason == "127.0.0.1: answered 500"
    desk.ts += 59
    desk.deliver()
    assert len(receiver.got) == 1  # not before its time
    desk.ts += 1
    desk.deliver()
    desk.ts += 300
    assert desk.deliver().delivered == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 3
    (one,) = desk.deliveries()
    assert (one.state, one.attempts, one.reason) == ("delivered", 3, "")


def test_a_receiver_may_say_how_long_to_wait(database: Database, receiver: Receiver) -> None:
    receiver.statuses, receiver.headers = [429], {"retry-after": "1200"}
    desk = Desk(database, shop(webhook(receiver.url)))
    desk.notice(cause())
    desk.deliver()
    (one,) = desk.deliveries()
    assert one.due_ts == NOW_TS + 1_200


def test_a_receiver_that_is_down_across_a_restart_gets_it_when_it_is_back(path: Path) -> None:
    with receiving() as gone:
        port = gone.port
    settings = shop(webhook(f"http://127.0.0.1:{port}/in"))
    with opened(path) as database:
        desk = Desk(database, settings)
        desk.notice(cause())
        assert desk.deliver().waiting == 1
        (one,) = desk.deliveries()
        assert one.reason == "127.0.0.1: no connection; check that it runs and can be reached"
    with opened(path) as database, receiving(port) as back:
        desk = Desk(database, settings, NOW_TS + 60)
        desk.notice(cause("SHOP-2"))
        assert desk.deliver().delivered == 2
        assert sorted(one["alerts"][0]["subject"] for one in back.bodies) == ["SHOP-1", "SHOP-2"]


def test_what_never_gets_there_is_given_up_after_a_day_and_says_why(
    database: Database, receiver: Receiver
) -> None:
    receiver.statuses = [404] * 20
    desk = Desk(database, shop(webhook(receiver.url)))
    desk.notice(cause())
    for wait in (*AGAIN_S, 0):
        desk.deliver()
        desk.ts += wait
    (one,) = desk.deliveries()
    assert (one.state, one.attempts) == ("failed", 8)
    assert one.reason == "127.0.0.1: answered 404: there is no receiver at this address"
    assert desk.ts - NOW_TS == sum(AGAIN_S) > 86_400
    desk.ts += 86_400
    assert desk.deliver().failed == 0
    assert len(receiver.got) == 8


def test_one_receiver_that_is_down_keeps_no_other_waiting(
    database: Database, receiver: Receiver
) -> None:
    with receiving() as gone:
        port = gone.port
    down = webhook(f"http://127.0.0.1:{port}/in", name="down")
    desk = Desk(database, shop(down, webhook(receiver.url, name="up")))
    desk.notice(*(cause(f"SHOP-{n}") for n in range(150)))
    handed = desk.deliver()
    assert (handed.delivered, handed.waiting) == (150, 150)
    tried = {one.attempts for one in desk.deliveries() if one.route == "down"}
    assert tried == {0, 1}  # the second message was not tried after the first


def test_a_redirect_and_an_address_of_the_cloud_are_not_followed(
    database: Database, receiver: Receiver
) -> None:
    receiver.statuses, receiver.headers = [302], {"location": "http://169.254.169.254/latest"}
    cloud = slack("http://169.254.169.254/latest/meta-data", name="cloud")
    desk = Desk(database, shop(webhook(receiver.url), cloud))
    desk.notice(cause())
    desk.deliver()
    why = {one.route: one.reason for one in desk.deliveries()}
    assert why["ops"] == "127.0.0.1: answered 302, a redirect, which is not followed"
    assert "own network or cloud" in why["cloud"]


def test_no_address_and_no_secret_stands_in_logs_or_reasons(
    database: Database, receiver: Receiver
) -> None:
    receiver.statuses = [401]
    desk = Desk(database, shop(webhook(receiver.url)))
    desk.notice(cause())
    with capture_logs() as logs:
        desk.deliver()
        desk.ts += 60
        desk.deliver()
    told = repr(logs) + repr(desk.deliveries()) + repr(desk.settings)
    assert "alerts_not_delivered" in told
    assert "s3cret-path" not in told
    assert SECRET not in told


def test_quiet_hours_hold_back_and_lose_nothing(path: Path, receiver: Receiver) -> None:
    settings = shop(webhook(receiver.url), quiet=NIGHT)
    with opened(path) as database:
        desk = Desk(database, settings, LATE)
        desk.notice(cause())
        desk.deliver()
        assert [one.state for one in desk.deliveries()] == ["held"]
    with opened(path) as database:
        desk = Desk(database, settings, LATE + 8 * 3_600)  # 06:30
        desk.notice(cause("SHOP-2"))
        desk.deliver()
        assert receiver.got == []
        desk.ts += 1_800
        assert desk.deliver().delivered == 2
    (document,) = receiver.bodies
    assert [one["noticed_at"] for one in document["alerts"]] == [
        "2026-07-01T22:30:00Z", "2026-07-02T06:30:00Z",
    ]  # fmt: skip


def test_a_try_that_fails_in_the_evening_is_repeated_after_the_night(
    database: Database, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    desk = Desk(database, shop(webhook(receiver.url), quiet=NIGHT), NOW_TS + 36_000 - 30)
    desk.notice(cause())
    desk.deliver()
    (one,) = desk.deliveries()
    assert one.due_ts == NOW_TS + 21 * 3_600  # 07:00


def test_a_route_of_its_own_may_have_no_quiet_hours(database: Database, receiver: Receiver) -> None:
    routes = (webhook(receiver.url), webhook(receiver.url, name="on-call", quiet={}))
    desk = Desk(database, shop(*routes, quiet=NIGHT), LATE)
    desk.notice(cause())
    assert desk.deliver().delivered == 1
    assert {one.route: one.state for one in desk.deliveries()} == {
        "ops": "held", "on-call": "delivered",
    }  # fmt: skip


def test_what_ended_in_the_night_is_told_with_its_end(
    database: Database, receiver: Receiver
) -> None:
    desk = Desk(database, shop(webhook(receiver.url, ended=True), quiet=NIGHT), LATE)
    desk.notice(cause())
    desk.ts += 3_600
    desk.over()
    desk.ts += 12 * 3_600
    assert desk.deliver().delivered == 2
    (document,) = receiver.bodies
    assert {one["event"]: one["ended_at"] for one in document["alerts"]} == {
        "began": "2026-07-01T23:30:00Z", "ended": "2026-07-01T23:30:00Z",
    }  # fmt: skip


def test_the_end_is_told_only_to_who_wants_it(database: Database, receiver: Receiver) -> None:
    routes = (webhook(receiver.url), webhook(receiver.url, name="pager", ended=True))
    desk = Desk(database, shop(*routes))
    desk.notice(cause())
    desk.deliver()
    desk.ts += 60
    desk.over()
    desk.deliver()
    told = sorted((one.route, one.told, one.state) for one in desk.deliveries())
    assert told == [
        ("ops", "began", "delivered"), ("pager", "began", "delivered"),
        ("pager", "ended", "delivered"),
    ]  # fmt: skip


def test_a_route_that_is_gone_says_so(database: Database, receiver: Receiver) -> None:
    desk = Desk(database, shop(webhook(receiver.url)))
    desk.notice(cause())
    desk.settings = shop(webhook(receiver.url, name="other"))
    assert desk.deliver().failed == 1
    (one,) = desk.deliveries()
    assert one.reason == 'the route "ops" is not in the configuration any more'


def test_whatever_happens_a_pass_goes_on(
    database: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no such thing")

    desk = Desk(database, shop(webhook(receiver.url)))
    desk.notice(cause())
    assert desk.deliver(sender=broken).waiting == 1
    monkeypatch.setattr("pipeline.alerts.look.evaluate", broken)
    assert not bring_alerts_up_to_date(desk.settings, database, clock=lambda: NOW_TS + 60)
    assert len(receiver.got) == 1  # what waits is sent all the same
    monkeypatch.undo()
    assert bring_alerts_up_to_date(desk.settings, database, clock=lambda: NOW_TS + 120)
