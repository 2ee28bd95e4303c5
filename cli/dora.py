"""`headwater dora STREAM`: the five DORA metrics of each service of a stream, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import duration, reasons, share
from metrics.periods import DAY, Window
from pipeline.clock import now_ts
from pipeline.question import question
from pipeline.service_answers import DORA_SLUGS, missing_of, service_metric
from pipeline.snapshot import Snapshots
from pipeline.stream_answers import services_of, stream_of
from pipeline.stream_dora import stream_dora

Answer = dict[str, Any]


def run_dora(config: Path, stream: str, *, days: int, as_json: bool) -> None:
    """Print them side by side; speed and stability are never shown without one another."""
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts()
        asked = replace(question(settings, as_of=now), window=Window(now - days * DAY, now))
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        services = [
            {
                "service": service.config.name,
                **{
                    slug: service_metric(snapshot, settings, service, slug, asked)
                    for slug in DORA_SLUGS
                },
                "missing": missing_of(settings, service),
            }
            for service in services_of(snapshot, found)
        ]
        pooled = stream_dora(snapshot, settings, found, asked) if services else None
    if as_json:
        print_json({"stream": stream, "services": services, "pooled": pooled})
        return
    console.print(f"[bold]{escape(found.title)}[/bold], last {days} days", highlight=False)
    if not services:
        console.print(
            f'No service delivers it; add services = [".."] to stream "{stream}".',
            markup=False,
            highlight=False,
        )
    if pooled is not None and len(services) > 1:
        services.append({**pooled, "service": "all of them together", "missing": None})
    for service in services:
        console.print(f"\n[bold]{escape(str(service['service']))}[/bold]", highlight=False)
        console.print(service_table(service))
        for line in notes(service):
            console.print(Padding(f"[dim]{escape(line)}[/dim]", (0, 0, 0, 2)), highlight=False)


_ROWS = (
    ("change_lead_time", "Change lead time"),
    ("deployment_frequency", "Deployment frequency"),
    ("recovery_time", "Recovery time"),
    ("change_fail_rate", "Change fail rate"),
    ("deployment_rework_rate", "Rework rate"),
)
_SHOWN = ("p50", "p85", "ratio", "per_week", "count")


def service_table(service: Answer) -> Table:
    """One row per metric: value, what it rests on, grade."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("metric", "value", "rests on", "grade"):
        table.add_column(name, overflow="fold", no_wrap=name in ("metric", "grade"))
    told = {
        "change_lead_time": _time(service["change_lead_time"], "commit"),
        "deployment_frequency": _frequency(service["deployment_frequency"]),
        "recovery_time": _time(service["recovery_time"], "failure"),
        "change_fail_rate": _ratio(service["change_fail_rate"]),
        "deployment_rework_rate": _ratio(service["deployment_rework_rate"]),
    }
    for slug, title in _ROWS:
        value, rests = told[slug]
        table.add_row(title, value, rests, service[slug]["grade"])
    return table


def notes(service: Answer) -> Iterator[str]:
    """Why a grade is no A, or a value not there, each with the metrics that it concerns; and what
    would mend it.
    """
    concerned: dict[str, list[str]] = {}
    for slug, title in _ROWS:
        shown = () if service[slug]["grade"] == "D" else _SHOWN
        for reason in reasons(service[slug]["reasons"], shown=shown):
            concerned.setdefault(reason, []).append(title.lower())
    for reason, titles in concerned.items():
        yield reason if len(titles) == len(_ROWS) else f"{', '.join(titles)}: {reason}"
    if service["missing"]:
        yield f"to know of failures, add to this service: {service['missing']['line']}"


def _time(envelope: Answer, what: str) -> tuple[str, str]:
    half, most = (_seconds(envelope, name) for name in ("p50", "p85"))
    if half is None:
        observed = envelope["observed"].get("p50")
        seen = f", observed {duration(observed * 3600)}" if observed is not None else ""
        return f"withheld{seen}", _counted(envelope["n"], what)
    more = f", 85 % within {duration(most)}" if most is not None else ""
    return f"half within {duration(half)}{more}", _counted(envelope["n"], what)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _seconds(envelope: Answer, name: str) -> float | None:
    value = envelope["value"][name]
    return None if value is None else float(value) * 3_600


_KINDS = {"planned": "planned", "hotfix": "hotfixes", "rollback": "rollbacks"}


def _frequency(envelope: Answer) -> tuple[str, str]:
    value = envelope["value"]
    if value["per_week"] is None:
        return "withheld", ""
    kinds = ", ".join(
        f"{value[kind]:.0f} {kind if value[kind] == 1 else plural}"
        for kind, plural in _KINDS.items()
        if value[kind]
    )
    return f"{value['per_week']:.1f} a week", f"{value['count']:.0f}: {kinds}" if kinds else ""


def _ratio(envelope: Answer) -> tuple[str, str]:
    value = envelope["value"]
    if value["ratio"] is None:
        observed = envelope["observed"].get("ratio")
        seen = f", observed {share(observed)}" if observed is not None else ""
        return f"withheld{seen}", _counted(envelope["n"], "deployment")
    low, high = envelope["interval"].get("ratio", (None, None))
    rests = f"{value['numerator']:.0f} of {value['denominator']:.0f}, {share(low)}–{share(high)}"
    return share(value["ratio"]), rests
