"""The jobs of workflow runs: asked for run by run, no list form tells them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connectors.github_rest import in_repository, kept, rows_or_none
from connectors.http import SourceClient, for_each
from connectors.stream import Payload, Scope

_KEPT_OF_JOB = (
    "id", "name", "status", "conclusion", "created_at", "started_at", "completed_at", "run_attempt",
)  # fmt: skip
_REMEMBERED = 100_000  # jobs; some 15 MB


def jobs_of(client: SourceClient, scope: Scope, run: int | str) -> list[Payload] | None:
    """The jobs of a run over all attempts; None where they are refused, or gone by now."""
    path = in_repository(f"actions/runs/{run}/jobs", scope)
    listed = rows_or_none(client, path, {"filter": "all"}, items="jobs")
    return None if listed is None else [kept(job, _KEPT_OF_JOB) for job in listed]


@dataclass(slots=True)
class JobNames:
    """How the jobs are called that were read over one connection: whoever deploys by a job need not
    ask for its run again. A job keeps its name.
    """

    _names: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, jobs: Iterable[Payload]) -> None:
        with self._lock:
            for job in jobs:
                if job.get("id") and job.get("name"):
                    self._names[str(job["id"])] = sys.intern(str(job["name"]))
            while len(self._names) > _REMEMBERED:
                del self._names[next(iter(self._names))]

    def of(self, client: SourceClient, scope: Scope, runs: Mapping[str, str]) -> Mapping[str, str]:
        """Names by job. runs: the run of each job that is wanted; it is asked for where the job is
        not known yet.
        """
        met = self.known(runs)
        asked = sorted({run for job, run in runs.items() if job not in met})

        def ask(run: Payload) -> None:
            self.note(jobs_of(client, scope, run["id"]) or ())

        for_each(client, ask, [{"id": run} for run in asked])
        return self.known(runs)

    def known(self, jobs: Iterable[str]) -> dict[str, str]:
        """Names by job of those that were met."""
        with self._lock:
            return {job: self._names[job] for job in jobs if job in self._names}
