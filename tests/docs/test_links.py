"""The documents hold together: links lead somewhere, and what exists has a page that is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.registry import KINDS
from metrics.registry import METRICS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _links(page: Path) -> Iterator[tuple[str, str]]:
    """(path, anchor) of each link inside the project; blocks of code hold none."""
    for target in _LINK.findall(_FENCE.sub("", _text(page))):
        if "://" not in target and not target.startswith("mailto:"):
            path, _, anchor = target.partition("#")
            yield path, anchor


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", _text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _broken(page: Path) -> list[str]:
    found = []
    for path, anchor in _links(page):
        target = page.parent / path if path else page
        if not target.is_file():
            found.append(f"{path}: no such file")
        elif anchor and anchor not in _anchors(target):
            found.append(f"{path}#{anchor}: no such heading")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_to_a_file_and_heading(page: Path) -> None:
    assert _broken(page) == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    open_pages = [ROOT / "README.md"]
    while open_pages:
        page = open_pages.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [(page.parent / path).resolve() for path, _ in _links(page) if path]
        open_pages += [target for target in targets if target.suffix == ".md" and target.is_file()]

    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_connector_has_a_page_and_a_line_in_the_list(kind: str) -> None:
    page = DOCS / "connectors" / f"{kind}.md"

    assert f'kind = "{kind}"' in _text(page)
    assert (f"{kind}.md", "") in set(_links(DOCS / "connectors" / "index.md"))


@pytest.mark.parametrize("slug", sorted(METRICS))
def test_every_metric_has_a_page_with_its_definition_and_a_line_in_the_list(slug: str) -> None:
    metric = METRICS[slug]
    page = _text(DOCS / "metrics" / f"{slug}.md")
    told = [f"C{number}" for number in re.findall(r"\bC(\d+)\b", page.split("## ")[0])]

    assert f"`{slug}@{metric.version}`" in page
    assert tuple(told) == metric.required
    assert f"]({slug}.md) | `{slug}` |" in _text(DOCS / "metrics" / "index.md")


def test_the_documented_kinds_of_sources_are_those_that_exist() -> None:
    line = next(
        row for row in _text(DOCS / "headwater.example.toml").splitlines() if row.startswith("kind")
    )

    assert line.split("# ")[1].split(", ") == list(KINDS)
