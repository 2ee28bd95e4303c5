"""The commit of a deployment that is known by its version, tag, image or artefact only."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from core.frames import NONE
from correlator.services import ServicePlan
from correlator.version_builds import VersionBuilds
from correlator.version_names import Meant, is_moving, meant, names_of, number_of

UNKNOWN: Final = "unknown_version"
AMBIGUOUS: Final = "ambiguous_version"


@dataclass(frozen=True, slots=True)
class Found:
    """commit_id `NONE`: not resolved, and `reason` says why. by: how it was, as `commit_by`."""

    commit_id: int = NONE
    repository_id: int = NONE
    sha: str = ""
    by: str = ""
    reason: str = UNKNOWN


class Versions:
    """Looks versions up among the tags, commits and builds of repositories."""

    def __init__(
        self,
        commits: pd.DataFrame,
        refs: pd.DataFrame,
        builds: pd.DataFrame,
        deployments: pd.DataFrame,
        repositories: pd.DataFrame,
    ) -> None:
        """commits: commit_id, repository_id, sha, committed_ts. refs: repository_id, kind, name,
        sha. builds, deployments, repositories: columns of the store.
        """
        self._frames = (commits, refs, builds, deployments, repositories)
        self._shas: dict[int, list[tuple[str, int]]] = {}
        self._numbers: dict[tuple[int, frozenset[str]], Mapping[str, set[str]]] = {}

    def commit_of(
        self, text: str, homes: frozenset[int], names: frozenset[str], *, ref: bool = False
    ) -> Found:
        """The commit that `text` names in one of the repositories `homes`.

        A tag of exactly this name comes first, then a sha within it, then the one tag of the same
        number, then the build that names it. names: what a tag may have before its number. ref: it
        may be the name of a branch that is gone: one with a word before its number is none.
        """
        told = meant(text)
        homes = self._called(told.image, homes)
        texts = tuple(one for one in told.texts if not self._is_branch(one, homes))
        for step in (self._exact, self._within):
            found = step(told, texts, homes)
            if found is not None:
                return found
        if told.beyond or (ref and not text.lstrip("v")[:1].isdigit()):
            return Found()
        near = names | ({told.image} if told.image else frozenset())
        return self._numbered(texts, homes, near) or self._built(texts, homes) or Found()

    def commit_at(self, sha: str, homes: frozenset[int]) -> Found:
        """The commit of one of the repositories that has this sha, or alone begins with it."""
        if len(sha) < 7:
            return Found()
        return self._one([(home, sha.lower()) for home in homes], "sha")

    def names(self, homes: Iterable[int]) -> frozenset[str]:
        """What these repositories are called, as words that a tag may begin with."""
        return names_of(self.paths.get(home, "") for home in homes)

    @cached_property
    def paths(self) -> dict[int, str]:
        """The path of each repository by its id."""
        table = self._frames[4]
        return dict(zip(table["repository_id"].tolist(), table["path"].tolist(), strict=True))

    @cached_property
    def _tags(self) -> Mapping[int, dict[str, str]]:
        """Sha by name, by repository; the sha of a release is that of its tag."""
        found: dict[int, dict[str, str]] = defaultdict(dict)
        refs = self._frames[1]
        rows = refs[refs["kind"].isin(["release", "tag"])].sort_values("kind", kind="stable")
        for home, name, sha in zip(rows["repository_id"], rows["name"], rows["sha"], strict=True):
            if sha:
                found[home][name] = sha.lower()
        return found

    @cached_property
    def _branches(self) -> frozenset[tuple[int, str]]:
        refs = self._frames[1]
        rows = refs[refs["kind"] == "branch"]
        return frozenset(zip(rows["repository_id"].tolist(), rows["name"].tolist(), strict=True))

    @cached_property
    def _builds(self) -> VersionBuilds:
        _, _, builds, deployments, repositories = self._frames
        return VersionBuilds(builds, deployments, repositories)

    def _called(self, image: str, homes: frozenset[int]) -> frozenset[int]:
        """Of several repositories the one that has the image's name, if one does."""
        named = {h for h in homes if self.paths.get(h, "").lower().rpartition("/")[2] == image}
        return frozenset(named) if len(named) == 1 else homes

    def _is_branch(self, text: str, homes: frozenset[int]) -> bool:
        """A branch and no tag too."""
        is_tag = any(text in self._tags.get(home, {}) for home in homes)
        return not is_tag and any((home, text) in self._branches for home in homes)

    def _exact(self, _: Meant, texts: tuple[str, ...], homes: frozenset[int]) -> Found | None:
        for text in texts:
            shas = [
                (home, self._tags[home][text]) for home in homes if text in self._tags.get(home, {})
            ]
            if shas:
                return self._one(shas, f"tag {text}")
        return None

    def _within(self, told: Meant, _: tuple[str, ...], homes: frozenset[int]) -> Found | None:
        for sha in told.shas:
            found = self._one([(home, sha) for home in homes], f"named sha {sha[:12]}")
            if found.reason != UNKNOWN:
                return found
        return None

    def _numbered(
        self, texts: tuple[str, ...], homes: frozenset[int], names: frozenset[str]
    ) -> Found | None:
        for number in dict.fromkeys(number_of(text, names) for text in texts):
            if not number:
                continue
            tags = [(home, tag) for home in homes for tag in self._like(home, names, number)]
            if tags:
                shas = [(home, self._tags[home][tag]) for home, tag in tags]
                return self._one(shas, f"tag {min(tag for _, tag in tags)}")
        return None

    def _like(self, home: int, names: frozenset[str], number: str) -> set[str]:
        """The tags of a repository that have this number."""
        key = (home, names)
        if key not in self._numbers:
            known: dict[str, set[str]] = defaultdict(set)
            for tag in self._tags.get(home, {}):
                if not is_moving(tag):
                    known[number_of(tag, names)].add(tag)
            self._numbers[key] = known
        return self._numbers[key].get(number, set())

    def _built(self, texts: tuple[str, ...], homes: frozenset[int]) -> Found | None:
        made = [made for text in texts for made in self._builds.of(text, homes)]
        if not made:
            return None
        shas = [(home, sha) for home, sha, _ in made]
        return self._one(shas, f"build {min(name for _, _, name in made)}")

    def _one(self, shas: Iterable[tuple[int, str]], by: str) -> Found:
        """The one commit that these shas, which may be abbreviated, name in their repositories."""
        found = {(home, *commit) for home, sha in shas for commit in self._commits(home, sha)}
        if len(found) != 1:
            return Found(reason=AMBIGUOUS if found else UNKNOWN)
        home, sha, commit = found.pop()
        return Found(commit, home, sha, by, "")

    def _commits(self, home: int, sha: str) -> list[tuple[str, int]]:
        """Sha and id of the commits of a repository that begin with this sha, two at most."""
        if home not in self._shas:
            commits = self._frames[0]
            own = commits[(commits["repository_id"] == home) & (commits["committed_ts"] != NONE)]
            pairs = zip(own["sha"].tolist(), own["commit_id"].tolist(), strict=True)
            self._shas[home] = sorted(pairs)
        known = self._shas[home]
        at = bisect_left(known, (sha,))
        return [one for one in known[at : at + 2] if one[0].startswith(sha)]


