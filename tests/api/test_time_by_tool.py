"""Time by tool: told alike by the metric, its explanation and the journeys; and true."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from core.records import Entity
from simulator.model import ChangeRequest
from simulator.truth import ItemTruth
from store import frames
from tests.api.client import Answer, Client
from tests.e2e.company import Company
from tests.reference.time_by_tool import Life, Span, holders

STREAMS = ("checkout", "fulfilment", "search")
SINCE = "from=2025-11-20"
PARTS = ("tracker", "review", "ci", "change_approval", "waiting_for_release")


@pytest.fixture
def released(client: Client) -> dict[str, Answer]:
    """The explained rows of all streams by key."""
    found = {}
    for stream in STREAMS:
        address = f"/v1/streams/{stream}/metrics/time_by_tool/explain?{SINCE}"
        found.update({row["key"]: row for row in client.json(address)["included"]})
    assert len(found) > 40
    return found


def seconds(parts: list[Answer]) -> dict[str, int | None]:
    return {part["tool"]: part["seconds"] for part in parts}


def test_the_parts_of_every_item_add_up_to_its_time_from_idea_to_release(
    client: Client, released: dict[str, Answer]
) -> None:
    for key in sorted(released)[::3]:
        row = released[key]
        journey = client.json(f"/v1/items/{key}/journey")
        told = journey["time_by_tool"]
        assert told["parts"] == row["tools"], key
        assert sum(one or 0 for one in seconds(row["tools"]).values()) == row["seconds"]
        assert told["seconds"] == journey["idea_to_release_s"] == row["seconds"]
        assert (told["until"], told["from"]) == ("released", journey["idea_at"])
        for part in told["parts"]:
            assert (part["seconds"] is None) == (part["reason"] is not None)


def test_the_metric_is_the_sum_of_what_explains_it(client: Client) -> None:
    for stream in STREAMS:
        metric = client.json(f"/v1/streams/{stream}/metrics/time_by_tool?{SINCE}")
        rows = client.json(metric["explain"])["included"]
        value = metric["value"]
        assert metric["n"] == len(rows) > 0
        total = sum(row["seconds"] for row in rows)
        assert value["total_d"] == pytest.approx(total / 86_400)
        for part in (*PARTS, "tracker_unlinked"):
            own = [seconds(row["tools"]).get(part) for row in rows]
            known = [one for one in own if one is not None]
            assert value[f"{part}_n"] == len(known)
            day = pytest.approx(sum(known) / 86_400) if known else None
            assert (value[f"{part}_d"] or metric["observed"].get(f"{part}_d")) == day
        shares = [value[f"{part}_share"] for part in (*PARTS, "tracker_unlinked")]
        assert sum(one or 0 for one in shares) == pytest.approx(1)


def test_what_is_not_known_is_counted_by_reason(client: Client) -> None:
    metric = client.json(f"/v1/streams/search/metrics/time_by_tool?{SINCE}")
    rows = client.json(metric["explain"])["included"]
    reasons = Counter(
        f"{part['tool']}_{part['reason']}"
        for row in rows
        for part in row["tools"]
        if part["reason"]
    )
    assert reasons
    assert {name: metric["value"][name] for name in reasons} == dict(reasons)


def test_what_is_in_flight_is_told_up_to_now(client: Client) -> None:
    rows = client.json("/v1/items?state=in_flight&limit=500")["items"]
    flying = [row for row in rows if row["released_at"] is None][:8]
    assert len(flying) > 2
    for row in flying:
        told = client.json(f"/v1/items/{row['key']}/journey")["time_by_tool"]
        assert told["until"] == "now"
        assert sum(one or 0 for one in seconds(told["parts"]).values()) == told["seconds"]


def test_the_items_in_flight_are_told_apart_and_as_their_journeys_tell_them(
    client: Client,
) -> None:
    for stream in STREAMS:
        metric = client.json(f"/v1/streams/{stream}/metrics/time_by_tool?{SINCE}")
        explained = client.json(metric["explain"])
        rows, told = explained["in_flight"], metric["in_flight"]
        assert told["n"] == len(rows) > 0
        assert not {row["key"] for row in rows} & {row["key"] for row in explained["included"]}
        assert metric["n"] == len(explained["included"])
        for row in rows[:6]:
            journey = client.json(f"/v1/items/{row['key']}/journey")
            assert journey["time_by_tool"]["until"] == "now"
            assert journey["time_by_tool"]["parts"] == row["tools"], row["key"]
            assert journey["time_by_tool"]["seconds"] == row["seconds"]
        total = sum(row["seconds"] for row in rows)
        value = told["value"]
        assert value["total_d"] == pytest.approx(total / 86_400)
        for part in (*PARTS, "tracker_unlinked"):
            own = [seconds(row["tools"]).get(part) for row in rows]
            known = [one for one in own if one is not None]
            assert value[f"{part}_n"] == len(known)
            assert value[f"{part}_d"] == (pytest.approx(sum(known) / 86_400) if known else None)
        shares = [value[f"{part}_share"] for part in (*PARTS, "tracker_unlinked")]
        assert sum(one or 0 for one in shares) == pytest.approx(1)


def test_what_is_in_flight_is_all_that_began_and_is_neither_live_nor_over(client: Client) -> None:
    explained = client.json(f"/v1/streams/search/metrics/time_by_tool/explain?{SINCE}")
    flying = {row["key"] for row in explained["in_flight"]}
    expected = set()
    for row in client.json("/v1/items?stream=search&limit=500")["items"]:
        journey = client.json(f"/v1/items/{row['key']}/journey")
        if journey["committed_at"] and journey["time_by_tool"]["until"] == "now":
            expected.add(row["key"])
    assert flying == expected


def test_in_flight_is_at_the_end_of_the_window(client: Client) -> None:
    address = "/v1/streams/checkout/metrics/time_by_tool"
    live_by_now = 0
    for month in ("03", "05", "07", "09", "11"):
        at = f"2026-{month}-02T12:00:00Z"
        told = client.json(f"{address}?from=2026-01-01&to={at}")["in_flight"]
        rows = client.json(f"{address}/explain?from=2026-01-01&to={at}")["in_flight"]
        assert (told["as_of"], told["n"]) == (at, len(rows))
        assert (told["reason"] is None) == bool(rows)
        for row in rows:
            assert row["committed_at"] <= at
            assert row["released_at"] is None or row["released_at"] > at
            live_by_now += row["released_at"] is not None
    assert live_by_now > 0


def test_a_series_has_the_same_names_in_each_period(client: Client) -> None:
    address = f"/v1/streams/checkout/metrics/time_by_tool?{SINCE}&interval=quarter"
    series = client.json(address)["series"]
    assert sum(row["n"] or 0 for row in series) > 0
    assert len({frozenset(row) for row in series}) == 1
    assert {row["ci_share"] for row in series if not row["n"]} <= {None}


def test_the_parts_are_those_of_the_company_to_the_second(
    company: Company, released: dict[str, Answer]
) -> None:
    """But where other commits are linked than were written for the item, or not all of them."""
    other = _otherwise_linked(company)
    compared: Counter[str] = Counter()
    for item in company.truth.items.values():
        if item.release.released_at is None or item.key in other:
            continue
        true, row = _truth(company, item), released[item.key]
        for name, told in seconds(row["tools"]).items():
            if told is None:
                assert true[name] == 0, (item.key, name)  # a standard change asks for no approval
            else:
                assert told == true[name], (item.key, name)
                compared[name] += told > 0
    assert all(compared[part] > 10 for part in PARTS), compared


def _otherwise_linked(company: Company) -> set[str]:
    """Keys of the items whose commits are not exactly the linked ones."""
    keys = {item.id: item.key for item in company.world.items}
    with company.database.read() as session:
        known = frames.item_keys(session)
        names = dict(zip(known["item_id"], known["key"], strict=True))
        commits = frames.commits(session)
        shas = dict(zip(commits["commit_id"], commits["sha"], strict=True))
        links = frames.links(session, Entity.ITEM, Entity.COMMIT)
    found = {(names[a], shas[b]) for a, b in zip(links["a_id"], links["b_id"], strict=True)}
    return {key for key, _ in found ^ {(keys[one], sha) for one, sha in company.truth.pairs}}


def _truth(company: Company, item: ItemTruth) -> Counter[str]:
    """Seconds by part, read off what happened in the company."""
    life = _life(company, item)
    edges = {life.start, life.end}
    for start, end in [*life.builds, *life.approvals, *(one for one, _ in life.requests)]:
        edges |= {at for at in (start, end) if at is not None and life.start < at < life.end}
    parts: Counter[str] = Counter()
    for begin, end in pairwise(sorted(edges)):  # nothing changes between two edges
        parts[next(iter(holders(life, begin)), "tracker")] += end - begin
    return parts


def _life(company: Company, item: ItemTruth) -> Life:
    world, truth = company.world, company.truth
    shas = {commit.sha for commit in world.commits if item.id in commit.tickets}
    deployments = {one.id: one.change for one in world.deployments}
    changes = {
        deployments[name] for (_, sha), name in truth.first_deployments.items() if sha in shas
    }
    return Life(
        _ts(item.idea_at),
        _ts(item.release.released_at),
        builds=[
            (_ts(one.queued), _ts(one.finished))
            for one in world.builds
            if one.sha in shas and one.finished
        ],
        approvals=[_approval(one) for one in world.changes if one.id in changes],
        requests=[
            ((_ts(one.created), _ts(one.merged or one.closed)), _ts(one.merged))
            for one in world.merge_requests
            if shas & set(one.commits)
        ],
    )


def _approval(change: ChangeRequest) -> Span:
    asked, given = (
        [entry.at for entry in change.audit if (entry.field, entry.new) == ("approval", word)]
        for word in ("requested", "approved")
    )
    return _ts(min(asked, default=None)), _ts(max(given, default=change.work_start))


def _ts(at: datetime | None) -> Any:
    return None if at is None else int(at.timestamp())
