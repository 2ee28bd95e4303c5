"""The API of GitHub, whose answers each test names, and a client that does not sleep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx

from connectors.http import SourceClient
from tests.connectors.github.site import opened, site


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with site() as router:
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    with opened() as found:
        yield found
