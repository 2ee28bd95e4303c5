"""What the company's product people say that open work is worth, in ranges that make sense."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

from simulator.estimates import COLUMNS, estimates_csv
from simulator.world import build_world
from tests.e2e.company import NOW


def test_open_work_gets_ranges_and_some_epics_a_deadline() -> None:
    world = build_world(5, NOW, items=300)
    text = estimates_csv(world)
    assert text == estimates_csv(build_world(5, NOW, items=300))
    reader = csv.DictReader(StringIO(text))
    rows = list(reader)
    assert tuple(reader.fieldnames or ()) == COLUMNS
    items = {item.key: item for item in world.items}
    over = {
        (plan.project, status.name)
        for plan in world.streams
        for status in plan.statuses
        if status.state in ("done", "cancelled")
    }
    assert len(rows) > 20
    for row in rows:
        item = items[row["key"]]
        last = item.moves[-1].to_status if item.moves else item.first_status
        assert (item.project, last) not in over
        assert 0 < float(row["low"]) < float(row["likely"]) < float(row["high"])
    due = [row for row in rows if row["profile"] == "P4"]
    assert due
    for row in due:
        assert items[row["key"]].type == "Epic"
        assert date.fromisoformat(row["deadline"]) > NOW.date()
    assert any(row["profile"] == "P2" and row["life_weeks"] for row in rows)
