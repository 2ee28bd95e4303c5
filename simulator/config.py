"""The configuration of Headwater for the simulated company, as text of a `headwater.toml`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from simulator.credentials import SECRETS
from simulator.jira_catalogue import COST_OF_DELAY_NAME, Edition
from simulator.model import Service, Status, StreamPlan, World

REVIEWING = ("review", "test", "verify")
LOGINS = {
    "jira": '{ user = "env:DEMO_JIRA_USER", token = "env:DEMO_JIRA_TOKEN" }',
    "gitlab": '{ token = "env:DEMO_GITLAB_TOKEN" }',
    "github": '{ token = "env:DEMO_GITHUB_TOKEN" }',
    "jenkins": '{ user = "env:DEMO_JENKINS_USER", token = "env:DEMO_JENKINS_TOKEN" }',
    "snow": '{ user = "env:DEMO_SNOW_USER", password = "env:DEMO_SNOW_PASSWORD" }',
}


def company_secrets() -> dict[str, str]:
    """The environment variables that the configuration refers to, with what the tools accept."""
    return dict(SECRETS)


def company_config(
    world: World,
    urls: Mapping[str, str],
    *,
    directory: Path | None = None,
    database_url: str = "",
    jira: Edition = "cloud",
    every: str = "1m",
) -> str:
    """The whole file. urls: base address by kind of source; those of other kinds are left out.

    The database is `headwater.db` in `directory`, or the one at `database_url`, which wins.
    """
    url = database_url or f"sqlite:///{(directory or Path()) / 'headwater.db'}"
    sections = [
        f"[database]\nurl = {_text(url)}",
        '[server]\nhost = "127.0.0.1"\nport = 8080\ntimezone = "Europe/Berlin"',
        *_sources(world, urls, jira=jira, every=every),
        *[_service(service) for stream in world.streams for service in stream.services],
        *[_stream(stream) for stream in world.streams],
        _constants(),
    ]
    return "\n\n".join(sections) + "\n"


def _sources(world: World, urls: Mapping[str, str], *, jira: Edition, every: str) -> list[str]:
    keys = [s.project for s in world.streams] + [s.idea_project or "" for s in world.streams]
    services = [service for stream in world.streams for service in stream.services]
    own = {
        "jira": [f"deployment = {_text(jira)}", f"projects = {_list(sorted(set(keys) - {''}))}"],
        "gitlab": [f"projects = {_list(_repositories(services))}"],
        "github": [f"repositories = {_list(_repositories(services))}"],
        "jenkins": [f"jobs = {_list(_folders(world))}", f"deployments = {_deployments(world)}"],
        "snow": ["incidents = { priorities = [] }", "changes_are_deployments = false"],
    }
    token = {"jira": '{ token = "env:DEMO_JIRA_TOKEN" }'} if jira == "datacenter" else {}
    kinds = {"snow": "servicenow"}
    unused = {"jenkins"} if not any("jenkins" in (s.ci, s.deploys) for s in services) else set()
    return [
        "\n".join(
            [
                "[[sources]]",
                f"name = {_text(name)}",
                f"kind = {_text(kinds.get(name, name))}",
                f"url = {_text(urls[kinds.get(name, name)])}",
                f"auth = {auth}",
                f"every = {_text(every)}",
                f'history = "{world.start.date().isoformat()}"',
                *own[name],
            ]
        )
        for name, auth in (LOGINS | token).items()
        if kinds.get(name, name) in urls and name not in unused
    ]


def _folders(world: World) -> list[str]:
    tops = {build.job.partition("/")[0] for build in world.builds if build.system == "jenkins"}
    return [f"{top}/**" for top in sorted(tops)] or ["**"]


def _deployments(world: World) -> str:
    """One rule for each job that ever deployed: Jenkins does not know what a deployment is."""
    jobs = {build.id: build.job for build in world.builds if build.system == "jenkins"}
    services = {s.name: s for stream in world.streams for s in stream.services}
    rules = {
        (jobs[row.build], row.environment, row.service)
        for row in world.deployments
        if services[row.service].deploys == "jenkins" and row.build in jobs
    }
    lines = [
        f"  {{ job = {_text(job)}, environment = {_text(place)}, service = {_text(service)} }},"
        for job, place, service in sorted(rules)
    ]
    return "\n".join(["[", *lines, "]"])


def _repositories(services: Sequence[Service]) -> list[str]:
    """Of code first, then those of manifests."""
    own = [service.repository for service in services]
    return _once([*own, *(one.manifests for one in services if one.manifests)])


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _service(service: Service) -> str:
    places = 'production = ["production", "tier:production"]'
    if service.paths:  # the environments of the services beside it are of these tiers too
        tiers = ("production", "staging")
        places = ", ".join(f"{tier} = {_list([f'{tier}/{service.name}'])}" for tier in tiers)
    lines = [
        "[[services]]",
        f"name = {_text(service.name)}",
        f"repositories = {_list([service.repository])}",
        f"environments = {{ {places} }}",
        f"configuration_items = {_list([service.configuration_item])}",
    ]
    if service.paths:
        lines.append(f"paths = {_list(service.paths)}")
    if service.manifests:
        lines.append(f"manifests = {_list([service.manifests])}")
    return "\n".join(lines)


def _stream(plan: StreamPlan) -> str:
    items = f"projects = {_list([plan.project])}, types = {_list(plan.item_types)}"
    lines = [
        "[[streams]]",
        f"name = {_text(plan.name)}",
        f"title = {_text(plan.title)}",
        f'items = {{ source = "jira", {items} }}',
    ]
    if plan.idea_project:
        ideas = f"projects = {_list([plan.idea_project])}, link = {_text('implements')}"
        lines.append(f'ideas = {{ source = "jira", {ideas} }}')
        lines += _MAPPED
    coded = [name for name in plan.item_types if name in ("Story", "Bug")]
    return "\n".join(
        [
            *lines,
            'parents = ["Epic"]',
            f"repositories = {_list(_once(service.repository for service in plan.services))}",
            f"services = {_list([service.name for service in plan.services])}",
            "stages = [",
            *_stages(plan),
            "]",
            'blocked = { field = "Flagged" }',
            f"expects_code = {_list(coded)}",
        ]
    )


_MAPPED = (
    'map = { trigger = "a shopper or shop staff asks", recipient = "shoppers" }',
    "steps = [",
    '  { name = "Intake", team = "product", systems = ["chat"], active = "1h",'
    ' wait = { low = "1d", likely = "3d", high = "1w" }, value = "necessary",'
    ' informed = "request in #shop-ideas" },',
    "]",
)
"""What people told of a stream's map: its boundaries, and a step that no tool records."""


