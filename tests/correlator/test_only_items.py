"""With items alone no rule is asked; with one thing of any other kind all of them are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from correlator.evidence import Evidence, Found, no_pairs
from correlator.linking import linked
from correlator.rules import RULES
from tests.correlator.builders import COLUMNS, FINDER, evidence, frame

ITEM = frame("item_keys", {"key": "SHOP-1", "item_id": 1})
OTHERS = (
    *("commits", "merge_requests", "merge_request_commits", "builds"),
    *("deployments", "claims", "changes", "incidents"),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the rules that were asked."""
    names: list[str] = []

    def rule(name: str) -> Callable[[Evidence, Found], pd.DataFrame]:
        def find(_evidence: Evidence, _found: Found) -> pd.DataFrame:
            names.append(name)
            return no_pairs()

        return find

    spies = tuple(replace(one, find=rule(one.name)) for one in RULES)
    monkeypatch.setattr("correlator.linking.RULES", spies)
    return names


def test_items_alone_ask_no_rule(asked: list[str]) -> None:
    found = linked(evidence(item_keys=ITEM))
    assert found.links.empty
    assert found.mentions.empty
    assert asked == []


@pytest.mark.parametrize("kind", OTHERS)
def test_one_thing_of_any_other_kind_asks_all_of_them(kind: str, asked: list[str]) -> None:
    assert kind in COLUMNS
    linked(evidence(FINDER, item_keys=ITEM, **{kind: frame(kind, {})}))
    assert asked == [rule.name for rule in RULES]
