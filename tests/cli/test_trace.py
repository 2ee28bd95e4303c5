"""`headwater trace`: one item's life at a terminal, in a pipe, and as JSON."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import delete, insert, select

from api.app import create_app
from cli.trace import blocked_lines, evidence_lines, evidence_table
from store.models import item_key, work_item
from tests.api.client import Client
from tests.cli.conftest import Run
from tests.e2e.company import NOW, Company


@pytest.fixture
def key(company: Company) -> str:
    """The item that moved most often."""
    counted = {plan.project for plan in company.world.streams}
    items = [item for item in company.world.items if item.project in counted]
    return max(items, key=lambda item: len(item.moves)).key


def test_trace_says_how_long_where_and_what_it_cost(headwater: Run, key: str) -> None:
    outcome = headwater("trace", key)
    assert outcome.status == 0
    assert outcome.out.startswith(key)
    assert "The longest wait, " in outcome.out
    assert "Active at most " in outcome.out
    assert "the waiting cost " in outcome.out or "what the waiting cost is not" in outcome.out
    assert "Evidence" in outcome.out


def test_trace_takes_lower_case_and_former_keys(headwater: Run, company: Company, key: str) -> None:
    assert headwater("trace", key.lower()).out.startswith(key)
    former = {"key": "OLD-7", "current": False}
    with company.database.writing() as session:
        found = select(work_item.c.id, work_item.c.source_id).where(work_item.c.key == key)
        item, source = session.execute(found).one()
        session.execute(insert(item_key).values(item_id=item, source_id=source, **former))
    assert headwater("trace", "old-7").out.startswith(key)
    with company.database.writing() as session:
        session.execute(delete(item_key).where(item_key.c.key == "OLD-7"))


def test_an_unknown_key_is_one_line_and_status_1(headwater: Run) -> None:
    outcome = headwater("trace", "NONE-1")
    assert (outcome.status, outcome.out) == (1, "")
    assert len(outcome.err.splitlines()) == 1
    assert outcome.err.startswith("NONE-1: no such work item is stored")


def test_json_is_the_journey_of_the_api(
    headwater: Run, company: Company, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.deps.now_ts", lambda: int(NOW.timestamp()) + 60)
    client = Client(create_app(company.settings, company.database))
    (printed,) = headwater("trace", key, "--json").lines
    assert printed == client.json(f"/v1/items/{key}/journey")


@pytest.mark.parametrize("columns", ["40", "60", "100", "120", "200"])
def test_any_width_shows_whole_keys_and_times(
    headwater: Run, key: str, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.trace.console._width", int(columns))
    outcome = headwater("trace", key)
    assert outcome.status == 0
    assert key in outcome.out.splitlines()[0]
    body = json.loads(headwater("trace", key, "--json").out)
    if int(columns) >= 60:
        years = {line["at"][:4] for line in body["evidence"]}
        rows = outcome.out.partition("Evidence")[2].splitlines()
        timed = [row for row in rows if any(f"{year} " in row[:18] for year in years)]
        assert len(timed) == len(body["evidence"])
        for visit in body["visits"]:
            assert visit["stage"] in outcome.out


def test_of_many_lines_the_deciding_ones_come_first() -> None:
    evidence = [_line(minute, decides=minute in (7, 20)) for minute in range(30)]
    table = evidence_table({"evidence": evidence[::-1]}, width=100)
    times = [str(cell) for cell in table.columns[0].cells]
    assert times[:3] == ["1 Nov 2026 09:07", "1 Nov 2026 09:20", "1 Nov 2026 09:00"]
    assert times[2:] == sorted(times[2:])
    assert any("the 2 in bold" in line for line in evidence_lines({"evidence": evidence}))


def test_few_lines_are_in_order_of_time() -> None:
    evidence = [_line(minute, decides=minute == 3) for minute in range(5)]
    table = evidence_table({"evidence": evidence[::-1]}, width=200)
    times = [str(cell) for cell in table.columns[0].cells]
    assert times == sorted(times)
    assert [column.header for column in table.columns][-2:] == ["rule", "sure"]


def test_an_item_without_links_says_that_nothing_is_linked() -> None:
    (line,) = evidence_lines({"evidence": []})
    assert line.startswith("Nothing is linked to it")


def _line(minute: int, *, decides: bool) -> dict[str, object]:
    return {
        "at": f"2026-11-01T09:{minute:02}:00Z",
        "tool": "GitLab",
        "event": f"shop/web#{minute}",
        "why": "The message names SHOP-1",
        "rule": "key_in_message",
        "confidence": 0.97,
        "decides": decides,
    }


def test_each_reason_for_which_it_was_blocked_is_a_line_with_the_item_in_the_way() -> None:
    by = {"key": "PAY-7", "title": "Refunds", "state": "in_flight", "team": "pay"}
    since = {"since": "2026-11-01T09:00:00Z", "since_told": True}
    link = {"kind": "link", "detail": "is blocked by PAY-7", "by": by, **since}
    unread = {**link, "detail": "is blocked by FAR-1", "by": {**by, "title": None}}
    hold = {"kind": "status", "detail": "On [hold]", "by": None, "since": None, "since_told": False}
    visits = [{"blocked_by": [link]}, {"blocked_by": []}, {"blocked_by": [link, hold, unread]}]
    assert list(blocked_lines({"visits": visits})) == [
        "",
        "[bold]Blocked[/bold]",
        'link: is blocked by PAY-7 since 1 Nov 2026 09:00; "Refunds", in flight, team pay',
        "status: On \\[hold]",
        "link: is blocked by FAR-1 since 1 Nov 2026 09:00; that item is not read",
    ]
    assert list(blocked_lines({"visits": visits[1:2]})) == []
