"""Tokens and the audit log by command, and a server that refuses to be open to others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.serve import require_sign_in
from core.access_settings import Authentication
from core.config_file import load_settings
from core.errors import ConfigError
from core.settings import Settings
from pipeline.access_tokens import SECRET
from store.migrate import upgrade
from tests.cli.conftest import Outcome, Run

STREAM = """
[[sources]]
name = "tools"
kind = "events"

[[streams]]
name = "checkout"
items = { source = "tools", projects = ["SHOP"] }
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    upgrade(f"sqlite:///{tmp_path / 'headwater.db'}")
    config = tmp_path / "headwater.toml"
    config.write_text(f'[auth]\nmode = "tokens"\n{STREAM}', encoding="utf-8")
    return config


def _json(outcome: Outcome) -> list[dict[str, object]]:
    assert outcome.status == 0, outcome.err
    rows: list[dict[str, object]] = json.loads(outcome.out)["items"]
    return rows


def test_the_secret_is_alone_on_the_output_and_never_shown_again(alone: Run, home: Path) -> None:
    words = ("create", "grafana", "--role", "analyst", "--stream", "checkout", "--expires", "90d")
    made = alone("token", *words, "--config", str(home))
    secret = made.out.strip()
    assert SECRET.fullmatch(secret)
    assert "shown this once" in made.err
    assert secret not in made.err
    listed = alone("token", "list", "--json", "--config", str(home))
    assert secret not in listed.out
    (row,) = _json(listed)
    assert (row["name"], row["role"], row["streams"]) == ("grafana", "analyst", ["checkout"])
    assert (row["state"], row["last_used_at"]) == ("counts", None)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("BI",), "lower case"),
        (("bi", "--role", "boss"), "one of viewer, analyst, admin"),
        (("bi", "--stream", "chekout"), "known: checkout"),
        (("bi", "--role", "admin", "--stream", "checkout"), "an admin sees all"),
        (("bi", "--expires", "soon"), '"never"'),
        (("bi", "--expires", "99999999999999w"), '"never"'),
        (("bi", "--expires", "4000d"), "at most"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_with_what_would(
    alone: Run, home: Path, words: tuple[str, ...], told: str
) -> None:
    outcome = alone("token", "create", *words, "--config", str(home))
    assert outcome.status == 1
    assert outcome.out == ""
    assert told in outcome.err
    assert _json(alone("token", "list", "--json", "--config", str(home))) == []


def test_a_name_is_free_again_once_its_token_is_revoked(alone: Run, home: Path) -> None:
    config = ("--config", str(home))
    assert alone("token", "create", "bi", *config).status == 0
    taken = alone("token", "create", "bi", *config)
    assert (taken.status, taken.out) == (1, "")
    assert "headwater token revoke bi" in taken.err
    assert alone("token", "revoke", "bi", *config).status == 0
    assert "those that do: none" in alone("token", "revoke", "bi", *config).err
    assert alone("token", "create", "bi", "--expires", "never", *config).status == 0
    states = [row["state"] for row in _json(alone("token", "list", "--json", *config))]
    assert states == ["counts", "revoked"]
    log = _json(alone("audit-log", "--json", *config))
    did = [row["action"] for row in log]
    assert did == ["token_created", "token_revoked", "token_created"]
    assert all(str(row["who"]).endswith("on the server") for row in log)
    assert "one of signed_in" in alone("audit-log", "--action", "slept", *config).err


def test_signing_out_somebody_who_is_not_in_says_so(alone: Run, home: Path) -> None:
    outcome = alone("sign-out", "anna@acme.example", "--config", str(home))
    assert "signed out of 0 browsers" in outcome.out


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "headwater.acme.example"])
def test_an_address_that_others_reach_needs_a_sign_in_and_the_address_of_it(host: str) -> None:
    open_to_all = Settings()
    with pytest.raises(ConfigError, match=r"write \[auth\] with mode = \"tokens\""):
        require_sign_in(open_to_all, host, unauthenticated=False)
    require_sign_in(open_to_all, host, unauthenticated=True)
    without = Settings(auth=Authentication(mode="tokens"))
    for flag in (False, True):
        with pytest.raises(ConfigError, match=r"write public_url"):
            require_sign_in(without, host, unauthenticated=flag)
    whole = Authentication(mode="tokens", public_url="https://headwater.example")
    require_sign_in(Settings(auth=whole), host, unauthenticated=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_on_the_machine_itself_it_may_be_open(host: str) -> None:
    require_sign_in(Settings(), host, unauthenticated=False)


OIDC = '[auth.oidc]\nissuer = "https://id.example"\nclient_id = "h"\n'
ROLES = 'roles = { viewer = ["staff"] }\n'
OURS = 'mode = "oidc"\npublic_url = "https://h.example"\n'


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('mode = "token"\n', 'did you mean "tokens"?'),
        ('public_url = "http://h.example"\n', "http only on this machine"),
        ('public_url = "https://h.example/headwater"\n', "without a path"),
        ('public_url = "https://anna@h.example"\n', "without a path"),
        ('session = "1m"\n', 'from "5m" to "30d"'),
        ('mode = "oidc"\npublic_url = "https://h.example"\n', "needs [auth.oidc]"),
        (f'mode = "oidc"\n{OIDC}{ROLES}', "needs public_url"),
        (f'mode = "tokens"\n{OIDC}{ROLES}', 'read with mode = "oidc" only'),
        (f"{OURS}{OIDC}", "nobody could come in"),
        (f'{OURS}{OIDC}{ROLES}client_secret = "plain"\n', "a secret is never written here"),
        (f'{OURS}{OIDC}{ROLES}scopes = ["email"]\n', '"openid" must be among them'),
        (f'{OURS}{OIDC}roles = {{ boss = ["x"] }}\n', 'unknown key "boss"'),
        (f"{OURS}{OIDC.replace('https', 'http')}{ROLES}", "as the provider has it"),
    ],
)
def test_a_configuration_that_would_let_in_the_wrong_ones_or_nobody_is_refused(
    tmp_path: Path, lines: str, told: str
) -> None:
    file = tmp_path / "headwater.toml"
    file.write_text(f"[auth]\n{lines}", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_settings(file, {})
    assert told in str(refused.value)
    assert "plain" not in str(refused.value)


def test_the_examples_of_the_page_are_configurations(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")
    blocks = [part.partition("```")[0] for part in page.split("```toml\n")[1:]]
    modes = []
    for block in blocks:
        file = tmp_path / "headwater.toml"
        file.write_text(block, encoding="utf-8")
        modes.append(load_settings(file, {"HEADWATER_OIDC_SECRET": "s"}).auth.mode)
    assert modes == ["tokens", "oidc", "none"]  # the last is about other sites alone
