"""Pictures with few colours: those that there are stay, others become one that there is."""

from __future__ import annotations

import numpy as np

from tests.web.palette import palette_of


def shown(colours: list[tuple[int, int, int]], counts: list[int]) -> list[tuple[int, ...]]:
    """The colour that each of these becomes."""
    palette, place = palette_of(np.array(colours, dtype=np.uint8), np.array(counts))
    assert len(palette) <= 128
    return [tuple(map(int, palette[at])) for at in place]


def test_few_colours_are_left_as_they_are() -> None:
    colours = [(255, 255, 255), (214, 124, 5), (37, 118, 191), (168, 35, 14)]
    assert shown(colours, [900, 20, 10, 1]) == colours


def test_of_many_shades_the_common_ones_and_far_ones_stay() -> None:
    greys = [(grey, grey, grey) for grey in range(256)]
    amber, violet = (214, 124, 5), (116, 71, 176)
    counts = [1] * 256
    counts[255], counts[22] = 1_000_000, 5_000
    found = shown([*greys, amber, violet], [*counts, 3, 3])
    assert found[255] == (255, 255, 255)
    assert found[22] == (22, 22, 22)
    assert found[-2:] == [amber, violet]
    assert all(abs(was[0] - became[0]) <= 8 for was, became in zip(greys, found, strict=False))
