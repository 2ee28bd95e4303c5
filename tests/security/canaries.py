"""A configuration with a canary in every place where a secret may stand, and tools that repeat what
they know of them in whatever they answer.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tests.security.servers import Asked, Said, Server, answering

IN_ENVIRONMENT: Final = (
    "JIRA_TOKEN", "GITHUB_TOKEN", "SNOW_PASSWORD", "OIDC_SECRET", "HOOK_ONE", "HOOK_TWO",
    "EVENTS_SECRET", "SMTP_PASSWORD", "ROUTE_SECRET", "DATABASE_PASSWORD",
)  # fmt: skip
IN_FILES: Final = ("gitlab", "jenkins", "hook", "slack")
USER: Final = "reader-of-all"


def canary(name: str) -> str:
    """Long, fit to be a host, and found whatever becomes of the case of its letters."""
    return f"Canary-{name.replace('_', '-')}-7f3a9c"


SECRETS: Final[Mapping[str, str]] = {name: canary(name) for name in (*IN_ENVIRONMENT, *IN_FILES)}

_CONFIG: Final = """
[database]
url = "DATABASE"
password = "env:DATABASE_PASSWORD"

[auth]
mode = "oidc"
public_url = "https://headwater.example"

[auth.oidc]
issuer = "TOOLS/id"
client_id = "headwater"
client_secret = "env:OIDC_SECRET"
default_role = "viewer"

[[sources]]
name = "jira"
kind = "jira"
url = "TOOLS/jira"
projects = ["SHOP"]
auth = { user = "env:THE_USER", token = "env:JIRA_TOKEN" }
hooks = { secrets = ["env:HOOK_ONE", "file:hook"] }

[[sources]]
name = "gitlab"
kind = "gitlab"
url = "TOOLS/gitlab"
projects = ["shop/web"]
auth = { token = "file:gitlab" }

[[sources]]
name = "github"
kind = "github"
url = "TOOLS/github"
repositories = ["shop/web"]
auth = { token = "env:GITHUB_TOKEN" }

[[sources]]
name = "jenkins"
kind = "jenkins"
url = "TOOLS/jenkins"
auth = { user = "env:THE_USER", token = "file:jenkins" }
hooks = { secrets = ["env:HOOK_TWO"] }

[[sources]]
name = "snow"
kind = "servicenow"
url = "TOOLS/snow"
auth = { user = "env:THE_USER", password = "env:SNOW_PASSWORD" }

[[sources]]
name = "snow-oauth"
kind = "servicenow"
url = "TOOLS/oauth"
oauth = true
auth = { user = "env:THE_USER", password = "env:SNOW_PASSWORD" }

[[sources]]
name = "tools"
kind = "events"
hooks = { secrets = ["env:EVENTS_SECRET"] }

[[streams]]
name = "checkout"
items = { source = "jira", projects = ["SHOP"] }
stages = [
  { name = "Ideas", state = "new", statuses = ["Open"] },
  { name = "Done", state = "done", statuses = ["Closed"] },
]

[alerts.smtp]
host = "127.0.0.1"
port = PORT
from = "headwater@acme.example"
tls = "starttls"
user = "env:THE_USER"
password = "env:SMTP_PASSWORD"

[[alerts.routes]]
name = "hook"
kind = "webhook"
default = true
url = "TOOLS/receiver"
secret = "env:ROUTE_SECRET"

[[alerts.routes]]
name = "chat"
kind = "slack"
default = true
url = "file:slack"

