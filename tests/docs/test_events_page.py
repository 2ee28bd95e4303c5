"""Every example of docs/connectors/events.md is run against the API, up to the journey it makes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from connectors.cdevents import KNOWN
from tests.api.pushing import SECRET, Pushing, pushing
from tests.e2e.serving import served

PAGE = (Path(__file__).parents[2] / "docs" / "connectors" / "events.md").read_text(encoding="utf-8")
SHA = "8b1c9f6a54d37e2b0f9d3c7a61e5b4d2c8f70a19"
STAND_INS = {
    "kubectl": 'case "$*" in *image*) echo registry.example/web:2.4.0;; *revision*) echo ' + SHA
    + ";; *) echo rolled out >&2;; esac",
    "terraform": "echo Apply complete >&2",
    "git": f"echo {SHA}",
}  # fmt: skip
DEPLOYMENTS = {
    "Kubernetes: a rollout": "production 2.4.0",
    "Terraform: an apply": "production network",
    "Salesforce and Copado: a promotion": "production P00142",
    "Argo CD": "production 2.4.0",
}


def _blocks(section: str) -> list[tuple[str, str]]:
    """The language and text of each example of a section, in order."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    body = dict(zip(parts[1::2], parts[2::2], strict=True))[section]
    return re.findall(r"^```(sh|json)\n(.*?)^```", body, re.MULTILINE | re.DOTALL)


@pytest.fixture
def tools(tmp_path: Path, sqlite_url: str) -> Iterator[Pushing]:
    with pushing(tmp_path, sqlite_url) as found:
        yield found


@pytest.fixture
def address(tools: Pushing) -> Iterator[str]:
    with served(tools) as found:
        yield found


def _run(address: str, folder: Path, blocks: list[tuple[str, str]]) -> None:
    """As a reader would: scripts in a shell, with stand-ins for the tools; the JSON posted."""
    for name, text in STAND_INS.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    env = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "HEADWATER_URL": address,
        "EVENTS_SECRET": SECRET,
    }
    for language, text in blocks:
        if language == "sh":
            done = subprocess.run(
                ["sh", "-eu", "-c", text], env=env, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (done.stdout, done.stderr)
            assert '"new":1' in done.stdout
            continue
        headers = {"authorization": f"Bearer {SECRET}", "content-type": "application/json"}
        answer = httpx.post(f"{address}/v1/events", content=text, headers=headers, timeout=60)
        assert (answer.status_code, answer.json()["new"]) == (202, 1), answer.text


def _events(tools: Pushing) -> list[dict[str, object]]:
    lanes = tools.journey("SHOP-412")["lanes"]
    return [event for lane in lanes for event in lane["events"]]


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")


@needs_curl
def test_the_shell_script_makes_a_journey_from_ticket_to_production(
    tools: Pushing, address: str, tmp_path: Path
) -> None:
    first, second = _blocks("A shell script")
    whole = ("sh", first[1] + second[1])
    _run(address, tmp_path, [whole])
    told = tools.journey("SHOP-412")
    assert told["title"] == "Split payment at checkout"
    assert [visit["stage"] for visit in told["visits"]] == ["Ideas", "Build"]
    kinds = {event["kind"] for event in _events(tools)}
    assert {"merge_request", "commit", "deployment"} <= kinds


@needs_curl
@pytest.mark.parametrize("section", list(DEPLOYMENTS))
def test_the_deployment_of_an_example_is_in_the_journey_of_its_ticket(
    tools: Pushing, address: str, tmp_path: Path, section: str
) -> None:
    _run(address, tmp_path, [_blocks("A shell script")[0], *_blocks(section)])
    found = [event for event in _events(tools) if event["kind"] == "deployment"]
    assert [(one["label"], one["result"], one["production"]) for one in found] == [
        (DEPLOYMENTS[section], "success", True)
    ]


@needs_curl
def test_the_request_in_slack_is_where_the_idea_of_the_ticket_begins(
    tools: Pushing, address: str, tmp_path: Path
) -> None:
    section = "Slack: a request becomes an idea"
    _run(address, tmp_path, [_blocks("A shell script")[0], *_blocks(section)])
    told = tools.journey("SHOP-412")
    assert told["idea_at"] == "2026-10-20T08:00:00Z"
    assert told["created_at"] == "2026-11-02T09:00:00Z"
    assert tools.journey("IDEA-31")["title"] == "Customers want to pay in two parts"


def test_every_section_with_an_example_is_run() -> None:
    sections = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    run = {*DEPLOYMENTS, "A shell script", "Slack: a request becomes an idea"}
    assert {section for section in sections if _blocks(section)} == run


def test_the_page_names_only_events_that_are_known() -> None:
    named = re.findall(r"dev\.cdevents\.([a-z]+)\.([a-z]+)\.", PAGE)
    assert named
    assert all(predicate in KNOWN[subject] for subject, predicate in named)
    for text in [
        text for section in DEPLOYMENTS for kind, text in _blocks(section) if kind == "json"
    ]:
        json.loads(text)
