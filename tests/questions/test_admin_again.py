"""A platform admin reads one project again."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from api.app import create_app
from cli.app import main
from pipeline.database import opened
from tests.api.client import Client
from tests.e2e.company import Company
from tests.e2e.small import small_company, synced
from tests.questions.asking import Asking, rows, sent


def test_admin_7_one_project_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Titles of two projects are lost here: those of the one that is read again are there again,
    and a second time changes nothing. Of the other project only what changed is asked for.
    """
    command = rows()["admin-7"].commands[0].split()
    with small_company(items=5) as company:
        config, settings = company.home(tmp_path)
        assert not synced(settings).failed
        database = tmp_path / "headwater.db"
        whole = _titles(database)
        assert len({path for path, _, _ in whole}) > 1
        numbers = _numbers(database)
        _lose(database)
        monkeypatch.setattr("sys.argv", [*command, "--config", str(config)])
        before = Counter(company.server.requests)
        assert _exit() == 0, capsys.readouterr()
        first = _titles(database)
        assert _exit() == 0, capsys.readouterr()
        assert _titles(database) == first
        asked = Counter(company.server.requests) - before
        _lose(database)
        with opened(settings.database) as kept:
            address = Asking(Client(create_app(settings, kept)))
            assert address.send("admin-7", status=202)["state"] == "waiting"
            assert address.send("admin-7", status=200)["name"] == "shop/web"
            told = address.send("admin-7", status=422, name="shop/shoes")["detail"]
            assert 'has no "shop/shoes"; it has logistics/warehouse' in told
            refused = sent(address.client, "/v1/sources/git/again", {"name": "x"}, status=404)
            assert "known: " in refused["detail"]
        assert _titles(database) == {(*row[:2], "lost") for row in whole}  # it waits for a pass
        assert not synced(settings).failed
        assert _titles(database) == first
        _lose(database)
        assert not synced(settings).failed
        assert {title for _, _, title in _titles(database)} == {"lost"}  # it was read once
    name = command[command.index("--again") + 1]
    assert {row for row in first if row[0] == name} == {row for row in whole if row[0] == name}
    assert {title for path, _, title in first if path != name} == {"lost"}
    calls = {path: _asked_of(asked, number) for path, number in numbers.items()}
    assert calls[name] > 2 * max(calls[path] for path in calls if path != name)


def _numbers(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as base:
        return dict(base.execute("select path, external_id from repository").fetchall())


def _lose(database: Path) -> None:
    with closing(sqlite3.connect(database)) as base, base:
        base.execute("update merge_request set title = 'lost'")


def _titles(database: Path) -> set[tuple[str, int, str]]:
    with closing(sqlite3.connect(database)) as base:
        told = "select path, number, title from merge_request"
        told += " join repository r on r.id = repository_id"
        return set(base.execute(told).fetchall())


def _asked_of(asked: Counter[tuple[str, str]], number: str) -> int:
    """How many requests were about a project of GitLab."""
    return sum(count for (_, path), count in asked.items() if f"/projects/{number}/" in path)


def _exit() -> int:
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--again", "shop/web"], "add --source NAME"),
        (["--again", "shop/web", "--source", "gitlab", "--full"], "without --full"),
        (["--again", "shop/shoes", "--source", "gitlab"], "it has logistics/warehouse"),
        (["--again", "SHOP", "--source", "jira"], "headwater sync --source jira --full"),
    ],
    ids=["no source", "full", "unknown", "one list"],
)
def test_admin_7_what_can_not_be_read_again_is_refused(
    mine: Company,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
) -> None:
    monkeypatch.setattr("sys.argv", ["headwater", "sync", "--config", str(mine.config), *words])
    assert _exit() != 0
    assert told in capsys.readouterr().err
