"""Jenkins' job tree, the `tree` parameter, cuts and refusals."""

from __future__ import annotations

import httpx
import pytest

from simulator.faults import Faults
from simulator.jenkins_tree import TreeError, export, parse_tree
from simulator.server import CompanyServer, running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world
from tests.simulator.tiny_names import CI_BUILDS, HOUR, MINUTE, START, sha

CI = "/job/shop/job/payments-ci"
DEPLOY = "/job/shop/job/deploy-payments-production"


def numbers(jenkins: httpx.Client, tree: str) -> list[int]:
    answer = jenkins.get(f"{CI}/api/json", params={"tree": tree}).json()
    return [build["number"] for build in answer[tree.partition("[")[0]]]


def test_discovery_tells_folders_multibranch_projects_and_jobs(jenkins: httpx.Client) -> None:
    tree = "jobs[name,fullName,jobs[name,fullName,nextBuildNumber,jobs[name,fullName,url]]]"
    top = jenkins.get("/api/json", params={"tree": tree}).json()
    [shop] = top["jobs"]
    kinds = {job["fullName"]: job["_class"].rpartition(".")[2] for job in shop["jobs"]}
    assert shop["_class"].endswith(".Folder")
    assert kinds == {
        "shop/payments-ci": "WorkflowJob",
        "shop/payments": "WorkflowMultiBranchProject",
        "shop/deploy-payments-production": "WorkflowJob",
    }


def test_a_branch_with_a_slash_is_encoded_twice_in_its_address(jenkins: httpx.Client) -> None:
    tree = "jobs[jobs[jobs[name,fullName,url]]]"
    shop = jenkins.get("/api/json", params={"tree": tree}).json()["jobs"][0]
    [branch] = next(job["jobs"] for job in shop["jobs"] if "jobs" in job)
    assert branch["fullName"] == "shop/payments/feature%2Fx"
    assert branch["url"] == f"{jenkins.base_url}job/shop/job/payments/job/feature%252Fx/"
    assert jenkins.get(f"{branch['url']}api/json").json()["fullName"] == branch["fullName"]


def test_builds_are_cut_at_the_100_newest_and_all_builds_are_not(jenkins: httpx.Client) -> None:
    newest = list(range(CI_BUILDS, 0, -1))
    assert numbers(jenkins, "builds[number]") == newest[:100]
    assert numbers(jenkins, "builds[number]{0,20}") == newest[:20]
    assert numbers(jenkins, "allBuilds[number]{100,150}") == newest[100:]
    assert numbers(jenkins, "allBuilds[number]{130,180}") == []


def test_a_build_tells_library_first_then_the_commit_it_built(jenkins: httpx.Client) -> None:
    build = jenkins.get(f"{DEPLOY}/1/api/json").json()
    data = [action for action in build["actions"] if "lastBuiltRevision" in action]
    assert [action["lastBuiltRevision"]["SHA1"] for action in data] == [
        sha("library"),
        sha("pay 1"),
    ]
    assert data[0]["remoteUrls"][0].endswith("platform/pipeline-library.git")
    assert data[1]["remoteUrls"][0].endswith("shop/payments.git")


def test_a_deployment_build_says_what_it_deploys_and_under_which_change(
    jenkins: httpx.Client,
) -> None:
    tree = "actions[parameters[name,value]]"
    build = jenkins.get(f"{DEPLOY}/1/api/json", params={"tree": tree}).json()
    [given] = [action["parameters"] for action in build["actions"] if "parameters" in action]
    assert {row["name"]: row["value"] for row in given} == {
        "VERSION": "1.0.0",
        "GIT_COMMIT": sha("pay 1"),
        "ENVIRONMENT": "production",
        "CHANGE": "CHG0030001",
    }


def test_a_running_build_has_no_result_and_no_duration(jenkins: httpx.Client) -> None:
    build = jenkins.get(f"{DEPLOY}/2/api/json").json()
    assert (build["building"], build["result"], build["duration"]) == (True, None, 0)


def test_times_are_epoch_milliseconds_from_leaving_the_queue(jenkins: httpx.Client) -> None:
    build = jenkins.get(f"{CI}/3/api/json").json()
    started = START + 3 * HOUR + MINUTE
    assert (build["timestamp"], build["duration"]) == (int(started.timestamp() * 1000), 120_000)
    [queue] = [a for a in build["actions"] if "queuingDurationMillis" in a]
    assert queue["queuingDurationMillis"] == 60_000


def test_change_sets_are_the_commits_since_the_build_before(jenkins: httpx.Client) -> None:
    def changes(number: int) -> list[str]:
        build = jenkins.get(f"{CI}/{number}/api/json").json()
        return [item["commitId"] for changes in build["changeSets"] for item in changes["items"]]

    assert changes(1) == []
    assert changes(2) == [sha("pay 2")]
    assert changes(3) == []


