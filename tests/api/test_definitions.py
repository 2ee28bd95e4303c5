"""What a metric means, from its page; and when definitions changed, over the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.schemas_definitions import DefinitionChangeRow, DefinitionPage
from api.schemas_lists import Listed
from metrics.registry import METRICS
from tests.api.client import Client

PAGES = Path(__file__).parents[2] / "docs" / "metrics"


@pytest.mark.parametrize("slug", METRICS)
def test_a_definition_is_that_of_its_page_and_its_registry(client: Client, slug: str) -> None:
    metric = METRICS[slug]
    body = client.json(f"/v1/definitions/{slug}@{metric.version}")
    assert client.json(f"/v1/definitions/{slug}") == body
    DefinitionPage.model_validate(body, strict=True)
    text = " ".join((PAGES / f"{slug}.md").read_text(encoding="utf-8").split())
    told = [body["formula"], *body["edge_cases"], body["source"], body["worked_example"]]
    for part in told:
        assert part.strip()
        for line in part.splitlines():
            assert " ".join(line.split()) in text
    words = sum(len(part.split()) for part in told)
    assert words > 0.8 * len(text.split()) - 40, "nothing of the page is left out"
    assert "## " not in "".join(told)
    assert body["coverages"] == list(metric.required)
    assert body["tests"]
    assert not any("tests/" in part for part in told)


def test_every_definition_of_the_list_has_its_address(client: Client) -> None:
    for row in client.json("/v1/definitions")["items"]:
        body = client.json(f"/v1/definitions/{row['definition']}")
        assert {name: body[name] for name in row} == row


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("flow_time@2", "known: flow_time@1"),
        ("flow_time@", "known: flow_time@1"),
        ("flow_time@01", "known: flow_time@1"),
        ("flow_time@1@1", "known: flow_time@1"),
        ("flowtime", "known: flow_time, "),
        ("..%2F..%2FREADME", "there is no metric"),
        ("stage_time", "there is no metric"),
    ],
)
def test_what_is_not_known_names_what_is(client: Client, asked: str, told: str) -> None:
    answer = client.get(f"/v1/definitions/{asked}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    if "%2F" not in asked:
        assert told in answer.json()["detail"]


def test_what_a_metric_reads_are_the_columns_that_restate_it(client: Client) -> None:
    reads = client.json("/v1/definitions/flow_time")["reads"]
    assert "done_ts" in reads["item_fact"]
    assert client.json("/v1/definitions/xmr")["reads"] == {}


def test_the_changes_are_a_list_with_its_filters(client: Client) -> None:
    body = client.json("/v1/definitions/changes?stream=checkout&limit=5")
    Listed[DefinitionChangeRow].model_validate(body)
    client.problem("/v1/definitions/changes?stream=shop", 404)
    client.problem("/v1/definitions/changes?metric=shop", 404)
    client.problem("/v1/definitions/changes?cursor=x", 422)
    client.problem("/v1/definitions/changes?limit=0", 422)
    client.problem("/v1/definitions/flow_time?version=1", 422)
