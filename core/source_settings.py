"""Typed settings of sources: how each kind of tool is reached, and what of it is read."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from core.duration import duration_text, parse_duration

Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(duration_text, return_type=str, when_used="json"),
]
"""In JSON as the configuration has it, so that what is told of a configuration is one."""
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]


class Model(BaseModel):
    """Unknown keys are refused and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


def _reachable(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = None
    if parts is None or not parts.hostname:
        raise ValueError("write an address such as https://host/path")
    return url


Address = Annotated[
    str, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"), AfterValidator(_reachable)
]


class Source(Model):
    """What every kind of source has. `hooks` None: its webhooks are refused."""

    name: Name
    url: Address
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
    url: Address = "https://api.github.com"
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
    """`oauth`: user and password in `auth` are id and secret of an OAuth client. `devops`: the
    tables of DevOps Change Velocity are read as well.
    """

    kind: Literal["servicenow"]
    oauth: bool = False
    devops: bool = False
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
