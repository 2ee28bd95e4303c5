"""`[alerts]` is read whole or refused with what to write; its secrets are references."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from core.config_file import load_settings
from core.errors import ConfigError

ENV = {"SLACK": "https://hooks.slack.example/services/T0/B0/xyz", "HOOK": "h" * 20, "MAIL": "pass"}
STREAM = """
[[sources]]
name = "jira"
kind = "jira"
url = "https://j.example"
projects = ["SHOP"]
[[streams]]
name = "checkout"
items = { source = "jira", projects = ["SHOP"] }
stages = [{ name = "Build", state = "active", statuses = ["Doing"], team = "web" }]
"""
GOOD = """
[alerts]
rules = ["ageing", "source"]
blocked_after = "2d"
quiet = { from = "19:00", to = "07:00", days = ["sat", "sun"], timezone = "Europe/Berlin" }
smtp = { host = "m.example", from = "h@acme.example", user = "env:MAIL", password = "env:MAIL" }
[[alerts.routes]]
name = "web"
kind = "slack"
url = "env:SLACK"
teams = ["web"]
[[alerts.routes]]
name = "ops"
kind = "webhook"
url = "https://r.example/in"
secret = "env:HOOK"
default = true
quiet = {}
[[alerts.routes]]
name = "mail"
kind = "mail"
to = ["team@acme.example"]
streams = ["checkout"]
"""


def test_what_is_written_is_there_and_shows_no_secret(tmp_path: Path) -> None:
    settings = load_settings(_written(tmp_path, GOOD), ENV)
    found = settings.alerts
    assert (found.quiet.start, found.quiet.end) == (time(19), time(7))
    assert found.blocked_after == timedelta(days=2)
    assert found.routes[0].url is not None
    assert found.routes[0].url.get_secret_value() == ENV["SLACK"]
    assert found.routes[1].quiet is not None
    printed = repr(settings) + settings.model_dump_json()
    assert "services/T0" not in printed
    assert ENV["HOOK"] not in printed


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "headwater.toml"
    path.write_text(STREAM + text, encoding="utf-8")
    return path


def _route(line: str) -> str:
    return f'[[alerts.routes]]\nname = "x"\n{line}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[alerts]\nruels = []", 'unknown key "ruels"; did you mean "rules"?'),
        ('[alerts]\nrules = ["late"]', '"late" is not allowed here'),
        ('[alerts]\nquiet = { from = "7pm", to = "07:00" }', 'write a time of day as "19:00"'),
        ('[alerts]\nquiet = { from = "07:00" }', "`from` and `to` belong together"),
        ('[alerts]\nquiet = { from = "07:00", to = "07:00" }', "would always be quiet"),
        ('[alerts]\nquiet = { timezone = "Mars" }', "no such time zone: Mars"),
        (_route('kind = "pager"\ndefault = true'), '"pager" is not allowed here'),
        (_route('kind = "webhook"\nurl = "https://r.example"\ndefault = true'), "needs `secret`"),
        (_route('kind = "slack"\nurl = "https://h.example/T0"\ndefault = true'),
         "a secret is never written here"),
        (_route('kind = "slack"\nurl = "env:NONE"\ndefault = true'), "NONE is not set"),
        (_route('kind = "slack"\nurl = "env:HOOK"\ndefault = true'), "an address such as"),
        (_route('kind = "slack"\nurl = "env:SLACK"'), "whose is it?"),
        (_route('kind = "slack"\nurl = "env:SLACK"\nteams = ["wbe"]'), 'did you mean "web"?'),
        (_route('kind = "slack"\nurl = "env:SLACK"\nstreams = ["shop"]'), 'no stream "shop"'),
        (_route('kind = "slack"\nurl = "env:SLACK"\nto = ["a@b.c"]\ndefault = true'),
         'kind "slack" has no `to`'),
        (_route('kind = "mail"\nto = ["a@b.example"]\ndefault = true'), "needs [alerts.smtp]"),
        (_route('kind = "mail"\nto = ["a@b.example, c@d.example"]\ndefault = true'),
         "is no mail address"),
        (_route('kind = "webhook"\nurl = "https://r.example"\nsecret = "env:MAIL"\ndefault=true'),
         "at least 16 letters"),
        ('[alerts.smtp]\nhost = "m"\nfrom = "a@b.example"\ntls = "none"\nuser = "env:MAIL"\n'
         'password = "env:MAIL"', "a password is not sent in the clear"),
    ],
    ids=[
        "key", "rule", "clock", "half", "always", "zone", "kind", "unsigned", "plain-secret",
        "unset", "no-address", "nobody", "team", "stream", "foreign", "no-server", "two-in-one",
        "short", "clear",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_what_to_write(
    tmp_path: Path, text: str, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(_written(tmp_path, text), ENV)
    assert expected in str(caught.value)
    assert ENV["HOOK"] not in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'headwater.toml'}:")


def test_a_name_is_used_once(tmp_path: Path) -> None:
    twice = _route('kind = "slack"\nurl = "env:SLACK"\ndefault = true') * 2
    with pytest.raises(ConfigError, match='the name "x" is used twice'):
        load_settings(_written(tmp_path, twice), ENV)


def test_a_secret_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(_written(tmp_path, GOOD), {"SLACK": ENV["SLACK"], "MAIL": "pass"})
    assert len(str(caught.value).splitlines()) == 1
    assert "HOOK is not set" in str(caught.value)
