"""Sends a message: over HTTP or SMTP, within seconds, never to an address of the machine's own
network or cloud.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Final

import httpx

from connectors.certificates import trusted
from connectors.egress import check_reached, check_url, watch_connection
from connectors.proxies import proxy_of
from connectors.quota import retry_after
from core.alert_settings import Route, Smtp
from core.errors import HeadwaterError, SourceAnswerError
from pipeline.alerts.message import Message
from pipeline.alerts.ways import json_body, mail_of, signed, slack_body

TIMEOUT_S: Final = 10.0
_AGENT: Final = "headwater-alerts"


@dataclass(frozen=True, slots=True)
class Sent:
    """note: what a person should know of it, "" for nothing."""

    note: str = ""


class SendError(HeadwaterError):
    """It did not get there; the message never quotes an address or a secret. again_s: how long the
    receiver asks us to wait, None where it did not.
    """

    def __init__(self, message: str, *, again_s: float | None = None) -> None:
        super().__init__(message)
        self.again_s = again_s


def send(route: Route, smtp: Smtp | None, message: Message) -> Sent:
    """Hand a message over once; `SendError` where that fails."""
    try:
        if route.kind == "mail":
            if smtp is None:
                raise SendError("mail needs [alerts.smtp]")
            return _mail(smtp, mail_of(message, smtp, route.to))
        if route.kind == "slack":
            return _post(route, slack_body(message), {"content-type": "application/json"})
        secret = route.secret.get_secret_value() if route.secret else ""
        body = json_body(message)
        return _post(route, body, signed(secret, message.id, message.ts, body))
    except SourceAnswerError as error:  # of the rules for addresses; it speaks of sources
        raise SendError(
            "the receiver is at an address of the machine's own network or cloud, where nothing is"
            " sent; correct it"
        ) from error


def _post(route: Route, body: bytes, headers: Mapping[str, str]) -> Sent:
    address = route.url.get_secret_value() if route.url else ""
    check_url(address)
    host = httpx.URL(address).host
    told = {**headers, "user-agent": _AGENT}
    try:
        with (
            _client(address) as client,
            client.stream(
                "POST", address, content=body, headers=told, extensions={"trace": watch_connection}
            ) as response,
        ):
            return _answered(host, response)
    except httpx.TimeoutException as error:
        raise SendError(f"{host}: no answer within {TIMEOUT_S:.0f} s") from error
    except httpx.ConnectError as error:
        raise SendError(f"{host}: no connection; check that it runs and can be reached") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # Its words may quote headers.
        raise SendError(f"{host}: the connection failed ({type(error).__name__})") from None


def _client(address: str) -> httpx.Client:
    transport = httpx.HTTPTransport(verify=trusted(), proxy=proxy_of(address))
    return httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, transport=transport)


def _answered(host: str, response: httpx.Response) -> Sent:
    status = response.status_code
    if response.is_success:
        return Sent()
    if response.is_redirect:
        raise SendError(f"{host}: answered {status}, a redirect, which is not followed")
    again = retry_after(response.headers, datetime.now(UTC)) if status in (429, 503) else None
    raise SendError(f"{host}: answered {status}{_hint(status)}", again_s=again)


def _hint(status: int) -> str:
    if status in (401, 403):
        return ": it does not accept the secret"
    return ": there is no receiver at this address" if status in (404, 410) else ""


def _mail(smtp: Smtp, mail: EmailMessage) -> Sent:
    check_reached(smtp.host)
    try:
        with _connected(smtp) as server:
            return _handed_over(server, smtp, mail)
    except ssl.SSLError as error:
        raise SendError(f"{smtp.host}: TLS failed ({error.reason or 'no reason told'})") from error
    except smtplib.SMTPAuthenticationError as error:
        raise SendError(f"{smtp.host}: it does not accept user and password") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise SendError(f"{smtp.host}: it takes mail for none of the addresses") from error
    except smtplib.SMTPNotSupportedError as error:
        raise SendError(
            f"{smtp.host}: it offers no STARTTLS; see `tls` in [alerts.smtp]"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise SendError(f"{smtp.host}: answered {error.smtp_code}") from error
    except TimeoutError as error:
        raise SendError(f"{smtp.host}: no answer within {TIMEOUT_S:.0f} s") from error
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(f"{smtp.host}: no connection ({type(error).__name__})") from error


def _connected(smtp: Smtp) -> smtplib.SMTP:
    if smtp.tls == "tls":
        safe = ssl.create_default_context()
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT_S, context=safe)
    return smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_S)


def _handed_over(server: smtplib.SMTP, smtp: Smtp, mail: EmailMessage) -> Sent:
    if server.sock is not None:
        check_reached(str(server.sock.getpeername()[0]))
    if smtp.tls == "starttls":
        server.starttls(context=ssl.create_default_context())
    if smtp.user is not None and smtp.password is not None:
        server.login(smtp.user.get_secret_value(), smtp.password.get_secret_value())
    refused = server.send_message(mail)
    return Sent(f"{len(refused)} of its addresses were refused" if refused else "")
