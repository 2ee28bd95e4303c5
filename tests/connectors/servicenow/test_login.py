"""Signing in with OAuth client credentials."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import respx
from pydantic import SecretStr

from connectors import servicenow
from connectors.http import SourceClient
from connectors.servicenow_login import ClientCredentials
from connectors.stream import Wanted
from core.errors import ConfigError, SourceAuthError, SourceUnavailableError
from core.source_settings import Auth
from tests.connectors.servicenow.desk import desk, source

CLIENT = Auth(user=SecretStr("the-client"), password=SecretStr("its secret"))
OWN = source(auth=CLIENT, oauth=True)


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url="https://acme.example", assert_all_called=False) as router:
        tokens = (f"t{n}" for n in range(1, 9))
        router.post("/oauth_token.do", name="token").mock(
            side_effect=lambda _r: httpx.Response(
                200, json={"access_token": next(tokens), "expires_in": 1800}
            )
        )
        tool = desk()
        tool.tables["sys_user"].understands = False  # the server itself knows whose token it is
        router.route(name="table").mock(side_effect=tool.answer)
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = servicenow.open_client_for(OWN, sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


def bearers(mock: respx.Router) -> list[str]:
    return [call.request.headers["authorization"] for call in mock["table"].calls]


def test_a_token_is_waited_for_no_longer_than_any_answer(
    mock: respx.Router, client: SourceClient
) -> None:
    client.http.timeout = httpx.Timeout(7.0)
    servicenow.connect(client, OWN, Wanted())
    (asked,) = mock["token"].calls
    assert asked.request.extensions["timeout"]["read"] == 7.0


def test_one_token_serves_all_requests(mock: respx.Router, client: SourceClient) -> None:
    identity = servicenow.connect(client, OWN, Wanted()).identity
    assert identity.account == "reader"
    assert set(bearers(mock)) == {"Bearer t1"}
    (asked,) = mock["token"].calls
    assert asked.request.content == (
        b"grant_type=client_credentials&client_id=the-client&client_secret=its+secret"
    )
    assert asked.request.url.query == b""
    query = mock["table"].calls[0].request.url.params["sysparm_query"]
    assert query == "user_name=javascript:gs.getUserName()"


def test_a_token_that_is_refused_or_about_to_end_is_replaced_by_another(
    mock: respx.Router,
) -> None:
    now = [0.0]
    login = ClientCredentials("https://acme.example", "the-client", "s", clock=lambda: now[0])
    answers = [200, 401, 200, 200]
    mock["table"].mock(side_effect=[httpx.Response(status, json={}) for status in answers])
    with httpx.Client(base_url="https://acme.example", auth=login) as http:
        http.get("/first")
        assert http.get("/second").status_code == 200
        now[0] = 1750.0
        http.get("/third")
    assert bearers(mock) == ["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t3"]
    assert "s" not in repr(login).replace("https://acme.example", "").split("'")


def test_a_client_that_is_refused_stops_the_source_at_once(
    mock: respx.Router, client: SourceClient
) -> None:
    route = mock["token"]
    route.side_effect = None
    route.respond(401, json={"error": "access_denied"})
    with pytest.raises(SourceAuthError, match=r"oauth_token\.do: 401") as raised:
        servicenow.connect(client, OWN, Wanted())
    assert route.call_count == 1
    assert "its secret" not in str(raised.value)


def test_an_instance_that_is_away_is_left_for_the_next_run(
    mock: respx.Router, client: SourceClient
) -> None:
    mock["token"].side_effect = None
    mock["token"].respond(503)
    with pytest.raises(SourceUnavailableError, match="next run"):
        servicenow.connect(client, OWN, Wanted())


def test_a_client_without_an_id_is_a_mistake_in_the_configuration() -> None:
    wrong = source(auth=Auth(password=SecretStr("s")), oauth=True)
    with pytest.raises(ConfigError, match="oauth"):
        servicenow.open_client_for(wrong)
