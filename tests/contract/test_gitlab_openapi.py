"""The simulated GitLab against GitLab's own description of its API: names and types of what is
answered.

The description is not faithful: it calls lists one thing, and calls whatever it has no type for a
string. What it does not have at all (newer fields, issues, events) is in the tables below.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from simulator.server import running
from tests.simulator.login import client
from tests.simulator.test_servers_gitlab_talk import talkative

PROJECT = "/projects/{id}"
NUMBERS = {
    "{id}": "shop%2Fweb",
    "{merge_request_iid}": "1",
    "{pipeline_id}": "301",
    "{deployment_id}": "801",
    "{issue_iid}": "1",
}
DESCRIBED = (
    "/version",
    PROJECT,
    "/groups/{id}/projects",
    f"{PROJECT}/repository/branches",
    f"{PROJECT}/repository/tags",
    f"{PROJECT}/repository/commits",
    f"{PROJECT}/releases",
    f"{PROJECT}/merge_requests",
    f"{PROJECT}/merge_requests/{{merge_request_iid}}",
    f"{PROJECT}/merge_requests/{{merge_request_iid}}/commits",
    f"{PROJECT}/pipelines",
    f"{PROJECT}/pipelines/{{pipeline_id}}",
    f"{PROJECT}/pipelines/{{pipeline_id}}/jobs",
    f"{PROJECT}/pipelines/{{pipeline_id}}/bridges",
    f"{PROJECT}/environments",
    f"{PROJECT}/deployments",
    f"{PROJECT}/deployments/{{deployment_id}}",
    f"{PROJECT}/issues/{{issue_iid}}/links",
)
BY_SHAPE = {
    f"{PROJECT}/issues": "API_Entities_RelatedIssue",
    f"{PROJECT}/issues/{{issue_iid}}": "API_Entities_RelatedIssue",
    f"{PROJECT}/merge_requests/{{merge_request_iid}}/notes": "API_Entities_Note",
    f"{PROJECT}/milestones": "API_Entities_Milestone",
}
"""Left out of the description, which has their shapes nevertheless."""
NEWER = {"name", "archived"}
"""Of pipelines, added after the description was made."""
TYPES: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str, int, bool),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@pytest.fixture(scope="module")
def description(fixtures_dir: Path) -> dict[str, Any]:
    path = fixtures_dir.parent / "openapi" / "gitlab-openapi-v2.yaml.gz"
    if not path.is_file():
        pytest.skip("there is no description of GitLab's API beside the recorded payloads")
    found: dict[str, Any] = yaml.load(gzip.decompress(path.read_bytes()), Loader=yaml.CSafeLoader)
    return found


@pytest.fixture(scope="module")
def gitlab() -> Iterator[httpx.Client]:
    with running(talkative()) as server, client(server, "gitlab") as opened:
        yield opened


def answered(gitlab: httpx.Client, path: str) -> Any:
    address = path.replace("/groups/{id}", "/groups/shop")
    for name, number in NUMBERS.items():
        address = address.replace(name, number)
    answer = gitlab.get(f"/api/v4{address}")
    assert answer.status_code == 200
    assert answer.json(), "nothing was answered that could be compared"
    return answer.json()


def differences(
    description: dict[str, Any], value: Any, shape: dict[str, Any], at: str = ""
) -> Iterator[str]:
    """What is not as described; what is absent or null is."""
    while "$ref" in shape:
        shape = description["definitions"][shape["$ref"].rpartition("/")[2]]
    kind = shape.get("type")
    if isinstance(value, list):
        inner = shape.get("items", {}) if kind == "array" else shape
        for row in value:
            yield from differences(description, row, inner, f"{at}[]")
    elif kind and value is not None and not isinstance(value, TYPES[kind]):
        yield f"{at}: {type(value).__name__} instead of {kind}"
    elif isinstance(value, dict) and shape.get("properties"):
        known = shape["properties"]
        for name, inside in value.items():
            if name in known:
                yield from differences(description, inside, known[name], f"{at}.{name}")
            elif name not in NEWER:
                yield f"{at}.{name}: not described"


@pytest.mark.parametrize("path", DESCRIBED)
def test_what_is_served_has_the_described_names_and_types(
    description: dict[str, Any], gitlab: httpx.Client, path: str
) -> None:
    shape = description["paths"][f"/api/v4{path}"]["get"]["responses"]["200"]["schema"]
    assert sorted(set(differences(description, answered(gitlab, path), shape))) == []


@pytest.mark.parametrize(("path", "name"), BY_SHAPE.items())
def test_what_the_description_has_no_path_for_has_the_shape_of_its_kind(
    description: dict[str, Any], gitlab: httpx.Client, path: str, name: str
) -> None:
    shape = description["definitions"][name]
    assert sorted(set(differences(description, answered(gitlab, path), shape))) == []


def test_the_comparison_sees_wrong_types_and_unknown_names(description: dict[str, Any]) -> None:
    shape = {"type": "array", "items": {"$ref": "#/definitions/API_Entities_Ci_PipelineBasic"}}
    wrong = [{"id": "7", "sha": None, "colour": "red", "iid": 3}]
    assert sorted(differences(description, wrong, shape)) == [
        "[].colour: not described",
        "[].id: str instead of integer",
    ]
