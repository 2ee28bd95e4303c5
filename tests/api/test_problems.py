"""What can't be answered is told in a problem document; nothing that is asked is a 5xx."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.client import Client

_METRIC = "/v1/streams/checkout/metrics/flow_time"
NOT_FOUND = {
    "/v1/streams/shop": "known: checkout, fulfilment, search",
    "/v1/streams/shop/stages": "no value stream",
    "/v1/streams/shop/metrics/flow_time": "no value stream",
    "/v1/streams/checkout/metrics/happiness": "it has: flow_time",
    "/v1/streams/checkout/metrics/happiness/explain": "it has: flow_time",
    "/v1/services/shop/dora": "known: web",
    "/v1/services/web/metrics/flow_time": "it has: change_lead_time",
    "/v1/services/web/metrics/flow_time/explain": "it has: change_lead_time",
    "/v1/items/NONE-1/journey": "no such work item",
    "/v1/items/%00/journey": "no such work item",
    "/v1/items/Ü-1/journey": "no such work item",
    f"/v1/items/{'A' * 5000}-1/journey": "no such work item",
    "/v1/sources/nothing": "known: jira, gitlab, jenkins, snow",
    "/v1/items?stream=shop": "no value stream",
    "/v1/quality?stream=shop": "no value stream",
    "/v1/quality?service=shop": "no service",
    "/v1/nothing": "Not Found",
}
UNANSWERABLE = {
    f"{_METRIC}?interval=hour": "interval: one of day, week, month, quarter",
    f"{_METRIC}?interval=day&from=2020-01-01": "more than 400 periods",
    f"{_METRIC}?type=epic": "type: one of feature, defect, risk, debt",
    f"{_METRIC}?from=2026-11-01&to=2026-10-01": "the window is empty",
    f"{_METRIC}?from=2026-11-01&to=2026-11-01": "the window is empty",
    f"{_METRIC}?from=2027-01-01": "the window is empty",
    f"{_METRIC}?from=yesterday": "write a date",
    f"{_METRIC}?from=2026-02-30": "write a date",
    f"{_METRIC}?from=0001-01-01": "a year from",
    f"{_METRIC}?to=9999-12-31T23:59:59-12:00": "a year from",
    f"{_METRIC}?color=red": "color",
    f"{_METRIC}?From=2026-01-01": "From",
    "/v1/overview?interval=week": "interval",
    "/v1/streams?x=1": "no such parameter",
    "/v1/items/NONE-1/journey?x=1": "no such parameter",
    "/v1/services/web/dora?type=defect": "type",
    "/v1/streams/checkout/delay-cost?by=person": "by",
    "/v1/items?state=flying": "state: one of in_flight",
    "/v1/items?type=epic": "type: one of",
    "/v1/items?sort=size": "sort: one of",
    "/v1/items?limit=0": "limit",
    "/v1/items?limit=100000000000000000000": "limit",
    "/v1/items?limit=ten": "limit",
    "/v1/items?cursor=abc": "cursor",
    "/v1/items?cursor=bnVsbA": "cursor",
    "/v1/items?cursor=%C3%BC": "cursor",
    f"/v1/items?q={'x' * 201}": "q",
    "/v1/items?blocked=perhaps": "blocked",
    f"{_METRIC}?from=2026-10-01&from=2026-11-01": "from: give it once, not 2 times",
    "/v1/items?stream=a&state=done&stream=a&stream=b": "stream: give it once, not 3 times",
    "/v1/definitions?x=1&x=2": "x: give it once",
    "/metrics?x=1&x=2": "x: give it once",
}


@pytest.mark.parametrize("address", NOT_FOUND, ids=lambda address: address[:60])
def test_what_is_not_there_is_404(client: Client, address: str) -> None:
    body = client.problem(address, 404)
    assert NOT_FOUND[address] in body["detail"]
    assert (body["type"], body["title"], body["status"]) == ("about:blank", "Not found", 404)
    assert body["instance"].startswith("/v1/")
    assert len(body["detail"]) < 300


@pytest.mark.parametrize("address", UNANSWERABLE, ids=lambda address: address[:70])
def test_what_makes_no_sense_is_422_and_says_what_would(client: Client, address: str) -> None:
    body = client.problem(address, 422)
    assert UNANSWERABLE[address] in body["detail"]
    assert body["title"] == "The question can't be answered as asked"


def test_a_page_reads_its_own_query(client: Client) -> None:
    assert client.get("/journey?key=a&key=b").status_code == 200


def test_a_window_that_reaches_into_the_future_ends_now(client: Client) -> None:
    body = client.json(f"{_METRIC}?from=2026-11-01&to=2027-01-01")
    assert body["window"][1] == body["as_of"]


def test_a_year_of_days_and_a_day_is_short_enough(client: Client) -> None:
    body = client.json(f"{_METRIC}?interval=day&from=2025-11-20&to=2026-11-20")
    assert len(body["series"]) == 365


def test_writing_is_not_allowed_but_for_what_tools_push_and_people_say(client: Client) -> None:
    pushed = {"/v1/hooks/{source}", "/v1/hooks/{source}/{secret}", "/v1/events"}
    said = {"/v1/verdicts": {"get", "post"}, "/v1/verdicts/{number}": {"delete"}}
    said["/v1/mappings/preview"] = {"post"}  # a question: its own test holds that it writes nothing
    said["/v1/streams/{name}/lab"] = {"get", "post"}  # likewise
    said["/v1/scenarios"] = {"get", "post"}
    said["/v1/values"], said["/v1/values/{key}"] = {"get", "post"}, {"delete"}
    said["/v1/improvements"] = {"get", "post"}
    for act in ("start", "log", "stop", "adopt"):
        said[f"/v1/improvements/{{number}}/{act}"] = {"post"}
    said["/v1/tokens"], said["/v1/tokens/{token_id}"] = {"get", "post"}, {"delete"}
    said["/v1/sources/{name}/again"] = said["/v1/privacy/erase"] = {"post"}
    said["/v1/sequences"] = {"post"}  # a question, too
    said["/v1/streams/{name}/map/compare"] = {"post"}  # another one, which only reads
    for path, methods in client.app.openapi()["paths"].items():
        assert set(methods) == said.get(path, {"post"} if path in pushed else {"get"}), path


ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "null", "-1", "1e309", "NaN", "2026-11-01T25:00", "9" * 400, "\0", "%", "é"]
    ),
    st.datetimes().map(lambda at: at.isoformat()),
    st.dates().map(lambda day: day.isoformat()),
)
PATHS = [
    "/v1/overview",
    "/v1/streams",
    "/v1/streams/{}",
    "/v1/streams/{}/stages",
    "/v1/streams/{}/metrics/{}",
    "/v1/streams/checkout/metrics/{}",
    "/v1/streams/checkout/metrics/flow_time",
    "/v1/streams/checkout/metrics/flow_time/explain",
    "/v1/streams/checkout/metrics/delay_cost",
    "/v1/streams/checkout/delay-cost",
    "/v1/streams/checkout/stages",
    "/v1/streams/checkout/cfd",
    "/v1/streams/checkout/run-chart",
    "/v1/streams/checkout/metrics/velocity/xmr",
    "/v1/streams/checkout/forecasts/when",
    "/v1/streams/checkout/forecasts/{}",
    "/v1/services",
    "/v1/services/{}/dora",
    "/v1/services/web/dora",
    "/v1/services/web/metrics/{}",
    "/v1/services/web/metrics/change_fail_rate/explain",
    "/v1/items",
    "/v1/items/{}/journey",
    "/v1/sources",
    "/v1/sources/{}",
    "/v1/quality",
    "/v1/definitions",
    "/static/{}",
    "/{}",
]
KEYS = st.sampled_from(
    [
        *[
            "from",
            "to",
            "interval",
            "type",
            "q",
            "state",
            "sort",
            "limit",
            "cursor",
            "by",
            "stream",
        ],
        *["x", "zone", "items", "date", "baseline", "horizon"],
    ]
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    path=st.sampled_from(PATHS),
    words=st.lists(ODD, min_size=2, max_size=2),
    query=st.dictionaries(KEYS, ODD, max_size=2),
)
def test_nothing_odd_is_a_server_error(
    client: Client, path: str, words: list[str], query: dict[str, str]
) -> None:
    quoted = [quote(word.encode("utf-8", "surrogatepass"), safe="") for word in words]
    asked = "&".join(
        f"{key}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}"
        for key, value in query.items()
    )
    answer = client.get(f"{path.format(*quoted)}?{asked}")
    assert answer.status_code in (200, 307, 404, 422), (answer.url, answer.text)
    if answer.status_code == 422:
        assert answer.headers["content-type"] == "application/problem+json"