def _stages(plan: StreamPlan) -> list[str]:
    """A line for each stage; a retired status by id, as its name may be in use again."""
    stages: dict[tuple[str, str], list[str]] = {}
    teams = {_stage(status): status.team for status in plan.statuses}
    for status in plan.statuses:
        stages.setdefault(_stage(status), []).append(status.name)
    for status in plan.retired:
        stages.setdefault(_stage(status), []).append(f"id:{status.id}")
    first = next((name for name, state in stages if state == "active"), "")
    lines = []
    for (name, state), statuses in stages.items():
        parts = [
            f"name = {_text(name)}",
            f"state = {_text(state)}",
            f"statuses = {_list(statuses)}",
        ]
        early = name == first and name == "Analysis"
        usual = ("product" if early else plan.name) if state == "active" else ""
        if team := teams.get((name, state)) or usual:
            parts.append(f"team = {_text(team)}")
        if state == "active":
            checks = any(word in name.lower() for word in REVIEWING)
            parts.append(f"value = {_text('necessary' if checks else 'added')}")
        lines.append(f"  {{ {', '.join(parts)} }},")
    return lines


def _stage(status: Status) -> tuple[str, str]:
    return status.stage, status.state


def _constants() -> str:
    types = {
        "feature": ["Story", "Epic"],
        "defect": ["Bug"],
        "risk": ["Security"],
        "debt": ["Tech Debt"],
    }
    return "\n".join(
        [
            "[types]",
            *[f"{kind} = {_list(names)}" for kind, names in types.items()],
            "",
            "[cost_of_delay]",
            'currency = "EUR"',
            f"field = {_text(COST_OF_DELAY_NAME)}",
            'profile = "P1"',
            "",
            "[dora]",
            'observation_window = "72h"',
            'incident_window = "24h"',
            "",
            "[calendar]",
            'week_starts = "monday"',
            "",
            "[people]",
            'bots = ["*[bot]", "renovate*"]',
        ]
    )


def _text(value: str) -> str:
    """A TOML string; JSON's escapes are a part of TOML's."""
    return json.dumps(value, ensure_ascii=False)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"
