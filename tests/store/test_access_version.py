"""Whoever is let in or shut out makes another version; who only looks makes none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from core.access_settings import Authentication
from pipeline import access_tokens, sign_ins
from pipeline.database import Database, over
from store.access_version import access_version
from tests.api.locked import token

AUTH = Authentication(mode="tokens")
NOW = 1_790_000_000


@pytest.fixture
def database(engine: Engine) -> Database:
    return over(engine)


def _let_in(database: Database, name: str) -> str:
    return sign_ins.begin(database, AUTH, name, "viewer", now=NOW, origin="here")


def _sign_out(database: Database, cookie: str) -> None:
    with database.read() as session:
        ground = sign_ins.ground_of(AUTH)
        account = sign_ins.cookie_account(session, cookie, ground=ground, now=NOW)
    assert account is not None
    sign_ins.end(database, cookie, account, now=NOW)


def test_every_change_of_who_may_come_in_makes_a_version_never_seen_before(
    database: Database,
) -> None:
    cookies: list[str] = []
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: token(database, "bi"),
        lambda: token(database, "other"),
        lambda: access_tokens.revoke(database, "bi", who="the test", now=NOW),
        lambda: token(database, "bi"),
        lambda: cookies.append(_let_in(database, "anna")),
        lambda: cookies.append(_let_in(database, "bert")),
        lambda: _sign_out(database, cookies[1]),
        lambda: _let_in(database, "cleo"),
        lambda: sign_ins.end_all(database, "anna", who="the test", now=NOW),
    ]
    seen = []
    for step in steps:
        step()
        with database.read() as session:
            seen.append(access_version(session))
    assert len(set(seen)) == len(steps)


def test_a_look_or_a_use_makes_none(database: Database) -> None:
    secret = token(database, "bi")
    with database.read() as session:
        before = access_version(session)
        account, found = sign_ins.token_account(session, secret, now=NOW)
    sign_ins.note_use(database, found.id, now=NOW + 7_200)
    with database.read() as session:
        assert access_version(session) == before
    assert account.name == "token:bi"