def resolve_versions(
    deployments: pd.DataFrame, services: Iterable[ServicePlan], versions: Versions
) -> pd.DataFrame:
    """The deployments with `commit_by`: how the commit is known, "" where it is not.

    deployments: after `resolve_commits`. One whose commit is not known, or which names a service
    and runs a commit of a repository that is not the service's, gets the commit of the service's
    repositories that its sha, `version` or `ref` names, with its `repository_id` and `sha`; where
    `version` names none that is certain, `commit_reason` is `unknown_version` or
    `ambiguous_version`. A `ref` of another repository than the service's says nothing.
    """
    homes = homes_of(services, versions)
    own = _own_homes(deployments, homes, versions)
    columns = ("repository_id", "commit_id", "commit_reason", "sha", "version", "ref", "remote")
    table = {name: deployments[name].tolist() for name in columns}
    table["commit_by"] = ["sha" if commit != NONE else "" for commit in table["commit_id"]]
    for place in _open(deployments, own):
        sha, version, ref, remote = (table[n][place] for n in ("sha", "version", "ref", "remote"))
        home, commit = table["repository_id"][place], table["commit_id"][place]
        mine = home in own[place][0] or (home == NONE and not remote)
        found = _found(versions, own[place], sha=sha, version=version, ref=ref if mine else "")
        if found.commit_id != NONE:
            put(table, place, found)
        elif commit == NONE and version:
            table["commit_reason"][place] = found.reason
    return with_columns(deployments, table)


