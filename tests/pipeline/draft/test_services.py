"""What is deployed, by whom, and how the service desk calls it: guessed from names and counts."""

from __future__ import annotations

import pytest

from connectors.look import Code, Desk, Job, Ran
from metrics.workflow.order import Order
from pipeline.draft.services import (
    ServiceDraft,
    is_production,
    place_of,
    rules_of,
    services_of,
    with_code,
    with_items,
)
from pipeline.draft.stages import Stages
from pipeline.draft.streams import StreamDraft


@pytest.mark.parametrize(
    ("name", "tier", "is_it"),
    [
        ("production", "", True),
        ("prod-eu/web", "", True),
        ("LIVE", "other", True),
        ("pre-prod", "", False),
        ("preprod", "", False),
        ("reproduction", "", False),
        ("product-tests", "", False),
        ("blue", "production", True),
        ("prod-copy", "staging", False),
        ("staging", "", False),
    ],
)
def test_production_is_told_by_tier_and_else_by_name(name: str, tier: str, is_it: bool) -> None:
    assert is_production(name, tier) is is_it


@pytest.mark.parametrize(
    ("job", "place"),
    [
        ("shop/deploy-web-production", "production"),
        ("shop/DeployWebProd", "production"),
        ("shop/deploy_web_staging", "staging"),
        ("production/web-ci", ""),
        ("shop/release", ""),
    ],
)
def test_where_a_job_deploys_to_is_told_by_its_own_name(job: str, place: str) -> None:
    assert place_of(job) == place


def code(path: str, *environments: Ran, requests: tuple[str, ...] = ()) -> Code:
    return Code(path, environments, sum(ran.runs for ran in environments), requests)


def job(name: str, *, runs: int = 5, at: str = "", places: tuple[str, ...] = ()) -> Job:
    return Job(Ran(name, runs=runs, succeeded=runs), (at,) if at else (), places)


def named(services: list[ServiceDraft]) -> dict[str, str]:
    return {one.repository: one.name for one in services}


def test_a_repository_that_is_deployed_nowhere_is_no_service() -> None:
    codes = [code("shop/web", Ran("prod", runs=4)), code("shop/lib"), code("shop/api")]
    found = services_of(codes, [job("shop/deploy-api-prod")], taken={"web"})
    assert [(one.name, one.repository) for one in found] == [
        ("web-2", "shop/web"),
        ("api", "shop/api"),
    ]


def test_environments_are_the_names_that_were_seen_and_the_tier_where_it_is_told() -> None:
    named = services_of([code("a/b", Ran("live-eu", runs=1), Ran("test", runs=2))], [])[0]
    assert named.environments == ("live-eu",)
    assert [ran.name for ran in named.others] == ["test"]
    tiered = services_of([code("a/b", Ran("blue", "production", runs=1))], [])[0]
    assert tiered.environments == ("blue", "tier:production")


def test_a_rule_goes_to_the_service_whose_repository_is_checked_out() -> None:
    codes = [code("shop/web", Ran("prod")), code("shop/api", Ran("prod"))]
    services = services_of(codes, [])
    checked = job("ops/rollout-prod", at="git@git.example:shop/api.git")
    (rule,) = rules_of([checked], codes, named(services))
    assert (rule.service, rule.environment, rule.sure) == ("api", "production", True)


def test_a_rule_is_unsure_where_a_parameter_says_where_to() -> None:
    codes = [code("shop/web", Ran("prod"))]
    services = services_of(codes, [])
    several = job("shop/deploy-web", places=("staging", "production"))
    (rule,) = rules_of([several], codes, named(services))
    assert (rule.service, rule.environment, rule.sure) == ("web", "", False)


def test_a_job_that_fits_several_repositories_is_of_none() -> None:
    codes = [code("shop/web", Ran("prod")), code("blog/web", Ran("prod"))]
    (rule,) = rules_of([job("deploy-web-prod")], codes, named(services_of(codes, [])))
    assert (rule.service, rule.sure) == ("", False)


def test_items_go_to_the_service_with_most_words_in_common() -> None:
    services = [ServiceDraft("engine", "search/engine"), ServiceDraft("indexer", "search/indexer")]
    desk = Desk((("Search", 9), ("Search Indexer", 4), ("Printer", 2)), 15)
    found, unplaced = with_items(services, desk)
    assert [one.items for one in found] == [
        (("Search", 9, False),),
        (("Search Indexer", 4, True),),
    ]
    assert unplaced == [("Printer", 2)]


def test_a_repository_belongs_to_the_project_that_most_of_its_requests_name() -> None:
    none = Stages((), 0, Order((), 0, 0))
    streams = [StreamDraft(key.lower(), key, "jira", key, (), none) for key in ("SHOP", "OPS")]
    requests = ("SHOP-1 cart", "fix shop-22", "SHOP-3", "OPS-4 disk", "WORKSHOP-5", "SHOP-0")
    codes = [code("a/web", requests=requests), code("a/lib", requests=("OPS-1", "OPS-2", "tidy"))]
    found = with_code(streams, codes, {"a/web": "web"})
    assert found[0].repositories == (("a/web", "3 of its 6 newest merge requests name SHOP-"),)
    assert found[0].services == ("web",)
    assert found[1].repositories == ()  # twice may be chance
