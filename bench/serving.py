"""Applications under the server that `headwater serve` runs, each in a process of its own, and a
client that costs little beside them.
"""

from __future__ import annotations

import multiprocessing
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_PATIENCE_S = 120.0
"""An answer that takes longer never comes."""


@contextmanager
def served(make: Callable[..., Any], *about: object) -> Iterator[int]:
    """The port on which the application that `make(*about)` gives answers."""
    with serving(make, *about) as (port, _):
        yield port


@contextmanager
def serving(make: Callable[..., Any], *about: object) -> Iterator[tuple[int, int]]:
    """The same, with the number of the process."""
    # With the protocol named, as asyncio wants it to send at once: 40 ms an answer otherwise.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(1024)
    port = int(listening.getsockname()[1])
    context = multiprocessing.get_context("fork")
    child = context.Process(target=_serve, args=(listening, make, about), daemon=True)
    child.start()
    assert child.pid is not None
    try:
        yield port, child.pid
    finally:
        child.terminate()
        child.join()
        listening.close()


def _serve(listening: socket.socket, make: Callable[..., Any], about: tuple[object, ...]) -> None:
    config = uvicorn.Config(
        make(*about), log_level="critical", access_log=False, lifespan="off", timeout_keep_alive=600
    )
    uvicorn.Server(config).run(sockets=[listening])


@dataclass(slots=True)
class Line:
    """One connection that stays open."""

    port: int
    _socket: socket.socket | None = None

    def ask(self, address: str, headers: Mapping[str, str]) -> tuple[int, bytes, bytes]:
        """Status, head and body of an answer that tells its length."""
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return self.send(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n{told}\r\n".encode())

    def send(self, request: bytes) -> tuple[int, bytes, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), _PATIENCE_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        status = int(head[9:12])
        length = 0 if status == 304 else _length(head)
        while len(body) < length:
            body += self._more()
        return status, head, body

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _more(self) -> bytes:
        assert self._socket is not None
        part = self._socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server hung up")
        return part


def header(head: bytes, name: str) -> str:
    """The value of a header; "" where it is not there."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b": ")
        if key.lower() == name.encode():
            return value.decode()
    return ""


def _length(head: bytes) -> int:
    found = _LENGTH.search(head)
    return int(found[1]) if found else 0
