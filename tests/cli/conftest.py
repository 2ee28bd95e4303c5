"""One company, collected once; the commands run in this process against its configuration."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cli.app import main
from simulator.config import company_secrets
from simulator.model import World
from simulator.server import CompanyServer, running
from simulator.world import build_world
from tests.cli.init_tools import ITEMS
from tests.e2e.company import NOW, Company
from tests.e2e.shared import shared_company


@pytest.fixture(scope="session")
def tools_world() -> World:
    """The company whose tools `headwater init` looks at."""
    return build_world(3, NOW, items=ITEMS)


@pytest.fixture(scope="session")
def tools(tools_world: World) -> Iterator[CompanyServer]:
    with running(tools_world) as server:
        yield server


@pytest.fixture
def tool_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in company_secrets().items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; every line must be one."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("company")
    with shared_company(tmp_path_factory, home, seed=3, items=120) as found:
        yield found


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `headwater` with these words, which name the configuration."""

    def run(*words: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["headwater", *words])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        told = capsys.readouterr()
        return Outcome(code if isinstance(code, int) else 1, told.out, told.err)

    return run


@pytest.fixture
def headwater(company: Company, monkeypatch: pytest.MonkeyPatch, alone: Run) -> Run:
    """Runs `headwater` with these words, on the company, a minute after it was read."""
    moving = ("trace", "dora", "unlinked", "mapping", "cost", "stream_map", "forecast", "standard")
    for name in (*moving, "report"):
        monkeypatch.setattr(f"cli.{name}.now_ts", lambda: int(NOW.timestamp()) + 60)
    monkeypatch.setenv("HEADWATER_CONFIG", str(company.config))
    return alone