Table = dict[str, list[Any]]
Homes = tuple[frozenset[int], frozenset[str]]
"""Repositories in which to look, and the names that their tags may begin with."""


def put(table: Table, place: int, found: Found) -> None:
    """Write what was found into the lists of columns, at one row."""
    table["commit_id"][place], table["repository_id"][place] = found.commit_id, found.repository_id
    table["sha"][place], table["commit_by"][place] = found.sha, found.by
    table["commit_reason"][place] = found.reason


def with_columns(deployments: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The deployments with these columns, given as lists."""
    kinds = {"repository_id": "int64", "commit_id": "int64"}
    given = {
        name: pd.Series(values, deployments.index, dtype=kinds.get(name, "object"))
        for name, values in table.items()
    }
    return deployments.assign(**given)


def homes_of(services: Iterable[ServicePlan], versions: Versions) -> dict[int, Homes]:
    """Of each service, by its id, the repositories that are stored and what they are called."""
    known: dict[str, set[int]] = defaultdict(set)
    for home, path in versions.paths.items():
        known[path].add(home)
    owned: dict[int, Homes] = {}
    for plan in services:
        homes = frozenset(home for path in plan.repositories for home in known.get(path, ()))
        owned[plan.id] = homes, versions.names(homes) | names_of([plan.name])
    return owned


def _own_homes(
    deployments: pd.DataFrame, owned: Mapping[int, Homes], versions: Versions
) -> list[Homes]:
    """Per deployment: its own repository if its service has that, else all of the service's."""
    found = []
    for service, home in zip(
        deployments["service_id"].tolist(), deployments["repository_id"].tolist(), strict=True
    ):
        homes, names = owned.get(service, (frozenset(), frozenset()))
        alone = home in homes or (home != NONE and not homes)
        own = (frozenset({home}), names | versions.names({home}))
        found.append(own if alone else (homes, names))
    return found


def _open(deployments: pd.DataFrame, homes: list[Homes]) -> list[int]:
    """The rows whose commit is not known, or is one of a repository that the service has not."""
    pairs = zip(
        deployments["commit_id"].tolist(), deployments["repository_id"].tolist(), strict=True
    )
    return [
        place
        for place, (commit, home) in enumerate(pairs)
        if homes[place][0] and (commit == NONE or home not in homes[place][0])
    ]


def _found(versions: Versions, homes: Homes, *, sha: str, version: str, ref: str) -> Found:
    """By sha, else by version, else by ref; where none names a commit, why the version does not."""
    if sha:
        found = versions.commit_at(sha, homes[0])
        if found.commit_id != NONE:
            return found
    told = versions.commit_of(version, *homes) if version else Found()
    if told.commit_id == NONE and told.reason != AMBIGUOUS and ref:
        named = versions.commit_of(ref, *homes, ref=True)
        return named if named.commit_id != NONE else told
    return told
