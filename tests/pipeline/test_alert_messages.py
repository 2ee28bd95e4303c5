"""What messages say to people, in Slack's format and as mail, and that no title can break them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.alerts.answers import try_route
from pipeline.alerts.send import SendError
from pipeline.database import Database
from tests.migrated import migrated
from tests.pipeline.alert_desk import Desk, cause, slack
from tests.pipeline.alert_receivers import Mailbox, Receiver, receiving, taking_mail
from tests.pipeline.alert_shop import NOW_TS, opened, shop

HOSTILE = "Pay <!channel> & <https://evil.example|click> @here *b*\r\nBcc: all@acme.example"
MAIL = {"name": "ops", "kind": "mail", "to": ["web@acme.example"], "default": True}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    migrated(f"sqlite:///{tmp_path / 'alerts.db'}")
    with opened(tmp_path / "alerts.db") as found:
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with taking_mail() as found:
        yield found


def _smtp(box: Mailbox, **more: Any) -> dict[str, Any]:
    own = {"host": "127.0.0.1", "port": box.port, "tls": "none", "from": "headwater@acme.example"}
    return own | more


def _texts(body: dict[str, Any]) -> list[str]:
    blocks = [one for one in body["blocks"] if one["type"] == "section"]
    return [one["text"]["text"] for one in blocks]


def test_slack_says_what_since_when_why_what_it_costs_and_where(
    database: Database, receiver: Receiver
) -> None:
    desk = Desk(database, shop(slack(receiver.url), zone="Europe/Berlin"))
    desk.notice(cause())
    desk.deliver()
    (body,) = receiver.bodies
    assert body["text"] == "SHOP-1 is blocked for 26 h"
    assert body["blocks"][0]["text"]["text"] == body["text"]
    (text,) = _texts(body)
    assert text.split("\n") == [
        "*SHOP-1 is blocked for 26 h*",
        "Pay by card",
        "since: Tue 30 Jun 2026 10:00 CEST (26 h)",
        "why: flag: Flagged",
        "why: in Build, with web",
        "costs: €700 a week (likely €600–€900), €1.2k so far",
        "of: checkout · web",
        "<http://127.0.0.1:8080/journey?key=SHOP-1|Open>"
        " · <https://j.example/browse/SHOP-1|In its tool>",
    ]
    assert body["blocks"][-1]["elements"][0]["text"] == "<http://127.0.0.1:8080/alerts|All alerts>"


def test_nothing_that_a_title_holds_is_markup_in_slack(
    database: Database, receiver: Receiver
) -> None:
    desk = Desk(database, shop(slack(receiver.url)))
    link = "https://j.example/browse/x|y>z"
    desk.notice(cause(title=HOSTILE, what=HOSTILE, why=[HOSTILE], url=link))
    desk.deliver()
    (body,) = receiver.bodies
    (text,) = _texts(body)
    for said in (text, body["text"]):
        assert "<!channel>" not in said
        assert "<https://evil" not in said
        assert "&lt;!channel&gt; &amp; " in said
        assert "@here" not in said
    assert "<https://j.example/browse/x%7Cy%3Ez|In its tool>" in text
    assert body["blocks"][0]["text"]["type"] == "plain_text"


def test_many_at_once_are_one_message_with_the_dearest_first(
    database: Database, receiver: Receiver
) -> None:
    def worth(cents: int) -> dict[str, Any]:
        return {"currency": "EUR", "per_week_cents": cents, "range_cents": None, "so_far_cents": 0}

    desk = Desk(database, shop(slack(receiver.url)))
    desk.notice(*(cause(f"SHOP-{n}", cost=worth(n * 100)) for n in range(1, 54)))
    desk.notice(cause("jira", rule="source", cost=None))
    desk.deliver()
    (body,) = receiver.bodies
    assert body["text"] == "54 alerts: 53 blocked, 1 source failing"
    texts = _texts(body)
    assert len(texts) == 11
    assert texts[0].startswith("*SHOP-53 ")
    assert texts[-1] == "and 44 more: 43 blocked, 1 source failing"
    assert all(len(one) <= 3_000 for one in texts)
    assert len(body["blocks"]) <= 50


def test_a_cost_that_nobody_knows_is_said_and_not_zero(
    database: Database, receiver: Receiver
) -> None:
    desk = Desk(database, shop(slack(receiver.url)))
    desk.notice(cause(cost=None, url=""))
    desk.deliver()
    (text,) = _texts(receiver.bodies[0])
    assert "costs: not known: nobody said what a week of it is worth" in text
    assert "In its tool" not in text


def test_mail_says_the_same_in_plain_text(database: Database, box: Mailbox) -> None:
    desk = Desk(database, shop(MAIL, smtp=_smtp(box)))
    desk.notice(cause())
    assert desk.deliver().delivered == 1
    ((recipients, mail),) = box.mails
    assert recipients == ["web@acme.example"]
    assert mail["subject"] == "Headwater: SHOP-1 is blocked for 26 h"
    assert (mail["from"], mail["auto-submitted"]) == ("headwater@acme.example", "auto-generated")
    text = mail.get_content()
    assert "  Pay by card\n" in text.replace("\r\n", "\n")
    assert "  since:      Tue 30 Jun 2026 08:00 UTC (26 h)" in text
    assert "  costs:      €700 a week (likely €600–€900), €1.2k so far" in text
    assert "http://127.0.0.1:8080/journey?key=SHOP-1" in text


def test_no_title_adds_a_header_or_a_recipient_to_a_mail(database: Database, box: Mailbox) -> None:
    desk = Desk(database, shop(MAIL, smtp=_smtp(box)))
    desk.notice(cause(what=HOSTILE, title=HOSTILE + "\r\n.\r\nRCPT TO:<all@acme.example>\r\n"))
    desk.deliver()
    ((recipients, mail),) = box.mails
    assert recipients == ["web@acme.example"]
    assert mail["bcc"] is None
    assert len(mail.get_all("subject")) == 1
    assert str(mail["subject"]).startswith("Headwater: Pay <!channel> & ")
    assert len(str(mail["subject"])) <= 200


def test_an_address_that_is_refused_is_told_and_does_not_stop_the_others(
    database: Database, box: Mailbox
) -> None:
    box.refused = {"gone@acme.example"}
    both = {**MAIL, "to": ["gone@acme.example", "web@acme.example"]}
    desk = Desk(database, shop(both, smtp=_smtp(box)))
    desk.notice(cause())
    assert desk.deliver().delivered == 1
    (one,) = desk.deliveries()
    assert one.reason == "1 of its addresses were refused"
    desk = Desk(database, shop({**MAIL, "to": ["gone@acme.example"]}, smtp=_smtp(box)))
    desk.notice(cause("SHOP-2"))
    assert desk.deliver().waiting == 1
    assert desk.deliveries()[-1].reason == "127.0.0.1: it takes mail for none of the addresses"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_goes_through_tls_with_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    with taking_mail(tmp_path, wrapped=tls == "tls") as box:
        login = {"user": "reader", "password": "mail-secret", "tls": tls}
        settings = shop(MAIL, smtp=_smtp(box, **login))
        with pytest.raises(SendError, match="TLS failed") as unknown:
            try_route(settings, "ops", now=NOW_TS)  # nobody vouches for its certificate
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        try_route(settings, "ops", now=NOW_TS)
        assert (box.encrypted, box.logins) == (True, ["reader"])
        wrong = shop(MAIL, smtp=_smtp(box, **{**login, "password": "wrong-secret"}))
        with pytest.raises(SendError, match="does not accept user and password") as refused:
            try_route(wrong, "ops", now=NOW_TS)
    assert "secret" not in f"{unknown.value} {refused.value}"
    ((_, mail),) = box.mails
    assert mail["subject"] == "Headwater: Test: A test of the route ops"


def test_a_server_without_starttls_gets_no_mail_in_the_clear(box: Mailbox) -> None:
    with pytest.raises(SendError, match="offers no STARTTLS"):
        try_route(shop(MAIL, smtp=_smtp(box, tls="starttls")), "ops", now=NOW_TS)
    assert box.mails == []


def test_a_mail_server_that_is_down_or_in_the_cloud_is_told(box: Mailbox) -> None:
    with receiving() as gone:
        port = gone.port
    with pytest.raises(SendError, match="no connection"):
        try_route(shop(MAIL, smtp=_smtp(box, port=port)), "ops", now=NOW_TS)
    with pytest.raises(SendError, match="own network or cloud"):
        try_route(shop(MAIL, smtp=_smtp(box, host="169.254.169.254")), "ops", now=NOW_TS)
