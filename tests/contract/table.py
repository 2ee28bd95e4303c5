"""The whole table of recorded payloads, and the records of one of its rows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from tests.contract.github_sets import GITHUB
from tests.contract.gitlab_sets import GITLAB
from tests.contract.jenkins_sets import JENKINS
from tests.contract.jira_sets import JIRA
from tests.contract.payload_set import PayloadSet, outcomes, payloads
from tests.contract.servicenow_sets import SERVICENOW

SETS = [*JIRA, *GITLAB, *GITHUB, *JENKINS, *SERVICENOW]
R = TypeVar("R")


def parsed(folder: Path, files: str, kind: type[R]) -> list[R]:
    """The records of one type that a set gives."""
    found = outcomes(folder, _set(files))
    return [record for each in found for record in each.records if isinstance(record, kind)]


def raw(folder: Path, files: str) -> list[dict[str, Any]]:
    """The payloads of a set as they were recorded."""
    return payloads(folder, _set(files))


def _set(files: str) -> PayloadSet:
    return next(one for one in SETS if one.files == files)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
