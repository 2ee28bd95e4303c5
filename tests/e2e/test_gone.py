"""Tickets that are no more, or are where nothing is read: what is told of them, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from api.app import create_app
from cli.trace import head_lines
from core.records import Entity
from pipeline import reading
from pipeline.database import opened
from simulator.live import Live
from store.models import item_fact, link, work_item
from tests.api.client import Client
from tests.e2e.little import little_company
from tests.e2e.small import synced


def test_a_journey_says_why_its_item_is_gone_and_when_that_was_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with little_company() as company:
        live = Live(company.world, company.server, 1)
        monkeypatch.setattr(reading, "now_ts", lambda: int(live.world.now.timestamp()))
        _, settings = company.home(tmp_path)
        assert not synced(settings).failed
        gone = {
            "deleted": live.act("delete_ticket").removesuffix(" deleted"),
            "moved": live.act("hand_over_ticket").partition(" became ")[0],
        }
        live.round(operations=0, hours=24)
        assert not synced(settings).failed
        noticed = f"{live.world.now:%Y-%m-%dT%H:%M:%SZ}"
        with opened(settings.database) as database:
            with database.read() as session:
                rows = session.execute(select(work_item.c.id).where(work_item.c.gone != ""))
                ids = set(rows.scalars())
                linked = select(link.c.a_id).where(link.c.a_kind == int(Entity.ITEM))
                assert len(ids) == 2
                assert not ids & set(session.execute(linked).scalars())
                assert not ids & set(session.execute(select(item_fact.c.item_id)).scalars())
            api = Client(create_app(settings, database))
            told = {why: api.json(f"/v1/items/{key}/journey") for why, key in gone.items()}
            items = {row["key"] for row in api.json("/v1/items?limit=200")["items"]}
    assert not set(gone.values()) & items
    for why, body in told.items():
        assert body["gone"]["why"] == why
        assert body["gone"]["noticed_at"] == noticed
        assert body["gone"]["note"] in body["reasons"]
        assert (body["stream"], body["visits"], body["evidence"]) == (None, [], [])
        assert body["lanes"], "its own history is still there"
        lines = list(head_lines(body))
        (line,) = [one for one in lines if one.startswith("Gone from jira: ")]
        assert line.endswith(f" Noticed {live.world.now:%-d %b %Y %H:%M} UTC.")
        assert not [one for one in lines if "Active at most" in one or "committed to it" in one]
    assert "it was deleted; " in told["deleted"]["gone"]["note"]
    assert "it was moved to where nothing is read; " in told["moved"]["gone"]["note"]
