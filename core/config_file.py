"""Reads `headwater.toml`: secrets resolved, everything checked, each problem told with its line."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from core.config_checks import problems_of
from core.errors import ConfigError
from core.secret_files import EnvSecret, FileSecret
from core.settings import Settings
from core.source_settings import AnySource, JiraSource
from core.toml_lines import Path as Loc
from core.toml_lines import line_of

_SECRETS = ("user", "token", "password")
_SQLITE = "sqlite:///"
_UNKNOWN = "(not resolved)"  # keeps the places of the others; the problem is told beside it
_STANDS_IN = "https://not-resolved.invalid"  # so that nothing is said to be missing as well


def load_settings(path: Path, env: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file; `ConfigError` with one line per problem: file, line, what and a
    suggestion.

    A relative SQLite path and a relative `file:` reference start at the folder of the file.
    The environment variable HEADWATER_DATABASE_URL, where set, replaces `url` of [database].
    """
    text = _read(path)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise ConfigError(f"{path}: not valid TOML: {str(error)[:200]}") from error
    _put_database_url(data, env)
    problems = list(_resolve_secrets(data, path.parent, env))
    settings = None
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors(include_url=False)]
    if settings is not None:
        problems += list(problems_of(settings))
    if problems or settings is None:
        raise ConfigError("\n".join(_told(path, text, loc, what) for loc, what in problems))
    return _at_home(_reading_ideas(settings), path.parent)


def source_of(table: Mapping[str, Any], home: Path, env: Mapping[str, str]) -> AnySource:
    """One source by itself, by a table as [[sources]] has it; `ConfigError`, a line a problem."""
    data: dict[str, Any] = {"sources": [{**table, "auth": dict(table.get("auth") or {})}]}
    problems = list(_resolve_secrets(data, home, env))
    try:
        found = Settings.model_validate(data).sources[0]
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors(include_url=False)]
    if problems:
        raise ConfigError("\n".join(what for _, what in problems))
    return found


def _reading_ideas(settings: Settings) -> Settings:
    """Every tracker also reads the projects that hold the ideas of a stream."""
    ideas = [stream.ideas for stream in settings.streams if stream.ideas is not None]

    def widened(source: AnySource) -> AnySource:
        if not isinstance(source, JiraSource):
            return source
        held = [name for one in ideas if one.source == source.name for name in one.projects]
        projects = tuple(dict.fromkeys((*source.projects, *held)))
        return source.model_copy(update={"projects": projects})

    sources = tuple(widened(source) for source in settings.sources)
    return settings.model_copy(update={"sources": sources})


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: no such file; draft one with: headwater init, name another"
            " with --config or HEADWATER_CONFIG, or see everything working with: headwater demo"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def _put_database_url(data: dict[str, Any], env: Mapping[str, str]) -> None:
    database = data.setdefault("database", {})
    url = str(database.get("url", "")) if isinstance(database, dict) else ""
    if "@" in url and ":" in url.partition("://")[2].rpartition("@")[0]:
        database["url"] = 0  # refused below, without the password in the message
    if (given := env.get("HEADWATER_DATABASE_URL")) and isinstance(database, dict):
        database["url"] = given


def _told(path: Path, text: str, loc: Loc, what: str) -> str:
    line = line_of(text, loc)
    return f"{path}:{line}: {what}" if line else f"{path}: {what}"


def _resolve_secrets(
    data: dict[str, Any], home: Path, env: Mapping[str, str]
) -> Iterator[tuple[Loc, str]]:
    """Replace `env:` and `file:` references in place; yields a problem for each that can't be."""
    places: list[tuple[Loc, Any, Any]] = []
    if isinstance(database := data.get("database"), dict):
        places.append((("database",), database, "password"))
    auth = data.get("auth")
    if isinstance(auth, dict) and isinstance(oidc := auth.get("oidc"), dict):
        places.append((("auth", "oidc"), oidc, "client_secret"))
    places += list(_alert_secrets(data.get("alerts")))
    places += list(_tracing_secrets(data.get("tracing")))
    sources = data.get("sources")
    for index, source in enumerate(sources if isinstance(sources, list) else []):
        own = source.get("auth") if isinstance(source, dict) else None
        if isinstance(own, dict):
            places += [(("sources", index, "auth"), own, name) for name in _SECRETS]
        places += list(_hook_secrets(index, source))
    for loc, table, name in places:
        value = table[name] if isinstance(table, list) else table.get(name)
        if not isinstance(value, str):
            continue
        try:
            table[name] = _secret(value, home, env, hide=name != "user")
        except ValueError as error:
            if isinstance(table, list):
                table[name] = _UNKNOWN
            elif loc[0] == "alerts":
                table[name] = _STANDS_IN
            else:
                del table[name]
            yield (*loc, name), str(error)


