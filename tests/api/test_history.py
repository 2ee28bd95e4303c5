"""While the history of a source is read, every number that lacks a part of it says so."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from core.settings import Database as DatabaseSettings
from pipeline.database import opened
from pipeline.freshness import served_version
from tests.api.client import Client
from tests.e2e.company import NOW

BACK_TO = NOW - timedelta(days=90)
DAY = f"{BACK_TO:%Y-%m-%d}"
FLOW = "/v1/streams/search/metrics"
YEAR = f"from={NOW - timedelta(days=365):%Y-%m-%d}"


def _set_older(path: Path, older: dict[str, str] | None) -> None:
    """As the first load leaves the cursor of the tracker's items, before the older part is read."""
    with sqlite3.connect(path) as database:
        of_items = (
            "stream = 'issues' AND source_id = (SELECT id FROM source WHERE name = 'jira') "
            "AND cursor LIKE '%watermark%'"
        )
        kept = json.loads(
            database.execute(f"SELECT cursor FROM stream_state WHERE {of_items}").fetchone()[0]
        )
        kept.pop("older", None)
        cursor = json.dumps({**kept, "older": older} if older else kept)
        database.execute(f"UPDATE stream_state SET cursor = ? WHERE {of_items}", (cursor,))
    database.close()


@pytest.fixture
def loading(copied: tuple[Client, Path]) -> Client:
    """The company whose tracker is read for the last 90 days, and a quarter of the year before."""
    client, path = copied
    since = NOW - timedelta(days=365)
    at = since + (BACK_TO - since) / 4
    begun = NOW - timedelta(minutes=4)
    times = {"since": since, "until": BACK_TO, "at": at, "begun": begun}
    _set_older(path, {name: time.isoformat() for name, time in times.items()})
    return client


def test_the_overview_says_how_far_back_it_is_and_when_the_rest_will_be_there(
    loading: Client,
) -> None:
    """A quarter in the five minutes until now: fifteen more."""
    told = loading.json("/v1/overview")["history"]
    assert told["back_to"][:10] == DAY
    assert told["share"] == pytest.approx(0.25)
    assert told["sources"] == ["jira"]
    assert told["expected_at"] == f"{NOW + timedelta(minutes=16):%Y-%m-%dT%H:%M}:00Z"


def test_the_overview_says_nothing_of_history_that_is_whole(client: Client) -> None:
    assert client.json("/v1/overview")["history"] is None
    assert client.json(f"{FLOW}/flow_time")["history_back_to"] == {}


def test_numbers_of_the_last_ninety_days_are_there(loading: Client, client: Client) -> None:
    told, whole = (one.json(f"{FLOW}/velocity") for one in (loading, client))
    assert told["history_back_to"] == {"jira": f"{BACK_TO:%Y-%m-%dT%H:%M:%SZ}"}
    assert told["value"] == whole["value"]
    assert told["grade"] == whole["grade"]


def test_coverage_says_which_source_is_read_in_part(loading: Client, client: Client) -> None:
    told = {"jira": f"{BACK_TO:%Y-%m-%dT%H:%M:%SZ}"}
    rows = loading.json(f"/v1/quality?{YEAR}")["items"]
    assert rows
    assert all(row["history_back_to"] == told for row in rows)
    for whole in (loading.json("/v1/quality"), client.json(f"/v1/quality?{YEAR}")):
        assert all(row["history_back_to"] == {} for row in whole["items"])


def test_a_window_that_is_half_read_has_no_value_but_a_reason(loading: Client) -> None:
    for slug in ("flow_time", "velocity", "efficiency", "delay_cost", "discard_rate"):
        body = loading.json(f"{FLOW}/{slug}?{YEAR}")
        values = {name: one for name, one in body["value"].items() if name in body["observed"]}
        assert values, slug
        assert set(values.values()) == {None}, slug
        assert body["grade"] == "D", slug
        assert f"withheld: jira is read back to {DAY} only" in body["reasons"], slug


