"""Pipelines that start others: some deployments run each region in a pipeline of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from simulator.model import Build, Deployment

PARENT = "parent"
_SHARE = 0.15


def with_children(
    builds: Sequence[Build], deployments: Sequence[Deployment], rng: Random
) -> list[Build]:
    """The builds, of which some hand their deploying jobs to children; in order of time.

    What was deployed when stays the same, and so does the pipeline that a deployment names: the
    topmost one.
    """
    several = {row.build for row in deployments if len(row.job_ids) > 1}
    last = max((build.id for build in builds), default=0)
    numbers = Counter(build.repository for build in builds if build.system == "gitlab")
    found = list(builds)
    for build in builds:
        if build.id not in several or build.status != "success" or rng.random() > _SHARE:
            continue
        handed = [stage for stage in build.stages if stage.name.startswith("deploy")]
        build.stages = [stage for stage in build.stages if stage not in handed]
        for stage in handed:
            last += 1
            numbers[build.repository] += 1
            found.append(
                replace(
                    build,
                    id=last,
                    number=numbers[build.repository],
                    cause=PARENT,
                    parent=build.id,
                    status=stage.status,
                    queued=stage.queued,
                    started=stage.started,
                    finished=stage.finished,
                    stages=[stage],
                )
            )
    return sorted(found, key=lambda build: (build.queued, build.repository, build.id))
