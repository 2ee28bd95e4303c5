"""The source that docs/adding-a-source.md adds is added as it stands there, and collected."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import respx
from sqlalchemy import Engine, select

import core.source_settings
from connectors import registry
from core.settings import Settings
from pipeline.collect import collect
from pipeline.database import over
from pipeline.wanted import wanted_of
from store.models import raw_record, transition, work_item

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-source.md"
URL = "https://pebble.example"
STATES = [
    {"id": "1", "name": "Open", "kind": "new"},
    {"id": "2", "name": "Doing", "kind": "busy"},
]


def _block(name: str) -> str:
    """The example of this name."""
    (found,) = re.findall(
        rf"^```python {name}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return str(found)


def _run(name: str, namespace: dict[str, Any]) -> dict[str, Any]:
    exec(compile(_block(name), f"{PAGE.name}: {name}", "exec"), namespace)
    return namespace


@pytest.fixture
def pebble(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The connector as a module, known to the registry."""
    module = ModuleType("connectors.pebble")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    _run("connector", module.__dict__)
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))
    _run("registry", {**vars(registry), "pebble": module})
    return module


def _source(**given: Any) -> Any:
    made: Callable[..., Any] = _run("settings", dict(vars(core.source_settings)))["PebbleSource"]
    auth = {"token": "secret"}
    return made(kind="pebble", name="pebble", url=URL, auth=auth, boards=["SHOP"], **given)


def test_the_test_of_the_page_passes(pebble: ModuleType) -> None:
    made = _run("test", dict(vars(pebble)))
    tests = [one for name, one in made.items() if name.startswith("test_")]
    assert len(tests) == 1
    tests[0]()


def test_the_source_of_the_page_is_collected_and_read_on(
    pebble: ModuleType, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.opening.KINDS", registry.KINDS)
    tickets = _run("test", dict(vars(pebble)))["TICKETS"]
    database = over(sqlite_engine)
    settings = Settings()
    with respx.mock(base_url=URL) as server:
        server.get("/api/me").respond(json={"login": "reader"})
        server.get("/api/states").respond(json=STATES)
        asked = server.get("/api/tickets")
        asked.respond(json=tickets)
        first = collect(_source(), database, wanted_of(settings))
        asked.respond(json=[])
        second = collect(_source(), database, wanted_of(settings))
    assert first.problems == second.problems == []
    assert (first.streams["tickets"].changed, first.streams["tickets"].unparsed) == (2, 1)
    assert second.changed == 0
    since = asked.calls.last.request.url.params["changed_since"]
    assert since == "2026-01-07T08:50:00.000Z"
    with database.read() as session:
        assert [row.key for row in session.execute(select(work_item))] == ["SHOP-1"]
        assert len(session.execute(select(transition)).all()) == 1
        problems = [row.problem for row in session.execute(select(raw_record)) if row.problem]
    assert problems == ["KeyError: 'type'"]