def test_what_is_in_flight_says_that_the_longest_untouched_is_still_to_come(
    loading: Client,
) -> None:
    for slug in ("load", "delay_cost"):
        body = loading.json(f"{FLOW}/{slug}")
        assert f"jira: what last changed before {DAY} is still to come" in body["reasons"], slug
        assert body["grade"] >= "B", slug


def test_a_series_is_empty_where_it_is_not_read(loading: Client, client: Client) -> None:
    address = f"{FLOW}/velocity?{YEAR}&interval=month"
    told, whole = loading.json(address)["series"], client.json(address)["series"]
    assert [row["start"] for row in told] == [row["start"] for row in whole]
    for ours, theirs in zip(told, whole, strict=True):
        if ours["start"] < DAY:
            assert (ours["n"], ours["count"]) == (None, None)
        else:
            assert ours == theirs
    assert {row["start"] < DAY for row in told} == {True, False}


def test_services_do_not_wait_for_the_tracker(loading: Client, client: Client) -> None:
    address = f"/v1/services/engine/metrics/deployment_frequency?{YEAR}"
    told, whole = loading.json(address), client.json(address)
    assert told["value"] == whole["value"]
    assert told["reasons"] == whole["reasons"]


def test_the_overview_of_a_half_read_year_draws_no_stages(loading: Client) -> None:
    body = loading.json(f"/v1/overview?{YEAR}")
    assert [row["stages"] for row in body["streams"]] == [[]] * len(body["streams"])
    assert body["headline"]["where"] is None
    assert body["headline"]["how_long"]["value"]["p50"] is None


def test_lists_say_what_their_rows_lack(loading: Client, client: Client) -> None:
    for name in ("stages", "delay-cost"):
        address = f"/v1/streams/search/{name}"
        young, old = loading.json(address), loading.json(f"{address}?{YEAR}")
        assert young["caveats"] == [f"jira: what last changed before {DAY} is still to come"]
        assert old["caveats"] == [f"jira is read back to {DAY} only"]
        assert client.json(address)["caveats"] == []


def test_what_is_served_is_another_version_once_more_of_the_history_is_read(
    copied: tuple[Client, Path],
) -> None:
    """Else an answer that is kept for its version would be told of what it does not lack."""
    _, path = copied

    def version() -> str:
        with (
            opened(DatabaseSettings(url=f"sqlite:///{path}")) as database,
            database.read() as session,
        ):
            return served_version(session)

    whole = version()
    _set_older(path, {"until": BACK_TO.isoformat()})
    assert version() != whole
    _set_older(path, None)
    assert version() == whole


@pytest.mark.parametrize(
    ("address", "names"),
    [
        (f"{FLOW}/velocity", "count per_week"),
        (f"{FLOW}/load", "now count"),
        (f"{FLOW}/flow_time", "p50"),
        ("/v1/streams/search/run-chart", "mean"),
        ("/v1/services/engine/metrics/deployment_frequency", "count per_week planned bucket"),
        ("/v1/streams/search/ageing", "count late"),
    ],
)
def test_before_the_history_that_is_read_nothing_is_zero(
    client: Client, address: str, names: str
) -> None:
    """The configuration has the sources read from a day on; nobody knows what was before."""
    body = client.json(f"{address}?from=2015-01-01&to=2015-03-01")
    assert {body["value"][name] for name in names.split()} == {None}
    assert body["grade"] == "D"
    assert any("on only: `history` of its [[sources]]" in one for one in body["reasons"])


def test_a_series_has_no_zero_in_a_month_before_the_history_that_is_read(client: Client) -> None:
    jira = next(one for one in client.app.state.served.settings.sources if one.name == "jira")
    assert jira.history is not None
    asked = f"from={jira.history - timedelta(days=100)}&interval=month"
    rows = client.json(f"{FLOW}/velocity?{asked}")["series"]
    before = [row for row in rows if row["start"] < f"{jira.history}"]
    assert len(before) >= 3
    assert {(row["n"], row["count"]) for row in before} == {(None, None)}
    assert all(row["count"] is not None for row in rows if row["start"] > f"{jira.history}")
