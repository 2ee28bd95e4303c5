"""`headwater mcp` as assistants start it: a process that speaks the protocol on its output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.api.client import finished
from tests.cli.conftest import Run
from tests.e2e.company import Company

ROOT = Path(__file__).parents[2]
_START = ["-c", "from cli.app import main; main()", "mcp"]
_WINDOW = {"from_date": "2026-06-01", "to_date": "2026-11-01"}


def _env(**more: str) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", ""), **more}


def test_the_official_client_asks_over_stdio(company: Company) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=[*_START, "--config", str(company.config)], env=_env()
    )

    async def ask() -> tuple[list[str], Any, Any]:
        async with Client(stdio_client(server)) as client:
            tools = [one.name for one in (await client.list_tools()).tools]
            asked = {"stream": "checkout", "metric": "velocity", **_WINDOW}
            good = await client.call_tool("explain", asked)
            bad = await client.call_tool("why_is_it_late", {"key": "NOPE-1"})
            return tools, good, bad

    tools, good, bad = finished(ask())
    assert "why_is_it_late" in tools
    told = json.loads(good.content[0].text)
    assert told["value"]["count"] == told["n"] > 0
    assert told["window"] == ["2026-05-31T22:00:00Z", "2026-10-31T23:00:00Z"]
    assert good.structured_content == told
    assert bad.is_error
    assert "no such work item" in bad.content[0].text


def test_nothing_but_the_protocol_is_on_its_output(company: Company) -> None:
    hello = {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }  # fmt: skip
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ]
    done = subprocess.run(
        [sys.executable, *_START, "--config", str(company.config)],
        input="".join(f"{json.dumps(line)}\n" for line in lines),
        capture_output=True, text=True, timeout=240, check=True, cwd=ROOT, env=_env(),
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["jsonrpc"] for one in answers} == {"2.0"}
    assert {one.get("id") for one in answers} >= {1}


def test_without_the_extra_it_says_how_to_install_it(company: Company) -> None:
    script = "import sys; sys.modules['mcp'] = None; from cli.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "mcp", "--config", str(company.config)],
        capture_output=True, text=True, timeout=240, check=False, cwd=ROOT, env=_env(),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'headwater[mcp]'" in done.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("headwater.example", "is no address"),
        ("ftp://headwater.example", "is no address"),
        ("http://headwater.example", "only sent by https, or to this machine"),
    ],
)
def test_an_address_that_is_none_or_open_to_listeners_is_refused(
    headwater: Run, monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    monkeypatch.setenv("HEADWATER_TOKEN", "hw_secret")
    outcome = headwater("mcp", "--url", url)
    assert (outcome.status, outcome.out) == (2, "")
    assert told in outcome.err
    assert "hw_secret" not in outcome.err
