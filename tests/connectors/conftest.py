"""A tool at `readers.URL` whose answers each test names, and a client that does not sleep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx

from connectors.http import SourceClient
from tests.connectors.readers import URL, quick_client


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = quick_client(URL)
    yield opened
    opened.http.close()


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url=URL) as router:
        yield router
