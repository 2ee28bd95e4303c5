"""How the builds of a job are read, from a controller that cuts and drops as real ones do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import pytest
import respx

from connectors import jenkins
from connectors.http import SourceClient
from connectors.jenkins_builds import read_builds
from connectors.jenkins_missing import keep_last_seen
from connectors.jenkins_parse import parse_build
from connectors.stream import Reading, Scope
from core.errors import SourceAnswerError
from core.records import Build, Result
from core.source_settings import JenkinsSource
from tests.connectors.jenkins_controller import (
    DAY_MS,
    START,
    Controller,
    build,
    numbers,
    read,
    running,
)

SOURCE = JenkinsSource(name="ci", kind="jenkins", url="https://jenkins.example")


@pytest.fixture
def controller() -> Iterator[Controller]:
    found = Controller()
    with respx.mock(assert_all_called=False) as mock:
        mock.route(host="jenkins.example").mock(side_effect=found.answer)
        yield found


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = jenkins.open_client_for(SOURCE, sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


def test_the_first_load_goes_on_where_the_list_is_cut_at_100(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(1, 231))
    pages = read(client)
    assert numbers(pages) == list(range(230, 0, -1))
    assert controller.asked == [
        "builds{0,50}",
        "builds{50,100}",
        "allBuilds{100,150}",
        "allBuilds{150,200}",
        "allBuilds{200,250}",
    ]
    assert pages[-1].cursor == {"last": 230, "head": [230, START + 230 * DAY_MS], "open": []}


def test_a_short_range_is_not_the_end_an_empty_one_is(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(11, 41))
    assert numbers(read(client)) == list(range(40, 10, -1))
    assert controller.asked == ["builds{0,50}", "builds{50,100}"]


def test_the_first_load_ends_with_the_history_that_is_wanted(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(1, 301))
    pages = read(client, since=date(2026, 10, 8))  # build 280 is of that day
    assert numbers(pages) == list(range(300, 279, -1))
    assert len(controller.asked) == 2
    assert "offset" not in pages[-1].cursor


def test_a_load_that_was_cut_off_goes_on_a_range_before_where_it_stopped(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(1, 151))
    stopped = read(client)[1].cursor
    assert stopped["offset"] == 100
    controller.hold(*range(1, 153))
    controller.asked.clear()
    pages = read(client, stopped)
    assert set(numbers(pages)) == {*range(133, 153), *range(1, 103)}
    assert pages[-1].cursor["last"] == 152
    assert "offset" not in pages[-1].cursor
    assert controller.asked == [
        "builds{0,20}",
        "builds{50,100}",
        "allBuilds{100,150}",
        "allBuilds{150,200}",
    ]


def test_a_run_rereads_the_newest_twenty_in_one_request(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(1, 101))
    cursor = read(client)[-1].cursor
    controller.hold(*range(1, 104))
    controller.asked.clear()
    (page,) = read(client, cursor)
    assert numbers([page]) == list(range(103, 83, -1))
    assert (page.cursor["last"], controller.asked) == (103, ["builds{0,20}"])


def test_a_long_absence_is_caught_up_and_the_cursor_moves_only_at_its_end(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(1, 31))
    cursor = read(client)[-1].cursor
    controller.hold(*range(1, 151))
    pages = read(client, cursor)
    assert set(numbers(pages)) >= set(range(31, 151))
    assert [page.cursor["last"] for page in pages[:-1]] == [30] * (len(pages) - 1)
    assert pages[-1].cursor["last"] == 150
    assert "note" not in pages[-1].cursor


def test_nothing_is_asked_where_the_tree_shows_nothing_new(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(1, 2, 3)
    cursor = read(client)[-1].cursor
    controller.asked.clear()
    last = {"number": 3, "timestamp": START + 3 * DAY_MS}
    assert read(client, cursor, job={"lastBuild": last, "nextBuildNumber": 4}) == []
    assert read(client, job={"lastBuild": None}) == []
    assert controller.asked == []


def test_a_build_done_anew_under_its_number_is_read_again(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(1, 2, 3)
    cursor = read(client)[-1].cursor
    later = {"number": 3, "timestamp": START + 9 * DAY_MS}
    controller.builds[0] = build(3, timestamp=later["timestamp"], result="FAILURE")
    (page,) = read(client, cursor, job={"lastBuild": later, "nextBuildNumber": 4})
    assert page.payloads[0]["result"] == "FAILURE"


def test_builds_discarded_before_they_were_read_are_said_to_be_lost(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(1, 2, 3)
    cursor = read(client)[-1].cursor
    controller.hold(8, 9, 11)
    pages = read(client, cursor)
    assert numbers(pages) == [11, 9, 8]
    assert pages[-1].cursor["lost"] == 5  # 4 to 7, and 10
    assert "5 builds were discarded" in pages[-1].cursor["note"]
    assert "between #4 and #11" in pages[-1].cursor["note"]


def test_a_running_build_is_watched_although_the_list_has_lost_it(
    client: SourceClient, controller: Controller
) -> None:
    controller.builds = [build(3), running(2), build(1)]
    cursor = read(client)[-1].cursor
    assert cursor["open"] == [2]
    controller.hold(1, 3)
    controller.unlisted[2] = build(2, result="FAILURE")
    head = {"number": 3, "timestamp": START + 3 * DAY_MS}
    (page,) = read(client, cursor, job={"lastBuild": head, "nextBuildNumber": 4})
    assert (numbers([page]), page.payloads[-1]["result"]) == ([3, 1, 2], "FAILURE")
    assert page.cursor["open"] == []


def test_a_running_build_that_is_not_found_once_is_looked_for_again(
    client: SourceClient, controller: Controller
) -> None:
    controller.builds = [running(2), build(1)]
    cursor = read(client)[-1].cursor
    controller.hold(1)
    (page,) = read(client, cursor)
    assert (controller.asked[-1], page.cursor["open"]) == ("2", [2])
    assert "note" not in page.cursor
    controller.unlisted[2] = build(2, result="FAILURE")
    (page,) = read(client, page.cursor)
    assert page.payloads[-1]["result"] == "FAILURE"
    assert (page.cursor["open"], "missing" in page.cursor) == ([], False)


def test_a_running_build_that_is_not_found_for_a_day_has_no_result_and_the_source_says_so(
    client: SourceClient, controller: Controller
) -> None:
    controller.builds = [running(2), build(1)]
    cursor = read(client)[-1].cursor
    controller.hold(1)
    for _ in range(4):
        cursor = read(client, cursor)[-1].cursor
    assert cursor["open"] == [2], "four looks within a moment are no proof"
    rounds, since = cursor["missing"]["2"]
    cursor["missing"]["2"] = (rounds, since - 86_400)
    (page,) = read(client, cursor)
    assert page.cursor["open"] == []
    assert "1 running builds were never found again, latest #2" in page.cursor["note"]
    lost = page.payloads[-1]
    keep_last_seen({**running(2), "queueId": 7}, lost)
    (record,) = parse_build(lost, Scope("shop/web"), base_url="https://jenkins.example")
    assert isinstance(record, Build)
    assert (record.id, record.result, record.finished_at) == ("shop/web#2", Result.OTHER, None)
    assert record.started_at == datetime(2026, 1, 3, tzinfo=UTC)


def test_a_build_that_the_list_skips_is_asked_for_before_it_counts_as_discarded(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(1, 101))
    cursor = read(client)[-1].cursor
    controller.hold(*range(1, 101), 103)
    controller.unlisted[101] = running(101)
    (page,) = read(client, cursor)
    assert controller.asked[-2:] == ["102", "101"]
    assert 101 in numbers([page])
    assert (page.cursor["open"], page.cursor["lost"]) == ([101], 1)


def test_the_newest_build_is_found_though_only_the_tree_tells_of_it(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(1, 2)
    cursor = read(client)[-1].cursor
    controller.unlisted[3] = running(3)
    head = {"number": 3, "timestamp": START + 3 * DAY_MS}
    (page,) = read(client, cursor, job={"lastBuild": head, "nextBuildNumber": 4})
    assert numbers([page]) == [2, 1, 3]
    assert (page.cursor["last"], page.cursor["open"], "lost" in page.cursor) == (3, [3], False)


def test_of_many_numbers_that_are_skipped_the_newest_twenty_are_asked_for(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(1)
    cursor = read(client)[-1].cursor
    controller.asked.clear()
    controller.hold(1, 5000)
    (page,) = read(client, cursor)
    assert controller.asked == ["builds{0,20}", *map(str, range(4999, 4979, -1))]
    assert page.cursor["lost"] == 4998


def test_a_job_made_anew_under_the_same_name_is_read_from_its_beginning(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(1, 31))
    cursor = read(client)[-1].cursor
    controller.builds = [build(2), build(1)]
    pages = read(client, cursor, job={"nextBuildNumber": 3})
    assert (numbers(pages), pages[-1].cursor["last"]) == ([2, 1], 2)


def test_a_job_without_builds_gives_an_empty_page(
    client: SourceClient, controller: Controller
) -> None:
    (page,) = read(client)
    assert (list(page.payloads), "last" in page.cursor) == ([], False)
    assert controller.asked == ["builds{0,50}"]


def test_an_odd_build_goes_along_and_does_not_stop_the_others(
    client: SourceClient, controller: Controller
) -> None:
    controller.builds = [build(2), {"result": "SUCCESS"}, build(1)]
    pages = read(client)
    assert [p.get("number") for p in pages[0].payloads] == [2, None, 1]
    assert pages[-1].cursor["last"] == 2


def test_a_server_that_repeats_a_range_is_an_error(client: SourceClient) -> None:
    def always(request: httpx.Request) -> httpx.Response:
        name = request.url.params["tree"].partition("[")[0]
        return httpx.Response(200, json={name: [build(9), build(8)]})

    with respx.mock:
        respx.route(host="jenkins.example").mock(side_effect=always)
        with pytest.raises(SourceAnswerError, match="repeats"):
            read(client)


def test_the_name_of_a_branch_job_is_encoded_again_in_its_address(client: SourceClient) -> None:
    with respx.mock:
        route = respx.route(host="jenkins.example").respond(json={"builds": []})
        reading = Reading(client, Scope("shop/web/feature%2Fcart"), {}, lambda _ids: set())
        list(read_builds(reading))
    raw = route.calls.last.request.url.raw_path.decode()
    assert raw.startswith("/job/shop/job/web/job/feature%252Fcart/api/json?tree=")


def test_a_password_in_the_address_of_a_repository_is_not_kept(
    client: SourceClient, controller: Controller
) -> None:
    remote = "https://bot:glpat-secret@git.example/shop/api.git"
    controller.hold(1)
    controller.builds[0]["actions"] = [{"remoteUrls": [remote]}]
    ((kept,),) = [page.payloads for page in read(client)]
    assert kept["actions"] == [{"remoteUrls": ["https://git.example/shop/api.git"]}]
