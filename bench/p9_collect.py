"""P9: collecting beside a loop over one open `httpx.Client` that asks for the same pages.

The loop sends the very requests of the collection, one after the other, and neither parses nor
stores what comes. The company answers from a process of its own, at once or after 50 ms.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.company import company
from bench.measuring import Outcome, in_turn, peak_mb
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.collect import collect
from pipeline.database import opened
from pipeline.stopping import Stop
from pipeline.wanted import wanted_of
from store.migrate import upgrade

_WANTED = {0.0: 0.5, 0.05: 5.0}
_SAFE = {"gitlab": 8}
"""Requests at once that gitlab.com bears; at any other address GitLab is taken for one's own."""


class _Noting(Stop):
    """Never asks to stop; notes every request that is about to be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[httpx.Request] = []

    def check(self, *about: object) -> None:
        self.requests += [one for one in about if isinstance(one, httpx.Request)]


def run(*, full: bool) -> Iterator[Outcome]:
    """full: a company of ten times as many tickets."""
    items = 3_000 if full else 300
    for delay, target in _WANTED.items():
        with (
            TemporaryDirectory(prefix="headwater-") as folder,
            company(Path(folder), items=items, delay=delay) as settings,
        ):
            template = Path(folder) / "template.db"
            upgrade(f"sqlite:///{template}")
            for source in settings.sources:
                at_once = {"concurrency": _SAFE.get(source.kind, source.concurrency)}
                source = source.model_copy(update=at_once)
                yield _measured(settings, source, template, delay=delay, target=target)


def _measured(
    settings: Settings, source: AnySource, template: Path, *, delay: float, target: float
) -> Outcome:
    noted = _collected(settings, source, template)
    with httpx.Client(timeout=60) as client:
        taken = in_turn(
            partial(_asked, client, noted), partial(_collected, settings, source, template)
        )
    return Outcome(
        "P9",
        f"{source.name}, {delay * 1000:.0f} ms per answer",
        f"{len(noted)} requests",
        "the same requests, one by one",
        *taken,
        target=target,
        peak_mb=peak_mb(),
    )


def _asked(client: httpx.Client, requests: list[httpx.Request]) -> None:
    for request in requests:
        client.request(
            request.method, request.url, headers=request.headers, content=request.content
        )


def _collected(settings: Settings, source: AnySource, template: Path) -> list[httpx.Request]:
    """A first load into a database of its own; the requests that it made."""
    shutil.copy(template, settings.database.url.removeprefix("sqlite:///"))
    noting = _Noting()
    with opened(settings.database) as database:
        report = collect(source, database, wanted_of(settings), stop=noting)
    assert not report.problems, report.problems
    assert sum(counts.changed for counts in report.streams.values()) > 0
    return noting.requests
