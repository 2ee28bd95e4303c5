"""`python -m bench.quality`: how good the links are on ten companies whose truth is known; the
tables go into docs/correlation.md, between its two marks.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog

from simulator.rough_habits import ROUGH
from tests.e2e.company import collected
from tests.e2e.quality import ITEMS, KINDS, SEEDS, Quality, Score, measure

PAGE: Final = Path("docs/correlation.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", help="some of them, by commas; all by default")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write into")
    asked = parser.parse_args()
    seeds = [int(seed) for seed in asked.seeds.split(",")] if asked.seeds else list(SEEDS)
    total = Quality()
    for seed in seeds:
        found = of_company(seed)
        total += found
        print(f"seed {seed}: {'; '.join(_short(found, kind) for kind in KINDS)}", flush=True)
    page = asked.page.read_text(encoding="utf-8")
    asked.page.write_text(within_marks(page, "\n".join(tables(total, seeds))), encoding="utf-8")


def of_company(seed: int) -> Quality:
    with (
        TemporaryDirectory(prefix="headwater-") as home,
        collected(Path(home), seed=seed, items=ITEMS, code=SEEDS[seed], habits=ROUGH) as company,
    ):
        return measure(company)


def within_marks(page: str, text: str) -> str:
    """The page with this text between its marks, instead of what stood there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has not both {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def tables(total: Quality, seeds: Sequence[int]) -> Iterator[str]:
    """Overall, by rule, and by class of what is missed and what is false."""
    yield f"Measured by `python -m bench.quality` on the seeds {', '.join(map(str, seeds))},"
    yield f"{ITEMS} work items each; every second company has its code on GitHub."
    yield ""
    yield from _table(
        "links", "true", "found", "precision", "recall", "true, but without evidence",
        rows=[_overall(kind, total.scores[kind]) for kind in KINDS],
    )  # fmt: skip
    yield "By rule; a link may be found by several. The share is of the true links that evidence"
    yield "supports."
    yield ""
    yield from _table(
        "links", "rule", "found", "precision", "share",
        rows=[_by_rule(kind, rule, total) for kind, rule in _in_order(total)],
    )  # fmt: skip
    yield from _classes("missed although there is evidence", total.missed)
    yield from _classes("false", total.false)


def _overall(kind: str, score: Score) -> Sequence[str]:
    return (
        kind, f"{score.true:,}", f"{score.found:,}", f"{score.precision:.3f}",
        f"{score.recall:.3f}", f"{score.unsupported:.1%}",
    )  # fmt: skip


def _in_order(total: Quality) -> list[tuple[str, str]]:
    return sorted(total.rules, key=lambda one: (KINDS.index(one[0]), -total.rules[one].found, one))


def _by_rule(kind: str, rule: str, total: Quality) -> Sequence[str]:
    score = total.rules[kind, rule]
    every = total.scores[kind].supported
    share = score.supported_found / every if every else 0.0
    return kind, f"`{rule}`", f"{score.found:,}", f"{score.precision:.3f}", f"{share:.3f}"


def _classes(what: str, counts: Counter[tuple[str, str]]) -> Iterator[str]:
    rows = sorted(counts.items(), key=lambda row: (KINDS.index(row[0][0]), -row[1], row[0]))
    told = [(kind, name, f"{count:,}") for (kind, name), count in rows]
    yield from _table("links", what, "", rows=told or [("all", "none", "0")])


def _table(*heads: str, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(cells)} |"
    yield ""


def _short(found: Quality, kind: str) -> str:
    score = found.scores[kind]
    false, missed = score.found - score.right, score.supported - score.supported_found
    told = f"{score.precision:.3f} ({false} false) / {score.recall:.3f} ({missed} missed)"
    return f"{kind} {told}"


if __name__ == "__main__":
    main()
