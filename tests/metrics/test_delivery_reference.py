"""The DORA metrics against the slow reference, on made-up deployments, incidents and links."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics import delivery, lead_time
from metrics.delivery_facts import DeploymentLinks, deployment_facts
from metrics.deployment_verdicts import deployment_verdicts
from metrics.periods import DAY, Window
from tests.examples import examples
from tests.metrics.history import at, frame
from tests.metrics.tables import change_table, deployment_table, incident_table
from tests.reference import delivery as slow
from tests.reference.statistics import percentile

SECOND = st.integers(0, 60)
FRAME = (
    "deployment_id service_id environment repository_id sha version result finished_ts hotfix"
    " rollback jobs commits commits_reason"
)
VIENNA = "Europe/Vienna"


@st.composite
def deployment_lists(draw: st.DrawFn, moments: st.SearchStrategy[int]) -> list[slow.Deployment]:
    return [
        slow.Deployment(
            number=number,
            service=draw(st.integers(1, 2)),
            environment=draw(st.sampled_from(["eu", "eu", "us"])),
            version=draw(st.sampled_from(["1", "2", "3", "4", ""])),
            result=draw(st.sampled_from(["success", "success", "success", "failed"])),
            finished=draw(moments),
            hotfix=draw(st.booleans()),
            marked_rollback=draw(st.sampled_from([False, False, False, True])),
            fixes_defect=draw(st.sampled_from([False, False, True])),
        )
        for number in range(1, draw(st.integers(0, 8)) + 1)
    ]


@st.composite
def incident_lists(draw: st.DrawFn) -> list[slow.Incident]:
    return [
        slow.Incident(
            number,
            draw(st.integers(1, 2)),
            opened := draw(SECOND),
            draw(st.one_of(st.none(), st.integers(opened, 90))),
        )
        for number in range(1, draw(st.integers(0, 5)) + 1)
    ]


@st.composite
def delivered(draw: st.DrawFn) -> slow.History:
    deployments, incidents = draw(deployment_lists(SECOND)), draw(incident_lists())
    links = (
        draw(
            st.lists(
                st.builds(
                    slow.Link,
                    st.integers(1, len(incidents)),
                    st.integers(1, len(deployments)),
                    st.sampled_from([0.4, 0.8, 1.0]),
                ),
                max_size=6,
            )
        )
        if deployments and incidents
        else []
    )
    return slow.History(deployments, incidents, links)


def facts(history: slow.History) -> pd.DataFrame:
    rows = [
        (
            *(d.number, d.service, d.environment, 1, "", d.version, d.result, d.finished),
            *(d.hotfix, d.marked_rollback, 1, 1, ""),
        )
        for d in history.deployments
    ]
    table = frame(FRAME, rows)
    if not rows:
        text = ("environment", "sha", "version", "result", "commits_reason")
        table = table.astype({**dict.fromkeys(text, object), "hotfix": bool, "rollback": bool})
    incidents = [(i.number, i.service, i.opened, _known(i.resolved)) for i in history.incidents]
    links = [(link.incident, link.deployment, link.confidence) for link in history.links]
    fixing = [d.number for d in history.deployments if d.fixes_defect]
    return deployment_facts(
        table,
        frame("incident_id service_id opened_ts resolved_ts", incidents),
        DeploymentLinks(
            frame("incident_id deployment_id confidence", links),
            table[["service_id", "deployment_id", "commits", "commits_reason"]],
            pd.Series(fixing, dtype="int64"),
        ),
    )


def _known(ts: int | None) -> int:
    return NONE if ts is None else ts


@settings(max_examples=examples(150), deadline=None)
@given(history=delivered())
def test_facts_of_deployments_equal_the_slow_reference(history: slow.History) -> None:
    told = facts(history).set_index("deployment_id")
    for one in history.deployments:
        row = told.loc[one.number]
        assert row["kind"] == slow.kind(history, one)
        assert (row["failed"] == 1) == bool(slow.blamed(history, one))
        assert row["restored_ts"] == _known(slow.restored(history, one))
        assert row["rework"] == slow.is_rework(history, one)


@st.composite
def windows(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(-5, 60))
    return start, draw(st.integers(start, 70))


@settings(max_examples=examples(100), deadline=None)
@given(
    history=delivered(),
    window=windows(),
    as_of=st.integers(0, 120),
    observed_s=st.integers(0, 40),
    reach_s=st.integers(0, 30),
    certain=st.integers(0, 5),
)
def test_failure_recovery_and_rework_equal_the_slow_reference(
    history: slow.History,
    window: tuple[int, int],
    as_of: int,
    observed_s: int,
    reach_s: int,
    certain: int,
) -> None:
    table, asked = facts(history), Window(*window)
    loose = list(history.incidents[certain:])
    incidents = incident_table(
        *(
            {
                "incident_id": one.number,
                "service_id": one.service,
                "opened_ts": one.opened,
                "method": "unattributed" if one in loose else "explicit",
            }
            for one in history.incidents
        )
    )
    reach = {"observation_window_s": observed_s, "incident_window_s": reach_s}
    verdicts = deployment_verdicts(table, incidents, as_of=as_of, **reach)
    strict = {
        one.number: slow.verdict(history, one, as_of=as_of, observed_s=observed_s)
        for one in history.deployments
    }
    lenient = {
        one.number: "yes"
        if slow.suspect(one, loose, as_of=as_of, reach_s=reach_s)
        else strict[one.number]
        for one in history.deployments
    }
    numbers = table["deployment_id"].tolist()
    assert dict(zip(numbers, verdicts["strict"], strict=True)) == strict
    assert dict(zip(numbers, verdicts["lenient"], strict=True)) == lenient

    rows = slow.cohort(history, window)
    forward = [one for one in rows if slow.kind(history, one) != "rollback"]
    closed = [one for one in forward if one.finished + observed_s <= as_of]
    rate = delivery.change_fail_rate(table, incidents, window=asked, as_of=as_of, **reach)
    assert rate.n == len(closed)
    assert rate.parts["numerator"] == sum(strict[one.number] == "yes" for one in closed)
    assert rate.parts["numerator_lenient"] == sum(lenient[one.number] == "yes" for one in closed)
    assert rate.parts["pending"] == len(forward) - len(closed)
    early = [one for one in forward if one not in closed and strict[one.number] == "yes"]
    assert rate.parts["pending_failed"] == len(early)

    failed = [one for one in rows if slow.blamed(history, one)]
    ends = [(one, slow.restored(history, one)) for one in failed]
    over = [end - one.finished for one, end in ends if end is not None and end <= as_of]
    recovery = delivery.recovery_time(table, incidents, window=asked, as_of=as_of)
    assert recovery.recovery_time.n == len(over)
    middle = percentile(over, Fraction(1, 2))
    expected = None if middle is None else pytest.approx(middle / 3600)
    assert recovery.recovery_time.value["p50"] == expected
    assert len(recovery.open_deployments) == len(failed) - len(over)

    rework = delivery.deployment_rework_rate(table, window=asked)
    sure = sum(slow.is_rework(history, one) for one in rows)
    likely = [
        one for one in rows if slow.is_rework(history, one) or slow.kind(history, one) == "hotfix"
    ]
    assert rework.value["ratio"] == (sure / len(rows) if rows else None)
    assert rework.value["lenient"] == (len(likely) / len(rows) if rows else None)


@settings(max_examples=examples(100), deadline=None)
@given(
    commits=st.lists(
        st.tuples(SECOND, SECOND, st.sampled_from(["", "", "", "bot", "merge_commit"])), max_size=40
    ),
    window=windows(),
)
def test_lead_time_of_commits_equals_the_slow_reference(
    commits: list[tuple[int, int, str]], window: tuple[int, int]
) -> None:
    table = change_table(
        *({"committed_ts": a, "deployed_ts": b, "excluded": word} for a, b, word in commits)
    )
    times, excluded = slow.lead_times(commits, window)
    found = lead_time.change_lead_time(table, window=Window(*window))
    assert (found.n, found.excluded) == (len(times), excluded)
    for name, p in (("p50", Fraction(1, 2)), ("p85", Fraction(85, 100))):
        seconds = percentile(times, p)
        assert found.value[name] == (None if seconds is None else pytest.approx(seconds / 3600))


@settings(max_examples=examples(60), deadline=None)
@given(
    commits=st.lists(st.tuples(st.integers(1, 6), SECOND, SECOND), max_size=30), window=windows()
)
def test_lead_time_of_requests_equals_the_slow_reference(
    commits: list[tuple[int, int, int]], window: tuple[int, int]
) -> None:
    table = change_table(
        *(
            {"merge_request_id": number, "committed_ts": a, "deployed_ts": b}
            for number, a, b in commits
        )
    )
    times = slow.lead_times_by_change(commits, window)
    found = lead_time.change_lead_time_by_change(table, window=Window(*window))
    seconds = percentile(times, Fraction(85, 100))
    assert found.n == len(times)
    assert found.value["p85"] == (None if seconds is None else pytest.approx(seconds / 3600))


@settings(max_examples=examples(60), deadline=None)
@given(
    made=deployment_lists(st.integers(at("2026-01-20") // 900, at("2026-05-10") // 900)),
    start=st.integers(0, 60),
    length=st.integers(1, 100),
    tz=st.sampled_from(["UTC", VIENNA, "America/St_Johns"]),
    starts=st.sampled_from([0, 5, 6]),
)
def test_frequency_equals_the_slow_reference(
    made: list[slow.Deployment], start: int, length: int, tz: str, starts: int
) -> None:
    begin = at("2026-01-25") + start * DAY - 3600
    window = (begin, begin + length * DAY)
    timed = [slow.Deployment(**{**vars(one), "finished": one.finished * 900}) for one in made]
    rows = slow.cohort(slow.History(timed, (), ()), window)
    table = deployment_table(
        *(
            {
                "deployment_id": one.number,
                "service_id": one.service,
                "result": one.result,
                "finished_ts": one.finished,
            }
            for one in timed
        )
    )
    asked = Window(*window)
    weeks: dict[str, Any] = {"as_of": window[1], "tz": tz, "week_starts": starts}
    found = delivery.deployment_frequency(table, window=asked, **weeks)
    gap = percentile(slow.gaps(rows), Fraction(1, 2))
    assert found.value["count"] == len(rows)
    assert found.value["per_week"] == pytest.approx(len(rows) / length * 7)
    assert found.value["median_gap_h"] == (None if gap is None else pytest.approx(gap / 3600))
    days = slow.deploy_days_per_week(rows, window, tz, starts)
    assert found.value["deploy_days_per_week"] == days
    word = delivery.bucket(table, window=asked, **weeks)
    assert word == slow.word(rows, window, tz, starts)
