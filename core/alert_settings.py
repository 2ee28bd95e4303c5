"""Typed settings of `[alerts]`: what is worth a message, to whom it goes, and when it may come."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Final, Literal, Self, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from core.source_settings import Duration, Model, Name

Rule = Literal["signal", "breach", "ageing", "blocked", "cost", "source", "status"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
_ADDRESS = re.compile(r"[^\s@,;:<>()\"\\]+@[A-Za-z0-9.-]+")
_LEAST_SECRET = 16


def _clock(given: object) -> object:
    if isinstance(given, time) or (isinstance(given, str) and re.fullmatch(r"\d\d:\d\d", given)):
        return given
    raise ValueError('write a time of day as "19:00"')


def _zone(name: str) -> str:
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no such time zone: {name[:100]}") from error
    return name


def _mail_address(text: str) -> str:
    if len(text) > 254 or not _ADDRESS.fullmatch(text):
        raise ValueError(f'"{text[:60]}" is no mail address; write "team@acme.example"')
    return text


def _receiver_url(secret: SecretStr) -> SecretStr:
    """The message never quotes the address: with Slack it is the secret."""
    text = secret.get_secret_value()
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment
        _ = parts.port
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or any(letter.isspace() for letter in text):
        raise ValueError("an address such as https://host/path, without user and #")
    return secret


Clock = Annotated[time, BeforeValidator(_clock)]
Zone = Annotated[str, AfterValidator(_zone)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
ReceiverUrl = Annotated[SecretStr, AfterValidator(_receiver_url)]


def _a_day_or_more(given: timedelta) -> timedelta:
    if not timedelta(days=1) <= given <= timedelta(days=3650):
        raise ValueError('from "1d" to "3650d"')
    return given


KeptFor = Annotated[Duration, AfterValidator(_a_day_or_more)]


class Quiet(Model):
    """When messages are held back: each day `from` .. `to`, which may cross midnight, and all of
    `days`. `timezone` "" is that of the server. Without any of it nothing is held back.
    """

    start: Clock | None = Field(default=None, alias="from")
    end: Clock | None = Field(default=None, alias="to")
    days: tuple[Weekday, ...] = ()
    timezone: Zone = ""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("`from` and `to` belong together; give both or none")
        if self.start is not None and self.start == self.end:
            raise ValueError("`from` and `to` are the same: it would always be quiet")
        if set(self.days) == set(WEEKDAYS):
            raise ValueError("every day is quiet; leave one out")
        return self


class Smtp(Model):
    """The server that mail goes to. tls: `starttls` refuses a server that offers none; `tls` from
    the first byte; `none` sends in the clear, without password.
    """

    host: str = Field(min_length=1, max_length=253, pattern=r"^[^\s/@]+$")
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: SecretStr | None = None
    password: SecretStr | None = None
    sender: MailAddress = Field(alias="from")

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("`user` and `password` belong together; give both or none")
        if self.tls == "none" and self.password is not None:
            raise ValueError('a password is not sent in the clear; use tls = "starttls" or "tls"')
        return self


_OF_KIND: Final = {"webhook": ("url", "secret"), "slack": ("url",), "mail": ("to",)}


class Route(Model):
    """Where messages go, and of what: those of `teams`, of `streams`, or, with `default`, of all
    that no other route takes. `rules`: only these; empty for all. `ended`: it is told, too, when a
    cause is over. `quiet` None is that of `[alerts]`.
    """

    name: Name
    kind: Literal["webhook", "slack", "mail"]
    url: ReceiverUrl | None = None
    secret: SecretStr | None = None
    to: tuple[MailAddress, ...] = Field(default=(), max_length=20)
    teams: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    default: bool = False
    rules: tuple[Rule, ...] = ()
    ended: bool = False
    quiet: Quiet | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for name in ("url", "secret", "to"):
            wanted, given = name in _OF_KIND[self.kind], bool(getattr(self, name))
            if wanted and not given:
                raise ValueError(f'kind "{self.kind}" needs `{name}`')
            if given and not wanted:
                raise ValueError(f'kind "{self.kind}" has no `{name}`')
        if self.secret is not None and len(self.secret.get_secret_value()) < _LEAST_SECRET:
            raise ValueError(f"`secret` needs at least {_LEAST_SECRET} letters")
        if not (self.teams or self.streams or self.default):
            raise ValueError("whose is it? give `teams`, `streams`, or default = true")
        return self


class Alerts(Model):
    """rules: what is looked for. `breach_p`: from which chance of missing the expectation on.
    `item_cost_per_week`, `stream_cost_per_week`: limits in the currency of `[cost_of_delay]`; None:
    no limit. `blocked_after`, `source_after`: for how long before it counts. `keep_ended`: for how
    long an alert is listed once its cause is over.
    """

    rules: tuple[Rule, ...] = RULES
    breach_p: float = Field(default=0.5, gt=0, lt=1)
    blocked_after: Duration = timedelta(days=1)
    source_after: Duration = timedelta(minutes=30)
    keep_ended: KeptFor = timedelta(days=400)
    item_cost_per_week: float | None = Field(default=None, gt=0, le=1e12)
    stream_cost_per_week: float | None = Field(default=None, gt=0, le=1e12)
    quiet: Quiet = Quiet()
    smtp: Smtp | None = None
    routes: tuple[Route, ...] = Field(default=(), max_length=200)