def test_stages_are_told_by_the_stage_view(jenkins: httpx.Client) -> None:
    run = jenkins.get(f"{CI}/3/wfapi/describe").json()
    assert (run["status"], run["queueDurationMillis"]) == ("SUCCESS", 60_000)
    assert [(stage["name"], stage["durationMillis"]) for stage in run["stages"]] == [
        ("compile", 120_000)
    ]
    assert len(jenkins.get(f"{CI}/wfapi/runs").json()) == 10


def test_failures_are_html_pages(company: CompanyServer, jenkins: httpx.Client) -> None:
    with httpx.Client(base_url=company.url("jenkins"), timeout=60) as stranger:
        answers = {
            403: stranger.get("/api/json"),
            401: stranger.get("/api/json", auth=("headwater", "wrong")),
            404: jenkins.get("/job/none/api/json"),
            400: jenkins.get("/api/json", params={"tree": "jobs[name"}),
        }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["x-jenkins"]


def test_a_hidden_job_is_missing_from_the_tree_and_not_found() -> None:
    hidden = {"jenkins": {"shop/payments-ci"}}
    with (
        running(tiny_world(), faults=Faults(hidden=hidden)) as server,
        client(server, "jenkins") as jenkins,
    ):
        shop = jenkins.get("/api/json", params={"tree": "jobs[jobs[name]]"}).json()["jobs"][0]
        assert {job["name"] for job in shop["jobs"]} == {"payments", "deploy-payments-production"}
        assert jenkins.get(f"{CI}/api/json").status_code == 404


def test_the_own_user_is_told(jenkins: httpx.Client) -> None:
    assert jenkins.get("/me/api/json").json()["id"] == "headwater"


def test_a_bean_named_without_brackets_comes_with_its_class_only() -> None:
    bean = {"_class": "Job", "name": "a", "last": {"_class": "Run", "number": 1}, "tags": ["x"]}
    assert export(bean, parse_tree("last")) == {"_class": "Job", "last": {"_class": "Run"}}
    assert export(bean, parse_tree("*")) == {"_class": "Job", "name": "a", "tags": ["x"]}
    assert export(bean, parse_tree("last[number],name")) == {
        "_class": "Job",
        "last": {"_class": "Run", "number": 1},
        "name": "a",
    }


@pytest.mark.parametrize("text", ["a[b", "a{1,2", "a{x,2}", "a]b", "[a]"])
def test_a_malformed_tree_is_refused(text: str) -> None:
    with pytest.raises(TreeError):
        parse_tree(text)


def test_builds_go_from_lists_jobs_get_names_and_old_builds_are_discarded() -> None:
    faults = Faults(
        unlisted_builds={f"shop/payments-ci#{CI_BUILDS}"},
        renamed_jobs={"shop/payments-ci": "shop/payments-integration"},
        discarded_builds={"shop/payments-ci": 11},
    )
    with (
        running(tiny_world(), faults=faults) as server,
        client(server, "jenkins") as jenkins,
    ):
        path = "/job/shop/job/payments-integration"
        tree = {"tree": "allBuilds[number],lastBuild[number],nextBuildNumber"}
        job = jenkins.get(f"{path}/api/json", params=tree).json()
        listed = [build["number"] for build in job["allBuilds"]]
        assert listed == list(range(CI_BUILDS - 1, 10, -1))
        assert job["lastBuild"]["number"] == CI_BUILDS - 1
        assert job["nextBuildNumber"] == CI_BUILDS + 1
        assert jenkins.get(f"{path}/{CI_BUILDS}/api/json").json()["number"] == CI_BUILDS
        assert jenkins.get(f"{path}/10/api/json").status_code == 404
        assert jenkins.get(f"{CI}/api/json").status_code == 404


def test_a_deployment_to_staging_is_started_by_the_build_of_its_commit() -> None:
    world = tiny_world()
    deployment = next(d for d in world.deployments if d.service == "payments")
    deployment.environment = "staging"
    next(b for b in world.builds if b.job == "shop/payments-ci").sha = deployment.sha
    with running(world) as server, client(server, "jenkins") as jenkins:
        tree = {"tree": "actions[causes[upstreamProject,upstreamBuild]]"}
        actions = jenkins.get(f"{DEPLOY}/1/api/json", params=tree).json()["actions"]
        [causes] = [action["causes"] for action in actions if "causes" in action]
    named = (causes[0]["upstreamProject"], causes[0]["upstreamBuild"])
    assert named in {(b.job, b.number) for b in world.builds if b.sha == deployment.sha}