[[alerts.routes]]
name = "post"
kind = "mail"
default = true
to = ["team@acme.example"]
"""


def written(folder: Path, tools: Server, database: str) -> Path:
    """The configuration in this folder, with the files that it names."""
    text = _CONFIG.replace("TOOLS", tools.url).replace("PORT", "9")
    config = folder / "headwater.toml"
    config.write_text(text.replace("DATABASE", database, 1), encoding="utf-8")
    for name in IN_FILES:
        told = f"{tools.url}/services/{SECRETS[name]}" if name == "slack" else SECRETS[name]
        (folder / name).write_text(f"{told}\n", encoding="utf-8")
        (folder / name).chmod(0o600)
    return config


def environment() -> dict[str, str]:
    return {name: SECRETS[name] for name in IN_ENVIRONMENT} | {"THE_USER": USER}


def found_in(texts: Iterable[tuple[str, str | bytes]], more: Iterable[str] = ()) -> list[str]:
    """`where: which` for every secret that stands in a text, as it is, as in an address, or as
    basic authentication has it; whatever the case of its letters.
    """
    forms = {secret: name for name, secret in SECRETS.items()} | dict.fromkeys(more, "token")
    for name, secret in SECRETS.items():
        forms[quote(secret, safe="")] = name
        forms[b64encode(f"{USER}:{secret}".encode()).decode()] = name
        forms[b64encode(secret.encode()).decode().rstrip("=")] = name
    hits = []
    for where, text in texts:
        lower = text.encode("utf-8", "replace").lower() if isinstance(text, str) else text.lower()
        hits += [f"{where}: {name}" for one, name in forms.items() if one.lower().encode() in lower]
    return sorted(set(hits))


MODES: Final = ("401", "403", "500", "429", "redirect", "values", "page", "cut", "garbage")


@dataclass
class Parrots:
    """How the tools answer now: with all secrets that there are, and what was sent to them."""

    mode: str = "401"
    heard: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Said:
        self.heard.append(str(dict(asked.headers)) + asked.path + asked.body.decode("latin-1"))
        all_of_it = " ".join([*SECRETS.values(), self.heard[-1]])
        echo = json.dumps({"message": all_of_it, "error": all_of_it}).encode()
        json_ = {"content-type": "application/json"}
        if self.mode.isdigit():
            return Said(
                int(self.mode), echo, json_ | {"retry-after": "1", "x-echo": _line(all_of_it)}
            )
        if self.mode == "redirect":
            secret = quote(SECRETS["gitlab"], safe="")
            where = f"http://{SECRETS['JIRA_TOKEN']}.example"
            return Said(302, b"", {"location": f"{where}/{secret}?token={secret}"})
        if self.mode == "values":
            return Said(200, _values(asked), json_)
        if self.mode == "page":
            return Said(200, f"<html>{all_of_it}</html>".encode(), {"content-type": "text/html"})
        if self.mode == "cut":
            return Said(200, echo[:-2], json_)
        return Said(
            200, echo, {"content-type": f"{SECRETS['gitlab']}/json; charset={SECRETS['hook']}"}
        )


def _line(text: str) -> str:
    return "".join(one for one in text if one.isprintable() and ord(one) < 127)[:2_000]


_FIELDS: Final = (
    "number", "iid", "created", "created_at", "updated_at", "version", "total", "startAt",
    "username", "timestamp", "login", "position", "size", "displayName", "emailAddress",
)  # fmt: skip
_NAMES: Final = {"id": "7", "key": "SHOP", "name": "shop", "full_name": "shop/web"}
"""What a tool calls its things is data, whatever it calls them."""
_LISTS: Final = ("/projects", "/field", "/status", "/project", "/repos")


def _values(asked: Asked) -> bytes:
    """Secrets where numbers and times belong: whoever can't read one may quote it."""
    one = SECRETS["JIRA_TOKEN"]
    row = dict.fromkeys(_FIELDS, SECRETS["jenkins"]) | _NAMES
    lists = {name: [row] for name in ("values", "issues", "jobs", "result", "projects")}
    body = row | lists | {"access_token": one, "fields": row, "expires_in": one, "mode": one}
    return json.dumps([row] if asked.path.endswith(_LISTS) else body).encode()


@contextmanager
def parrots() -> Iterator[tuple[Server, Parrots]]:
    found = Parrots()
    with answering(found) as server:
        yield server, found
