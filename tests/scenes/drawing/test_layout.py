"""The stage lays itself out for every shape."""

from itertools import combinations

import pytest

from scenes.drawing.layout import Frame, Layout, Slot, layout

SHAPES = {"16:9": Frame(128 / 9, 8.0), "9:16": Frame(8.0, 128 / 9), "1:1": Frame(8.0, 8.0)}


@pytest.fixture(params=SHAPES)
def arranged(request: pytest.FixtureRequest) -> Layout:
    """Return the layout of each shape."""
    return layout(SHAPES[request.param])


def on_stage(arranged: Layout) -> list[Slot]:
    """Return the slots that are filled at the same time."""
    return [
        arranged.dial,
        arranged.caption,
        arranged.front_end,
        arranged.coordinator,
        arranged.workers,
    ]


def test_no_slot_overlaps_another(arranged: Layout) -> None:
    for one, other in combinations(on_stage(arranged), 2):
        assert not one.overlaps(other), (one, other)
    for slot in (arranged.caption, arranged.title, arranged.headline):
        assert not arranged.figure.overlaps(slot)


def test_every_slot_is_in_the_safe_area(arranged: Layout) -> None:
    safe = arranged.frame.safe
    for slot in (
        *on_stage(arranged),
        arranged.title,
        arranged.overlay,
        arranged.figure,
        arranged.headline,
    ):
        assert slot.width > 0
        assert slot.height > 0
        assert slot.left >= safe.left - 1e-9
        assert slot.right <= safe.right + 1e-9
        assert slot.bottom >= safe.bottom - 1e-9
        assert slot.top <= safe.top + 1e-9


def test_the_margins_are_a_twentieth() -> None:
    safe = SHAPES["16:9"].safe
    assert (safe.left, safe.top) == pytest.approx((-6.4, 3.6))


def test_a_phone_covers_more() -> None:
    frame = SHAPES["9:16"]
    unit = frame.height / 1920
    assert frame.safe.top == pytest.approx(frame.height / 2 - 160 * unit)
    assert frame.safe.bottom == pytest.approx(-frame.height / 2 + 330 * unit)
    assert frame.safe.right == pytest.approx(frame.width / 2 - 108 * unit)
