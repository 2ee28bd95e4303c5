"""The two flags of the lab's curve: no line runs through a label, however near they are."""

from __future__ import annotations

import pytest

from tests.web.conftest import Open

pytestmark = pytest.mark.browser

CROSSED = """async ([before, after, width]) => {
  const { spreadSection } = await import("/static/js/lab_spread.js");
  const edges = Array.from({ length: 11 }, (_, n) => n * 10);
  const distribution = { edges_d: edges, before: Array(10).fill(1), after: Array(10).fill(1) };
  const main = document.querySelector("main");
  const made = spreadSection({
    distribution, flow_d: { p85: { before, after } }, calibration: { runs: 1, words: "" },
  });
  main.style.width = `${width}px`;
  main.replaceChildren(made);
  await new Promise((done) => setTimeout(done, 200));
  const boxes = (found) => [...made.querySelectorAll(found)].map((one) => one.getBBox());
  const flags = boxes("text.halo");
  const lines = boxes("path").filter((box) => box.width < 1 && box.height > 100);
  return [flags.length, lines.length, flags.flatMap((flag) => lines.filter((line) =>
    line.x > flag.x && line.x < flag.x + flag.width && line.y < flag.y + flag.height)).length,
    flags.filter((flag) => flag.x < -1 || flag.x + flag.width > width + 1).length];
}"""


@pytest.mark.parametrize(
    ("before", "after"), [(79, 66), (66, 79), (52, 55), (55, 52), (3, 6), (97, 99), (50, 50)]
)
def test_no_line_runs_through_a_label(visit: Open, before: float, after: float) -> None:
    found = visit("/definitions").evaluate(CROSSED, [before, after, 400])
    assert found == [2, 2, 0, 0]
