"""`headwater dora STREAM`: the five DORA metrics of each service of a stream, in the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import duration, share
from metrics.periods import DAY, Window
from pipeline.clock import now_ts
from pipeline.question import question
from pipeline.service_answers import DORA_SLUGS, missing_of, service_metric
from pipeline.snapshot import Snapshots
from pipeline.stream_answers import services_of, stream_of

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
    if as_json:
        print_json({"stream": stream, "services": services})
        return
    console.print(f"[bold]{escape(found.title)}[/bold], last {days} days", highlight=False)
    if not services:
        console.print(f'No service delivers it; add services = [".."] to stream "{stream}".')
    for service in services:
        console.print(service_table(service))


def service_table(service: Answer) -> Table:
    """One row per metric: value, what it rests on, grade, and the weakest reason."""
    table = Table(box=None, pad_edge=False, header_style="dim", title=f"\n{service['service']}")
    table.title_justify = "left"
    for name in ("metric", "value", "rests on", "grade", "because"):
        table.add_column(name, overflow="fold")
    rows = (
        ("Change lead time", _time(service["change_lead_time"], "commits")),
        ("Deployment frequency", _frequency(service["deployment_frequency"])),
        ("Recovery time", _time(service["recovery_time"], "failures")),
        ("Change fail rate", _ratio(service["change_fail_rate"])),
        ("Rework rate", _ratio(service["deployment_rework_rate"])),
    )
    slugs = [slug for slug in DORA_SLUGS if slug != "change_lead_time_by_change"]
    for slug, (title, (value, rests)) in zip(slugs, rows, strict=True):
        envelope = service[slug]
        table.add_row(
            title, value, rests, envelope["grade"], escape("; ".join(envelope["reasons"]))
        )
    if service["missing"]:
        table.add_row("", service["missing"]["what"], escape(service["missing"]["line"]), "", "")
    return table


def _time(envelope: Answer, what: str) -> tuple[str, str]:
    half, most = (_seconds(envelope, name) for name in ("p50", "p85"))
    if half is None:
        observed = envelope["observed"].get("p50")
        seen = f", observed {duration(observed * 3600)}" if observed is not None else ""
        return f"withheld{seen}", f"{envelope['n']} {what}"
    more = f", 85 % within {duration(most)}" if most is not None else ""
    return f"half within {duration(half)}{more}", f"{envelope['n']} {what}"


def _seconds(envelope: Answer, name: str) -> float | None:
    value = envelope["value"][name]
    return None if value is None else float(value) * 3_600


def _frequency(envelope: Answer) -> tuple[str, str]:
    value = envelope["value"]
    if value["per_week"] is None:
        return "withheld", ""
    kinds = ", ".join(
        f"{value[kind]:.0f} {kind}" for kind in ("planned", "hotfix", "rollback") if value[kind]
    )
    return f"{value['per_week']:.1f} a week", f"{value['count']:.0f}: {kinds}" if kinds else ""


def _ratio(envelope: Answer) -> tuple[str, str]:
    value = envelope["value"]
    if value["ratio"] is None:
        observed = envelope["observed"].get("ratio")
        seen = f", observed {share(observed)}" if observed is not None else ""
        return f"withheld{seen}", f"{envelope['n']} deployments"
    low, high = envelope["interval"].get("ratio", (None, None))
    rests = f"{value['numerator']:.0f} of {value['denominator']:.0f}, {share(low)}–{share(high)}"
    return share(value["ratio"]), rests
