"""How messages are written: signed JSON, Slack's format, and mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import quote

import orjson

from core.alert_settings import Smtp
from pipeline.alerts.causes import clipped
from pipeline.alerts.message import NAMES, SHOWN, Line, Message
from pipeline.times import iso

MOST: Final = 100
"""A message of JSON holds so many alerts."""
_LONGEST_BLOCK: Final = 2_900
_HEADING: Final = 150
_LONGEST_SUBJECT: Final = 200


def json_body(message: Message) -> bytes:
    """The body of a webhook; see docs/alerts.md."""
    told = {
        "id": message.id,
        "type": "test" if message.test else "alerts",
        "sent_at": iso(message.ts),
        "alerts": [_json_line(line) for line in message.lines],
        "page": message.home,
    }
    return orjson.dumps(told)


def _json_line(line: Line) -> dict[str, Any]:
    alert = line.alert
    return {
        "id": alert.id,
        "event": line.told,
        "rule": alert.rule,
        "stream": alert.stream or None,
        "team": alert.team or None,
        "subject": alert.subject,
        "title": alert.title or None,
        "what": line.what,
        "why": list(alert.detail["why"]),
        "since": iso(alert.since_ts),
        "noticed_at": iso(alert.began_ts),
        "ended_at": iso(alert.ended_ts),
        "cost": alert.detail["cost"],
        "page": line.page,
        "explain": alert.detail["explain"],
        "url": line.url or None,
    }


def signed(secret: str, number: str, ts: int, body: bytes) -> Mapping[str, str]:
    """The headers of Standard Webhooks: HMAC-SHA256 of `id.timestamp.body`, in base64."""
    key = _key(secret)
    told = hmac.new(key, f"{number}.{ts}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(ts),
        "webhook-signature": f"v1,{base64.b64encode(told).decode()}",
    }


def _key(secret: str) -> bytes:
    begin, _, rest = secret.partition("_")
    if begin == "whsec":
        try:
            return base64.b64decode(rest, validate=True)
        except ValueError:
            pass
    return secret.encode()


def slack_body(message: Message) -> bytes:
    """Text for notifications, and blocks; nothing that comes from a tool is read as markup."""
    heading = {"type": "plain_text", "text": _cut(message.subject, _HEADING), "emoji": False}
    blocks: list[dict[str, Any]] = [{"type": "header", "text": heading}]
    blocks += [_section(_slack_line(line)) for line in message.lines[:SHOWN]]
    if message.rest:
        blocks.append(_section(escaped(message.rest)))
    foot = f"<{message.home}|All alerts>"
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": foot}]})
    told = {
        "text": escaped(message.subject),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return orjson.dumps(told)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": _cut(text, _LONGEST_BLOCK)}}


def _slack_line(line: Line) -> str:
    over = "Over: " if line.over else ""
    first = f"*{over}{escaped(line.what)}*"
    title = f"\n{escaped(line.title)}" if line.title else ""
    facts = "".join(f"\n{name}: {escaped(one)}" for name, one in line.facts)
    tool = f" · <{_linked(line.url)}|In its tool>" if line.url else ""
    return f"{first}{title}{facts}\n<{_linked(line.page)}|Open>{tool}"


def escaped(text: str) -> str:
    """As Slack asks for; an @ never calls anybody, there or in tools that take the same format."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace("@", "@\u2060")


def _linked(address: str) -> str:
    return quote(address, safe=":/?#[]@!$&'()*+,;=%-._~").replace("&", "&amp;")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def mail_of(message: Message, smtp: Smtp, to: tuple[str, ...]) -> EmailMessage:
    """Plain text; its headers are one line each, whatever a title holds."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _cut(clipped(f"Headwater: {message.subject}"), _LONGEST_SUBJECT)
    mail["From"], mail["To"] = smtp.sender, ", ".join(to)
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.ts, UTC))
    mail["Message-ID"] = f"<{message.id}@{smtp.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain_text(message))
    return mail


def plain_text(message: Message) -> str:
    """The whole message as text."""
    parts = ["This is a test; nothing is wrong.\n"] if message.test else []
    parts += [_plain_line(line) for line in message.lines[:SHOWN]]
    if message.rest:
        parts.append(f"{message.rest}\n")
    return "\n".join([*parts, f"All alerts: {message.home}\n"])


def _plain_line(line: Line) -> str:
    kind = NAMES.get(line.alert.rule, line.alert.rule)
    rows = [f"{'OVER: ' if line.over else ''}{line.what}"]
    rows += [f"  {line.title}"] if line.title else []
    rows += [f"  {f'{name}:':<12}{one}" for name, one in (("kind", kind), *line.facts)]
    rows.append(f"  {'open:':<12}{line.page}")
    rows += [f"  {'in its tool:':<12} {line.url}"] if line.url else []
    return "\n".join(rows) + "\n"
