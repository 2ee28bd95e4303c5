"""Which files commits change, and which service of a shared repository that makes them of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from simulator.coding import Work
from simulator.model import Commit, Service

SHARED = "libs"
_LIBRARIES = ("money", "http", "ui")
_SUFFIXES = ("main.py", "api.py", "model.py", "tests/test_main.py")
_LIBRARY_WORK, _TWO_SERVICES, _LIBRARY_TOO, _ROOT_ONLY = 0.12, 0.06, 0.08, 0.03


def touches(patterns: Sequence[str], paths: Iterable[str]) -> bool:
    """Whether a part of a repository is changed. patterns: folders as `services/cart/**`; none:
    the whole repository, which every commit changes.
    """
    if not patterns:
        return True
    folders = tuple(pattern.removesuffix("**") for pattern in patterns)
    return any(path.startswith(folders) for path in paths)


def give_paths(works: Iterable[Work], services: Sequence[Service], rng: Random) -> None:
    """Every commit of these works its files. services: those of the works' repository."""
    names = [service.name for service in services if service.paths]
    for work in works:
        if not names:
            work.paths = [[f"src/{rng.choice(_SUFFIXES)}"] for _ in work.times]
        elif not work.items:  # an update of what one service, or all, build on
            home = rng.choice((SHARED, *(f"services/{name}" for name in names)))
            work.paths = [[f"{home}/requirements.txt"] for _ in work.times]
        else:
            work.paths = _of_work(work, names, rng)


def _of_work(work: Work, names: Sequence[str], rng: Random) -> list[list[str]]:
    """Mostly one service; a library for all, a second service, or nothing but the root."""
    luck, homes = rng.random(), [f"services/{work.service}"]
    if luck < _LIBRARY_WORK:
        homes = [f"{SHARED}/{rng.choice(_LIBRARIES)}"]
    elif luck < _LIBRARY_WORK + _TWO_SERVICES:
        other = rng.choice([name for name in names if name != work.service])
        homes.append(f"services/{other}")
    elif luck < _LIBRARY_WORK + _TWO_SERVICES + _ROOT_ONLY:
        return [[".gitlab-ci.yml"] for _ in work.times]
    found = []
    for _ in work.times:
        paths = [f"{rng.choice(homes)}/{rng.choice(_SUFFIXES)}"]
        if rng.random() < _LIBRARY_TOO:
            paths.append(f"{SHARED}/{rng.choice(_LIBRARIES)}/{rng.choice(_SUFFIXES)}")
        found.append(sorted(paths))
    return found


def fill_rest(commits: Iterable[Commit]) -> None:
    """Commits that nobody planned change the root; merges change nothing themselves."""
    for commit in commits:
        if not commit.paths and len(commit.parents) < 2:
            commit.paths = ["README.md"]
