"""Every likely reason has words, a next step, and its place in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from core.frames import NONE
from correlator.unlinked import unlinked_deployments
from pipeline.unlinked_words import KINDS, REASONS, TITLES, told

PAGE = Path(__file__).parents[2] / "docs" / "correlation.md"


def _section() -> str:
    text = PAGE.read_text(encoding="utf-8").partition("## What is not linked, and why\n")[2]
    return text.partition("\n## ")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_each_reason_is_in_the_documents(kind: str) -> None:
    named = set(re.findall(r"`([a-z_]+)`", _section()))
    assert set(REASONS[KINDS[kind]]) - named == set()
    assert TITLES[kind]


def test_a_deployment_of_which_no_reason_is_stored_has_words_and_a_next_step() -> None:
    deployments = pd.DataFrame(
        {"deployment_id": [1], "finished_ts": [5], "commits": [NONE], "commits_reason": [""]}
    )
    (reason,) = unlinked_deployments(deployments)["reason"]
    words = told(KINDS["deployment"], reason)
    assert reason in REASONS[KINDS["deployment"]]
    assert "worked out" in words.text
    assert "headwater recompute" in words.next_step
