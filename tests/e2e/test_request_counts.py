"""How many requests a pass makes: lists and bulk reads, never one per ticket."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.source_settings import JiraSource
from pipeline.collect import collect
from pipeline.database import opened
from pipeline.wanted import wanted_of
from simulator.model import Edit, Item, Move
from simulator.server import running
from simulator.world import build_world
from store.frames import item_transitions
from tests.e2e.company import NOW, configured
from tests.migrated import migrated
from tests.telling import measured

ISSUES = 1_000
ENTRIES = 60
MOST = 40


def test_a_thousand_changed_issues_with_long_histories_cost_a_few_dozen_requests(
    tmp_path: Path,
) -> None:
    world = build_world(1, NOW, items=ISSUES)
    with running(world) as server:
        _, settings = configured(tmp_path, server, world)
        migrated(settings.database.url)
        (source,) = (one for one in settings.sources if isinstance(one, JiraSource))
        with opened(settings.database) as database:
            first = collect(source, database, wanted_of(settings), full=True)
            for place, item in enumerate(world.items):
                _lengthen(item, place)
            server.advance(world)
            report = collect(source, database, wanted_of(settings))
            with database.read() as session:
                moves = len(item_transitions(session))
    assert first.problems == report.problems == []
    assert report.streams["issues"].changed >= ISSUES
    assert moves == sum(len(item.moves) for item in world.items)
    measured(f"{report.changed} issues of {ENTRIES} entries: {report.requests} requests")
    assert report.requests <= MOST


def _lengthen(item: Item, place: int) -> None:
    """As many entries as a busy ticket has, and changed today."""
    known = len(item.moves) + len(item.edits) + 2 * len(item.flags)
    to_and_fro: list[Move] = []
    for number in range(ENTRIES - known):
        at = item.created + timedelta(minutes=number)
        unique = 10_000_000 + place * ENTRIES + number
        if item.moves and number < 2:  # the oldest of all: no search shows them, only a bulk read
            names = [item.first_status, item.moves[0].to_status]
            before, after = names if number == 0 else names[::-1]
            to_and_fro.append(Move(unique, at, before, after, item.reporter))
            continue
        item.edits.append(Edit(unique, at, "Rank", None, "later", item.reporter))
    item.moves[:0] = to_and_fro
    item.updated = NOW + timedelta(seconds=place % 600)
