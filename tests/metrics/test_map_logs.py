"""Work logs and the stays of a map: what was booked where, and when it tells the process time."""

from __future__ import annotations

from random import Random

import pandas as pd
import pytest

from metrics.map_logs import booked_by_step, booked_in_stays

HOUR = 3_600


def stays(*rows: tuple[int, int, int, int, int]) -> pd.DataFrame:
    """item, step, start and end in hours, hours active."""
    told = pd.DataFrame(rows, columns=["item_id", "step", "start_ts", "end_ts", "active_s"])
    for name in ("start_ts", "end_ts", "active_s"):
        told[name] *= HOUR
    return told


def logs(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """item, hour in which the work began, hours booked."""
    told = pd.DataFrame(rows, columns=["item_id", "started_ts", "spent_s"], dtype="int64")
    return told.assign(started_ts=told["started_ts"] * HOUR, spent_s=told["spent_s"] * HOUR)


def test_a_work_log_belongs_to_the_stay_in_which_its_work_began() -> None:
    visits = stays((1, 0, 0, 10, 4), (1, 1, 10, 20, 6), (2, 0, 5, 9, 0))
    booked = booked_in_stays(visits, logs((1, 9, 3), (1, 10, 2), (1, 19, 1), (2, 5, 1)))
    assert (booked // HOUR).tolist() == [3, 3, 1]


def test_what_began_in_no_stay_counts_nowhere() -> None:
    visits = stays((1, 0, 10, 20, 4), (1, 0, 30, 40, 4))
    booked = booked_in_stays(
        visits, logs((1, 9, 1), (1, 20, 1), (1, 25, 1), (1, 40, 1), (9, 12, 1))
    )
    assert booked.tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(30))
def test_it_is_what_a_loop_over_all_pairs_finds(seed: int) -> None:
    chance = Random(seed)
    rows = []
    for item in range(1, 5):
        at = chance.randrange(5)
        for _ in range(chance.randrange(5)):
            length = chance.randrange(1, 6)
            rows.append((item, chance.randrange(3), at, at + length, chance.randrange(length + 1)))
            at += length + chance.choice([0, 0, 2])
    visits = stays(*chance.sample(rows, len(rows)))
    made = logs(
        *((chance.randrange(1, 6), chance.randrange(30), chance.randrange(1, 9)) for _ in range(20))
    )
    slow = [0] * len(visits)
    for log in made.itertuples():
        for place, stay in enumerate(visits.itertuples()):
            if stay.item_id == log.item_id and stay.start_ts <= log.started_ts < stay.end_ts:
                slow[place] += log.spent_s
    assert booked_in_stays(visits, made).tolist() == slow


def test_it_tells_the_process_time_where_half_of_the_stays_have_some() -> None:
    visits = stays((1, 0, 0, 10, 4), (2, 0, 0, 10, 4), (3, 0, 0, 10, 0), (1, 1, 10, 12, 2))
    one, other = booked_by_step(visits, logs((1, 1, 12)), 2)
    assert (one.stays, one.seconds.n, one.over, one.total_s) == (2, 1, 1, 12 * HOUR)
    assert one.tells
    assert (other.stays, other.seconds.n, other.total_s) == (1, 0, 0)
    assert not other.tells
    more = pd.concat([visits, stays((4, 0, 0, 10, 4))])
    assert not booked_by_step(more, logs((1, 1, 12)), 2)[0].tells
    # Work that no status shows as active is work all the same.
    assert booked_by_step(visits, logs((3, 1, 1)), 2)[0].stays == 3
