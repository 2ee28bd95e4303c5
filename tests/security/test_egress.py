"""Where requests go, and credentials with them: to the tool that is configured, nowhere else."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.answers import read_whole
from connectors.egress import check_url
from connectors.http import SourceClient, body_of, open_client
from connectors.paging import link_header
from connectors.proxies import proxy_of
from core.alert_settings import Route
from core.errors import SourceAnswerError, SourceError, SourceUnavailableError
from pipeline.alerts.message import Message
from pipeline.alerts.send import SendError, send
from tests.security.servers import Asked, Said, Server, answering

TOKEN = "canary-of-the-tool"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _open(url: str) -> SourceClient:
    headers = {"authorization": f"Bearer {TOKEN}"}
    return open_client(url, concurrency=1, headers=headers, sleep=lambda _s: None)


@pytest.fixture
def thief() -> Iterator[Server]:
    """Another host: what arrives here was given away."""
    with answering(lambda _asked: Said()) as found:
        yield found


@pytest.mark.parametrize(
    "host",
    [
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "0xa9.0xfe.0xa9.0xfe",
        "169.16689662",
        "169.254.43518",
        "[::ffff:a9fe:a9fe]",
        "[0:0:0:0:0:ffff:169.254.169.254]",
        "[fe80::1%25eth0]",
        "[febf::1]",
        "[ff02::1]",
        "[::]",
        "0",
        "168.63.129.16",
        "192.0.0.192",
        "instance-data",
    ],
)
def test_every_spelling_of_a_forbidden_address_is_one(host: str) -> None:
    with pytest.raises(SourceAnswerError, match="correct `url`"):
        check_url(f"http://{host}/")


@pytest.mark.parametrize("host", ["1.2.3.4.5", "10.example", "0x.example", "a1", "09.example.org"])
def test_names_with_digits_are_names(host: str) -> None:
    check_url(f"http://{host}/")


@pytest.mark.parametrize("url", ["http://[::1", "http://x:y/", "http://\x00/"])
def test_what_is_no_address_is_told_and_no_fault(url: str) -> None:
    with pytest.raises(SourceAnswerError, match="is no address; correct `url`"):
        check_url(url)


class _Elsewhere(socket.socket):
    """Connected to this machine, but by all that it tells to the metadata service."""

    def getpeername(self) -> Any:
        return ("169.254.169.254", 80)


def test_a_name_that_changes_where_it_leads_is_refused_where_it_arrives(
    monkeypatch: pytest.MonkeyPatch, thief: Server
) -> None:
    """The name is public when it is checked, and leads to the cloud when it is connected."""
    answers = iter(["203.0.113.7", "169.254.169.254"])
    looked_up = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        looked_up.append((address[0], next(answers)))
        made = _Elsewhere(socket.AF_INET, socket.SOCK_STREAM)
        made.connect(("127.0.0.1", thief.port))
        return made

    check_url("http://rebinding.example/")
    looked_up.append(("rebinding.example", next(answers)))
    monkeypatch.setattr(socket, "create_connection", connect)
    client = _open("http://rebinding.example")
    with pytest.raises(SourceAnswerError, match=r"169\.254\.169\.254 is an address"):
        client.get("things")
    client.http.close()
    assert looked_up[-1] == ("rebinding.example", "169.254.169.254")
    assert thief.asked == []


@pytest.mark.parametrize(
    "target",
    [
        "THIEF/collect",
        "http://169.254.169.254/latest/meta-data/iam",
        "http://[fe80::1]/",
        "http://10.0.0.1/admin",
        "//THIEF-HOST/collect",
        "https://127.0.0.1:9/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://[::1",
        "",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_no_credentials_anywhere(thief: Server, target: str, status: int) -> None:
    where = target.replace("THIEF-HOST", thief.url.removeprefix("http://"))
    said = Said(status, headers={"location": where.replace("THIEF", thief.url)})
    with answering(lambda _asked: said) as tool:
        client = _open(tool.url)
        with pytest.raises(SourceError) as refused:
            client.get("things")
        client.http.close()
        assert len(tool.asked) == 1
    assert thief.asked == []
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    "path", ["THIEF/collect", "http://169.254.169.254/x", "https://other.example/", "http://[::1"]
)
def test_an_address_in_a_path_that_an_answer_told_is_not_asked(thief: Server, path: str) -> None:
    with answering(lambda _asked: Said()) as tool:
        client = _open(tool.url)
        with pytest.raises(SourceAnswerError, match="which is not asked"):
            client.get(path.replace("THIEF", thief.url))
        client.get("projects/shop:web/jobs")
        client.http.close()
        assert [one.path for one in tool.asked] == ["/projects/shop:web/jobs"]
    assert thief.asked == []


def test_the_next_page_is_asked_of_the_same_host_whatever_it_is_called(thief: Server) -> None:
    linked = {
        "link": f'<{thief.url}/things?page=2>; rel="next"',
        "content-type": "application/json",
    }
    with answering(lambda _asked: Said(headers=linked)) as tool:
        client = _open(tool.url)
        more = link_header(client.get("things"), {})
        client.get("things", more)
        client.http.close()
        assert [one.path for one in tool.asked] == ["/things", "/things?page=2"]
    assert thief.asked == []


def test_the_next_page_at_no_address_ends_the_list_with_a_word() -> None:
    headers = {"link": '<http://[::1>; rel="next"'}
    with pytest.raises(SourceAnswerError, match="the address of the next page is none"):
        link_header(httpx.Response(200, headers=headers), {})


def test_https_goes_by_the_proxy_of_the_environment_which_sees_a_name_and_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(lambda _asked: Said(502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = _open("https://tool.example/jira")
        with pytest.raises(SourceUnavailableError):
            client.get("things")
        client.http.close()
        assert {(one.method, one.path) for one in proxy.asked} == {("CONNECT", "tool.example:443")}
        assert TOKEN not in proxy.everything


def test_plain_http_is_never_handed_to_a_proxy(
    monkeypatch: pytest.MonkeyPatch, thief: Server
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, thief.url)
    with answering(lambda _asked: Said()) as tool:
        client = _open(tool.url)
        client.get("things")
        client.http.close()
        assert len(tool.asked) == 1
        route = Route.model_validate(_ROUTE | {"url": f"{tool.url}/hook"})
        send(route, None, _MESSAGE)
        assert len(tool.asked) == 2
    assert thief.asked == []


_ROUTE = {"name": "x", "kind": "webhook", "secret": TOKEN, "default": True}
_MESSAGE = Message(id="m1", ts=1_795_240_000, lines=(), home="https://hw.example", test=True)


@pytest.mark.parametrize(
    ("url", "named", "expected"),
    [
        ("https://a.example", {"HTTPS_PROXY": "http://p:3128"}, "http://p:3128"),
        ("https://a.example", {"https_proxy": "p:3128"}, "http://p:3128"),
        ("https://a.example", {"ALL_PROXY": "http://p:3128"}, "http://p:3128"),
        ("http://a.example", {"HTTP_PROXY": "http://p:3128"}, None),
        ("https://a.corp", {"HTTPS_PROXY": "http://p:3128", "NO_PROXY": ".corp"}, None),
        ("https://a.corp", {"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "*"}, None),
        ("https://acorp", {"HTTPS_PROXY": "http://p:3128", "NO_PROXY": ".corp"}, "http://p:3128"),
        ("https://localhost:8443", {"HTTPS_PROXY": "http://p:3128"}, None),
        ("https://127.0.0.1", {"HTTPS_PROXY": "http://p:3128"}, None),
        ("https://a.example", {}, None),
    ],
)
def test_which_proxy_an_address_is_asked_by(
    monkeypatch: pytest.MonkeyPatch, url: str, named: dict[str, str], expected: str | None
) -> None:
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert proxy_of(url) == expected


@pytest.mark.parametrize("given", ["socks5://p:1080", "http://", "http://[::1", "ftp://p"])
def test_a_proxy_that_is_none_is_told_and_not_passed_by(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", given)
    with pytest.raises(SourceAnswerError, match="HTTPS_PROXY names no proxy"):
        open_client("https://a.example", concurrency=1)


def _packed(**headers: str) -> Said:
    return Said(
        body=gzip.compress(b"0" * 9_000_000),
        headers={"content-type": "application/json", **headers},
    )


def test_an_answer_that_unpacks_to_more_than_any_tool_sends_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "connectors.transport.read_whole", lambda one: read_whole(one, largest=2**20)
    )
    with answering(lambda _asked: _packed(**{"content-encoding": "gzip"})) as tool:
        client = _open(tool.url)
        with pytest.raises(SourceAnswerError, match="larger than 1 MB"):
            client.get("things")
        client.http.close()
        assert len(tool.asked) == 1


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip, gzip", "deflate,gzip", "zip"])
def test_what_nobody_asked_to_be_packed_is_not_unpacked(encoding: str) -> None:
    with answering(lambda _asked: _packed(**{"content-encoding": encoding})) as tool:
        client = _open(tool.url)
        with pytest.raises(SourceAnswerError, match="packed as nobody asked for"):
            client.get("things")
        client.http.close()
        assert tool.asked[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_packed_answer_is_read_as_ever() -> None:
    body = gzip.compress(b'{"a": [1]}')
    headers = {"content-type": "application/json", "content-encoding": "gzip", "x-kept": "yes"}
    with answering(lambda _asked: Said(body=body, headers=headers)) as tool:
        client = _open(tool.url)
        answer = client.get("things")
        client.http.close()
    assert body_of(answer) == {"a": [1]}
    assert answer.headers["x-kept"] == "yes"


def test_an_answer_that_comes_by_drops_is_not_waited_for() -> None:
    times = iter(range(0, 10_000_000, 60))
    response = httpx.Response(
        200, content=(b" " for _ in range(1_000)), request=httpx.Request("GET", "https://a/x")
    )
    with pytest.raises(SourceUnavailableError, match="not whole after 15 minutes"):
        read_whole(response, clock=lambda: float(next(times)))


def test_a_message_of_alerts_follows_no_redirect(thief: Server) -> None:
    said = Said(307, headers={"location": f"{thief.url}/collect"})
    with answering(lambda _asked: said) as receiver:
        with pytest.raises(SendError, match="a redirect, which is not followed"):
            send(Route.model_validate(_ROUTE | {"url": receiver.url}), None, _MESSAGE)
        assert len(receiver.asked) == 1
    assert thief.asked == []


def test_asked_tells_what_came() -> None:
    """The servers of these tests hear what is sent, or all of the above would prove nothing."""
    with answering(lambda _asked: Said()) as tool:
        client = _open(tool.url)
        client.get("things")
        client.http.close()
        assert isinstance(tool.asked[0], Asked)
        assert TOKEN in tool.everything
