"""GitHub's repositories, refs, commits and environments as records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.github_rest import someone
from connectors.people import person
from connectors.stream import Payload, Scope
from connectors.times import utc, utc_or_none
from core.records import Commit, Environment, Person, Project, Record, Ref, Repository

_TIERS = (
    ("development", {"dev", "devel", "develop", "development", "review", "preview", "local"}),
    ("testing", {"test", "tests", "testing", "tst", "qa", "qc", "uat", "integration", "int", "ci"}),
    ("staging", {"staging", "stage", "stg", "preprod", "pre", "nonprod", "non", "demo", "canary"}),
    ("production", {"production", "prod", "prd", "live"}),
)


def parse_repository(payload: Payload, _scope: Scope) -> Iterator[Record]:
    """The repository with its clone addresses; where it has issues, also a tracker's project."""
    addresses = (payload.get("clone_url"), payload.get("ssh_url"))
    path, name = payload["full_name"], payload.get("name")
    yield Repository(
        id=str(payload["id"]),
        path=path,
        default_branch=payload.get("default_branch") or "",
        url=payload.get("html_url") or "",
        urls=tuple(address for address in addresses if address),
    )
    if payload.get("has_issues"):
        yield Project(str(payload["id"]), path, name or path)


def parse_branch(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A branch and its head; GitHub does not tell since when."""
    yield Ref(scope.id, "branch", payload["name"], payload["commit"]["sha"])


def parse_tag(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A tag and the commit it stands for."""
    yield Ref(scope.id, "tag", payload["name"], payload["commit"]["sha"])


def parse_release(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A published release by the name of its tag; a draft is none yet."""
    published = utc_or_none(payload.get("published_at"))
    if payload.get("draft") or published is None:
        return
    sha = (payload.get("_details") or {}).get("sha") or ""
    yield Ref(scope.id, "release", payload["tag_name"], sha, published)


def parse_commit(payload: Payload, scope: Scope, *, bots: Sequence[str] = ()) -> Iterator[Record]:
    """A commit with its parents."""
    yield commit_of(payload, scope.id, bots)


def commit_of(payload: Mapping[str, Any], repository: str, bots: Sequence[str]) -> Commit:
    """People of commits are known by their address, as everywhere in git."""
    told = payload["commit"]
    author, committer = told.get("author") or {}, told.get("committer") or {}
    committed = committer.get("date") or author["date"]
    return Commit(
        repository=repository,
        sha=payload["sha"],
        authored_at=utc(author.get("date") or committed),
        committed_at=utc(committed),
        message=told.get("message") or "",
        parents=tuple(parent["sha"] for parent in payload["parents"]),
        author=_author(author, payload.get("author"), bots),
    )


def _author(
    author: Mapping[str, Any], user: Mapping[str, Any] | None, bots: Sequence[str]
) -> Person | None:
    """Where GitHub knows whose address it is, it names the account beside the commit."""
    email, name = author.get("email"), author.get("name")
    known = someone(user, bots)
    return person(
        email.lower() if email else name,
        bots=bots,
        email=email,
        username=known and known.username,
        name=name,
        app=known is not None and known.bot,
    )


def parse_environment(payload: Payload, scope: Scope) -> Iterator[Record]:
    """An environment, with the tier that its name tells."""
    yield Environment(str(payload["id"]), scope.id, payload["name"], tier(payload["name"]))


def tier(name: str) -> str:
    """GitHub has no tiers: production, staging, testing or development by the words of the name
    (`eu-prod`, `pre-production`), else other. The first of them in this order wins: what is before
    production is not production.
    """
    words = set(re.split(r"[^a-z]+", name.lower()))
    return next((found for found, known in _TIERS if words & known), "other")
