"""Grades, withholding and coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from metrics import coverage
from metrics.envelope import Context, Definition, Envelope, Freshness, document, envelope
from metrics.facts import Rules, item_facts
from metrics.measure import Measure, of_durations
from metrics.periods import DAY, Window
from metrics.registry import METRICS
from metrics.visit_seconds import visit_seconds
from tests.metrics.history import STATES, inputs, item, path
from tests.metrics.tables import deployment_table, incident_table, item_table

NOW = 100 * DAY
FULL = {"C6": 0.98, "C8": 0.95}
CONTEXT = Context(
    scope={"stream": "checkout"},
    window=Window(0, NOW),
    as_of=NOW,
    known_at=NOW,
    coverage=FULL,
    sources={"jira": Freshness(NOW - 60, 600)},
    explain="/v1/metrics/flow_time/explain",
)
FLOW_TIME = METRICS["flow_time"].definition


def of(n: int) -> Measure:
    return of_durations(
        np.arange(1, n + 1, dtype=np.float64) * DAY, unit="d", excluded={"no_start": 2, "x": 0}
    )


def answer(n: int, context: Context = CONTEXT) -> Envelope:
    return envelope(of(n), FLOW_TIME, context)


@pytest.mark.parametrize(
    ("n", "grade", "kept"),
    [
        (59, "A", {"p50", "p85", "p95"}),
        (58, "B", {"p50", "p85"}),
        (19, "B", {"p50", "p85"}),
        (18, "C", {"p50"}),
        (5, "C", {"p50"}),
        (4, "D", set()),
        (0, "D", set()),
    ],
)
def test_few_values_withhold_percentiles_and_lower_the_grade(
    n: int, grade: str, kept: set[str]
) -> None:
    found = answer(n)
    assert found.grade == grade
    assert {name for name, value in found.value.items() if value is not None} == kept
    assert set(found.observed) == ({"p50", "p85", "p95"} - kept if n else set())


def test_a_withheld_value_is_observed_and_says_why() -> None:
    found = answer(42)
    assert found.value["p95"] is None
    assert found.observed == {"p95": 40}
    assert found.reasons == ("n<59", "p95 withheld: n<59")
    assert found.excluded == {"no_start": 2}


@pytest.mark.parametrize(
    ("share", "grade"), [(0.9, "A"), (0.89, "B"), (0.7, "B"), (0.5, "C"), (0.49, "D"), (None, "A")]
)
def test_the_lowest_required_coverage_decides(share: float | None, grade: str) -> None:
    found = answer(60, replace(CONTEXT, coverage={"C6": share, "C8": 1.0, "C1": 0.1}))
    assert found.grade == grade
    assert (found.value["p50"] is None) == (grade == "D")


def test_a_required_coverage_that_was_not_measured_withholds() -> None:
    found = answer(60, replace(CONTEXT, coverage={"C6": 1.0}))
    assert found.grade == "D"
    assert found.reasons == ("C8 not measured",)


def test_stale_is_three_intervals_and_never_read_is_nothing() -> None:
    grades = [
        answer(60, replace(CONTEXT, sources={"jira": source})).grade
        for source in (
            Freshness(NOW - 1799, 600),
            Freshness(NOW - 1800, 600),
            Freshness(None, 600),
            Freshness(None, 600, required=False),
        )
    ]
    assert grades == ["A", "B", "D", "A"]


def _back_to(day: int, *, required: bool = True) -> Context:
    """History that is read from this day of the hundred on, the rest is loading."""
    source = Freshness(NOW - 60, 600, required=required, back_to_ts=day * DAY)
    return replace(CONTEXT, sources={"jira": source})


@pytest.mark.parametrize(
    ("day", "percentiles", "count"),
    [(0, "A", "A"), (1, "B", "B"), (10, "B", "B"), (11, "B", "D"), (30, "B", "D"), (31, "C", "D")],
)
def test_a_window_that_reaches_behind_what_is_read_lowers_the_grade(
    day: int, percentiles: str, count: str
) -> None:
    """A distribution is judged by the share of the window; a count of nine tenths is no count."""
    items = Measure(sort="count", unit="items", value={"count": 7.0}, n=7)
    counted = envelope(items, Definition("velocity", 1, ()), _back_to(day))
    assert (answer(60, _back_to(day)).grade, counted.grade) == (percentiles, count)


def test_a_window_of_which_less_than_half_is_read_says_nothing_but_since_when() -> None:
    found = answer(60, _back_to(51))
    assert found.value == {"p50": None, "p85": None, "p95": None}
    assert found.reasons == ("withheld: jira is read back to 1970-02-21 only",)
    assert document(found)["history_back_to"] == {"jira": "1970-02-21T00:00:00Z"}


def test_history_that_a_number_does_not_need_changes_nothing() -> None:
    assert answer(60, _back_to(99, required=False)).grade == "A"
    assert answer(60, _back_to(99, required=False)).reasons == ()


def test_what_is_in_flight_may_have_moved_last_before_what_is_read() -> None:
    """However young the window is: an item that has waited for longer is not there yet."""
    young = replace(_back_to(10), window=Window(50 * DAY, NOW))
    count = Measure(sort="count", unit="items", value={"now": 7.0}, n=7)
    caveat = ("jira: what last changed before 1970-01-11 is still to come",)
    for slug in ("load", "delay_cost"):
        definition = replace(METRICS[slug].definition, required=())
        found = envelope(count, definition, young)
        assert (found.grade, found.value, found.reasons) == ("B", {"now": 7.0}, caveat)
    velocity = envelope(count, METRICS["velocity"].definition, young)
    assert (velocity.grade, velocity.reasons) == ("A", ())


def test_what_is_in_flight_now_does_not_depend_on_where_the_window_begins() -> None:
    load = Measure(sort="count", unit="items", value={"now": 7.0}, n=7)
    definition = METRICS["load"].definition
    assert envelope(load, definition, _back_to(90)).value == {"now": 7.0}
    past = replace(_back_to(90), window=Window(0, 80 * DAY))
    assert envelope(load, definition, past).grade == "D"


def test_few_deployments_do_not_lower_a_count() -> None:
    count = Measure(sort="count", unit="deployments", value={"count": 1.0}, n=1)
    found = envelope(count, Definition("deployment_frequency", 1, ()), CONTEXT)
    assert (found.grade, found.value["count"]) == ("A", 1)


def test_a_count_that_is_not_there_is_not_graded_as_good() -> None:
    """Other numbers of the answer, which are there, keep the grade."""
    definition = Definition("predictability", 1, ())
    nothing = Measure("ratio", "ratio", {"ratio": None}, n=60, reasons=("no_data",))
    found = envelope(nothing, definition, CONTEXT)
    assert (found.grade, found.value, found.reasons) == ("D", {"ratio": None}, ("no_data",))
    held = Measure("count", "items", {"now": 3.0}, n=3, withheld={"now": "no history"})
    found = envelope(held, definition, CONTEXT)
    assert (found.grade, found.observed, found.reasons) == ("D", {"now": 3.0}, ("no history",))
    half = Measure("count", "items", {"count": 0.0, "gap_h": None}, n=0)
    assert envelope(half, definition, CONTEXT).grade == "A"


def test_the_document_has_the_fields_of_the_specification() -> None:
    printed = document(answer(30))
    expected = "metric definition scope window as_of known_at unit calendar value observed interval"
    expected += " n parts excluded coverage watermarks history_back_to grade reasons explain"
    assert list(printed) == expected.split()
    assert printed["definition"] == "flow_time@1"
    assert printed["window"] == ["1970-01-01T00:00:00Z", "1970-04-11T00:00:00Z"]
    assert printed["interval"] == {
        "p50": [10.0, 21.0],
        "p85": [21.0, 30.0],
        "p95": [26.0, None],
        "level": 0.95,
        "method": "order-statistic",
    }
    assert printed["watermarks"] == {"jira": "1970-04-10T23:59:00Z"}


def test_coverage_of_items() -> None:
    window = Window(0, NOW)
    done = {"committed_ts": 0, "done_ts": 5}
    items = item_table(
        {**done, "expects_code": True, "has_code": True},
        {**done, "expects_code": True, "complete": False},
        {**done, "has_code": True},
        {"committed_ts": 0, "value_cents": 1},
        {"committed_ts": 0},
    )
    assert coverage.ticket_links(items, window=window).share == 0.5
    assert coverage.full_history(items, window=window, as_of=NOW).share == 0.8
    assert coverage.valued_items(items, as_of=NOW).share == 0.5
    assert coverage.valued_items(item_table(), as_of=NOW).share is None


def test_coverage_of_delivery() -> None:
    window = Window(0, NOW)
    deployments = deployment_table({"commits": 0}, {"commits": -(2**63)}, {"result": "failed"})
    assert coverage.known_commits(deployments, window=window).share == 0.5
    incidents = incident_table({"method": "explicit"}, {}, {})
    found = coverage.attributed_incidents(incidents, window=window)
    assert (found.numerator, found.denominator) == (1, 3)
    days = pd.DataFrame({"day_ts": [0, 1, NOW], "population": [3, 1, 9], "unlinked": [1, 1, 0]})
    found = coverage.commits_with_ticket(days, window=window)
    assert (found.numerator, found.denominator, found.share) == (2, 4, 0.5)
    assert coverage.commits_with_ticket(days[:0], window=window).share is None


def stages_of(states: Mapping[int, str]) -> pd.DataFrame:
    rows = [(number * 10, number, word) for number, word in states.items()]
    return pd.DataFrame(rows, columns=["stage_id", "ordinal", "state"])


def test_coverage_of_time_in_statuses() -> None:
    steps = ((0, 1), (DAY, 3), (4 * DAY, 9), (5 * DAY, 4))
    facts = item_facts(inputs([item(1, 0, 4)], path(1, *steps)), Rules())
    visits = visit_seconds(facts.visits, stages_of(STATES))
    found = coverage.mapped_time(visits, window=Window(0, NOW), as_of=NOW)
    assert (found.numerator, found.denominator) == (3 * DAY, 4 * DAY)
    half = coverage.mapped_time(visits, window=Window(3 * DAY, 9 * DAY), as_of=NOW)
    assert half.share == 0.5


def test_an_active_stage_beside_a_waiting_one_shows_when_work_rests() -> None:
    stages = stages_of(STATES)
    facts = item_facts(inputs([item(1, 0, 4)], path(1, (0, 3), (DAY, 4))), Rules())
    visits = visit_seconds(facts.visits, stages)
    beside = coverage.active_with_queue(visits, window=Window(0, NOW), as_of=NOW)
    assert beside.share == 1
    visits = visit_seconds(facts.visits, stages[stages["state"] != "waiting"])
    alone = coverage.active_with_queue(visits, window=Window(0, NOW), as_of=NOW)
    assert (alone.numerator, alone.denominator) == (0, DAY)


def test_every_metric_names_itself_once_and_requires_known_coverages() -> None:
    assert all(slug == metric.slug for slug, metric in METRICS.items())
    required = {name for metric in METRICS.values() for name in metric.required}
    assert required == {"C1", "C3", "C5", "C6", "C7", "C8", "C11"}
    assert METRICS["deployment_frequency"].required == ()


def test_percentiles_beside_a_ratio_are_withheld_by_themselves() -> None:
    rows = [{"committed_ts": 0, "done_ts": 5, "active_s": 1, "waiting_s": n} for n in range(6)]
    measure = METRICS["efficiency"].function(item_table(*rows), window=Window(0, 9), staged=True)
    assert isinstance(measure, Measure)
    full = replace(CONTEXT, coverage={"C6": 1.0, "C7": 1.0, "C8": 1.0})
    found = envelope(measure, METRICS["efficiency"].definition, full)
    assert found.grade == "C"
    assert set(found.observed) == {"item_p85", "item_p95"}
    assert found.value["ratio"] == 6 / 21


def _wanted_from(day: int) -> Context:
    """Of a source that is asked for nothing older than this day of the hundred."""
    return replace(CONTEXT, sources={"jira": Freshness(NOW - 60, 600, since_ts=day * DAY)})


@pytest.mark.parametrize(
    ("day", "grade", "value"), [(0, "A", 0.0), (10, "B", 0.0), (11, "D", None)]
)
def test_nothing_counted_before_the_history_that_is_read_is_no_zero(
    day: int, grade: str, value: float | None
) -> None:
    nothing = Measure(sort="count", unit="items", value={"count": 0.0}, n=0)
    found = envelope(nothing, Definition("velocity", 1, ()), _wanted_from(day))
    assert (found.grade, found.value["count"]) == (grade, value)
    assert found.history_back_to == {}


def test_why_says_which_line_reads_further_back() -> None:
    assert answer(60, _wanted_from(51)).reasons == (
        "withheld: jira is read from 1970-02-21 on only: `history` of its [[sources]]",
    )


def test_history_that_is_never_read_lowers_nothing_that_is_in_flight() -> None:
    """While history comes more may be in load; what is never asked for does not come."""
    load = Measure(sort="count", unit="items", value={"now": 7.0}, n=7)
    definition = Definition("load", 1, (), in_flight="only")
    assert envelope(load, definition, _wanted_from(50)).grade == "A"
    assert envelope(load, definition, _back_to(50)).grade == "B"


def test_of_two_beginnings_the_later_one_counts() -> None:
    source = Freshness(NOW - 60, 600, back_to_ts=30 * DAY, since_ts=5 * DAY)
    found = answer(60, replace(CONTEXT, sources={"jira": source}))
    assert found.reasons == ("jira is read back to 1970-01-31 only",)
    assert source.whole_from_ts == 30 * DAY
