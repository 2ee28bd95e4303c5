"""Whole tables by HTTP: formats, filters, polling, and what is refused."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from api.routes import exports
from store.export_tables import TABLES
from tests.api.client import Client, finished


def _table(client: Client, address: str) -> Any:
    answer = client.get(f"/v1/exports/{address}")
    assert answer.status_code == 200, answer.text
    return pyarrow.parquet.read_table(io.BytesIO(answer.content))


def test_the_list_tells_every_table_with_its_columns_and_filters(client: Client) -> None:
    told = client.json("/v1/exports")
    assert told["schema_version"] == 1
    assert [one["name"] for one in told["tables"]] == [one.name for one in TABLES]
    items = next(one for one in told["tables"] if one["name"] == "items")
    assert items["key"] == ["stream_id", "item_id", "episode"]
    assert items["filters"] == ["stream", "from", "to", "since"]
    assert items["view"] == "headwater_v1_items"
    flow_time = next(one for one in items["columns"] if one["name"] == "flow_time_s")
    assert flow_time["kind"] == "seconds"
    assert flow_time["null"] == "not done, or its start was not seen"
    assert set(told["watermarks"]) == {"jira", "gitlab", "jenkins", "snow"}


def test_the_three_formats_say_the_same(client: Client) -> None:
    rows = _table(client, "items?format=parquet").to_pylist()
    lines = client.get("/v1/exports/items?format=ndjson").text.splitlines()
    cells = list(csv.DictReader(io.StringIO(client.get("/v1/exports/items?format=csv").text)))
    assert len(rows) == len(lines) == len(cells) > 50
    for row, line, cell in zip(rows, map(json.loads, lines), cells, strict=True):
        assert line["item_id"] == row["item_id"] == int(cell["item_id"])
        assert (line["title"] or "") == cell["title"].removeprefix("'") == (row["title"] or "")
        done = None if row["done_at"] is None else f"{row['done_at']:%Y-%m-%dT%H:%M:%SZ}"
        assert line["done_at"] == done
        assert cell["done_at"] == (done or "")
        assert line["has_code"] == row["has_code"] == (cell["has_code"] == "true")


def test_the_format_is_negotiated_and_a_parameter_wins(client: Client) -> None:
    kinds = {
        "text/csv": "text/csv; charset=utf-8",
        "application/vnd.apache.parquet": "application/vnd.apache.parquet",
        "text/html, application/x-ndjson;q=0.5": "application/x-ndjson",
        "text/html": "application/x-ndjson",
    }
    for accept, kind in kinds.items():
        answer = client.get("/v1/exports/streams", {"accept": accept})
        assert answer.headers["content-type"] == kind
        assert "Accept" in answer.headers["vary"]
    named = client.get("/v1/exports/streams?format=parquet", {"accept": "text/csv"})
    assert named.headers["content-type"] == "application/vnd.apache.parquet"
    assert named.headers["content-disposition"] == 'attachment; filename="streams.v1.parquet"'


def test_filters_leave_exactly_the_rows_that_they_name(client: Client) -> None:
    everything = _table(client, "items?format=parquet").to_pylist()
    told = _table(
        client,
        "items?format=parquet&stream=checkout&from=2026-09-01T00:00:00Z&to=2026-10-01T00:00:00Z",
    ).to_pylist()
    expected = [
        row
        for row in everything
        if row["stream"] == "checkout"
        and row["done_at"] is not None
        and f"{row['done_at']:%Y-%m}" == "2026-09"
    ]
    assert told == expected
    assert 0 < len(told) < len(everything)
    web = _table(client, "deployments?format=parquet&service=web").to_pylist()
    assert {row["service"] for row in web} == {"web"}


def test_parquet_says_of_itself_what_it_is(client: Client) -> None:
    schema = _table(client, "items?format=parquet").schema
    assert schema.metadata[b"headwater.table"] == b"items"
    assert schema.metadata[b"headwater.schema_version"] == b"1"
    field = schema.field("flow_time_s")
    assert field.metadata[b"means"] == b"`done_at` less `committed_at`"
    assert field.nullable
    assert not schema.field("item_id").nullable


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("nothing", 404, "there are: streams, stages"),
        ("links?stream=checkout", 422, "stream: links can't be filtered by it; it has: from, to"),
        ("items?stream=none", 422, "stream: one of checkout"),
        ("deployments?service=none", 422, "service: one of "),
        ("items?format=xml", 422, "format:"),
        ("items?from=tomorrow", 422, "from: write a date"),
        ("items?from=2026-10-02&to=2026-10-01", 422, "`from` must lie before `to`"),
        ("items?since=2030-01-01", 422, "since: lies in the future"),
        ("builds?since=2026-01-01", 422, "since: builds can't be filtered by it"),
        ("items?known_at=2026-01-01", 422, "known_at"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    client: Client, address: str, status: int, words: str
) -> None:
    assert words in client.problem(f"/v1/exports/{address}", status)["detail"]


def test_polling_costs_nothing_while_nothing_changes(client: Client, clock: Any) -> None:
    first = client.get("/v1/exports/items?format=csv")
    clock.ts += 3_600  # a table does not depend on now
    again = client.get("/v1/exports/items?format=csv", {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/v1/exports/items", {"if-none-match": first.headers["etag"]})
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


def _sent(client: Client, address: str) -> tuple[list[int], Any]:
    """The sizes of the parts as the server hands them over, and the layer that keeps answers."""
    parts: list[int] = []
    path, _, query = address.partition("?")

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            parts.append(len(message["body"]))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"test")],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    finished(client.app(scope, receive, send))
    layer: Any = client.app.middleware_stack
    while type(layer).__name__ != "CachedViews":
        layer = vars(layer).get("app") or layer._app
    return parts, layer


def test_a_long_table_is_sent_in_parts_and_not_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.export_reads.batches.__kwdefaults__", {"size": 100})
    parts, layer = _sent(client, "/v1/exports/stage_visits?format=csv")
    assert len([size for size in parts if size]) > 5
    assert max(parts) < sum(parts) / 4
    assert not any("duration_s" in str(body[:200]) for _, body in layer._bytes.kept.values())


def test_no_more_than_four_are_sent_at_a_time(client: Client) -> None:
    taken = [exports._in_turn(iter([b"a", b"b"])) for _ in range(4)]
    for one in taken:
        next(one)
    assert "4 exports are being read" in client.problem("/v1/exports/items", 503)["detail"]
    taken.pop().close()
    assert client.get("/v1/exports/items").status_code == 200
    for one in taken:
        one.close()


def test_a_database_that_is_gone_is_a_problem_and_no_half_file(
    copied: tuple[Client, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.deps._VERSION_S", 0.0)
    client, path = copied
    client.app.state.served.database.engine.dispose()
    for file in path.parent.glob("headwater.db*"):
        file.unlink()
    assert client.problem("/v1/exports/items", 503)


def test_nothing_known_is_a_table_without_rows(unread: Client) -> None:
    assert _table(unread, "items?format=parquet").num_rows == 0
    assert unread.get("/v1/exports/items?format=csv").text.startswith("stream_id,item_id,")
    assert unread.get("/v1/exports/items").content == b""
    told = unread.json("/v1/exports")
    assert (told["next_since"], told["days_until"]) == (None, None)
