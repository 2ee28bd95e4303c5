"""What the commands that read say of a source that reports by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.check import run_check
from cli.sync import run_sync
from core.errors import ConfigError
from tests.migrated import migrated

SOURCE = '[[sources]]\nname = "tools"\nkind = "events"\n'
HOOKS = 'hooks = { secrets = ["env:EVENTS_SECRET"] }'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENTS_SECRET", "secret")
    migrated(f"sqlite:///{tmp_path / 'headwater.db'}")
    return tmp_path / "headwater.toml"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (f"{HOOKS}\n", "reports by itself, to POST /v1/events; nothing is read"),
        ("", f"is imported from files; to take events too add: {HOOKS}"),
    ],
)
def test_check_says_how_its_data_comes(
    config: Path, capsys: pytest.CaptureFixture[str], more: str, told: str
) -> None:
    config.write_text(SOURCE + more, encoding="utf-8")
    run_check(config)
    assert json.loads(capsys.readouterr().out) == {
        "source": "tools",
        "ok": True,
        "lines": [{"name": "reports", "ok": True, "detail": told}],
    }


def test_sync_does_not_say_that_it_is_not_there(config: Path) -> None:
    config.write_text(SOURCE, encoding="utf-8")
    with pytest.raises(ConfigError, match='nothing is read from source "tools": it reports by'):
        run_sync(config, only=["tools"], full=False, since=None)
