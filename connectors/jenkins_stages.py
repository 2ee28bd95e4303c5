"""The stages of pipeline runs, as Jenkins' stage view tells them: of ten runs at once, or of one.

The list has no pages and never more than the ten newest runs of a job, so that a pass with a few
new builds takes one request for each job; only the runs of a first load are asked for one by one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from connectors.http import SourceClient, body_of, for_each
from connectors.jenkins_missing import is_vanished
from connectors.jenkins_names import job_path
from connectors.jenkins_parse import is_running
from connectors.stream import Payload, Scope

_LISTED = 10
_MISSES = 3
_NAME = re.compile(r"#(\d+)")


@dataclass(slots=True)
class Stages:
    """Adds the stages of finished pipeline runs; gives up where the stage view is not installed.

    A server without the plugin answers 404 each time, so after three of them for one job, and no
    answer for any, we stop asking for that job until the next connection. Jobs are counted apart:
    of one whose runs were just discarded nothing follows for another.
    """

    misses: Counter[str] = field(default_factory=Counter)
    found: bool = False

    def __call__(self, client: SourceClient, scope: Scope, payloads: list[Payload]) -> None:
        wanted = [payload for payload in payloads if self._worth_asking(payload)]
        listed = self._listed(client, scope, wanted) if _many_newest(scope, wanted) else {}
        for payload in wanted:
            if run := listed.get(payload["number"]):
                payload["_details"] = {"describe": run}
        left = [payload for payload in wanted if payload["number"] not in listed]
        for_each(client, partial(self._add, client, scope), left)

    def _worth_asking(self, payload: Payload) -> bool:
        kind = str(payload.get("_class") or "WorkflowRun")
        numbered = isinstance(payload.get("number"), int)
        if is_running(payload) or is_vanished(payload):
            return False
        return kind.endswith("WorkflowRun") and numbered

    def _add(self, client: SourceClient, scope: Scope, payload: Payload) -> None:
        found = self._ask(client, scope, f"{payload['number']}/wfapi/describe")
        if isinstance(found, dict):
            payload["_details"] = {"describe": found}

    def _listed(
        self, client: SourceClient, scope: Scope, wanted: Iterable[Payload]
    ) -> dict[int, Mapping[str, Any]]:
        """The newest runs by number."""
        runs = self._ask(client, scope, "wfapi/runs")
        numbers = {payload["number"] for payload in wanted}
        rows = [run for run in runs if isinstance(run, dict)] if isinstance(runs, list) else []
        return {number: run for run in rows if (number := _number(run)) in numbers}

    def _ask(self, client: SourceClient, scope: Scope, what: str) -> Any:
        """The body of the answer; None for a 404, and where there is no stage view at all."""
        if self.misses[scope.id] >= _MISSES and not self.found:
            return None
        path = f"{job_path(scope.id)}/{what}"
        answer = client.get(path, none_on=(404,))
        if answer.status_code == 404:
            self.misses[scope.id] += 1
            return None
        self.found = True
        return body_of(answer, path)


def _many_newest(scope: Scope, wanted: Iterable[Payload]) -> bool:
    """Whether the list can tell more than one of these."""
    last = (scope.payload.get("lastBuild") or {}).get("number")
    new = [p for p in wanted if not isinstance(last, int) or p["number"] > last - _LISTED]
    return len(new) > 1


def _number(run: Mapping[str, Any]) -> int:
    """The number of a run, by its id or, in older versions, its name; 0 where neither tells it."""
    id = str(run.get("id") or "")
    named = _NAME.fullmatch(str(run.get("name") or ""))
    return int(id) if id.isdigit() else int(named[1]) if named else 0
