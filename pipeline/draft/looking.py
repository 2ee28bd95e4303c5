"""Looks at sources before they are configured: who we are there, and what can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from connectors import github_look, gitlab_look, jenkins_look, jira_look, servicenow_look
from connectors.http import SourceClient
from connectors.look import MOST_PLACES, Code, Desk, Jobs, Place, Places
from connectors.stream import Connection, Payload, Probe, Reading, Scope, Wanted
from core.config_file import source_of
from core.errors import SourceAnswerError
from core.source_settings import AnySource, JiraSource
from pipeline.checking import clock_probe
from pipeline.draft.sampling import Sample, Tell, sample_of
from pipeline.draft.status_labels import status_labels
from pipeline.opening import connected, opened
from pipeline.parsing import MISSHAPEN
from pipeline.stopping import Stop

T = TypeVar("T")

CHOICE: Final = {
    "jira": "projects",
    "gitlab": "projects",
    "github": "repositories",
    "jenkins": "jobs",
    "servicenow": "",
}
"""By kind the key of a source that says what of it is read; "" where nothing is chosen."""

CODE: Final = ("gitlab", "github")
TRACKERS: Final = ("jira", "gitlab", "github")
_ANY: Final = "*"
"""Stands for the projects of Jira until some are chosen; it is never asked for."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says of a source. user, secret: references, "env:NAME" or "file:PATH"; "" for
    none. chosen: projects, repositories or patterns of jobs. labels: patterns of those that stand
    for statuses. more: whatever else the configuration says of it.
    """

    kind: str
    name: str
    url: str
    user: str = ""
    secret: str = ""
    chosen: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def auth(self) -> dict[str, str]:
        """As the configuration has it."""
        secret = "password" if self.kind == "servicenow" and self.user else "token"
        pairs = {"user": self.user, secret: self.secret}
        return {name: value for name, value in pairs.items() if value}

    @property
    def table(self) -> dict[str, Any]:
        """As the configuration has it; without a choice as if all were chosen."""
        told: dict[str, Any] = {
            **self.more,
            "name": self.name,
            "kind": self.kind,
            "url": self.url,
            "auth": self.auth,
        }
        chosen = self.chosen or ((_ANY,) if self.kind == "jira" else ())
        if CHOICE[self.kind] and chosen:
            told[CHOICE[self.kind]] = list(chosen)
        if self.labels:
            told["status_labels"] = list(self.labels)
        return told


@dataclass(slots=True)
class Look:
    """A source that answered: who we are, what can be chosen, and what a check found."""

    given: Given
    source: AnySource
    client: SourceClient
    places: Places
    probes: Sequence[Probe] = ()
    payloads: Mapping[str, Payload] = field(default_factory=dict)


@contextmanager
def looking(given: Given, home: Path, env: Mapping[str, str]) -> Iterator[Look]:
    """The source, asked who we are and what is there; `ConfigError`, `SourceError`."""
    source = source_of(given.table, home, env)
    with opened(source, Stop()) as client:
        yield _greeted(client, given, source)


def _greeted(client: SourceClient, given: Given, source: AnySource) -> Look:
    if isinstance(source, JiraSource):
        places = _sane(source, partial(jira_look.places, client))
        found = Probe("projects", bool(places.places), _visible(places))
        return Look(given, source, client, places, [found, clock_probe(client.clock_offset_s)])
    connection = connected(client, source, Wanted())
    payloads = _payloads(client, source, connection) if CHOICE[given.kind] else {}
    keys = [Place(key) for key in payloads]
    who = connection.identity
    places = Places(
        who.account,
        f"{who.product} {who.version}".strip(),
        tuple(keys[:MOST_PLACES]),
        more=len(keys) > MOST_PLACES,
    )
    probes = [*connection.probes, clock_probe(client.clock_offset_s)]
    return Look(given, source, client, places, probes, payloads)


def _sane(source: AnySource, ask: Callable[[], T]) -> T:
    """What another tool than the one expected answers is not of the shape that is read."""
    try:
        return ask()
    except SourceAnswerError as error:
        if error.status != 404:
            raise
        what = f"there is no {source.kind} at {source.url} (404); correct `url`, its path too"
        raise SourceAnswerError(what, status=404) from error
    except MISSHAPEN as error:
        raise SourceAnswerError(
            f"the answers are not those of {source.kind} ({type(error).__name__}); "
            "check `url` and `kind`"
        ) from error


def _visible(places: Places) -> str:
    if not places.places:
        return "none is visible; grant this account Browse Projects in those that shall be read"
    more = " or more" if places.more else ""
    return f"{len(places.places)}{more} visible"


def _payloads(
    client: SourceClient, source: AnySource, connection: Connection
) -> dict[str, Payload]:
    """What the first stream lists, by the name that the configuration has for it."""
    key = {"gitlab": "path_with_namespace", "github": "full_name", "jenkins": "fullName"}
    reading = Reading(client, Scope(), {}, known=lambda _ids: set())
    rows = [row for page in connection.streams[0].read(reading) for row in page.payloads]
    live = [row for row in rows if not row.get("archived")]
    return {str(row[key[source.kind]]): row for row in live}


def code_looks(look: Look, chosen: Sequence[str], tell: Tell) -> list[Code]:
    """What is deployed of these repositories, and what their newest requests are called."""
    read = gitlab_look.look if look.given.kind == "gitlab" else github_look.look
    found = []
    for number, path in enumerate(chosen, start=1):
        tell(number)
        if path in look.payloads:
            scope = _scope(look.payloads[path])
            found.append(_sane(look.source, partial(read, look.client, scope)))
    return found


def _scope(payload: Payload) -> Scope:
    return Scope(str(payload["id"]), payload)


def jobs_look(look: Look) -> Jobs:
    """Which jobs of Jenkins seem to deploy."""
    jobs = list(look.payloads.values())
    return _sane(look.source, partial(jenkins_look.look, look.client, jobs))


def desk_look(look: Look) -> Desk:
    """Which configuration items ServiceNow's newest rows name."""
    return _sane(look.source, partial(servicenow_look.look, look.client))


