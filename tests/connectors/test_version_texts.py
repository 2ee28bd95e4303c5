"""What connectors hand on as the version of a deployment."""

import pytest

from connectors.jenkins_parse import parse_build
from connectors.pushed_delivery import version_of
from connectors.stream import Scope
from core.records import Deployment
from core.source_settings import DeploymentRule


@pytest.mark.parametrize(
    ("artifact", "version"),
    [
        ("pkg:oci/web@2.4.0", "2.4.0"),
        ("pkg:oci/web@sha256%3A" + "ab" * 32 + "?repository_url=r.example&tag=2.4.0", "2.4.0"),
        ("pkg:oci/web?tag=2.4.0", "2.4.0"),
        ("pkg:oci/web", ""),
        ("registry.example:5000/shop/web:2.4.0", "registry.example:5000/shop/web:2.4.0"),
        ("registry.example:5000/shop/web", ""),
        ("web", ""),
    ],
)
def test_the_version_of_an_artifact_is_no_digest_where_it_has_a_tag(
    artifact: str, version: str
) -> None:
    assert version_of(artifact) == version


@pytest.mark.parametrize("name", ["VERSION", "IMAGE", "image_tag", "ARTIFACT_VERSION"])
def test_a_jenkins_parameter_names_the_version(name: str) -> None:
    parameters = [{"name": name, "value": "shop/web:1.2.3"}]
    payload = {"number": 1, "timestamp": 1_700_000_000_000, "result": "SUCCESS", "building": False}
    rule = DeploymentRule(job="deploy", environment="production", service="web")
    records = parse_build(
        {**payload, "actions": [{"parameters": parameters}]},
        Scope("deploy"),
        base_url="https://ci.example",
        rules=[rule],
    )
    (deployed,) = [one for one in records if isinstance(one, Deployment)]
    assert deployed.version == "shop/web:1.2.3"
