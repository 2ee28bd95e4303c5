"""The lives of features: the same from the same seed, and nothing else of the company moves."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from simulator.features import Feature, events_of, features_of
from simulator.model import World
from simulator.truth import as_dict, truth_of
from simulator.world import build_world

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(11, NOW, items=150)


@pytest.fixture(scope="module")
def features(world: World) -> list[Feature]:
    return features_of(world, {key: one.release for key, one in truth_of(world).items.items()})


def test_the_same_seed_gives_the_same_lives(world: World, features: list[Feature]) -> None:
    again = build_world(11, NOW, items=150)
    releases = {key: one.release for key, one in truth_of(again).items.items()}
    assert [asdict(one) for one in features_of(again, releases)] == [
        asdict(one) for one in features
    ]
    assert as_dict(truth_of(again)) == as_dict(truth_of(world))


def test_features_live_in_many_ways_and_never_before_their_code(
    world: World, features: list[Feature]
) -> None:
    lives = Counter(one.truth.life for one in features)
    assert len(lives) >= 5
    released = {one.key: one.release for one in truth_of(world).items.values()}
    for feature in features:
        truth = feature.truth
        at = released[truth.key].first_released_at
        assert at is not None
        assert truth.shown_at is None or truth.shown_at >= at
        assert truth.live_at is None or truth.shown_at is None or truth.live_at >= truth.shown_at


def test_every_event_has_an_id_of_its_own_and_lies_in_the_past(features: list[Feature]) -> None:
    events = events_of(features)
    ids = {(event["source"], event["id"]) for event in events}
    assert len(ids) == len(events) > 100
    times = [event["data"]["context"]["timestamp"] for event in events]
    assert times == sorted(times)
    assert max(times) <= NOW.isoformat()
