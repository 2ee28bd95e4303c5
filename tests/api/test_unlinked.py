"""What is not linked, as the API lists it, against what is true of the simulated company."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from simulator.truth import stream_items
from tests.api.client import Answer, Client
from tests.e2e.company import Company

ADDRESS = "/v1/quality/unlinked"
WHOLE = "from=2024-01-01"
KEY = re.compile(r"[A-Z]+-[0-9]+", re.IGNORECASE)


def listed(client: Client, query: str = "") -> list[Answer]:
    """Every row of all pages."""
    rows: list[Answer] = []
    cursor = ""
    for _ in range(200):
        body = client.json(f"{ADDRESS}?{WHOLE}&{query}{cursor}")
        rows += body["items"]
        if body["next"] is None:
            return rows
        cursor = f"&cursor={body['next']}"
    raise AssertionError("the pages do not end")


def named_by_commit(company: Company) -> dict[str, set[str]]:
    """By sha: keys in the message and in branch and title of its merge request, by a plain search;
    and those of the commits that it takes back or was picked from.
    """
    known = {item.key for item in company.world.items}
    found = {
        one.sha: {key.upper() for key in KEY.findall(one.message)} & known
        for one in company.world.commits
    }
    for request in company.world.merge_requests:
        texts = f"{request.title} {request.source_branch}"
        keys = {key.upper() for key in KEY.findall(texts)} & known
        for sha in {*request.commits, request.merge_sha, request.squash_sha} - {None}:
            found[str(sha)] |= keys
    for one in company.world.commits:
        for other in (one.reverts, one.picked_from):
            found[one.sha] |= found.get(other or "", set())
    return found


def test_exactly_the_commits_without_ticket_are_listed(client: Client, company: Company) -> None:
    named = named_by_commit(company)
    bare = {
        one.sha: one.author.bot
        for one in company.world.commits
        if one.on_default and len(one.parents) < 2 and not named[one.sha]
    }
    rows = listed(client, "kind=commit&limit=7")
    assert {row["key"]: row["bot"] for row in rows} == bare
    assert len(rows) == len(bare)
    assert {row["reason"] for row in rows if row["bot"]} == {"bot"}
    assert all(row["url"].endswith(f"/-/commit/{row['key']}") for row in rows)


def test_exactly_the_done_items_without_a_commit_are_listed(
    client: Client, company: Company
) -> None:
    coded = {key for keys in named_by_commit(company).values() for key in keys}
    done = {
        one.key
        for one in stream_items(company.world)
        if one.type in ("Story", "Bug") and company.truth.items[one.id].last.done_at
    }
    rows = listed(client, "kind=item&limit=3")
    assert sorted(row["key"] for row in rows) == sorted(done - coded)
    assert rows != []
    titles = {item.key: item.title for item in company.world.items}
    assert all(row["title"] == titles[row["key"]] for row in rows)


def test_exactly_the_incidents_without_a_cause_are_listed(client: Client, company: Company) -> None:
    """Those that no change is named for, but what evidence or the lack of any deployment tells."""
    deployed = {one.change for one in company.world.deployments if one.change}
    bare = {
        one.number
        for one in company.world.incidents
        if one.duplicate_of is None and (one.caused_by is None or one.caused_by not in deployed)
    }
    told = [
        one
        for service in client.json("/v1/services")["items"]
        for one in client.json(f"/v1/services/{service['name']}/incidents?{WHOLE}")["items"]
    ]
    known = {one["number"] for one in told if one["method"] not in ("proximity", "unattributed")}
    found = {row["key"] for row in listed(client, "kind=incident")}
    assert bare
    assert found == bare - known


def test_of_deployments_only_the_first_of_each_service_is_unknown(
    client: Client, company: Company
) -> None:
    first: dict[str, str] = {}
    for one in sorted(company.world.deployments, key=lambda one: str(one.finished)):
        if one.environment == "production" and one.status == "success":
            first.setdefault(one.service, one.sha)
    rows = listed(client, "kind=deployment")
    assert {row["services"][0]: row["key"] for row in rows} == first
    assert {row["reason"] for row in rows} == {"unknown_predecessor"}


def test_no_suggestion_is_a_link_and_each_names_a_ticket_that_exists(
    client: Client, company: Company
) -> None:
    keys = {item.key for item in company.world.items}
    named = named_by_commit(company)
    rows = [row for row in listed(client) if row["suggestion"]]
    assert {row["kind"] for row in rows} == {"item", "commit"}
    for row in rows:
        meant = row["suggestion"]
        assert meant["ticket"] in keys
        assert 0.5 <= meant["sure"] < 1
        sha = meant["commit"] or row["key"]
        assert meant["ticket"] not in named[sha]
        if meant["commit"]:
            assert meant["ticket"] == row["key"]


def test_scopes_share_what_there_is(client: Client) -> None:
    everything = {(row["kind"], row["key"]) for row in listed(client)}
    by_stream: set[tuple[str, str]] = set()
    for name in ("checkout", "fulfilment", "search"):
        rows = listed(client, f"stream={name}")
        assert all(name in row["streams"] for row in rows)
        by_stream |= {(row["kind"], row["key"]) for row in rows}
    incidents = {row["key"] for row in listed(client, "kind=incident") if row["streams"]}
    rest = {pair for pair in everything if pair[0] != "incident" or pair[1] in incidents}
    assert by_stream == rest
    of_service = listed(client, "service=web")
    assert {row["kind"] for row in of_service} <= {"commit", "deployment", "incident"}
    assert all("web" in row["services"] for row in of_service)


def test_pages_hold_every_row_once_the_newest_first_within_a_kind(client: Client) -> None:
    whole = listed(client, "limit=500")
    assert listed(client, "limit=1") == whole
    for kind in ("item", "commit", "deployment", "incident"):
        times = [row["at"] for row in whole if row["kind"] == kind]
        assert times == sorted(times, reverse=True)
    kinds = [kind for kind, _ in Counter(row["kind"] for row in whole).items()]
    order = ["item", "commit", "deployment", "incident"]
    assert kinds == [kind for kind in order if kind in kinds]
    assert len(kinds) >= 3


def test_the_sums_are_those_of_the_rows(client: Client) -> None:
    summary = client.json(f"{ADDRESS}/summary?{WHOLE}&stream=checkout")
    rows = listed(client, "stream=checkout")
    for one in summary["items"]:
        own = [row for row in rows if row["kind"] == one["kind"]]
        assert one["unlinked"] == sum(not row["bot"] for row in own)
        assert one["bots"] == sum(row["bot"] for row in own)
        counted = {reason["reason"]: reason["count"] for reason in one["reasons"]}
        assert counted == Counter(row["reason"] for row in own)
        assert one["share"] == pytest.approx(one["unlinked"] / one["population"])
        assert sum(week["population"] for week in one["trend"]) == one["population"]
        assert sum(week["unlinked"] or 0 for week in one["trend"]) == one["unlinked"]


def test_the_sums_of_one_reason_are_those_of_the_kind_that_may_have_it(client: Client) -> None:
    address = f"{ADDRESS}/summary?{WHOLE}&reason=no_key_anywhere"
    (one,) = client.json(address)["items"]
    rows = listed(client, "reason=no_key_anywhere")
    assert {row["kind"] for row in rows} == {one["kind"]} == {"commit"}
    assert one["unlinked"] == len(rows)


def test_the_trend_tells_weeks_without_anything_from_good_ones(client: Client) -> None:
    weeks = client.json(f"{ADDRESS}/summary?{WHOLE}&kind=commit")["items"][0]["trend"]
    assert [week["complete"] for week in weeks] == [True] * (len(weeks) - 1) + [False]
    empty = [week for week in weeks if not week["population"]]
    assert empty != []
    assert all(week["share"] is None and week["unlinked"] is None for week in empty)
    assert any(week["share"] == 0 for week in weeks)


def test_coverage_of_commits_is_what_the_sums_say(client: Client) -> None:
    window = "from=2026-01-01&to=2026-11-01"
    rows = client.json(f"/v1/quality?{window}&stream=search")["items"]
    (linked,) = [row for row in rows if row["id"] == "C2"]
    (summed,) = client.json(f"{ADDRESS}/summary?{window}&stream=search&kind=commit")["items"]
    assert linked["denominator"] == summed["population"] > 0
    assert linked["numerator"] == summed["population"] - summed["unlinked"]


def test_the_window_keeps_only_its_days(client: Client) -> None:
    everything = listed(client, "limit=500")
    whole = client.json(f"{ADDRESS}?from=2026-03-01&to=2026-07-01&limit=500")["items"]
    expected = [row for row in everything if "2026-02-28T23" <= row["at"] < "2026-06-30T22"]
    assert whole == expected != []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kind=build", "kind: one of item, commit"),
        ("reason=because", "reason: one of branch_only"),
        ("kind=item&reason=typo", "reason: one of"),
        ("stream=checkout&service=web", "not both"),
        ("cursor=nonsense", "cursor"),
        ("cursor=WyJpdGVtIiwxLDJd&kind=commit", "cursor"),
        ("limit=0", "limit"),
        ("colour=red", "colour"),
    ],
)
def test_what_makes_no_sense_is_refused(client: Client, query: str, said: str) -> None:
    assert said in client.problem(f"{ADDRESS}?{query}", 422)["detail"]


def test_unknown_scopes_are_not_found(client: Client) -> None:
    client.problem(f"{ADDRESS}?stream=shop", 404)
    client.problem(f"{ADDRESS}/summary?service=shop", 404)


def test_a_window_of_more_weeks_than_can_be_read_is_refused(client: Client) -> None:
    assert "weeks" in client.problem(f"{ADDRESS}/summary?from=1980-01-01", 422)["detail"]


def test_an_answer_that_did_not_change_is_not_sent_again(client: Client) -> None:
    for address in (ADDRESS, f"{ADDRESS}/summary"):
        tag = client.get(address).headers["etag"]
        assert client.get(address, {"If-None-Match": tag}).status_code == 304


def test_nothing_read_is_nothing_known_and_not_zero(unread: Client) -> None:
    assert unread.json(ADDRESS) == {"items": [], "next": None}
    for one in unread.json(f"{ADDRESS}/summary")["items"]:
        assert (one["population"], one["share"], one["reasons"]) == (0, None, [])
        assert all(week["share"] is None for week in one["trend"])


def test_pages_use_an_index(copied: tuple[Client, Path]) -> None:
    plan = sqlite3.connect(copied[1]).execute(
        "EXPLAIN QUERY PLAN SELECT * FROM unlinked WHERE scope='all' AND scope_id=0 AND entity=2"
        " AND ts>=1 AND ts<9 AND (ts, entity_id) < (5, 5) ORDER BY ts DESC, entity_id DESC LIMIT 5"
    )
    told = " ".join(str(row[-1]) for row in plan)
    assert "USING INDEX ix_unlinked_scope_scope_id_entity_ts_entity_id" in told
    assert "TEMP B-TREE" not in told
