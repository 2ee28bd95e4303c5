"""A repository of manifests: its commits say which version runs, and they are what is deployed."""

from __future__ import annotations

from datetime import datetime
from random import Random

from simulator.calendar import MINUTE, between
from simulator.model import Commit, Person, Service
from simulator.releases import Release
from simulator.repository import Repository

_OTHERS = 0.4  # commits about other things, for each deployment
_REGISTRY = "registry.acme.example"


def write_manifests(
    service: Service, releases: list[Release], author: Person, *, now: datetime, rng: Random
) -> Repository:
    """The repository of the manifests, with a commit for each release, which then names it."""
    home = Service(
        "manifests", service.manifests, service.ci, service.deploys, "", change_approval=False
    )
    repository = Repository(home, now, rng, squash_onto_head=True)
    first = min(release.started for release in releases)
    repository.set_up(first - 20 * MINUTE, author)
    for release in sorted(releases, key=lambda one: (one.started, one.environment)):
        at = release.started - between(rng, MINUTE, 3 * MINUTE)
        if rng.random() < _OTHERS:
            _add(repository, _other(rng), at - MINUTE, author, "apps/ledger/values.yaml")
        path = f"apps/{service.name}/{release.environment}.yaml"
        release.manifest = _add(repository, _message(service, release, rng), at, author, path).sha
    repository.run()
    return repository


def _add(repository: Repository, message: str, at: datetime, author: Person, path: str) -> Commit:
    made = repository.commit(message, [repository.head], at, author, paths=[path])
    repository.head = made.sha
    return made


def _message(service: Service, release: Release, rng: Random) -> str:
    """Which version; staging runs images that have the name of a commit."""
    image = f"{_REGISTRY}/{service.repository}:{release.version}"
    forms = (
        f"Deploy {service.name} {release.version}",
        f"Update image to {image}",
        f"{service.name}: {release.environment}\n\nimage: {image}",
    )
    return rng.choices(forms, weights=(60, 25, 15))[0]


def _other(rng: Random) -> str:
    """Another service, which nobody here measures, lives in the same manifests."""
    version = f"2.{rng.randrange(40)}.{rng.randrange(6)}"
    return rng.choice((f"Deploy ledger {version}", "Raise the memory limit of ledger"))
