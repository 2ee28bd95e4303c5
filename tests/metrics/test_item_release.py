"""When the code of an item went live: the last of the commits that count."""

from __future__ import annotations

import pandas as pd
import pytest

from core.frames import NONE
from metrics.item_release import ReleaseInputs, item_releases
from tests.metrics.history import frame

# Commits 11 and 12 are of repository 1, 13 is a merge; 21 is of repository 2, never deployed.
COMMITS = frame(
    "commit_id repository_id parents",
    [(11, 1, 1), (12, 1, 1), (13, 1, 2), (21, 2, 1)],
)


def ids(*numbers: int) -> pd.Series[int]:
    return pd.Series(list(numbers), dtype="int64")


def release(
    *written: tuple[int, int],
    live: tuple[tuple[int, int], ...] = (),
    landed: tuple[int, ...] = (11, 12, 13, 21),
    undone: tuple[int, ...] = (),
    unsure: tuple[int, ...] = (),
) -> dict[str, object]:
    """The release of item 1."""
    found = item_releases(
        ReleaseInputs(
            written=frame("item_id commit_id", written),
            commits=COMMITS,
            landed=ids(*landed),
            undone=ids(*undone),
            live=frame("commit_id live_ts", live),
            deployed=ids(1),
            unsure=ids(*unsure),
        )
    )
    return {str(name): value for name, value in found.iloc[0].to_dict().items()}


def told(row: dict[str, object]) -> tuple[object, object, object]:
    return row["first_released_ts"], row["released_ts"], row["release_reason"]


def test_an_item_is_released_with_the_last_of_its_commits() -> None:
    row = release((1, 11), (1, 12), live=((11, 100), (12, 300)))
    assert told(row) == (100, 300, "")
    assert row["has_code"]


def test_an_item_is_not_released_while_a_commit_waits() -> None:
    row = release((1, 11), (1, 12), live=((11, 100),))
    assert told(row) == (100, NONE, "not_deployed")


@pytest.mark.parametrize("left_out", [{"undone": (12,)}, {"landed": (11,)}])
def test_what_was_taken_back_or_never_landed_does_not_count(
    left_out: dict[str, tuple[int, ...]],
) -> None:
    assert told(release((1, 11), (1, 12), live=((11, 100),), **left_out)) == (100, 100, "")


def test_merges_do_not_count() -> None:
    row = release((1, 11), (1, 13), live=((11, 100), (13, 900)))
    assert told(row) == (100, 100, "")


def test_nothing_that_counts_is_not_a_release() -> None:
    assert told(release((1, 11), undone=(11,))) == (NONE, NONE, "not_deployed")


def test_a_repository_without_deployments_says_so() -> None:
    assert told(release((1, 21))) == (NONE, NONE, "deployments_unknown")


def test_a_first_known_deployment_proves_no_moment() -> None:
    """What ran before it is not known: the commit may have been live for years."""
    row = release((1, 11), live=((11, 100),), unsure=(11,))
    assert told(row) == (NONE, NONE, "deployments_unknown")


def test_no_links_give_an_empty_frame() -> None:
    empty = ReleaseInputs(
        written=frame("item_id commit_id"),
        commits=COMMITS,
        landed=ids(),
        undone=ids(),
        live=frame("commit_id live_ts"),
        deployed=ids(),
        unsure=ids(),
    )
    assert item_releases(empty).empty
