"""What was counted in Jenkins' recorded payloads."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from connectors.jenkins_parse import parse_build, parse_stages
from connectors.stream import Payload, Scope
from core.records import Record
from tests.contract.payload_set import PayloadSet, alone, under

_BUILD = partial(parse_build, base_url="http://localhost:8080/")
_STAGE_VIEW = "jenkins/stage-view/runs_stage_grouped__getModelData__"


def parse_run(payload: Payload, scope: Scope) -> Iterable[Record]:
    """The stages of one run; the scope stands for the build."""
    return parse_stages(payload, scope.id)


def _listed(name: str) -> Any:
    """The builds that a list of jobs holds under a name."""
    return lambda jobs: [build for job in jobs for build in job[name]]


JENKINS = [
    # 3, 1, 9 and 1 builds of four jobs.
    PayloadSet(
        files="jenkins/devlake/job-allBuilds/page-*.json",
        items=under("allBuilds"),
        parse=_BUILD,
        count=14,
        records={"Build": 14},
    ),
    # Twelve runs of 2, 2, 2, 1, 1, 2, 1, 1, 1, 2, 7 and 2 stages.
    PayloadSet(
        files="jenkins/devlake/wfapi-describe-stages/page-*.json",
        items=alone,
        parse=parse_run,
        count=12,
        records={"BuildStage": 24},
    ),
    # Three runs of 3, 3 and 1 stages; the same; one of 3 and one of 4; one of 2.
    *(
        PayloadSet(
            files=f"{_STAGE_VIEW}{name}.json",
            parse=parse_run,
            count=runs,
            records={"BuildStage": stages},
        )
        for name, runs, stages in (
            ("01_rest_api_jobHistory", 3, 7),
            ("02_rest_api_jobHistory", 3, 7),
            ("04_rest_api_runs_failed", 2, 7),
            ("07_rest_api_runs_in_progress", 1, 2),
        )
    ),
    PayloadSet(
        files="jenkins/hygieia/buildDetails_*.json",
        items=alone,
        parse=_BUILD,
        count=8,
        records={"Build": 8},
    ),
    # Lists of jobs that name their builds by number and address only.
    PayloadSet(
        files="jenkins/hygieia/instanceJobs_twoJobsTwoBuilds.json",
        items=lambda body: _listed("builds")(body["jobs"]),
        parse=_BUILD,
        count=4,
        unparsed=4,
        lacks="timestamp",
    ),
    PayloadSet(
        files="jenkins/faros/jobs.json",
        items=_listed("allBuilds"),
        parse=_BUILD,
        count=3,
        unparsed=3,
        lacks="timestamp",
    ),
]
