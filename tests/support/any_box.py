"""Boxes in a frame of a few tiles, for property tests."""

from hypothesis import strategies as st

from scenes.fast.boxes import TILE, Box

FRAME = Box(0, 0, 5 * TILE + 10, 3 * TILE + 4)


@st.composite
def box(draw: st.DrawFn) -> Box:
    """Return a box within the frame."""
    left, top = draw(st.integers(0, FRAME.right - 1)), draw(st.integers(0, FRAME.bottom - 1))
    right = draw(st.integers(left + 1, FRAME.right))
    return Box(left, top, right, draw(st.integers(top + 1, FRAME.bottom)))
