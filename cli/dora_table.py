"""The DORA metrics of a service as a table, with their variants and the parts of the delivery
cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.table import Table

from cli.words import duration, reasons, share
from metrics.request_spans import PARTS
from metrics.survey import UNCONFIRMED
from pipeline.service_measures import NO_INCIDENTS

Answer = dict[str, Any]
Cells = tuple[str, str]

_SHOWN = ("p50", "p85", "ratio", "per_week", "count")
_HOUR = 3_600


def service_table(service: Answer) -> Table:
    """One row per metric: value, what it rests on, grade; variants and parts under their metric."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("metric", "value", "rests on", "grade"):
        table.add_column(name, overflow="fold", no_wrap=name in ("metric", "grade"))
    for slug, (title, cells) in _ROWS.items():
        table.add_row(title, *cells(service[slug]), service[slug]["grade"])
        if slug == "delivery_cycle" and service[slug]["n"]:
            for part in PARTS:
                table.add_row(f"  {part}", *_part(service[slug], part), "")
    return table


def notes(service: Answer) -> Iterator[str]:
    """Why a grade is no A, or a value not there, each with the metrics that it concerns; what would
    mend it; and where the numbers fall in the survey of DORA.
    """
    concerned: dict[str, list[str]] = {}
    variants = {slug for slug, (title, _) in _ROWS.items() if title.startswith(" ")}
    for slug in sorted(_ROWS, key=lambda one: one in variants):
        for reason in _told(service[slug]):
            if slug not in variants or reason not in concerned:
                concerned.setdefault(reason, []).append(_ROWS[slug][0].strip().lower())
    for reason, titles in concerned.items():
        every = len(titles) == len(_ROWS) - len(variants)
        yield reason if every else f"{', '.join(titles)}: {reason}"
    if service["missing"]:
        yield f"to know of failures, add to this service: {service['missing']['line']}"
    yield from _survey(service["context"])


def _told(envelope: Answer) -> list[str]:
    """The reasons in plain words, but what the table says, or what goes without saying."""
    shown = () if envelope["grade"] == "D" else _SHOWN
    none = "no_data" in envelope["reasons"]
    lines = [
        one
        for one in envelope["reasons"]
        if not one.startswith(_OF_PARTS) and not (none and one == "withheld: n<5")
    ]
    return reasons(lines, shown=shown)


_OF_PARTS = tuple(f"{part} unknown: " for part in PARTS)
"""The table says it."""


def _survey(context: list[Answer]) -> Iterator[str]:
    """The answers of the survey that the values fall under, by its year."""
    years: dict[int, list[str]] = {}
    for one in context:
        if one["answer"] is not None:
            title = _ROWS[one["metric"]][0].lower()
            doubt = f" ({UNCONFIRMED})" if one["source"] == UNCONFIRMED else ""
            years.setdefault(one["year"], []).append(f'{title} "{one["answer"]}"{doubt}')
    for year, told in sorted(years.items(), reverse=True):
        yield f"among the answers of DORA's survey of {year} (context, no goal): {', '.join(told)}"


def _timed(what: str) -> Callable[[Answer], Cells]:
    return lambda envelope: (
        _within(envelope, "p50", "p85"),
        _counted(envelope["n"], what),
    )


def _within(envelope: Answer, half_name: str, most_name: str) -> str:
    half, most = (_seconds(envelope["value"].get(name)) for name in (half_name, most_name))
    if half is None:
        seen = _seconds(envelope["observed"].get(half_name))
        return _nothing(envelope) if seen is None else f"observed {duration(seen)}"
    more = f", 85 % within {duration(most)}" if most is not None else ""
    return f"half within {duration(half)}{more}"


def _nothing(envelope: Answer) -> str:
    """What stands in place of a number that is not there."""
    if NO_INCIDENTS in envelope["reasons"]:
        return "not known"
    return "withheld" if envelope["n"] else "no data"


def _part(envelope: Answer, name: str) -> Cells:
    """A part of the cycle, of how many it is known, and why not of the others."""
    value = envelope["value"]
    known = value.get(f"{name}_known", 0)
    why = [
        f"{count} {key.removeprefix(f'{name}_').replace('_', ' ')}"
        for key, count in value.items()
        if key.startswith(f"{name}_") and not key.endswith(("_known", "_share", "_p50", "_p85"))
    ]
    told = "unknown" if not known else _within(envelope, f"{name}_p50", f"{name}_p85")
    return told, ", ".join([f"{known} known", *why])


def _seconds(hours: float | None) -> float | None:
    return None if hours is None else float(hours) * _HOUR


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


_KINDS = {
    "planned": "planned",
    "hotfix": "hotfixes",
    "rollback": "rollbacks",
    "unknown": "of unknown kind",
}


def _frequency(envelope: Answer) -> Cells:
    value = envelope["value"]
    if value["per_week"] is None:
        return _nothing(envelope), ""
    kinds = ", ".join(
        f"{value[kind]:.0f} {kind if value[kind] == 1 and kind != 'unknown' else plural}"
        for kind, plural in _KINDS.items()
        if value[kind]
    )
    doubt = value["kind_unknown_share"]
    kinds += f" ({share(doubt)})" if doubt else ""
    return (
        f"{value['per_week']:.1f} a week",
        f"{value['count']:.0f}: {kinds}" if kinds else "0 deployments",
    )


def _ratio(envelope: Answer) -> Cells:
    value = envelope["value"]
    if value["ratio"] is None:
        observed = envelope["observed"].get("ratio")
        seen = _nothing(envelope) if observed is None else f"observed {share(observed)}"
        return seen, f"{_counted(envelope['n'], 'deployment')}{_pending(value)}"
    low, high = envelope["interval"].get("ratio", (None, None))
    rests = f"{value['numerator']:.0f} of {value['denominator']:.0f}, {share(low)}–{share(high)}"
    more = f", lenient {share(value['lenient'])}" if value["lenient"] != value["ratio"] else ""
    return f"{share(value['ratio'])}{more}", f"{rests}{_pending(value)}"


def _pending(value: Answer) -> str:
    """What is still observed, and what of it failed already."""
    if not value.get("pending"):
        return ""
    failed = value.get("pending_failed")
    return f"; {value['pending']} pending" + (f", {failed} of them failed" if failed else "")


_ROWS: Mapping[str, tuple[str, Callable[[Answer], Cells]]] = {
    "change_lead_time": ("Change lead time", _timed("commit")),
    "merge_to_deploy": ("  merge to deploy", _timed("merge request")),
    "delivery_cycle": ("First commit to deploy", _timed("merge request")),
    "deployment_frequency": ("Deployment frequency", _frequency),
    "recovery_time": ("Recovery time", _timed("failure")),
    "detect_to_restore": ("  from detection", _timed("failure")),
    "change_fail_rate": ("Change fail rate", _ratio),
    "deployment_rework_rate": ("Rework rate", _ratio),
}
