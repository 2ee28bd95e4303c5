"""A server on loopback that answers as it was recorded, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Query = Mapping[str, Any]
"""What was asked for, in the address or in a body."""
Answer = Callable[[Query], Any]


@dataclass(frozen=True)
class Site:
    """answers: by decoded path; other paths are 404. asked: the paths, in order."""

    answers: Mapping[str, Answer]
    asked: list[str] = field(default_factory=list)

    def answer(self, target: str, body: bytes = b"{}") -> tuple[int, bytes]:
        parts = urlsplit(target)
        path = unquote(parts.path)
        self.asked.append(path)
        found = self.answers.get(path)
        if found is None:
            return 404, b'{"message": "404 Not Found"}'
        asked = {**dict(parse_qsl(parts.query)), **json.loads(body)}
        return 200, json.dumps(found(asked)).encode()


def always(body: Any) -> Answer:
    """One answer whatever the query."""
    return lambda _query: body


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def recorded(folder: Path) -> dict[str, Any]:
    """The recorded answers of a folder by decoded path; the first where a path comes twice."""
    found: dict[str, Any] = {}
    for row in load(folder / "requests.json"):
        assert row["method"] == "GET"
        found.setdefault(unquote(row["path"]), load(folder / row["file"]))
    return found


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """The base URL of a site while it is served."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*site.answer(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._send(*site.answer(self.path, body))

        def _send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
