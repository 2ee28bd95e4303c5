"""Opens a source: a client that can be stopped, and what the source offers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from connectors.budget import Spent
from connectors.http import SourceClient
from connectors.registry import KINDS, open_source
from connectors.stream import Connection, Wanted
from core.concealed import concealed
from core.errors import SourceAnswerError
from core.source_settings import AnySource
from pipeline.parsing import MISSHAPEN
from pipeline.stopping import Stop


@contextmanager
def opened(source: AnySource, stop: Stop, *, spent: Spent | None = None) -> Iterator[SourceClient]:
    """A client that sends nothing more, and waits no longer, once asked to stop. `spent` is used of
    its budget.
    """
    client = open_source(source, sleep=stop.sleep, spent=spent)
    client.http.event_hooks = {"request": [stop.check]}
    try:
        yield client
    finally:
        client.http.close()


def connected(client: SourceClient, source: AnySource, wanted: Wanted) -> Connection:
    """What the source offers; `SourceError`, also for answers of another shape than its kind's."""
    try:
        return _concealed(KINDS[source.kind].connect(client, source, wanted))
    except SourceAnswerError as error:
        if error.status != 404:
            raise
        raise SourceAnswerError(
            f"there is no {source.kind} at {source.url} (404); correct `url`, its path too",
            status=404,
        ) from error
    except MISSHAPEN as error:
        raise SourceAnswerError(
            f"the answers are not those of {source.kind} ({type(error).__name__}: {error}); "
            "check `url` and `kind`"
        ) from error


def _concealed(found: Connection) -> Connection:
    """What a tool tells of itself is shown and kept: none of our secrets is, should it tell one."""
    told = found.identity
    identity = replace(
        told, **{name: concealed(getattr(told, name)) for name in ("account", "product", "version")}
    )
    probes = [replace(one, detail=concealed(one.detail)) for one in found.probes]
    visible = {name: concealed(title) for name, title in found.visible.items()}
    return replace(found, identity=identity, probes=probes, visible=visible)
