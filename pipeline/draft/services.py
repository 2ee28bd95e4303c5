"""Services as they are proposed: repositories that are deployed, their environments, the jobs that
deploy them, and how the service desk calls them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors.look import Code, Desk, Job, Ran
from pipeline.draft.naming import named, words
from pipeline.draft.streams import StreamDraft

_PRODUCTION: Final = re.compile(r"(?<![a-z])(prod|production|prd|live)(?![a-z])")
_PLACES: Final = re.compile(
    r"(?<![a-z])(staging|stage|stg|preprod|pre-prod|preproduction|test|testing|tst|qa|uat|int"
    r"|integration|dev|development|sandbox|demo|review|canary)(?![a-z])"
)
_USUAL: Final = ("production", "tier:production")
_DEPLOY_WORDS: Final = frozenset(
    {"deploy", "deployment", "release", "rollout", "promote", "publish", "ship", "to", "cd", "job"}
)
_LEAST: Final = 3
_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """A service as it is proposed. production: environments that seem to be it; others: the rest.
    items: configuration items with how many rows name them and whether the name says it surely.
    """

    name: str
    repository: str
    production: tuple[Ran, ...] = ()
    others: tuple[Ran, ...] = ()
    deployments: int = 0
    items: tuple[tuple[str, int, bool], ...] = ()

    @property
    def environments(self) -> tuple[str, ...]:
        """The patterns of production; the usual ones where nothing was seen."""
        told = any(one.tier == "production" for one in self.production)
        names = [one.name for one in self.production]
        return (*names, "tier:production") if told else tuple(names) or _USUAL


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule for the builds of a job. environment: "" where its name tells none. service: "" where
    none fits. places: environments that a parameter names, where one job deploys to several.
    """

    job: str
    environment: str
    service: str
    ran: Ran
    places: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        return bool(self.environment and self.service and self.ran.runs) and not self.places


def is_production(name: str, tier: str = "") -> bool:
    """By the tier where one is told; by the name otherwise: `pre-prod` is none."""
    if tier and tier != "other":
        return tier == "production"
    plain = name.casefold().replace("_", "-")
    return bool(_PRODUCTION.search(plain)) and not _PLACES.search(plain)


def place_of(job: str) -> str:
    """The environment that the name of a job tells; "" where it tells none."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", job.rpartition("/")[2]).casefold().replace("_", "-")
    other = _PLACES.search(plain)
    if other:
        return other[0]
    return "production" if _PRODUCTION.search(plain) else ""


def services_of(
    codes: Sequence[Code], jobs: Sequence[Job], *, taken: Collection[str] = ()
) -> list[ServiceDraft]:
    """One for each repository that is deployed: to an environment, or by a job that fits it."""
    used, found = set(taken), []
    deployed_by = {code.path for job in jobs if (code := code_of(job, codes))}
    for code in codes:
        production = [one for one in code.environments if is_production(one.name, one.tier)]
        if not production and code.path not in deployed_by:
            continue
        name = named(code.path.rpartition("/")[2], used, otherwise=code.path)
        used.add(name)
        others = tuple(one for one in code.environments if one not in production)
        found.append(ServiceDraft(name, code.path, tuple(production), others, code.deployments))
    return found


def code_of(job: Job, codes: Sequence[Code]) -> Code | None:
    """The repository that a job deploys: the one that it checks out, else the one whose name its
    own name has; None where none or several fit.
    """
    checked = [code for code in codes if any(_is_at(url, code.path) for url in job.repositories)]
    if len(checked) == 1:
        return checked[0]
    said = words(job.ran.name) - _DEPLOY_WORDS
    fitting = [code for code in codes if words(code.path.rpartition("/")[2]) <= said]
    return fitting[0] if len(fitting) == 1 else None


def _is_at(url: str, path: str) -> bool:
    told = url.casefold().rstrip("/").removesuffix(".git").replace(":", "/")
    return told.endswith(f"/{path.casefold()}")


def rules_of(
    jobs: Sequence[Job], codes: Sequence[Code], services: Mapping[str, str]
) -> list[RuleDraft]:
    """One for each job that ran, or whose name tells where it deploys; production first.

    services: names by repository.
    """
    found = []
    for job in jobs:
        code, place = code_of(job, codes), place_of(job.ran.name)
        several = job.places if len(job.places) > 1 else ()
        if not place and len(job.places) == 1:
            place = "production" if is_production(job.places[0]) else job.places[0]
        if job.ran.runs or place:
            service = services.get(code.path, "") if code else ""
            found.append(RuleDraft(job.ran.name, place, service, job.ran, several))
    return sorted(found, key=lambda rule: (rule.environment != "production", rule.job))


def with_items(
    services: Sequence[ServiceDraft], desk: Desk
) -> tuple[list[ServiceDraft], list[tuple[str, int]]]:
    """The services with the configuration items that fit them best, each item at one service; and
    the items that fit none.
    """
    pairs = [
        (score, count, item, service.name)
        for item, count in desk.items
        for service in services
        if (score := _alike(item, service))
    ]
    pairs.sort(key=lambda row: (-row[0], -row[1], row[2], row[3]))
    homes: dict[str, tuple[str, bool]] = {}
    served: set[str] = set()
    for score, _, item, service in pairs:
        if item not in homes and service not in served:
            rivals = [row for row in pairs if row[2] == item and row[0] == score]
            homes[item] = (service, score == 1.0 and len(rivals) == 1)
            served.add(service)
    counts = dict(desk.items)
    found = [
        replace(
            one,
            items=tuple(
                (item, counts[item], sure)
                for item, (home, sure) in homes.items()
                if home == one.name
            ),
        )
        for one in services
    ]
    return found, [(item, count) for item, count in desk.items if item not in homes]


def _alike(item: str, service: ServiceDraft) -> float:
    """How much of the name of an item is in that of a repository, and the other way round."""
    own, last = words(item), words(service.repository.rpartition("/")[2])
    whole = words(service.repository.replace("/", " "))
    if not own & whole:
        return 0.0
    return max(len(own & last) / len(own | last), len(own & whole) / len(own | whole))


def with_code(
    streams: Sequence[StreamDraft], codes: Sequence[Code], services: Mapping[str, str]
) -> list[StreamDraft]:
    """The streams with the repositories whose requests name their items, and the services of
    these. A repository is of the project that most of its requests name. services: names by
    repository.
    """
    homes: dict[str, tuple[str, str]] = {}
    for code in codes:
        named_ = _projects_in(code, {one.project for one in streams})
        if named_:
            project, count = max(named_.items(), key=lambda pair: (pair[1], pair[0]))
            if count >= _LEAST and count >= _SHARE * len(code.requests):
                told = f"{count} of its {len(code.requests)} newest {code.word} name {project}-"
                homes[code.path] = (project, told)
    found = []
    for one in streams:
        own = [(code.path, "its own code") for code in codes if code.path == one.project]
        named_by = [(path, told) for path, (home, told) in homes.items() if home == one.project]
        paths = dict([*own, *named_by])
        delivering = tuple(services[path] for path in paths if path in services)
        found.append(replace(one, repositories=tuple(paths.items()), services=delivering))
    return found


def _projects_in(code: Code, projects: Collection[str]) -> Mapping[str, int]:
    """How many requests name an item of each project."""
    patterns = {
        key: re.compile(rf"(?<![A-Za-z0-9]){re.escape(key)}-[1-9][0-9]*", re.I) for key in projects
    }
    found: Counter[str] = Counter()
    for text in code.requests:
        found.update(key for key, pattern in patterns.items() if pattern.search(text))
    return found
