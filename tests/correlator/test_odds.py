"""How often deployments cause incidents and how often chance does, found out from both together."""

from __future__ import annotations

from random import Random

import numpy as np
import pandas as pd
import pytest

from correlator.delays import known_causes, usual_delays
from correlator.odds import Observed, chances, learned_rates

HOUR, DAY = 3600, 86_400


def drawn(by_deployment: list[float], a_day: list[float], *, seed: int) -> Observed:
    """Services that are deployed once a day for 400 days. Incidents follow a share of deployments
    after two hours or so, a third of them with a sure trace; others come at any time.
    """
    rng = Random(seed)
    explained, service, delays = [0.0] * len(a_day), [], []
    for number, (share, rate) in enumerate(zip(by_deployment, a_day, strict=True)):
        for _ in range(400):
            if rng.random() < share:
                if rng.random() < 1 / 3:
                    explained[number] += 1
                else:
                    service.append(number)
                    delays.append(2 * HOUR * rng.uniform(0.5, 2))
            if rng.random() < rate:
                service.append(number)
                delays.append(rng.random() * DAY)
    pace = usual_delays(np.array([2 * HOUR * rng.uniform(0.5, 2) for _ in range(40)]), window_s=DAY)
    return Observed(
        np.full(len(a_day), 400.0),
        np.full(len(a_day), 400.0 * DAY),
        np.array(explained),
        np.array(service),
        np.arange(len(service)),
        pace(np.array(delays)),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_rates_of_services_are_found_whatever_they_are(seed: int) -> None:
    shares, rates = [0.3, 0.3, 0.03], [0.02, 0.4, 0.02]
    found = learned_rates(drawn(shares, rates, seed=seed))
    assert found.by_deployment == pytest.approx([2 / 3 * one for one in shares], rel=0.35, abs=0.02)
    assert found.by_chance * DAY == pytest.approx(rates, rel=0.35, abs=0.015)


def test_each_incident_is_due_to_something() -> None:
    seen = drawn([0.3, 0.1], [0.1, 0.3], seed=4)
    suspects, none = chances(seen, learned_rates(seen))
    assert np.bincount(seen.incident, suspects) + none == pytest.approx(np.ones(len(none)))
    assert ((suspects > 0) & (suspects < 1)).all()


def test_delays_are_likeliest_where_they_were_seen_and_all_of_them_are_one() -> None:
    pace = usual_delays(np.array([3600.0] * 30), window_s=DAY)
    at = np.arange(30.0, 20 * DAY, 30.0)
    assert pace(at).sum() * 30 == pytest.approx(1, abs=0.05)
    assert pace(np.array([3600.0])) > 20 * pace(np.array([12 * 3600.0]))


def test_without_any_known_delay_the_sooner_is_the_likelier() -> None:
    pace = usual_delays(np.array([]), window_s=DAY)
    assert (np.diff(pace(np.array([600.0, 3600.0, 6 * 3600.0, DAY]))) < 0).all()


def blamed(*rows: tuple[int, int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["deployment_id", "incident_id", "rule", "confidence"])


def test_a_cause_is_known_by_a_sure_rule_that_does_not_go_by_time() -> None:
    finished = pd.DataFrame(
        {"deployment_id": [1, 2], "service_id": [5, 5], "finished_ts": [100, 200]}
    )
    blame = blamed(
        (1, 7, "caused_by_change", 1.0),
        (2, 7, "human", 1.0),
        (1, 8, "rolled_back", 0.6),
        (1, 9, "hotfixed", 0.9),
        (1, 10, "proximity", 0.9),
    )
    known = known_causes(blame, finished)
    assert known[["incident_id", "deployment_id"]].to_numpy().tolist() == [[7, 2]]
