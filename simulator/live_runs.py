"""What runs while Headwater looks on: builds, retries, deployments; see `live_tickets`."""

from __future__ import annotations

from datetime import datetime

from simulator.live_world import LiveWorld, following
from simulator.model import (
    Build,
    Deployment,
    Service,
    Stage,
)
from simulator.model_desk import ChangeRequest

_STEPS = ("compile", "test")


def start_build(live: LiveWorld) -> str:
    """Of the head of a default branch; it runs until `finish_builds`."""
    service, at = live.rng.choice(live.services), live.tick()
    job = f"{service.repository}-ci" if service.ci == "jenkins" else ""
    build = _build(live, service, system=service.ci, job=job, at=at)
    build.stages = [Stage(str(live.stage_id()), _STEPS[0], "running", at, at, None)]
    live.world.builds.append(build)
    return f"build {build.id} started"


def finish_builds(live: LiveWorld) -> str:
    """All that run; one in three fails. A deployment that one of them does ends with it."""
    running = [build for build in live.world.builds if build.finished is None]
    for build in running:
        at = live.tick()
        build.status = "failed" if live.rng.random() < 0.33 else "success"
        build.finished = at
        for stage in build.stages:
            if stage.finished is None:
                stage.status, stage.finished = build.status, at
        for deployment in live.world.deployments:
            if deployment.build == build.id and deployment.finished is None:
                deployment.status, deployment.finished = build.status, at
    return f"{len(running)} builds finished" if running else ""


def retry_pipeline(live: LiveWorld) -> str:
    """The failed jobs of a GitLab pipeline once more, in the same pipeline, and this time well."""
    deploying = {deployment.build for deployment in live.world.deployments}
    build = live.pick(
        one
        for one in live.world.builds
        if one.system == "gitlab" and one.status == "failed" and one.id not in deploying
    )
    if build is None:
        return ""
    at, first = live.tick(), live.stage_id()
    again = [stage for stage in build.stages if stage.status != "success"]
    for place, stage in enumerate(again):
        if stage.status == "skipped":
            stage.status, stage.started, stage.finished = "success", at, at
        else:
            build.stages.append(Stage(str(first + place), stage.name, "success", at, at, at))
    build.status, build.finished = "success", at
    return f"pipeline {build.id} retried"


def deploy(live: LiveWorld) -> str:
    """The head of a default branch to production, with a change request beside it."""
    return _deploy(live, live.rng.choice(live.services))


def redeploy(live: LiveWorld) -> str:
    """A deployment run again: at GitLab its job in the same pipeline, at Jenkins a new build."""
    old = live.pick(one for one in live.world.deployments if one.finished is not None)
    if old is None:
        return ""
    service = next(one for one in live.services if one.name == old.service)
    if service.deploys == "jenkins":
        return _deploy(live, service, again=old)
    build = next(one for one in live.world.builds if one.id == old.build)
    at, number = live.tick(), live.stage_id()
    stage = Stage(str(number), _job_name(build), "success", at, at, at)
    build.stages.append(stage)
    build.status, build.finished = "success", at
    live.world.deployments.append(
        Deployment(
            id=old.id, service=old.service, environment=old.environment, sha=old.sha,
            version=old.version, build=build.id, status="success", created=at, started=at,
            finished=at, kind="planned", job_ids=[number],
        )
    )  # fmt: skip
    return f"{old.id} deployed again"


def _job_name(build: Build) -> str:
    names = [stage.name for stage in build.stages if stage.name.startswith("deploy")]
    return names[0] if names else "deploy"


def _deploy(live: LiveWorld, service: Service, again: Deployment | None = None) -> str:
    at, jenkins = live.tick(), service.deploys == "jenkins"
    group, name = service.repository.rsplit("/", 1)
    job = f"{group}/deploy-{name}-production" if jenkins else ""
    build = _build(live, service, system=service.deploys, job=job, at=at)
    if again is not None:
        build.sha = again.sha
    number = live.stage_id()
    build.cause, build.stages = "manual", [Stage(str(number), "deploy:eu", "running", at, at, None)]
    version = again.version if again else f"{at:%Y.%m.%d.%H%M%S}"
    if jenkins:
        build.parameters = {"VERSION": version, "ENVIRONMENT": "production"}
    live.world.builds.append(build)
    ident = f"{job}#{build.number}" if jenkins else f"{build.repository}!pipeline/{build.id}"
    made = Deployment(
        id=ident, service=service.name, environment="production", sha=build.sha, version=version,
        build=build.id, status="running", created=at, started=at, finished=None, kind="planned",
        job_ids=[] if jenkins else [number],
    )  # fmt: skip
    made.change = _change(live, service, made, at).id
    live.world.deployments.append(made)
    return f"{ident} started"


def _build(live: LiveWorld, service: Service, *, system: str, job: str, at: datetime) -> Build:
    builds, repository = live.world.builds, service.repository
    same = [one for one in builds if (one.job or one.repository) == (job or repository)]
    return Build(
        id=following(one.id for one in builds),
        number=following(one.number for one in same),
        system=system,
        job=job,
        repository=repository,
        ref=service.default_branch,
        sha=live.world.branches[repository][service.default_branch],
        status="running",
        queued=at,
        started=at,
        finished=None,
    )


def _change(
    live: LiveWorld, service: Service, deployment: Deployment, at: datetime
) -> ChangeRequest:
    text = f"Release {deployment.version} of {service.name}"
    made = ChangeRequest(
        id=live.sys_id(), number=change_number(live), type="standard", state="-1",
        approval="approved", title=text, description=text, ci=service.configuration_item,
        created=at, updated=at, work_start=at, work_end=None, closed=None, close_code="",
        correlation_id=deployment.id,
    )  # fmt: skip
    live.world.changes.append(made)
    return made


def change_number(live: LiveWorld) -> str:
    return f"CHG{following(int(one.number[3:]) for one in live.world.changes):07d}"
