"""Typed settings: the models behind `headwater.toml`. `core/config_file.py` reads the file into
them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator

from core.access_settings import Authentication, Origin
from core.alert_settings import Alerts
from core.closed_days import holiday_problem
from core.map_settings import ManualStep, ReceiverSurvey, StreamMap
from core.source_settings import AnySource, Duration, EventsSource, Model, Name
from core.tracing_settings import Tracing


class Database(Model):
    url: str = "sqlite:///headwater.db"
    password: SecretStr | None = None


class Retention(Model):
    """`raw_payloads`: how long payloads are kept as they came once their records are stored; None:
    for good.
    """

    raw_payloads: Duration | None = Field(
        default=None, ge=timedelta(days=30), le=timedelta(days=3650)
    )


class Server(Model):
    """`allowed_origins`: other sites whose pages may read the API in a browser. `drain`: how long
    it goes on answering after it was asked to stop, while `/readyz` says so.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    timezone: str = "UTC"
    allowed_origins: tuple[Origin, ...] = ()
    drain: Duration | None = Field(default=None, le=timedelta(minutes=5))

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return _zone(name)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no such time zone: {name[:100]}") from error
    return name


class Service(Model):
    name: Name
    repositories: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("**",)
    environments: dict[str, tuple[str, ...]] = Field(
        default={"production": ("production", "tier:production")}
    )
    configuration_items: tuple[str, ...] = ()

    manifests: tuple[str, ...] = ()

    @field_validator("paths")
    @classmethod
    def _plain_paths(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            if problem := _path_problem(path):
                raise ValueError(f'"{path}": {problem}')
        if not paths:
            raise ValueError('name at least one part, or "**" for the whole repository')
        return paths

    @model_validator(mode="after")
    def _has_code(self) -> Self:
        if self.manifests and not self.repositories:
            raise ValueError("`manifests` tell a version; name its code in `repositories`")
        both = sorted(set(self.manifests) & set(self.repositories))
        if both:
            raise ValueError(f'"{both[0]}" is in `repositories` and `manifests`; keep one')
        return self


def _path_problem(path: str) -> str:
    """Why a part of a repository can't be asked for; "" where it can."""
    bare = path.removesuffix("/**")
    if path == "**":
        return ""
    if not bare or bare.startswith("/") or path.endswith("/"):
        return 'write it from the root of the repository, as "services/cart/**"'
    if any(letter in bare for letter in "*?[]{}!\\"):
        return 'only whole folders ("services/cart/**"), single files, and "**" can be asked for'
    if any(part in ("", ".", "..") for part in bare.split("/")):
        return 'write it without "." and "..", as "services/cart/**"'
    return ""


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
    steps: tuple[ManualStep, ...] = ()
    receivers: tuple[ReceiverSurvey, ...] = Field(default=(), max_length=1_000)
    map: StreamMap = StreamMap()


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


class Value(Model):
    """From which share of users on something is live (E1), and adopted (E2). `environments`: the
    patterns of those in which features are shown to users.
    """

    live_share: float = Field(default=0.5, gt=0, le=1)
    adoption_share: float = Field(default=0.25, gt=0, le=1)
    environments: tuple[str, ...] = Field(
        default=("production", "prod", "tier:production"), min_length=1
    )


class Hotfix(Model):
    branches: tuple[str, ...] = ("hotfix/*",)
    labels: tuple[str, ...] = ("hotfix",)
    change_types: tuple[str, ...] = ("emergency",)


class Dora(Model):
    observation_window: Duration = timedelta(hours=72)
    incident_window: Duration = timedelta(hours=24)
    not_change_related: tuple[str, ...] = ()
    hotfix: Hotfix = Hotfix()


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Calendar(Model):
    """`holidays` is a country or a part of one ("DE-BE"); `timezone` "" is that of the server."""

    week_starts: Literal["monday", "sunday", "saturday"] = "monday"
    working_days: tuple[Weekday, ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri"), min_length=1
    )
    holidays: str = ""
    closed: tuple[date, ...] = ()
    timezone: str = ""

    @field_validator("holidays")
    @classmethod
    def _known_holidays(cls, code: str) -> str:
        if code and (problem := holiday_problem(code)):
            raise ValueError(problem)
        return code

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return _zone(name) if name else name


class People(Model):
    bots: tuple[str, ...] = ("*[bot]", "renovate*", "dependabot*")


class Settings(Model):
    """The whole configuration. Lists keep the order of the file."""

    database: Database = Database()
    retention: Retention = Retention()
    server: Server = Server()
    auth: Authentication = Authentication()
    sources: tuple[AnySource, ...] = ()
    services: tuple[Service, ...] = ()
    teams: tuple[Team, ...] = ()
    streams: tuple[ValueStream, ...] = ()
    types: Types = Types()
    cost_of_delay: CostOfDelay = CostOfDelay()
    value: Value = Value()
    dora: Dora = Dora()
    calendar: Calendar = Calendar()
    people: People = People()
    alerts: Alerts = Alerts()
    tracing: Tracing = Tracing()

    @property
    def polled(self) -> tuple[AnySource, ...]:
        """The sources that are read on their interval: all but those that report by themselves."""
        return tuple(source for source in self.sources if not isinstance(source, EventsSource))
