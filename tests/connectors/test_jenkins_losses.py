"""What is told of builds that nobody can read any more, and of jobs that go while they are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import respx

from connectors.http import SourceClient
from core.errors import SourceAnswerError
from tests.connectors.jenkins_controller import START, Controller, numbers, read
from tests.connectors.readers import quick_client

JOB = "/job/shop/job/web/api/json"


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url="https://jenkins.example", assert_all_called=False) as router:
        yield router


@pytest.fixture
def controller(mock: respx.Router) -> Controller:
    found = Controller()
    mock.get(path__regex=r"/job/shop/job/web/.*").mock(side_effect=found.answer)
    return found


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = quick_client("https://jenkins.example")
    yield opened
    opened.http.close()


def test_a_first_load_tells_what_was_discarded_before_it(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(41, 50), *range(51, 111))
    pages = read(client)
    assert len(numbers(pages)) == 69
    told = pages[-1].cursor
    assert (told["lost"], told["first"]) == (1, 41)  # 50, and everything before 41
    assert "1 builds were discarded" in told["note"]
    assert "before #41 were discarded before the first load" in told["note"]
    assert not {"offset", "lowest"} & told.keys()


def test_a_first_load_that_ends_with_the_wanted_history_misses_nothing_older(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(41, 111))
    told = read(client, since=date(2026, 4, 1))[-1].cursor  # build 90 is of the 1st of April
    assert told == {"last": 110, "head": [110, START + 110 * 86_400_000], "open": []}


def test_what_is_stored_under_a_former_name_is_not_lost(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(11, 12, 14)
    job = {"_identity": "shop/old"}
    told = read(client, job=job, known={"shop/old#13", "shop/old#10"})[-1].cursor
    assert not {"lost", "first", "note"} & told.keys()
    told = read(client, job=job, known={"shop/old#10"})[-1].cursor
    assert told["lost"] == 1


def test_the_losses_of_the_first_load_are_still_told_after_later_ones(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(41, 46))
    cursor = read(client)[-1].cursor
    controller.hold(47, 48)
    told = read(client, cursor)[-1].cursor
    assert told["lost"] == 1
    assert "between #46 and #48" in told["note"]
    assert "before #41" in told["note"]


def test_a_number_that_was_set_far_ahead_looks_nothing_up(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(1, 2_000_000)
    assert read(client)[-1].cursor["lost"] == 1_999_998


def test_a_job_that_went_after_the_tree_was_read_ends_quietly(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get(JOB).respond(404)
    parent = mock.get("/job/shop/api/json").respond(json={"jobs": [{"name": "other"}]})
    assert read(client) == []
    assert read(client, {"last": 3, "head": [3, START]}) == []
    assert parent.call_count == 2


def test_a_folder_that_went_with_its_jobs_ends_quietly(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get(JOB).respond(404)
    mock.get("/job/shop/api/json").respond(404)
    assert read(client) == []


def test_a_job_that_is_listed_and_not_found_is_an_error_and_no_job_without_builds(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get(JOB).respond(404)
    mock.get("/job/shop/api/json").respond(json={"jobs": [{"name": "web"}]})
    with pytest.raises(SourceAnswerError, match="404 for a job that is listed"):
        read(client)


def test_another_job_under_the_name_is_read_from_its_beginning_whatever_its_numbers(
    client: SourceClient, controller: Controller
) -> None:
    controller.hold(*range(1, 101))
    cursor = read(client, job={"_identity": "shop/web"})[-1].cursor
    controller.hold(*range(1, 161))
    job = {"_identity": "shop/web@2", "nextBuildNumber": 161}
    pages = read(client, cursor, job=job)
    assert sorted(numbers(pages)) == list(range(1, 161))
    controller.asked.clear()
    controller.hold(*range(1, 162))
    read(client, pages[-1].cursor, job={**job, "nextBuildNumber": 162})
    assert controller.asked == ["builds{0,20}"]
