"""Typed settings: the models behind `headwater.toml`. `core/config_file.py` reads the file into
them.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from core.duration import parse_duration

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]


class Model(BaseModel):
    """Unknown keys are refused and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Database(Model):
    url: str = "sqlite:///headwater.db"
    password: SecretStr | None = None


class Server(Model):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    timezone: str = "UTC"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {name}") from error
        return name


class Auth(Model):
    """`token` alone is sent as bearer (GitLab: private token); with `user` as basic."""

    user: SecretStr | None = None
    token: SecretStr | None = None
    password: SecretStr | None = None


class Budget(Model):
    """How much a source may be asked; None for as much as the tool itself allows."""

    requests_per_hour: int | None = Field(default=None, ge=1)


class Hooks(Model):
    """What proves that a delivery comes from the source; two while one replaces the other."""

    secrets: tuple[SecretStr, ...] = Field(min_length=1, max_length=2)


class Source(Model):
    """What every kind of source has. `hooks` None: its webhooks are refused."""

    name: Name
    url: str = Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")
    auth: Auth = Auth()
    every: Duration = timedelta(minutes=10)
    history: date | None = None
    concurrency: int | None = Field(default=None, ge=1, le=32)
    budget: Budget = Budget()
    hooks: Hooks | None = None


class JiraSource(Source):
    kind: Literal["jira"]
    deployment: Literal["cloud", "datacenter"] | None = None
    projects: tuple[str, ...] = Field(min_length=1)


class GitlabSource(Source):
    """`status_labels`: patterns of the labels that are the status of an open issue."""

    kind: Literal["gitlab"]
    projects: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    status_labels: tuple[str, ...] = ("workflow::*",)


class GithubSource(Source):
    """github.com, or an enterprise server by `https://host/api/v3`. `status_labels` are patterns of
    label names that stand for a status of an issue.
    """

    kind: Literal["github"]
    url: str = Field(default="https://api.github.com", pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")
    repositories: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    status_labels: tuple[str, ...] = ()

    @field_validator("repositories", "organizations")
    @classmethod
    def _names(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        two = info.field_name == "repositories"
        form, parts = ("owner/name", 2) if two else ("owner", 1)
        for name in names:
            if not re.fullmatch("/".join([r"[\w.-]+"] * parts), name):
                raise ValueError(f'write "{form}" instead of "{name}"')
        return names


class DeploymentRule(Model):
    """Which builds are deployments: `job` is a pattern over full job names, `**` crosses
    folders.
    """

    job: str
    environment: str = "production"
    service: str = ""


class JenkinsSource(Source):
    kind: Literal["jenkins"]
    jobs: tuple[str, ...] = ("**",)
    deployments: tuple[DeploymentRule, ...] = ()


class IncidentFilter(Model):
    priorities: tuple[int, ...] = ()


class ServiceNowSource(Source):
    """`oauth`: user and password in `auth` are id and secret of an OAuth client."""

    kind: Literal["servicenow"]
    oauth: bool = False
    incidents: IncidentFilter = IncidentFilter()
    changes_are_deployments: bool = False


class EventsSource(Source):
    """A source that is never read: it reports by itself, or is imported from files."""

    kind: Literal["events"]
    url: str = ""

    @model_validator(mode="before")
    @classmethod
    def _only_pushed_to(cls, given: object) -> object:
        for name in ("url", "auth", "every", "history", "concurrency", "budget"):
            if isinstance(given, dict) and name in given:
                raise ValueError(f'nothing is read from a source of kind "events"; drop `{name}`')
        return given


AnySource = Annotated[
    JiraSource | GitlabSource | GithubSource | JenkinsSource | ServiceNowSource | EventsSource,
    Field(discriminator="kind"),
]


class Service(Model):
    name: Name
    repositories: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("**",)
    environments: dict[str, tuple[str, ...]] = {"production": ("production", "tier:production")}
    configuration_items: tuple[str, ...] = ()

    @field_validator("paths")
    @classmethod
    def _whole_repository(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        if paths != ("**",):
            raise ValueError('parts of a repository are not told apart yet; leave it out, or "**"')
        return paths


class TeamMember(Model):
    person: str
    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")


class Team(Model):
    name: Name
    members: tuple[TeamMember, ...] = ()


StageState = Literal["new", "waiting", "active", "done", "cancelled", "ignored"]


class Stage(Model):
    name: str
    state: StageState
    statuses: tuple[str, ...] = Field(min_length=1)
    team: str = ""
    value: Literal["added", "necessary", "waste", ""] = ""
    since: date | None = Field(default=None, alias="from")


class StreamItems(Model):
    """Which work items a stream counts: one level only."""

    source: str
    projects: tuple[str, ...]
    types: tuple[str, ...] = ()


class StreamIdeas(Model):
    source: str
    projects: tuple[str, ...]
    link: str = "implements"


class Blocked(Model):
    field: str = "Flagged"
    statuses: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class ValueStream(Model):
    name: Name
    title: str = ""
    items: StreamItems
    ideas: StreamIdeas | None = None
    parents: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    blocked: Blocked = Blocked()
    reopen_window: Duration = timedelta(days=14)
    count_ignored: bool = True
    expects_code: tuple[str, ...] = ()


class Types(Model):
    """Which vendor types are which kind of work (F5)."""

    feature: tuple[str, ...] = ("Story", "Feature", "New Feature", "Improvement", "Epic")
    defect: tuple[str, ...] = ("Bug", "Defect")
    risk: tuple[str, ...] = ("Security", "Risk", "Vulnerability")
    debt: tuple[str, ...] = ("Tech Debt", "Technical Debt", "Debt")


class CostOfDelay(Model):
    """`field` is the name of the tracker's custom field that holds money per week."""

    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    field: str = ""
    profile: Literal["P1"] = "P1"


class Hotfix(Model):
    branches: tuple[str, ...] = ("hotfix/*",)
    labels: tuple[str, ...] = ("hotfix",)
    change_types: tuple[str, ...] = ("emergency",)


class Dora(Model):
    observation_window: Duration = timedelta(hours=72)
    incident_window: Duration = timedelta(hours=24)
    hotfix: Hotfix = Hotfix()


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Calendar(Model):
    week_starts: Literal["monday", "sunday", "saturday"] = "monday"
    working_days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")


class People(Model):
    bots: tuple[str, ...] = ("*[bot]", "renovate*", "dependabot*")


class Settings(Model):
    """The whole configuration. Lists keep the order of the file."""

    database: Database = Database()
    server: Server = Server()
    sources: tuple[AnySource, ...] = ()
    services: tuple[Service, ...] = ()
    teams: tuple[Team, ...] = ()
    streams: tuple[ValueStream, ...] = ()
    types: Types = Types()
    cost_of_delay: CostOfDelay = CostOfDelay()
    dora: Dora = Dora()
    calendar: Calendar = Calendar()
    people: People = People()

    @property
    def polled(self) -> tuple[AnySource, ...]:
        """The sources that are read on their interval: all but those that report by themselves."""
        return tuple(source for source in self.sources if not isinstance(source, EventsSource))
