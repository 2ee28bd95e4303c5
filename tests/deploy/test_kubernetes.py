"""The manifests for Kubernetes: against its own schemas, and what they promise to each other."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from api.route_roles import template_of
from cli.app import app
from core.config_file import load_settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
VERSION = "1.32"
Manifest = dict[str, Any]


def _kustomization() -> Manifest:
    found: Manifest = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
    return found


def _manifests() -> list[Manifest]:
    files = _kustomization()["resources"]
    parts = [yaml.safe_load_all((FOLDER / name).read_text("utf-8")) for name in files]
    return [one for part in parts for one in part]


MANIFESTS = _manifests()
NAMES = [f"{one['kind']}-{one['metadata']['name']}" for one in MANIFESTS]


def _pods() -> Iterator[tuple[str, Manifest]]:
    for one in MANIFESTS:
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield one["metadata"]["name"], spec["template"]


PODS = dict(_pods())


def _problems(one: Manifest) -> list[str]:
    """What Kubernetes would say of it by its own schemas, fields that it does not know included."""
    try:
        kubernetes_validate.validate(one, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message[:200]}"]
    return []


@pytest.mark.parametrize("one", MANIFESTS, ids=NAMES)
def test_a_manifest_is_what_kubernetes_takes(one: Manifest) -> None:
    assert _problems(one) == []


def test_the_schemas_refuse_what_kubernetes_would() -> None:
    [api] = [one for one in MANIFESTS if one["metadata"]["name"] == "headwater-api"
             and one["kind"] == "Deployment"]  # fmt: skip
    misspelt, mistyped = deepcopy(api), deepcopy(api)
    container = misspelt["spec"]["template"]["spec"]["containers"][0]
    container["livenesProbe"] = container.pop("livenessProbe")
    mistyped["spec"]["replicas"] = "two"
    assert "livenesProbe" in "".join(_problems(misspelt))
    assert "spec.replicas" in "".join(_problems(mistyped))


def test_every_file_of_the_folder_is_named() -> None:
    named = {*_kustomization()["resources"], "kustomization.yaml", "headwater.toml"}
    assert {one.name for one in FOLDER.iterdir()} == named


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl")
def test_kustomize_renders_what_kubernetes_takes_with_one_configuration_for_all() -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", str(FOLDER)],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    rendered = list(yaml.safe_load_all(done.stdout))
    assert [problem for one in rendered for problem in _problems(one)] == []
    [config] = [one for one in rendered if one["kind"] == "ConfigMap"]
    assert done.stdout.count(f"name: {config['metadata']['name']}") == 1 + len(PODS)
    assert done.stdout.count("image: headwater:0.1.0") == len(PODS)


def test_the_configuration_is_one_that_headwater_takes() -> None:
    found = load_settings(FOLDER / "headwater.toml", {"HEADWATER_DB_PASSWORD": "s3cret"})
    [ports] = [
        container["ports"] for container in _containers() if container["name"] == "api"
    ]  # fmt: skip
    assert found.server.port == ports[0]["containerPort"]
    assert found.auth.mode == "tokens"
    grace = PODS["headwater-api"]["spec"]["terminationGracePeriodSeconds"]
    assert found.server.drain is not None
    assert grace > found.server.drain.total_seconds() + 30


def _containers() -> list[Manifest]:
    return [one for pod in PODS.values() for one in pod["spec"]["containers"]]


def test_commands_and_addresses_are_those_of_headwater() -> None:
    known = {one.name or one.callback.__name__ for one in _commands(app) if one.callback}
    assert {one["args"][0] for one in _containers()} <= known
    [api] = [one for one in _containers() if one["name"] == "api"]
    for name in ("startupProbe", "livenessProbe", "readinessProbe"):
        path = api[name]["httpGet"]["path"]
        assert template_of("GET", path) == path
    assert api["readinessProbe"]["httpGet"]["path"] == "/readyz"


def _commands(app: Any) -> list[Any]:
    groups = [group.typer_instance for group in app.registered_groups]
    return [one for held in (app, *groups) for one in held.registered_commands]


@pytest.mark.parametrize("name", list(PODS))
def test_a_pod_runs_as_nobody_and_writes_nowhere(name: str) -> None:
    spec = PODS[name]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    user = spec["securityContext"]["runAsUser"]
    assert f"--uid {user} headwater" in (ROOT / "Dockerfile").read_text("utf-8")
    for container in spec["containers"]:
        held = container["securityContext"]
        assert held["readOnlyRootFilesystem"] is True
        assert held["allowPrivilegeEscalation"] is False
        assert held["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        mounts = {one["name"] for one in container["volumeMounts"]}
        assert mounts == {one["name"] for one in spec["volumes"]}


def test_selectors_find_the_pods_that_they_are_for() -> None:
    labels = [pod["metadata"]["labels"] for pod in PODS.values()]
    for one in MANIFESTS:
        spec = one.get("spec", {})
        chosen = spec.get("selector", spec.get("podSelector"))
        if one["kind"] in ("Service", "Deployment", "PodDisruptionBudget"):
            wanted = chosen.get("matchLabels", chosen)
            assert sum(wanted.items() <= label.items() for label in labels) == 1
