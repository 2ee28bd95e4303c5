"""Builds that name the version which they made: by a parameter, by their description, by a tag."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from core.frames import NONE
from correlator.remotes import normal_remote, remote_index

Made = tuple[int, str, str]
"""A repository, the sha that was checked out of it, and the build by name."""

_NAMES_A_VERSION: Final = re.compile(r"VERSION|TAG|RELEASE|IMAGE", re.I)
_ANOTHER_ONE: Final = re.compile(r"PREV|BASE|FROM|OLD|PARENT|LAST|MIN|MAX|NEXT|ROLLBACK", re.I)
_WORD: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]*[0-9A-Za-z]")
_LONGEST: Final = 2000


class VersionBuilds:
    """Which commit each version was built of; builds that deploy are no evidence of that."""

    def __init__(
        self, builds: pd.DataFrame, deployments: pd.DataFrame, repositories: pd.DataFrame
    ) -> None:
        """builds, repositories: columns of the store. deployments: source_id,
        build_external_id (lines).
        """
        self._index = remote_index(repositories)
        self._deploying = {
            (source, id)
            for source, ids in zip(
                deployments["source_id"], deployments["build_external_id"], strict=True
            )
            for id in ids.split("\n")
        }
        self._made: dict[str, list[Made]] = defaultdict(list)
        names = ("source_id", "external_id", "job", "number", "repository_id", "ref", "revisions")
        columns = (builds[name].tolist() for name in (*names, "parameters", "description"))
        for row in zip(*columns, strict=True):
            self._take(*row)

    def of(self, version: str, repositories: frozenset[int]) -> list[Made]:
        """What builds that name exactly this version checked out of these repositories."""
        return [made for made in self._made.get(version.lower(), ()) if made[0] in repositories]

    def _take(
        self,
        source: int,
        id: str,
        job: str,
        number: int,
        home: int,
        ref: str,
        revisions: str,
        parameters: str,
        description: str,
    ) -> None:
        if (source, id) in self._deploying:
            return
        versions = {one.lower() for one in _versions(ref, parameters, description)}
        if not versions:
            return
        for repository, sha in self._checkouts(home, revisions):
            for version in versions:
                self._made[version].append((repository, sha, f"{job}#{number}"))

    def _checkouts(self, home: int, revisions: str) -> Iterator[tuple[int, str]]:
        for revision in _json(revisions, list):
            sha, remote = str(revision[0]).lower(), str(revision[1])
            repository = self._index.get(normal_remote(remote), NONE) if remote else home
            if repository != NONE:
                yield repository, sha


def _versions(ref: str, parameters: str, description: str) -> Iterator[str]:
    """What a build says that it made; of free words only what has a dot and a figure."""
    if _is_numbered(ref):
        yield ref.removeprefix("refs/tags/")
    told: Mapping[str, Any] = _json(parameters, dict)
    for name, value in told.items():
        if value and _NAMES_A_VERSION.search(name) and not _ANOTHER_ONE.search(name):
            yield str(value).strip()
    for word in _WORD.findall(description[:_LONGEST]):
        if _is_numbered(word):
            yield word


def _is_numbered(word: str) -> bool:
    return "." in word and any(letter.isdigit() for letter in word)


def _json(text: str, kind: type) -> Any:
    found = json.loads(text) if text and text not in ("[]", "{}") else None
    return found if isinstance(found, kind) else kind()
