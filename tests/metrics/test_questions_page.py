"""The page of the questions has each of them, with its rule and a worked example that is a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metrics.questions.catalogue import DETECTORS

ROOT = Path(__file__).parents[2]
SECTIONS = {
    found[1]: part
    for part in (ROOT / "docs/doubts.md").read_text(encoding="utf-8").split("\n## ")[1:]
    if (found := re.search(r"^`(\w+)`", part, re.MULTILINE))
}


def test_the_page_has_exactly_the_questions_that_there_are() -> None:
    assert list(SECTIONS) == list(DETECTORS)


@pytest.mark.parametrize("name", DETECTORS)
def test_a_section_has_the_question_its_rule_and_a_test(name: str) -> None:
    detector, section = DETECTORS[name], SECTIONS[name]
    assert section.startswith(detector.question)
    assert detector.rule in section
    assert detector.harmless in section
    example = re.search(r"`(tests/metrics/\w+\.py)::(test_\w+)`", section)
    assert example
    assert f"def {example[2]}(" in (ROOT / example[1]).read_text(encoding="utf-8")
