"""An instance that answers for itself, and a client that does not sleep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx

from connectors.http import SourceClient
from tests.connectors.readers import quick_client
from tests.connectors.servicenow.desk import Desk, desk


@pytest.fixture
def tool() -> Iterator[Desk]:
    """A desk of little, to which a test adds its rows."""
    found = desk()
    with respx.mock() as mock:
        mock.route(host="acme.example").mock(side_effect=found.answer)
        yield found


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = quick_client("https://acme.example")
    yield opened
    opened.http.close()
