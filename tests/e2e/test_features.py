"""A company switches features on and measures them: what Headwater tells is what happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from metrics.stats import rank
from simulator.features import Feature, features_of
from tests.api.client import Answer, Client
from tests.e2e.company import NOW, Company
from tests.e2e.shared import shared_company
from tests.e2e.telling_features import told_features

_WINDOW = "from=2025-11-01&to=2026-11-20T14:00:00Z"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("features")
    with shared_company(tmp_path_factory, home, seed=17, items=150) as found:
        yield found


@pytest.fixture(scope="module")
def features(company: Company) -> list[Feature]:
    return features_of(company.world, {i: one.release for i, one in company.truth.items.items()})


@pytest.fixture(scope="module")
def client(company: Company, features: list[Feature]) -> Iterator[Client]:
    """The API, after the flag and usage tools told everything, the half of it twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.deps.now_ts", lambda: int(NOW.timestamp()) + 60)
        yield told_features(company, features)[0]


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _agreeing(
    company: Company, client: Client, features: list[Feature]
) -> list[tuple[Feature, Answer]]:
    """Features of the items whose release was found as it was: only those say when it begins."""
    found = []
    for feature in features:
        body = client.json(f"/v1/items/{feature.truth.key}/outcomes")
        true = next(one for one in company.truth.items.values() if one.key == body["key"])
        if body["released_at"] == _iso(true.release.released_at):
            found.append((feature, body))
    return found


def test_each_feature_is_told_as_it_lived(
    company: Company, client: Client, features: list[Feature]
) -> None:
    pairs = _agreeing(company, client, features)
    assert len(pairs) >= 0.9 * len(features) > 20
    assert len({feature.truth.life for feature, _ in pairs}) == 6
    for feature, body in pairs:
        truth = feature.truth
        for name in ("shown_at", "live_at", "first_use_at", "adopted_at"):
            assert body[name] == _iso(getattr(truth, name)), (truth.key, truth.life, name)
        assert body["switched_off_at"] == _iso(truth.off_at), (truth.key, truth.life)
        assert body["share"] == truth.share
        told = {
            one["days"]: sum(row["cents"] for row in one["realised"])
            for one in body["returns"]
            if one["realised"]
        }
        assert told == {days: cents for days, cents in truth.realised.items() if cents}


def test_the_streams_add_up_to_their_features(
    company: Company, client: Client, features: list[Feature]
) -> None:
    same = {feature.truth.key for feature, _ in _agreeing(company, client, features)}
    ideas = {one.key: one.idea_at for one in company.truth.items.values()}
    for stream in ("checkout", "fulfilment", "search"):
        own = [one.truth for one in features if one.truth.stream == stream]
        if any(one.key not in same for one in own):
            continue
        live = client.json(f"/v1/streams/{stream}/metrics/idea_to_live?{_WINDOW}")
        days = sorted(
            (one.live_at - ideas[one.key]).total_seconds() / 86_400 for one in own if one.live_at
        )
        assert live["n"] == len(days)
        told = live["value"]["p50"] or live["observed"].get("p50")
        assert told == pytest.approx(days[rank(len(days), 0.5) - 1])
        stock = client.json(f"/v1/streams/{stream}/unexposed?{_WINDOW}")
        expected = {one.key for one in own if one.share < 0.5}
        assert {row["key"] for row in stock["items"]} == expected
        assert stock["value"]["count"] == len(expected)


def test_the_evidence_of_a_journey_names_the_flag(client: Client, features: list[Feature]) -> None:
    feature = next(one for one in features if one.truth.life == "straight" and one.truth.live_at)
    body = client.json(f"/v1/items/{feature.truth.key}/journey")
    why = [line["why"] for line in body["evidence"] if line["tool"] == "flags"]
    told = f"an event of flags says that {feature.truth.feature} belongs to {feature.truth.key}"
    assert why.count(told) >= len(feature.switches)
