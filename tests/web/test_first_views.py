"""The pages whose answers take longest ask exactly for what a server makes when it starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from api.first_views import first_views
from tests.web.conftest import Open
from tests.web.fake_api import FakeApi

_LISTS = ("/v1/streams", "/v1/account", "/v1/stream")


def _question(address: str) -> tuple[str, frozenset[tuple[str, str]]]:
    path, _, query = address.partition("?")
    return path, frozenset(parse_qsl(query))


@pytest.mark.parametrize("path", ["/", "/map", "/forecast", "/delay-cost"])
def test_what_a_page_opens_with_is_made_at_the_start(visit: Open, fake: FakeApi, path: str) -> None:
    before = datetime.now(UTC).date()
    visit(f"{path}?stream=checkout" if path != "/" else path)
    asked = {_question(one) for one in fake.asked if one.partition("?")[0] not in _LISTS}
    made = {
        _question(f"{one['raw_path'].decode()}?{one['query_string'].decode()}")
        for day in (before, before + timedelta(days=1))
        for one in first_views(["checkout"], day)
    }
    assert asked
    assert asked <= made