def samples_of(
    look: Look,
    chosen: Sequence[str],
    *,
    most: int,
    home: Path,
    env: Mapping[str, str],
    tell: Callable[[str, int], None],
) -> tuple[Given, list[Sample]]:
    """Recent histories of each project, and the source as it has to be for them: in GitHub and
    GitLab with the labels that stand for statuses.
    """
    given = replace(look.given, chosen=tuple(chosen))
    if given.kind in CODE and not given.labels:
        given = replace(given, labels=_labels(look, chosen))
    source = source_of(given.table, home, env)
    found = []
    for project in chosen:
        one = source
        if isinstance(source, JiraSource):
            one = source.model_copy(update={"projects": (project,)})
        found.append(_sample(look, one, project, most=most, tell=tell))
    return given, found


def _sample(
    look: Look,
    source: AnySource,
    project: str,
    *,
    most: int,
    tell: Callable[[str, int], None],
) -> Sample:
    client = look.client
    tell(project, 0)
    connection = connected(client, source, Wanted())
    jira = isinstance(source, JiraSource)
    sample = sample_of(
        client,
        connection,
        project,
        payload=None if jira else look.payloads.get(project),
        above=_sane(source, partial(jira_look.parent_types, client)) if jira else (),
        most=most,
        tell=lambda count: tell(project, count),
    )
    if not jira:
        return replace(sample, title=project.rpartition("/")[2])
    board = _sane(source, partial(jira_look.board, client, project))
    titles = {place.key: place.title for place in look.places.places}
    return replace(sample, title=titles.get(project, ""), board=board)


def _labels(look: Look, chosen: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for path in chosen:
        if path not in look.payloads:
            continue
        scope = _scope(look.payloads[path])
        if look.given.kind == "gitlab":
            on_board = gitlab_look.board_labels(look.client, scope)
            names = gitlab_look.labels(look.client, scope)
        else:
            on_board, names = (), github_look.labels(look.client, scope)
        found += status_labels(names, on_board)
    return tuple(dict.fromkeys(found))