def _tracing_secrets(tracing: object) -> Iterator[tuple[Loc, Any, Any]]:
    headers = tracing.get("headers") if isinstance(tracing, dict) else None
    for name in headers if isinstance(headers, dict) else ():
        yield ("tracing", "headers"), headers, name


def _alert_secrets(alerts: object) -> Iterator[tuple[Loc, Any, Any]]:
    """The address of a webhook may stand in the file; that of Slack lets whoever has it write."""
    smtp = alerts.get("smtp") if isinstance(alerts, dict) else None
    if isinstance(smtp, dict):
        yield from ((("alerts", "smtp"), smtp, name) for name in ("user", "password"))
    routes = alerts.get("routes") if isinstance(alerts, dict) else None
    for index, route in enumerate(routes if isinstance(routes, list) else []):
        if not isinstance(route, dict):
            continue
        loc = ("alerts", "routes", index)
        yield loc, route, "secret"
        if route.get("kind") == "slack" or str(route.get("url")).startswith(("env:", "file:")):
            yield loc, route, "url"


def _hook_secrets(index: int, source: object) -> Iterator[tuple[Loc, Any, Any]]:
    hooks = source.get("hooks") if isinstance(source, dict) else None
    secrets = hooks.get("secrets") if isinstance(hooks, dict) else None
    for position, _ in enumerate(secrets if isinstance(secrets, list) else []):
        yield ("sources", index, "hooks", "secrets"), secrets, position


def _secret(reference: str, home: Path, env: Mapping[str, str], *, hide: bool) -> SecretStr:
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        if not env.get(name):
            raise ValueError(
                f"the environment variable {name} is not set; set it: export {name}=.."
            )
        return EnvSecret(name, env[name].strip(), hide=hide)
    if kind == "file" and name:
        try:
            return FileSecret(home / name, hide=hide)
        except OSError as error:
            raise ValueError(f"the secret file {name} cannot be read: {error.strerror}") from error
    raise ValueError('a secret is never written here; refer to it: "env:NAME" or "file:PATH"')


def _problem(detail: Any) -> tuple[Loc, str]:
    loc = tuple(part for part in detail["loc"] if part not in _tags())
    where = ".".join(str(part) for part in loc)
    kind, message = detail["type"], str(detail["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        known = _fields_at(detail["loc"][:-1])
        return loc, f'unknown key "{loc[-1]}"{_meant(str(loc[-1]), known)}'
    if kind == "union_tag_invalid":
        kinds = sorted(_tags())
        given = str(detail["ctx"]["tag"])[:100]
        return (*loc, "kind"), f'unknown kind "{given}"{_meant(given, kinds)}'
    if kind == "union_tag_not_found":
        return loc, f"a source needs a kind, one of: {', '.join(sorted(_tags()))}"
    if loc == ("database", "url"):
        return loc, 'write the address without a password, and password = "env:NAME" beside it'
    if kind == "missing":
        return loc[:-1], f'"{loc[-1]}" is missing'
    if kind == "literal_error":
        options = re.findall(r"'([^']+)'", str(detail["ctx"]["expected"]))
        given = str(detail["input"])[:100]
        return loc, f'{where}: "{given}" is not allowed here{_meant(given, options)}'
    if kind == "string_pattern_mismatch" and loc[-1] == "url":
        return loc, f"{where}: write an address such as https://host/path, without user, query or #"
    if kind == "string_pattern_mismatch" and loc[-1] == "name":
        return loc, f"{where}: use lower case letters, digits, - and _"
    return loc, f"{where}: {message[:1].lower()}{message[1:]}"


def _meant(given: str, known: list[str]) -> str:
    close = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; known here: {', '.join(known)}" if known else ""


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _tags() -> dict[str, type[BaseModel]]:
    models = _models_in(Settings.model_fields["sources"].annotation)
    return {get_args(model.model_fields["kind"].annotation)[0]: model for model in models}


def _fields_at(loc: Loc) -> list[str]:
    """The keys that the table at `loc` may have."""
    models: list[type[BaseModel]] = [Settings]
    for part in loc:
        if part in _tags():
            models = [_tags()[str(part)]]
        elif isinstance(part, str):
            fields = [model.model_fields[part] for model in models if part in model.model_fields]
            models = [found for field in fields for found in _models_in(field.annotation)]
    return sorted(
        {field.alias or name for model in models for name, field in model.model_fields.items()}
    )


def _at_home(settings: Settings, home: Path) -> Settings:
    url = settings.database.url
    name = url.removeprefix(_SQLITE)
    if not url.startswith(_SQLITE) or not name or name == ":memory:" or Path(name).is_absolute():
        return settings
    database = settings.database.model_copy(update={"url": f"{_SQLITE}{(home / name).resolve()}"})
    return settings.model_copy(update={"database": database})
