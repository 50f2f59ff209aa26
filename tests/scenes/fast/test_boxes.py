"""Boxes cover the marked tiles and nothing else."""

import numpy as np
from any_box import FRAME, box
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes.fast.boxes import TILE, Box, boxes_of, mark, no_tiles


def drawn(boxes: list[Box]) -> np.ndarray:
    """Return how often each pixel of the frame is in a box."""
    counts = np.zeros((FRAME.bottom, FRAME.right), int)
    for one in boxes:
        one.of(counts)[:] += 1
    return counts


@given(st.lists(box(), max_size=6))
@settings(deadline=None)
def test_boxes_cover_what_is_marked_once(marked: list[Box]) -> None:
    tiles = no_tiles(FRAME)
    for one in marked:
        mark(tiles, one)
    counts = drawn(list(boxes_of(tiles, FRAME)))
    assert counts.max() <= 1
    assert (counts >= (drawn(marked) > 0)).all()
    # No tile is in a box that nothing marked.
    for row, column in zip(*np.nonzero(~tiles), strict=True):
        tile = Box(column * TILE, row * TILE, (column + 1) * TILE, (row + 1) * TILE)
        assert not tile.within(FRAME).of(counts).any()


def test_one_run_of_tiles_is_one_box() -> None:
    tiles = no_tiles(FRAME)
    mark(tiles, Box(TILE, 0, 2 * TILE + 1, TILE + 1))
    assert list(boxes_of(tiles, FRAME)) == [Box(TILE, 0, 3 * TILE, 2 * TILE)]


def test_the_last_tiles_end_with_the_frame() -> None:
    tiles = ~no_tiles(FRAME)
    assert list(boxes_of(tiles, FRAME)) == [FRAME]


@given(box(), box())
@settings(deadline=None)
def test_boxes_that_meet_share_what_both_hold(one: Box, other: Box) -> None:
    shared = (drawn([one]) + drawn([other])) == 2
    assert one.meets(other) == bool(shared.any())
    if one.meets(other):
        assert (drawn([one.within(other)]) == shared).all()
