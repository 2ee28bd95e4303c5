"""The sentences beside the headline's grade explain that grade."""

from __future__ import annotations

from metrics.registry import METRICS
from tests.api.client import Client


def test_the_first_sentence_names_the_weakest_coverage_that_decides_the_grade(
    client: Client,
) -> None:
    deciding = set(METRICS["idea_to_release"].required)
    rows = client.json("/v1/quality")["items"]
    weak = [row for row in rows if row["id"] in deciding and (row["value"] or 1) < 0.9]
    trust = client.json("/v1/overview")["headline"]["trust"]

    assert weak != []
    weakest = min(weak, key=lambda row: row["value"])
    missing = round((1 - weakest["value"]) * 100)
    assert trust[0].startswith(f"{weakest['scope_title']}: {missing} % ")
