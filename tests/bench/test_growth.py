"""How the growth of a first load is told; no time and no size is asserted."""

from __future__ import annotations

from bench.growth import COLLECT, Sample, Watcher, phases_of


def _samples(phase: str, start: float, *mbs: int) -> list[Sample]:
    return [Sample(start + place, phase, mb) for place, mb in enumerate(mbs)]


def test_stretches_of_work_are_told_in_order_with_the_most_of_each_quarter() -> None:
    samples = [
        *_samples(COLLECT, 0.0, 10, 30, 20, 20, 25, 40, 5, 6),
        *_samples("measure", 8.0, 50),
        *_samples(COLLECT, 9.0, 45, 44),
    ]
    found = phases_of(samples)
    assert [(one.name, one.from_s, one.seconds) for one in found] == [
        (COLLECT, 0.0, 7.0),
        ("measure", 8.0, 0.0),
        (COLLECT, 9.0, 1.0),
    ]
    assert [one.quarters_mb for one in found] == [[30, 20, 40, 6], [50], [45, 44]]


def test_the_watcher_knows_what_the_work_is_at() -> None:
    watcher = Watcher()
    watcher.step("correlate", 0, 2)
    assert watcher.phase == "correlate"
    watcher.started("jira", "issues", 1)
    assert watcher.phase == COLLECT
