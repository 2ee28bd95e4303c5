"""The same company with Jira Data Center: other endpoints and shapes, the same truth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.frames import to_ts
from tests.e2e.company import Company, collected
from tests.e2e.test_truth import facts_by_key


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("company")
    with collected(home, seed=5, items=150, jira="datacenter") as found:
        yield found


def test_flow_times_and_ideas_are_those_of_the_company(company: Company) -> None:
    assert not [problem for one in company.report.sources for problem in one.problems]
    reported = facts_by_key(company)
    assert reported.keys() == {item.key for item in company.truth.items.values()}
    for item in company.truth.items.values():
        rows = reported[item.key]
        told = [(row["committed_ts"], row["done_ts"], row["cancelled_ts"]) for row in rows]
        assert told == [
            (to_ts(one.committed_at), to_ts(one.done_at), to_ts(one.cancelled_at))
            for one in item.episodes
        ]
        assert rows[-1]["idea_ts"] == to_ts(item.idea_at), item.key
