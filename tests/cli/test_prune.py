"""`headwater prune`: says what goes, and changes nothing unless the configuration asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.database import over
from store import raw
from store.raw import RawPayload
from store.session import open_engine
from store.sources import SourceRow, ensure_sources
from tests.cli.conftest import Run
from tests.migrated import migrated

SOURCE = """
[[sources]]
name = "gitlab"
kind = "gitlab"
url = "https://gitlab.example"
auth = { token = "env:PRUNE_TOKEN" }
projects = ["shop/api"]
"""


def _config(folder: Path, *, retention: str) -> Path:
    url = f"sqlite:///{folder / 'headwater.db'}"
    migrated(url)
    config = folder / "headwater.toml"
    config.write_text(f'[database]\nurl = "{url}"\n{retention}\n{SOURCE}', encoding="utf-8")
    engine = open_engine(url)
    with over(engine).writing() as session:
        source_id = ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]
        row = RawPayload("aaa", {"id": "aaa"}, b"h")
        raw.save(session, source_id, "commits", "42", [row], fetched_ts=1)
    engine.dispose()
    return config


def test_old_payloads_are_told_first_and_then_forgotten(
    headwater: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRUNE_TOKEN", "glpat-x")
    config = _config(tmp_path, retention='[retention]\nraw_payloads = "400d"')
    told = headwater("prune", "--dry-run", "--config", str(config))
    assert told.status == 0
    assert "gitlab commits: 1 payloads" in told.out
    assert "1 payloads older than 400d would be forgotten" in told.out
    done = headwater("prune", "--json", "--config", str(config)).lines[-1]
    assert (done["dry_run"], done["payloads"]) == (False, 1)
    assert [one["stream"] for one in done["streams"]] == ["commits"]
    again = headwater("prune", "--json", "--config", str(config)).lines[-1]
    assert (again["payloads"], again["bytes"], again["streams"]) == (0, 0, [])


def test_without_a_line_that_asks_for_it_nothing_is_forgotten(
    headwater: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRUNE_TOKEN", "glpat-x")
    config = _config(tmp_path, retention="")
    refused = headwater("prune", "--config", str(config))
    assert refused.status == 2
    assert 'raw_payloads = "400d"' in refused.err
