"""Finds out who asks, and keeps what is needed for that: one per process."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from api.cookies import Cookies, cookie, header
from api.rates import Rates
from api.recognised import Found, Recognised
from core.accounts import Account
from core.errors import SignInError
from core.settings import Settings
from pipeline import sign_ins
from pipeline.access_tokens import HOUR, hash_of
from pipeline.audit_log import note
from pipeline.clock import now_ts
from pipeline.database import Database
from store.access_version import access_version

_REFUSALS_A_MINUTE = 100
_BEARER = "bearer "


@dataclass(slots=True)
class Access:
    """The door of an application whose `[auth]` has a mode."""

    settings: Settings
    database: Database
    cookies: Cookies = field(init=False)
    rates: Rates = field(init=False)
    ground: str = field(init=False)
    _recognised: Recognised = field(init=False)
    _used: dict[str, int] = field(default_factory=dict)
    _refused: tuple[int, set[tuple[str, str]]] = (0, set())
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _notes: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, 1))
    _last: Future[None] | None = None

    def __post_init__(self) -> None:
        self.cookies = Cookies.of(self.settings.auth)
        self.rates = Rates(self.settings.auth.requests_per_minute)
        self.ground = sign_ins.ground_of(self.settings.auth)
        self._recognised = Recognised(self._version)

    async def account_of(self, scope: Scope) -> Account | None:
        """Who asks, by the token that was sent, else by the cookie. None for nobody; `SignInError`
        says why a token does not count.
        """
        secret, by_cookie = _shown(scope, self.cookies.session)
        if not secret:
            return None
        key, now = _place(secret, by_cookie=by_cookie), now_ts()
        entry = self._recognised.kept(key, now)
        if entry is not None:
            found = entry.found
        else:
            look_up = partial(self._looked_up, secret, by_cookie=by_cookie)
            found = await run_in_threadpool(self._recognised.asked, key, now, look_up)
        if isinstance(found, SignInError):
            raise SignInError(str(found), status=found.status)  # it is kept, and raised again
        return found

    def known(self, scope: Scope) -> Account | None:
        """The same without asking the database; None also where that must be asked."""
        secret, by_cookie = _shown(scope, self.cookies.session)
        if not secret:
            return None
        entry = self._recognised.kept(_place(secret, by_cookie=by_cookie), now_ts())
        return entry.found if entry is not None and isinstance(entry.found, Account) else None

    def forget(self) -> None:
        """Ask the database again, of everybody."""
        self._recognised.forget()

    def note_refused(self, who: str, subject: str, why: str, origin: str) -> None:
        """Into the audit log, the same once a minute, and not more of all than a log can bear."""
        minute = now_ts() // 60
        with self._lock:
            if self._refused[0] != minute:
                self._refused = (minute, set())
            told = self._refused[1]
            if (who, why) in told or len(told) >= _REFUSALS_A_MINUTE:
                return
            told.add((who, why))
        words = {"why": why, "from": origin}
        self._later(
            partial(note, self.database, "refused", who=who, subject=subject, ts=now_ts(), **words)
        )

    def settle(self) -> None:
        """Wait until everything is noted."""
        if self._last is not None:
            self._last.result()

    def _version(self) -> Hashable:
        with self.database.read() as session:
            return access_version(session)

    def _looked_up(self, secret: str, *, by_cookie: bool) -> Found:
        now = now_ts()
        with self.database.read() as session:
            if by_cookie:
                return sign_ins.cookie_account(session, secret, ground=self.ground, now=now)
            try:
                account, token = sign_ins.token_account(session, secret, now=now)
            except SignInError as error:
                return error
        self._note_use(account.name, token.id, now)
        return account

    def _note_use(self, name: str, number: int, now: int) -> None:
        with self._lock:
            if self._used.get(name) == now // HOUR:
                return
            self._used[name] = now // HOUR
        self._later(partial(sign_ins.note_use, self.database, number, now=now))

    def _later(self, work: partial[None]) -> None:
        """Not while somebody waits: a pass may be writing."""
        self._last = self._notes.submit(work)


def _place(secret: str, *, by_cookie: bool) -> str:
    return f"{'cookie' if by_cookie else 'token'} {hash_of(secret)}"


def account_in(request: Request) -> Account | None:
    """Who asks, where the application wants to know; None where it lets everybody in."""
    found: Account | None = request.scope.get("state", {}).get("account")
    return found


def _shown(scope: Scope, name: str) -> tuple[str, bool]:
    """What was shown to prove who asks, and whether it is a cookie; "" for nothing."""
    told = header(scope, b"authorization")
    if told is not None:
        sent = told[len(_BEARER) :].strip() if told[: len(_BEARER)].lower() == _BEARER else "-"
        return sent or "-", False
    return cookie(scope, name) or "", True
