"""The stage lays itself out for every shape and for 2 to 12 workers."""

from itertools import combinations

import pytest

from scenes.drawing.layout import Frame, Layout, Slot, layout
from scenes.drawing.text import Words

SHAPES = {"16:9": Frame(128 / 9, 8.0), "9:16": Frame(8.0, 128 / 9), "1:1": Frame(8.0, 8.0)}


@pytest.fixture(params=[(shape, count) for shape in SHAPES for count in range(2, 13)], ids=str)
def arranged(request: pytest.FixtureRequest) -> Layout:
    """Return the layout of each shape and number of workers."""
    shape, count = request.param
    return layout(SHAPES[shape], count)


def on_stage(arranged: Layout) -> list[Slot]:
    """Return the slots that are filled at the same time."""
    return [
        arranged.title,
        arranged.overlay,
        arranged.caption,
        arranged.front_end,
        arranged.coordinator,
        *arranged.workers,
    ]


def test_no_slot_overlaps_another(arranged: Layout) -> None:
    for one, other in combinations(on_stage(arranged), 2):
        assert not one.overlaps(other), (one, other)
    for slot in (arranged.caption, arranged.title, arranged.headline):
        assert not arranged.figure.overlaps(slot)
    for slot in (arranged.title, *arranged.workers):
        assert not arranged.spare.overlaps(slot)


def test_every_slot_is_in_the_safe_area(arranged: Layout) -> None:
    safe = arranged.frame.safe
    for slot in (*on_stage(arranged), arranged.figure, arranged.headline, arranged.spare):
        assert slot.width > 0
        assert slot.height > 0
        assert slot.left >= safe.left - 1e-9
        assert slot.right <= safe.right + 1e-9
        assert slot.bottom >= safe.bottom - 1e-9
        assert slot.top <= safe.top + 1e-9


def test_cards_are_wide_enough_for_a_number_and_a_packet(arranged: Layout) -> None:
    words = Words("worker", arranged.frame)
    assert min(slot.width for slot in arranged.workers) >= 0.9 * words.width


def test_the_margins_are_a_twentieth() -> None:
    safe = SHAPES["16:9"].safe
    assert (safe.left, safe.top) == pytest.approx((-6.4, 3.6))


def test_a_phone_covers_more() -> None:
    frame = SHAPES["9:16"]
    unit = frame.height / 1920
    assert frame.safe.top == pytest.approx(frame.height / 2 - 250 * unit)
    assert frame.safe.bottom == pytest.approx(-frame.height / 2 + 420 * unit)
    assert frame.safe.right == pytest.approx(frame.width / 2 - 170 * unit)


def test_more_workers_than_cards_share_one_slot() -> None:
    arranged = layout(SHAPES["16:9"], 13)
    assert arranged.workers == ()
    assert not arranged.crowd.overlaps(arranged.caption)
    assert not arranged.crowd.overlaps(arranged.coordinator)
