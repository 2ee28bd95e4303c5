"""What must hold between the tables of the configuration: unique names, references that exist."""

from __future__ import annotations

import base64
import difflib
from collections.abc import Iterator, Sequence

from core.settings import Settings
from core.source_settings import (
    AnySource,
    EventsSource,
    GithubSource,
    GitlabSource,
    JenkinsSource,
    JiraSource,
)
from core.toml_lines import Path as Loc

Problem = tuple[Loc, str]
_TRACKERS = (JiraSource, GitlabSource, GithubSource, EventsSource)


def problems_of(settings: Settings) -> Iterator[Problem]:
    """Each thing that is wrong between tables, with the path of the value at fault; empty when all
    is well.
    """
    for table in ("sources", "services", "streams", "teams"):
        yield from _duplicates(table, [entry.name for entry in getattr(settings, table)])
    yield from _shared_secrets(settings)
    yield from _signing_tokens(settings)
    yield from _jenkins_rules(settings)
    yield from _configuration_items(settings)
    yield from _streams(settings)
    yield from _alert_routes(settings)


def _duplicates(table: str, names: Sequence[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield (
                (table, index, "name"),
                f'the name "{name}" is used twice in [[{table}]]; give each its own',
            )
        seen.add(name)


def _reference(loc: Loc, name: str, known: Sequence[str], what: str) -> Iterator[Problem]:
    if name in known:
        return
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f'did you mean "{close[0]}"?' if close else f"known: {', '.join(known) or 'none'}"
    yield loc, f'there is no {what} "{name}"; {hint}'


def _alert_routes(settings: Settings) -> Iterator[Problem]:
    """A team or stream that there is not would leave a route silent."""
    routes = settings.alerts.routes
    named: dict[str, int] = {}
    streams = [stream.name for stream in settings.streams]
    staged = [stage.team for stream in settings.streams for stage in stream.stages if stage.team]
    teams = list(dict.fromkeys([*staged, *(team.name for team in settings.teams)]))
    for index, route in enumerate(routes):
        at: Loc = ("alerts", "routes", index)
        if named.setdefault(route.name, index) != index:
            yield (*at, "name"), f'the name "{route.name}" is used twice; give each route its own'
        for position, name in enumerate(route.teams):
            yield from _reference((*at, "teams", position), name, teams, "team")
        for position, name in enumerate(route.streams):
            yield from _reference((*at, "streams", position), name, streams, "stream")
        if route.kind == "mail" and settings.alerts.smtp is None:
            yield (*at, "kind"), "mail needs [alerts.smtp] with host and from"


def _shared_secrets(settings: Settings) -> Iterator[Problem]:
    """The secret alone tells which source of kind "events" reports: two can't have the same."""
    owners: dict[str, str] = {}
    for index, source in enumerate(settings.sources):
        secrets = source.hooks.secrets if isinstance(source, EventsSource) and source.hooks else ()
        for position, secret in enumerate(secrets):
            owner = owners.setdefault(secret.get_secret_value(), source.name)
            if owner != source.name:
                loc: Loc = ("sources", index, "hooks", "secrets", position)
                yield loc, f'this is a secret of "{owner}" already; give each its own'


def _signing_tokens(settings: Settings) -> Iterator[Problem]:
    """With one that is no token GitLab's signature would never fit, and nothing else counts."""
    for index, source in enumerate(settings.sources):
        secrets = source.hooks.secrets if isinstance(source, GitlabSource) and source.hooks else ()
        for position, secret in enumerate(secrets):
            begin, _, key = secret.get_secret_value().partition("_")
            if begin == "whsec" and not _is_base64(key):
                loc: Loc = ("sources", index, "hooks", "secrets", position)
                yield loc, 'what follows "whsec_" is no base64; copy the signing token whole'


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def _jenkins_rules(settings: Settings) -> Iterator[Problem]:
    services = [service.name for service in settings.services]
    for index, source in enumerate(settings.sources):
        rules = source.deployments if isinstance(source, JenkinsSource) else ()
        for position, rule in enumerate(rules):
            if rule.service:
                loc = ("sources", index, "deployments", position, "service")
                yield from _reference(loc, rule.service, services, "service")


def _configuration_items(settings: Settings) -> Iterator[Problem]:
    """An incident belongs to one service: two can't have the same name at the service desk."""
    owners: dict[str, str] = {}
    for index, service in enumerate(settings.services):
        for position, name in enumerate(service.configuration_items):
            owner = owners.setdefault(name.casefold(), service.name)
            if owner != service.name:
                loc = ("services", index, "configuration_items", position)
                yield loc, f'"{name}" is a configuration item of "{owner}" already; keep one'


def _streams(settings: Settings) -> Iterator[Problem]:
    trackers = [source.name for source in settings.sources if isinstance(source, _TRACKERS)]
    services = [service.name for service in settings.services]
    for index, stream in enumerate(settings.streams):
        at: Loc = ("streams", index)
        yield from _reference((*at, "items", "source"), stream.items.source, trackers, "tracker")
        if stream.ideas is not None:
            yield from _reference(
                (*at, "ideas", "source"), stream.ideas.source, trackers, "tracker"
            )
        yield from _projects(index, settings)
        for position, name in enumerate(stream.services):
            yield from _reference((*at, "services", position), name, services, "service")
        yield from _stages(index, settings)
        yield from _manual_steps(index, settings)
        yield from _receivers(index, settings)


def _projects(index: int, settings: Settings) -> Iterator[Problem]:
    """A project that the tracker is not asked for would leave the stream silently empty."""
    stream = settings.streams[index]
    for source in settings.sources:
        known = _known_projects(source)
        if known and source.name == stream.items.source:
            for position, project in enumerate(stream.items.projects):
                loc = ("streams", index, "items", "projects", position)
                what = f'project among those of source "{source.name}":'
                yield from _reference(loc, project, known, what)


def _known_projects(source: AnySource) -> Sequence[str]:
    """The projects that a tracker is asked for by name; none where it is whole groups, or all."""
    if isinstance(source, GitlabSource):
        return () if source.groups else source.projects
    if isinstance(source, GithubSource):
        return () if source.organizations else source.repositories
    return source.projects if isinstance(source, JiraSource) else ()


def _stages(index: int, settings: Settings) -> Iterator[Problem]:
    names: set[str] = set()
    mapped: set[tuple[str, object]] = set()
    for position, stage in enumerate(settings.streams[index].stages):
        loc: Loc = ("streams", index, "stages", position)
        if stage.name in names:
            yield (
                (*loc, "name"),
                f'the stage "{stage.name}" stands twice; put all its statuses in one',
            )
        names.add(stage.name)
        for status in stage.statuses:
            if (status, stage.since) in mapped:
                yield (
                    (*loc, "statuses"),
                    f'the status "{status}" is in two stages; keep one, or say from when',
                )
            mapped.add((status, stage.since))


def _receivers(index: int, settings: Settings) -> Iterator[Problem]:
    stream = settings.streams[index]
    known = [stage.name for stage in stream.stages]
    for position, survey in enumerate(stream.receivers):
        loc: Loc = ("streams", index, "receivers", position)
        yield from _reference((*loc, "from"), survey.from_, known, "stage")
        yield from _reference((*loc, "to"), survey.to, known, "stage")


def _manual_steps(index: int, settings: Settings) -> Iterator[Problem]:
    stream = settings.streams[index]
    known = [stage.name for stage in stream.stages]
    for position, step in enumerate(stream.steps):
        loc: Loc = ("streams", index, "steps", position)
        if step.name in known:
            yield (*loc, "name"), f'"{step.name}" is a stage or a step already; give each its own'
        if step.after:
            yield from _reference((*loc, "after"), step.after, known, "stage or earlier step")
        known.append(step.name)
