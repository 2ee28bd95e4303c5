"""Traced builds, order of causes, the draw of the audit, and whether linked items are alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metrics.audit import SAMPLE, drawn
from metrics.causality import in_order, tool_pairs
from metrics.coverage import Coverage, traced_builds
from metrics.missing import linked_alike
from metrics.periods import DAY
from tests.metrics.played import WINDOW, rows_of, steady
from tests.metrics.tables import deployment_table, item_table

_NAMES = st.lists(st.text("abcdefgh", min_size=1, max_size=6), unique=True, max_size=80)


def test_a_deployment_is_traced_where_one_build_made_it() -> None:
    rows = deployment_table(
        *({"deployment_id": n, "finished_ts": WINDOW.from_ts + n} for n in range(1, 6)),
        {"deployment_id": 6, "finished_ts": WINDOW.to_ts},
        {"deployment_id": 7, "finished_ts": WINDOW.from_ts, "result": "failed"},
    )
    builds = rows_of("deployment_id build_id", (1, 10), (1, 10), (2, 11), (3, 12), (3, 13), (6, 14))
    assert traced_builds(rows, builds, window=WINDOW) == Coverage("C4", 2, 5)
    assert traced_builds(rows[:0], builds, window=WINDOW).share is None


def test_pairs_are_counted_by_check_and_tools_the_worst_first() -> None:
    words = "check cause_id effect_id cause_ts effect_ts"
    built = [("commit_before_build", 1, 2, 100, ts) for ts in (100, 130, 95, 40, 70)]
    merged = [("creation_before_merge", 1, 1, 10, 20)] * 3
    worst, other = tool_pairs(rows_of(words, *merged, *built))
    assert (worst.check, worst.pairs, worst.out_of_order) == ("commit_before_build", 5, 3)
    assert worst.median_lag_s == -30
    assert worst.share == 0.6
    assert (other.out_of_order, other.median_lag_s) == (0, None)
    assert in_order([worst, other]) == Coverage("C9", 5, 8)
    assert in_order([]) == Coverage("C9", 0, 0)


@given(_NAMES)
def test_the_draw_is_the_same_for_everybody_and_whatever_the_order(names: list[str]) -> None:
    chosen = [names[place] for place in drawn("2026-10", names)]
    assert len(chosen) == min(SAMPLE, len(names))
    assert len(set(chosen)) == len(chosen)
    turned = names[::-1]
    assert [turned[place] for place in drawn("2026-10", turned)] == chosen


@given(_NAMES, st.text("xyz", min_size=1, max_size=4))
def test_a_name_that_comes_later_moves_at_most_one_other_out(names: list[str], new: str) -> None:
    before = {names[place] for place in drawn("2026-10", names)}
    more = [*names, new]
    after = {more[place] for place in drawn("2026-10", more)}
    assert len(before - after) <= 1


def test_another_month_is_another_sample_and_every_name_has_its_chance() -> None:
    names = [f"link {n}" for n in range(300)]
    months = [f"{year}-{month:02}" for year in range(2000, 2020) for month in range(1, 13)]
    counts = dict.fromkeys(range(300), 0)
    for month in months:
        for place in drawn(month, names):
            counts[place] += 1
    # 240 draws of 30 of 300: each name 24 times on average, with a deviation of 4.6.
    assert min(counts.values()) > 24 - 6 * 4.6
    assert max(counts.values()) < 24 + 6 * 4.6


def _stream(unlinked_days: int, unlinked_type: str, unlinked_project: str) -> list[str]:
    rows = []
    for n, row in enumerate(steady(90)):
        missing = n % 3 == 0
        done = int(str(row["done_ts"]))
        days = unlinked_days if missing else 9
        rows.append(
            {
                **row,
                "has_code": not missing,
                "created_ts": done - (days + n % 5) * DAY,
                "type": unlinked_type if missing else "Story" if n % 2 else "Bug",
                "key": f"{unlinked_project if missing else 'SHOP'}-{n}",
            }
        )
    found = linked_alike(item_table(*rows), window=WINDOW)
    return [one.by for one in found if one.warning]


def test_linked_items_are_compared_by_type_age_and_project() -> None:
    assert _stream(9, "Story", "SHOP") == ["type"]
    assert _stream(40, "Bug", "SHOP") == ["type", "age"]
    assert _stream(9, "Bug", "WEB") == ["type", "project"]


def test_a_warning_says_how_they_differ_and_by_which_test() -> None:
    rows = [
        {**row, "type": "Story", "key": f"SHOP-{n}", "has_code": n % 3 != 0}
        for n, row in enumerate(steady(90))
    ]
    alike = linked_alike(item_table(*rows), window=WINDOW)
    assert [one.warning for one in alike] == ["", "", ""]
    older = [
        row if row["has_code"] else {**row, "created_ts": int(str(row["created_ts"])) - 30 * DAY}
        for row in rows
    ]
    (told,) = [
        one.warning for one in linked_alike(item_table(*older), window=WINDOW) if one.warning
    ]
    assert told == (
        "linked items are not like unlinked ones by age: linked p50 9.0 d, unlinked 39.0 d"
        " (Mann-Whitney, p<0.001)"
    )
