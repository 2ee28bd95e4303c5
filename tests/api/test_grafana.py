"""The dashboards of deploy/grafana: every query of the API is answered, with every column."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.pages import PAGES
from tests.api.client import Client
from tests.api.dashboards import (
    BOARDS,
    FOLDER,
    INFINITY,
    POSTGRES,
    Asked,
    Window,
    address,
    board,
    frame,
    queries,
    sources,
)

SET = {
    "stream": "checkout",
    "service": "web",
    "currency": "EUR",
    "headwater": "http://127.0.0.1:8080",
}
WINDOW = Window(
    datetime(2026, 5, 22, tzinfo=UTC), datetime(2026, 11, 20, 23, 59, 59, 999_000, UTC), SET
)
EVERY = [panel for name in BOARDS for panel in board(name)["panels"]]
NAMED = [f"{name}: {panel['title']}" for name in BOARDS for panel in board(name)["panels"]]
MAY_BE_UNKNOWN = {
    "delivery.json: Recovery time": {"half within"},
    "delivery.json: Services": {"Recovery, half within"},
    "delivery.json: How far it can be trusted": {"Why"},
    "delay-cost.json: How far it can be trusted": {"Why"},
}
"""What this small company has too few failures for, or no reason."""


def _rows(client: Client, asked: Asked) -> list[dict[str, Any]]:
    return frame(client.json(address(WINDOW, asked.target)), asked.target)


def _of(board: str, title: str) -> Asked:
    (found,) = (one for one in queries(INFINITY) if one.name == f"{board}.json: {title}")
    return found


@pytest.mark.parametrize("asked", queries(INFINITY), ids=lambda asked: asked.name)
def test_every_query_is_answered_and_every_column_says_something(
    calm: Client, asked: Asked
) -> None:
    rows = _rows(calm, asked)
    assert rows
    for name in rows[0]:
        if name not in MAY_BE_UNKNOWN.get(asked.name, ()):
            assert any(row[name] is not None for row in rows), name


def test_there_are_many_queries_of_both_kinds() -> None:
    assert len(queries(INFINITY)) > 30
    assert len(queries(POSTGRES)) > 10


@pytest.mark.parametrize("name", BOARDS)
def test_the_choices_of_variables_are_what_there_is(calm: Client, name: str) -> None:
    for variable in board(name)["templating"]["list"]:
        if variable["type"] != "query" or variable["datasource"]["type"] != INFINITY:
            continue
        target = variable["query"]["infinityQuery"]
        rows = frame(calm.json(address(WINDOW, target)), target)
        choices = [row.get("__value", row.get("name", row.get("value.currency"))) for row in rows]
        assert SET[variable["name"]] in choices
        assert all(isinstance(one, str) for one in choices)


def test_panels_show_what_the_page_reads_from_the_api(calm: Client) -> None:
    """Worked out anew from other answers than those that the panels ask."""
    window = "from=2026-05-22T00:00:00Z&to=2026-11-20T23:59:59Z"
    items = calm.json(f"/v1/streams/checkout/metrics/flow_time/explain?{window}")["included"]
    times = sorted(one["seconds"] / 86_400 for one in items)
    (told,) = _rows(calm, _of("idea-to-release", "Flow time"))
    assert told["half within"] == pytest.approx(times[-(-len(times) // 2) - 1], abs=1e-6)
    done = _rows(calm, _of("idea-to-release", "Done, by week"))
    assert {(later["Week"] - week["Week"]).days for week, later in pairwise(done)} == {7}
    parts = _rows(calm, _of("delay-cost", "By stage, $currency"))
    weeks = _rows(calm, _of("delay-cost", "Cost of waiting, by week, $currency"))
    whole = calm.json(f"/v1/streams/checkout/delay-cost?{window}")
    assert sum(row["cost"] for row in parts) == pytest.approx(whole["cost_cents"] / 100)
    last = weeks[-1]
    one = f"from={last['Week']:%Y-%m-%d}&to={last['Week'] + timedelta(days=7):%Y-%m-%d}"
    week = calm.json(f"/v1/streams/checkout/delay-cost?{one}")
    assert last["cost"] == week["cost_cents"] / 100 > 0


@pytest.mark.parametrize("panel", EVERY, ids=NAMED)
def test_every_panel_has_its_definition_a_unit_and_a_provisioned_source(
    panel: dict[str, Any],
) -> None:
    known = sources()
    assert len(panel["description"]) > 40
    assert panel["fieldConfig"]["defaults"]["unit"]
    for one in (panel, *panel["targets"]):
        assert known[one["datasource"]["uid"]]["type"] == one["datasource"]["type"]
    columns = _column_names(panel)
    ordered = [name for one in panel["transformations"] for name in _organised(one)]
    named = [one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]]
    assert {*ordered, *named} <= columns, {*ordered, *named} - columns
    thresholds = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert len(thresholds) == 1  # colour tells what a thing is, not whether it is good
    assert panel["options"].get("colorMode", "none") == "none"
    slugs = re.findall(r"metrics? (\w+)[.,]", panel["description"], re.IGNORECASE)
    pages = Path(FOLDER).parents[1] / "docs" / "metrics"
    assert all((pages / f"{slug}.md").is_file() for slug in slugs), slugs


def _column_names(panel: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for target in panel["targets"]:
        for column in target.get("columns", []) + target.get("computed_columns", []):
            found.add(column["text"] or column["selector"])
        found |= set(re.findall(r'AS "?([^",\n]+?)"?(?=,|\n|$)', target.get("rawSql", "")))
        found |= {"url", "stage"} if "rawSql" in target else set()
    return found


def _organised(transformation: dict[str, Any]) -> Iterator[str]:
    assert transformation["id"] == "organize"
    yield from transformation["options"]["excludeByName"]
    yield from transformation["options"]["indexByName"]


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_is_one_that_grafana_loads(name: str) -> None:
    made = board(name)
    assert made["uid"].startswith("headwater-")
    assert made["schemaVersion"] == 41
    assert "id" not in made
    ids = [panel["id"] for panel in made["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in made["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    declared = {one["name"] for one in made["templating"]["list"]}
    text = json.dumps(made)
    used = set(re.findall(r"\$\{(?!__)(\w+)", text)) | set(re.findall(r"\$(?!__)([a-z]\w+)", text))
    assert used == declared


def test_boards_have_uids_of_their_own_and_are_where_the_provider_looks() -> None:
    assert len({board(name)["uid"] for name in BOARDS}) == len(BOARDS) == 4
    path = FOLDER / "provisioning" / "dashboards" / "headwater.yml"
    (provider,) = yaml.safe_load(path.read_text(encoding="utf-8"))["providers"]
    overlay = yaml.safe_load((FOLDER / "docker-compose.yml").read_text(encoding="utf-8"))
    mounts = dict(one.split(":")[:2][::-1] for one in overlay["services"]["grafana"]["volumes"])
    root = FOLDER.parents[1]
    assert root / mounts[provider["options"]["path"]] == FOLDER / "dashboards"
    assert root / mounts["/etc/grafana/provisioning"] == FOLDER / "provisioning"


def test_links_lead_to_pages_that_there_are() -> None:
    found = [
        link
        for name in BOARDS
        for link in re.findall(r'"\$\{headwater\}(/[^"]*)"', json.dumps(board(name)))
    ]
    assert len(found) > 15
    for link in found:
        assert link.partition("?")[0] in PAGES
        asked = set(re.findall(r"[?&](\w+)=", link))
        assert asked <= {"stream", "key", "by"}


def test_secrets_and_addresses_come_from_the_environment_and_each_is_given() -> None:
    told = json.dumps(sources())
    names = set(re.findall(r"\$([A-Z_]+)", told))
    overlay = yaml.safe_load((FOLDER / "docker-compose.yml").read_text(encoding="utf-8"))
    grafana = overlay["services"]["grafana"]["environment"]
    assert names <= set(grafana)
    for source in sources().values():
        for value in source["secureJsonData"].values():
            assert re.fullmatch(r"\$[A-Z_]+", value)
            assert re.match(r"\$\{[A-Z_]+:\?", grafana[value[1:]])
    assert re.match(r"\$\{[A-Z_]+:\?", grafana["GF_SECURITY_ADMIN_PASSWORD"])
    for path in FOLDER.rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"hw_[0-9A-Za-z]{20}|(?i:password|token): *['\"]?[a-z0-9]{6,}\b", text
        ), path


def test_the_overlay_is_a_compose_file_of_the_same_services() -> None:
    files = [FOLDER.parents[1] / "docker-compose.yml", FOLDER / "docker-compose.yml"]
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    subprocess.run([*check, *map(str, files)], check=True, capture_output=True)
    product, overlay = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in files)
    assert set(overlay["services"]) == {"grafana"}
    assert set(overlay["services"]["grafana"]["depends_on"]) <= set(product["services"])
    settings = overlay["services"]["grafana"]["environment"]
    assert settings["HEADWATER_URL"] == "http://api:8080"
    assert settings["HEADWATER_DATABASE"] == "database:5432"
    assert {"api", "database"} <= set(product["services"])
    assert (
        sources()["headwater-views"]["jsonData"]["database"]
        == (product["services"]["database"]["environment"]["POSTGRES_DB"])
    )
    assert all(one.startswith("127.0.0.1:") for one in overlay["services"]["grafana"]["ports"])


def test_prometheus_is_pointed_at_metrics_with_a_token() -> None:
    told = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = told["scrape_configs"]
    assert job.get("metrics_path", "/metrics") == "/metrics"
    assert job["authorization"]["type"] == "Bearer"
    assert set(job["authorization"]) == {"type", "credentials_file"}
    assert "rule_files" not in told
    assert "alerting" not in told
