"""What a metric means, from the page that documents it: one text for people and programs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import NotFoundError
from metrics.registry import METRICS, Metric
from pipeline.restated_metrics import reads_of
from pipeline.service_measures import DORA_SLUGS
from pipeline.stream_measures import FLOW_SLUGS

Answer = dict[str, Any]
_TESTS = re.compile(r"`(tests/[\w/.]+::\w+)`")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def pages_folder() -> Path:
    """Where the pages of this copy lie."""
    root = Path(__file__).parent.parent
    installed = root / "metrics" / "pages"
    return installed if installed.is_dir() else root / "docs" / "metrics"


def definition_row(metric: Metric) -> Answer:
    """Name, version, unit and what grades it."""
    return {
        "slug": metric.slug,
        "title": metric.title,
        "definition": _name(metric),
        "also_called": metric.also,
        "unit": metric.unit,
        "coverages": metric.required,
        "page": f"docs/metrics/{metric.slug}.md",
    }


def definition_page(asked: str) -> Answer:
    """Of `flow_time` or `flow_time@1`: formula, edge cases, source and worked example in Markdown.

    `NotFoundError` for an unknown metric, and for a version that is not the one that is computed:
    it names that.
    """
    slug, at, version = asked.partition("@")
    metric = METRICS.get(slug)
    if metric is None:
        raise NotFoundError(f'there is no metric "{slug[:80]}"; known: {", ".join(METRICS)}')
    if at and version != str(metric.version):
        raise NotFoundError(
            f'{slug} has no version "{version[:20]}"; known: {_name(metric)}.'
            f" What changed when: /v1/definitions/changes?metric={slug}"
        )
    sections = _sections(slug)
    formula, *edges = _blocks(sections["Formula"])
    example = sections["Worked example"]
    reads = reads_of(slug) if slug in (*FLOW_SLUGS, *DORA_SLUGS) else {}
    return {
        **definition_row(metric),
        "version": metric.version,
        "in_flight": metric.in_flight,
        "formula": formula,
        "edge_cases": edges,
        "source": sections["Source"],
        "worked_example": "\n\n".join(
            block for block in _blocks(example) if not block.startswith(("Test: ", "Tests: "))
        ),
        "tests": _TESTS.findall(example),
        "reads": {fact: list(columns) for fact, columns in reads.items()},
        "changes": f"/v1/definitions/changes?metric={slug}",
    }


def _name(metric: Metric) -> str:
    return f"{metric.slug}@{metric.version}"


@cache
def _sections(slug: str) -> dict[str, str]:
    """The text under each heading of a page."""
    text = (pages_folder() / f"{slug}.md").read_text(encoding="utf-8")
    parts = _HEADING.split(text)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _blocks(text: str) -> list[str]:
    """Paragraphs, tables, and each point of a list by itself."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        points = [at for at, line in enumerate(lines) if line.startswith("- ")]
        if not points:
            found.append(block)
            continue
        before = lines[: points[0]]
        if before:
            found.append("\n".join(before))
        for at, end in zip(points, [*points[1:], len(lines)], strict=True):
            found.append("\n".join(lines[at:end]).removeprefix("- "))
    return found
