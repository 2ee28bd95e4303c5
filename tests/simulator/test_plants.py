"""What is planted in a company happens as it says, and is written down as it happened."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from simulator.calendar import DAY, HOUR, MINUTE
from simulator.config import company_config
from simulator.crews import Crew, in_turn
from simulator.even_plans import even_streams
from simulator.model import World
from simulator.plans import all_habits
from simulator.planting import planted
from simulator.plants import (
    DEMO,
    ApprovalQueue,
    DesignReview,
    Plant,
    PlantedWait,
    ReleaseTrain,
    ScarceTesters,
    departures,
)
from simulator.truth import as_dict, truth_of
from simulator.truth_plants import PlantedItem
from simulator.world import build_world
from tests.e2e.company import NOW

PLANTS: tuple[Plant, ...] = (
    DesignReview("orders", "Designing"),
    ApprovalQueue("orders", "Accepting"),
    ReleaseTrain("orders", "Delivered"),
    ScarceTesters("billing", "Testing"),
)
REVIEW, APPROVAL, TRAIN, TESTERS = PLANTS


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(4, NOW, items=160, even=True, plants=PLANTS)


def waits(world: World, plant: Plant) -> list[PlantedWait]:
    found = [wait for wait in world.planted if wait.plant == plant]
    assert len(found) > 40
    return found


def over(world: World, plant: Plant) -> list[tuple[datetime, datetime]]:
    return [(wait.since, wait.until) for wait in waits(world, plant) if wait.until is not None]


@pytest.mark.parametrize("plant", [REVIEW, APPROVAL])
def test_a_review_and_an_approval_last_as_long_as_they_say(world: World, plant: Plant) -> None:
    assert isinstance(plant, DesignReview | ApprovalQueue)
    for since, until in over(world, plant):
        # Over a weekend or a night it goes on in the morning.
        assert 0.9 * plant.lasts <= until - since <= 1.1 * plant.lasts + 3 * DAY


def test_few_people_take_one_item_each_in_the_order_in_which_they_come(world: World) -> None:
    own = waits(world, TESTERS)
    begun = [wait.until or NOW for wait in own]
    assert begun == sorted(begun)
    (plan,) = [one for one in world.streams if one.name == "billing"]
    work = {status.id for status in plan.statuses if status.name == "Testing"}
    inside = []
    for item in (one for one in world.items if one.stream == "billing"):
        for move, after in pairwise([*item.moves, None]):
            if move is not None and move.to_status in work:
                inside += [(move.at, 1), (after.at if after else NOW, -1)]
    busy, most = 0, 0
    for _, change in sorted(inside):
        busy += change
        most = max(most, busy)
    assert most == 2
    served = [until - since for since, until in over(world, TESTERS)]
    assert min(served[-10:]) > 14 * DAY > max(served[:5])
    assert sum(wait.until is None for wait in own) > 4


def test_a_crew_serves_whoever_joins_first() -> None:
    crew, told = Crew(1, 2 * DAY, NOW), []

    def travel(name: str, arrival: datetime) -> Iterator[datetime]:
        yield arrival
        told.append((name, crew.begins(arrival)))

    in_turn([travel("late", NOW + 3 * HOUR), travel("early", NOW), travel("next", NOW + HOUR)])
    assert told == [("early", NOW), ("next", NOW + 2 * DAY), ("late", NOW + 4 * DAY)]


def test_the_train_alone_releases_and_takes_all_that_is_there(world: World) -> None:
    leaves = departures(ReleaseTrain("orders", "Delivered"), start=world.start, now=NOW)
    assert {later - one for one, later in pairwise(leaves)} == {14 * DAY}
    assert {(one.weekday(), one.hour) for one in leaves} == {(3, 14)}
    for since, until in over(world, TRAIN):
        (train,) = [one for one in leaves if since < one <= until]
        assert until - train <= 90 * MINUTE
    planned = [
        one
        for one in world.deployments
        if one.service == "orders" and one.environment == "production" and one.kind == "planned"
    ]
    # One that failed is made again within hours; the empty repository went live at first.
    for one in planned[1:]:
        assert min(abs(one.created - leave) for leave in leaves) < 4 * HOUR


def test_each_approval_is_asked_for_and_given_while_the_item_waits(world: World) -> None:
    keys = {item.id: item.key for item in world.items}
    asked = [change for change in world.changes if change.title.startswith("Approval of")]
    assert {change.type for change in asked} == {"normal"}
    assert len(asked) == len(waits(world, APPROVAL))
    by_since = {(change.title, change.created): change for change in asked}
    for wait in waits(world, APPROVAL):
        change = by_since[f"Approval of {keys[wait.item]}", wait.since]
        times = {entry.new: entry.at for entry in change.audit if entry.field == "approval"}
        assert wait.since < times["requested"] <= wait.since + 10 * MINUTE
        assert "rejected" not in times
        assert ("approved" in times) == (wait.until is not None)
        if wait.until is not None:
            assert wait.until - 10 * MINUTE <= times["approved"] < wait.until


def test_the_stages_wait_with_a_team_of_their_own(world: World) -> None:
    config = tomllib.loads(company_config(world, {"jira": "http://jira.test"}))
    stages = {one["name"]: one for stream in config["streams"] for one in stream["stages"]}
    told = {
        name: (one["state"], one["team"]) for name, one in stages.items() if name.endswith("queue")
    }
    assert told["Design review queue"] == ("waiting", "architecture")
    assert told["Tester queue"] == ("waiting", "testing")
    assert told["Release train queue"] == ("waiting", "release")
    assert told["Approval queue"] == ("waiting", "change board")
    orders = [one["name"] for one in config["streams"][0]["stages"]]
    assert orders[orders.index("Designing") - 1] == "Design review queue"
    assert "Designing queue" not in orders


def test_the_truth_is_what_was_written_down(world: World) -> None:
    written = json.loads(json.dumps(as_dict(truth_of(world))))["plants"]
    assert [one["kind"] for one in written] == [
        "design_review", "approval_queue", "release_train", "tester_shortage",
    ]  # fmt: skip
    for plant, told in zip(PLANTS, written, strict=True):
        own = waits(world, plant)
        whole = sum(((wait.until or NOW) - wait.since for wait in own), timedelta())
        assert told["waiting_s"] == whole.total_seconds()
        assert {item["id"] for item in told["items"]} == {wait.item for wait in own}
    assert truth_of(build_world(4, NOW, items=20, even=True)).plants == ()


def test_two_days_of_seven_hundred_a_week_are_two_hundred() -> None:
    stays = ((NOW, NOW + DAY), (NOW + 3 * DAY, NOW + 4 * DAY))
    one = PlantedItem("1", "A-1", 700.0, stays)
    assert (one.waiting_s, one.cost_cents) == (2 * 86_400, 200_00)
    assert one.until(NOW + 12 * HOUR).cost_cents == 50_00
    assert PlantedItem("1", "A-1", None, stays).cost_cents is None


@pytest.mark.parametrize(
    "plant",
    [DesignReview("nowhere", "Designing"), DesignReview("orders", "Nothing"),
     DesignReview("orders", "Asked")],
)  # fmt: skip
def test_a_place_that_there_is_not_is_refused(plant: Plant) -> None:
    with pytest.raises(ValueError, match=r"there is no stream|has no status"):
        planted(even_streams(), [plant])
    with pytest.raises(ValueError, match="already"):
        planted(even_streams(), [REVIEW, DesignReview("orders", "Testing")])


def test_the_demo_has_every_kind_and_places_for_them() -> None:
    found = planted(all_habits(), DEMO)
    assert {type(plant) for one in found for plant in one.plants.values()} == {
        DesignReview, ApprovalQueue, ReleaseTrain, ScarceTesters,
    }  # fmt: skip
