"""Runs of pipelines with their stages, as Jenkins' stage view plugin tells them."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.jenkins_beans import Job, duration, epoch_ms
from simulator.model import Build, Stage
from simulator.vendor import Json

STAGE_STATUS = {
    "success": "SUCCESS",
    "failed": "FAILED",
    "canceled": "ABORTED",
    "skipped": "NOT_EXECUTED",
    "running": "IN_PROGRESS",
    "unstable": "UNSTABLE",
}


def describe(job: Job, build: Build) -> Json:
    """The stages of one run, as a description tells them and a list of runs."""
    return {
        "_links": {"self": {"href": f"/{job.path}{build.number}/wfapi/describe"}},
        "id": str(build.number),
        "name": f"#{build.number}",
        "status": STAGE_STATUS[build.status],
        "startTimeMillis": epoch_ms(build.started),
        "endTimeMillis": epoch_ms(build.finished) if build.finished else 0,
        "durationMillis": duration(build.started, build.finished),
        "queueDurationMillis": duration(build.queued, build.started),
        "pauseDurationMillis": 0,
        "stages": _stages(job, build.number, build.stages),
    }


def _stages(job: Job, number: int, stages: Sequence[Stage]) -> list[Json]:
    return [
        {
            "_links": {
                "self": {
                    "href": f"/{job.path}{number}/execution/node/{stage.id}/wfapi/describe",
                }
            },
            "id": stage.id,
            "name": stage.name,
            "execNode": "",
            "status": STAGE_STATUS[stage.status],
            "startTimeMillis": epoch_ms(stage.started),
            "durationMillis": duration(stage.started, stage.finished),
            "pauseDurationMillis": 0,
        }
        for stage in stages
    ]
