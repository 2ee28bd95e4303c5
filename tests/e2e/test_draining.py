"""A server that is asked to stop: it says so, answers on, lets what is open end, and goes."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from sqlalchemy import text

from store.session import open_engine
from tests.e2e.commands import PATIENCE_S, free_port, started, wait_until


@contextmanager
def _serving(folder: Path, url: str, more: str = "") -> Iterator[tuple[Popen[str], httpx.Client]]:
    config, port = folder / "headwater.toml", free_port()
    config.write_text(f"[server]\nport = {port}\n{more}", encoding="utf-8")
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as browser,
        started("serve", "--config", config, database_url=url) as process,
    ):
        wait_until(lambda: _status(browser, "/readyz") == 200, process)
        yield process, browser


def _status(browser: httpx.Client, path: str) -> int:
    try:
        return browser.get(path).status_code
    except httpx.TransportError:
        return 0


def test_it_answers_on_while_it_says_that_it_stops_and_ends_lines_of_news(
    tmp_path: Path, sqlite_url: str
) -> None:
    with _serving(tmp_path, sqlite_url, 'drain = "3s"') as (process, browser):
        ended: list[str] = []

        def listen() -> None:
            with browser.stream("GET", "/v1/stream") as answer:
                ended.extend(answer.iter_lines())

        listening = threading.Thread(target=listen)
        listening.start()
        wait_until(lambda: _status(browser, "/v1/streams") == 200, process)
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: _status(browser, "/readyz") == 503, process)
        assert _status(browser, "/healthz") == 200
        assert _status(browser, "/v1/streams") == 200
        _, told = process.communicate(timeout=PATIENCE_S)
        listening.join(60)
    assert not listening.is_alive()
    assert process.returncode == 0
    events = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert [one["answers_for_s"] for one in events if one["event"] == "stopping"] == [3.0]
    assert "Traceback" not in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_answer_that_has_begun_ends_before_the_process_does(
    tmp_path: Path, postgres_url: str, number: signal.Signals
) -> None:
    engine = open_engine(postgres_url)
    answers: list[int] = []
    with _serving(tmp_path, postgres_url) as (process, browser):
        with engine.begin() as connection:
            connection.execute(text("LOCK TABLE item_fact IN ACCESS EXCLUSIVE MODE"))
            asking = threading.Thread(
                target=lambda: answers.append(_status(browser, "/v1/exports/items"))
            )
            asking.start()
            wait_until(lambda: _waits(engine.url.render_as_string(hide_password=False)), process)
            process.send_signal(number)
            with httpx.Client(base_url=browser.base_url, timeout=60) as other:
                wait_until(lambda: _status(other, "/healthz") == 0, process)
            assert answers == []
        asking.join(60)
        process.communicate(timeout=PATIENCE_S)
    engine.dispose()
    assert answers == [200]
    assert process.returncode == 0


def _waits(url: str) -> bool:
    engine = open_engine(url)
    statement = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with engine.connect() as connection:
        found = connection.execute(text(statement)).scalar_one()
    engine.dispose()
    return bool(found)
