"""Every example of docs/connectors/features.md is sent, up to the outcomes of its item."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.record_fields import specs
from pipeline.importing import import_file
from tests.api.feature_events import release_all
from tests.api.pushing import SHA, TICKET, Pushing, event, pushing

PAGE = (Path(__file__).parents[2] / "docs/connectors/features.md").read_text(encoding="utf-8")
STORY = [
    event("ticket.created", "SHOP-412", at="2026-11-02T09:00:00Z", content=TICKET,
          valuePerWeek=1800),
    event("change.merged", "77", at="2026-11-05T15:00:00Z", mergeSha=SHA,
          content={"repository": {"id": "shop/web"}, "description": "SHOP-412: split"}),
    event("service.deployed", "web", at="2026-11-06T08:00:00Z", sha=SHA, repository="shop/web",
          content={"environment": {"id": "production"}, "artifactId": "pkg:generic/web@2.4.0"}),
]  # fmt: skip


@pytest.fixture
def tools(tmp_path: Path, sqlite_url: str) -> Iterator[Pushing]:
    with pushing(tmp_path, sqlite_url) as found:
        yield found


def _examples() -> list[dict[str, object]]:
    return [json.loads(text) for text in re.findall(r"^```json\n(.*?)^```", PAGE, re.M | re.S)]


def test_the_examples_make_the_item_live_used_and_worth_something(tools: Pushing) -> None:
    tools.take(*STORY)
    tools.look()
    release_all(tools, int(datetime(2026, 11, 6, 8, tzinfo=UTC).timestamp()))
    examples = _examples()
    assert len(examples) == 4
    tools.take(*examples)
    told = tools.client.json("/v1/items/SHOP-412/outcomes")
    assert told["released_at"] == "2026-11-06T08:00:00Z"
    assert (told["shown_at"], told["live_at"]) == ("2026-11-07T09:00:00Z", "2026-11-09T09:00:00Z")
    assert (told["first_use_at"], told["adopted_at"]) == ("2026-11-16T00:00:00Z",) * 2
    assert told["idea_to_live_s"] == 7 * 86_400
    assert [one["value_cents"] for one in told["measured"]] == [None, 240_000]


def test_the_file_of_the_page_is_one_that_is_taken(tools: Pushing, tmp_path: Path) -> None:
    tools.take(*STORY)
    tools.look()
    text = re.findall(r"^```csv\n(.*?)^```", PAGE, re.M | re.S)[0]
    path = tmp_path / "outcome.csv"
    path.write_text(text, encoding="utf-8")
    assert set(next(csv.reader(text.splitlines()))) <= {spec.name for spec in specs("outcome")}
    report = import_file(tools.settings, tools.database, path, source="tools")
    assert (dict(report.new), report.refused) == ({"outcome": 1}, [])
    [row] = tools.client.json("/v1/items/SHOP-412/outcomes")["measured"]
    assert (row["value_cents"], row["attribution"], row["effect"]) == (240_000, "opinion", "direct")


def test_the_page_names_the_fields_of_each_kind() -> None:
    for name in ("share", "items", "environment.id", "measure", "count", "valueCents", "uri"):
        assert f"`{name}`" in PAGE
