"""`headwater token`, `audit-log` and `sign-out`: who may come in, and who did what."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import moment
from core.errors import BadRequestError
from pipeline.access_tokens import lasting, list_tokens, make_token, revoke
from pipeline.audit_log import ACTIONS, list_events
from pipeline.clock import now_ts
from pipeline.sign_ins import end_all


def run_create(
    config: Path, name: str, *, role: str, streams: Sequence[str], expires: str, as_json: bool
) -> None:
    """The secret stands alone on standard output, so that a script can take it."""
    lasts = lasting(expires)
    with ready(config) as (settings, database):
        made = make_token(
            settings,
            database,
            name=name,
            role=role,
            streams=tuple(streams),
            lasts=lasts,
            who=acting(),
            now=now_ts(),
        )
        told = next(one for one in list_tokens(database, now=now_ts()) if one["name"] == name)
        mode = settings.auth.mode
    if as_json:
        print_json({**told, "secret": made.secret})
        return
    print(made.secret)
    ends = f"until {moment(told['expires_at'])} UTC" if told["expires_at"] else "until revoked"
    print(f"Token {name}, {role}, {ends}. It is shown this once; keep it safe.", file=sys.stderr)
    if mode == "none":
        print('It counts once [auth] has mode = "tokens" or "oidc".', file=sys.stderr)


def run_list(config: Path, *, as_json: bool) -> None:
    """The newest first."""
    with ready(config) as (_, database):
        rows = list_tokens(database, now=now_ts())
    if as_json:
        print_json({"items": rows})
    elif not rows:
        console.print("There are no tokens: headwater token create NAME makes one", markup=False)
    else:
        console.print(_tokens_table(rows))


def run_revoke(config: Path, which: str) -> None:
    """It lets nobody in from now on."""
    with ready(config) as (_, database):
        ended = revoke(database, which, who=acting(), now=now_ts())
    console.print(f"The token {ended.name} is revoked", highlight=False, markup=False)


def run_audit_log(config: Path, *, who: str, action: str, limit: int, as_json: bool) -> None:
    """The newest lines first."""
    if action and action not in ACTIONS:
        raise BadRequestError(f"--action: one of {', '.join(ACTIONS)}")
    with ready(config) as (_, database), database.read() as session:
        body = list_events(
            session, cursor=None, limit=limit, who=who or None, action=action or None
        )
    if as_json:
        print_json(body)
    elif not body["items"]:
        console.print("Nothing of the kind was noted yet")
    else:
        console.print(_events_table(body["items"]))


def run_sign_out(config: Path, account: str) -> None:
    """How many browsers that were is told."""
    with ready(config) as (_, database):
        count = end_all(database, account, who=acting(), now=now_ts())
    console.print(
        f"{account} was signed out of {count} browser{'' if count == 1 else 's'}",
        highlight=False,
        markup=False,
    )


def _tokens_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("no.", "name", "role", "streams", "now", "until (UTC)", "last used", "made by")
    for row in rows:
        table.add_row(
            str(row["id"]),
            escape(row["name"]),
            row["role"],
            escape(", ".join(row["streams"]) or "all"),
            row["state"],
            moment(row["expires_at"]) if row["expires_at"] else "no end",
            moment(row["last_used_at"]) if row["last_used_at"] else "never",
            escape(row["created_by"]),
        )
    return table


def _events_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("no.", "at (UTC)", "who", "did", "what", "more")
    for row in rows:
        more = ", ".join(f"{name} {value}" for name, value in row["detail"].items() if value)
        table.add_row(
            str(row["id"]),
            moment(row["at"]),
            escape(row["who"] or "nobody known"),
            row["action"].replace("_", " "),
            escape(row["subject"]),
            escape(more),
        )
    return table


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def acting() -> str:
    try:
        return f"{getpass.getuser()} on the server"
    except (KeyError, OSError):
        return "somebody on the server"
