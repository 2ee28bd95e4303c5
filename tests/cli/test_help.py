"""Help is there for every command, with an example, at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
COMMANDS = [
    "init",
    "demo", "check", "sync", "serve", "worker", "trace", "dora", "forecast", "lab", "unlinked",
    "recompute", "migrate", "conformance", "import", "verdict", "verdicts", "verdict confirm",
    "verdict reject", "verdict withdraw", "mapping", "mapping unmapped", "mapping preview", "cost",
    "sequence", "values", "standard", "export", "token create", "token list", "token revoke",
    "audit-log", "sign-out", "report", "mcp", "alerts", "init", "status",
    "audit-log", "sign-out", "report", "mcp", "alerts", "init", "backup", "restore", "doctor",
    "audit-log", "sign-out",
    "audit-log", "sign-out", "report", "mcp", "alerts", "init",
    "audit-log", "sign-out", "privacy erase", "prune",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_that_can_be_pasted(headwater: Run, command: str) -> None:
    outcome = headwater(*command.split(), "--help")
    assert outcome.status == 0
    assert "Examples:" in outcome.out
    assert f"headwater {command}" in outcome.out.partition("Examples:")[2]


def test_help_lists_every_command_and_says_where_to_start(headwater: Run) -> None:
    outcome = headwater("--help")
    assert all(command.split()[0] in outcome.out for command in COMMANDS)
    assert "headwater demo" in outcome.out


def test_help_of_trace_names_all_that_it_traces(headwater: Run) -> None:
    out = " ".join(headwater("trace", "--help").out.split())
    for word in ("work item", "change request", "incident", "SHOP-412", "CHG00", "INC00"):
        assert word in out


@pytest.mark.parametrize("word", ["verdict confirm", "verdict reject", "trace", "verdicts", "sync"])
def test_help_of_verdict_leads_through_all_of_it(headwater: Run, word: str) -> None:
    assert f"headwater {word}" in " ".join(headwater("verdict", "--help").out.split())


@pytest.mark.parametrize("state", ["counts soon", "waiting", "replaced"])
def test_help_of_verdicts_explains_its_last_column(headwater: Run, state: str) -> None:
    assert state in headwater("verdicts", "--help").out


@pytest.mark.parametrize(
    "words", [("--help",), ("trace", "--help"), ("demo", "--help"), ("verdict", "reject", "--help")]
)
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    script = (
        "import sys; from cli.app import app\n"
        "try: app(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'sqlalchemy', 'fastapi', 'pyarrow', 'uvicorn', 'httpx'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_a_word_that_is_no_command_is_refused(headwater: Run) -> None:
    outcome = headwater("trase", "SHOP-1")
    assert outcome.status == 2
    assert "trase" in outcome.err
