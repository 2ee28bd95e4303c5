"""The page of the first hour shows `headwater init` as it is really printed, and what it writes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from simulator.config import company_secrets
from simulator.server import running
from simulator.world import build_world
from tests.e2e.company import NOW

PAGE = Path(__file__).parents[2] / "docs" / "getting-started.md"
TOOLS = ("jira", "gitlab", "jenkins")


def session(home: Path) -> tuple[str, str]:
    """A conversation about the simulated company: what is on the screen, and the file."""
    world = build_world(3, NOW, items=300)
    with running(world) as server, pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setenv("TZ", "Europe/Berlin")
        for name, value in company_secrets().items():
            patch.setenv(name.removeprefix("DEMO_"), value)
        urls = {kind: server.url(kind) for kind in TOOLS}
        said = [
            *("jira", urls["jira"], "", "", "shop"),
            *("gitlab", urls["gitlab"], "", "shop/web shop/payments", "n"),
            *("jenkins", urls["jenkins"], "", "", ""),
        ]
        done = CliRunner().invoke(app, ["init"], input="".join(f"{one}\n" for one in said))
    assert done.exit_code == 0, done.output
    return tuple(_anywhere(text, urls) for text in (done.output, _read(home)))  # type: ignore[return-value]


def _read(home: Path) -> str:
    return (home / "headwater.toml").read_text(encoding="utf-8")


def _anywhere(text: str, urls: dict[str, str]) -> str:
    """Addresses, clocks and the day are those of the machine that it runs on."""
    for kind, url in urls.items():
        text = text.replace(url, f"https://{kind}.acme.example")
    text = re.sub(
        r"clock: \d+ s (behind|ahead of) this machine", "clock: 0 s behind this machine", text
    )
    return re.sub(r"(?<=on )20\d\d-\d\d-\d\d(?=, from)", "2026-11-20", text)


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def trimmed(text: str) -> list[str]:
    """Line by line; the numbers are those of one made-up company and change with it."""
    return [re.sub(r"[\d.,]+", "N", line.rstrip()) for line in text.strip().splitlines()]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return session(tmp_path_factory.mktemp("session"))


def test_the_session_is_as_it_is_printed(printed: tuple[str, str]) -> None:
    (shown,) = blocks("text")
    assert trimmed(shown)[1:] == trimmed(printed[0])
    assert trimmed(shown)[0] == "$ headwater init"


def test_the_part_of_the_file_is_as_it_is_written(printed: tuple[str, str]) -> None:
    shown = blocks("toml")[0]
    assert "\n".join(trimmed(shown)) in "\n".join(trimmed(printed[1]))
    assert tomllib.loads(shown)["streams"][0]["name"] == "checkout"
