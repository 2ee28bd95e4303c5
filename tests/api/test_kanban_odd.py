"""Whatever is asked of the Kanban measures: an answer or a problem, never a 5xx."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.client import Client
from tests.api.test_problems import ODD

PATHS = ["littles-law", "ageing", "sle", "littles-law/explain", "ageing/explain", "sle/explain"]
KEYS = [
    "from", "to", "type", "stage", "team", "breach_p", "percent", "within_d", "sort", "limit",
    "cursor",
]  # fmt: skip
LIKELY = st.sampled_from(["0", "1", "50", "1e-300", "feature", "key", "1971-01-02", "2026-10-01"])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    path=st.sampled_from(PATHS),
    query=st.dictionaries(st.sampled_from(KEYS), ODD | LIKELY, max_size=3),
)
def test_nothing_odd_is_a_server_error(client: Client, path: str, query: dict[str, str]) -> None:
    asked = "&".join(
        f"{key}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}"
        for key, value in query.items()
    )
    answer = client.get(f"/v1/streams/search/{path}?{asked}")
    assert answer.status_code in (200, 422), (answer.url, answer.text)
    if answer.status_code == 422:
        assert answer.headers["content-type"] == "application/problem+json"
