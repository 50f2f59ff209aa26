"""Parts of the stage, with cases that can be checked by hand."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes.stage.curve_row import row

from scenes.drawing.layout import Frame, box, layout
from scenes.drawing.pictures import plate
from scenes.stage.base_stage import BaseStage
from scenes.stage.card import Card
from scenes.stage.card_stage import CardStage
from scenes.stage.coordinator import Coordinator
from scenes.stage.crowd_stage import CrowdStage
from scenes.stage.front_end import FrontEnd
from scenes.stage.loss_curve import LossCurve, Scale
from scenes.stage.shares import Merge, Share
from scenes.stage.stage import Stage
from scenes.story.specs import NO_PLATE, CurveSpec, StageSpec, WorkerSpec
from scenes.text.lines import Line, line
from scenes.text.numbers import UNKNOWN, Number
from scenes.text.sources import Source

FRAME = Frame(128 / 9, 8.0)
LAYOUT = layout(FRAME, 10)
SLOT = LAYOUT.workers[0]
PHOTOS = np.zeros((6, 8, 8, 3), np.uint8)
NUMBER = Number("3", Source("position of partitions[3]"), 3)


@given(st.sets(st.integers(0, 11), min_size=1))
def test_charts_stand_over_their_cards_and_do_not_touch(picked: set[int]) -> None:
    middles = [0.5 + worker for worker in sorted(picked)]
    width, edges = row(middles, (0.0, 12.0), gap=0.2, widest=3.0)
    assert width >= 0.75
    for x, edge in zip(middles, edges, strict=True):
        assert edge < x < edge + width
    for one, other in pairwise(edges):
        assert other - one >= width + 0.2 - 1e-9
    assert min(edges) >= -1e-9
    assert max(edges) + width <= 12 + 1e-9


def test_a_chart_alone_is_centred_over_its_card() -> None:
    assert row([5.0], (0.0, 12.0), gap=0.2, widest=3.0) == (3.0, [3.5])
    assert row([0.5], (0.0, 12.0), gap=0.2, widest=3.0) == (1.8, [0.0])


def test_all_curves_of_a_round_have_one_scale() -> None:
    short = CurveSpec((2.0, 1.0), "first", "first", "last")
    long = CurveSpec((3.0, 2.0, 2.5), "first", "first", "last")
    scale = Scale.of([short, long])
    assert scale == Scale(1.0, 3.0, 3)
    area = LAYOUT.workers[4]
    curves = [LossCurve(spec, area, scale, FRAME, area.x) for spec in (short, long)]
    # The same loss stands at the same height, the same batch at the same place.
    assert curves[0].curve.get_start()[1] == pytest.approx(curves[1].curve.points[3][1])
    assert curves[0].curve.get_end()[0] == pytest.approx(curves[1].curve.points[3][0])
    assert curves[0].share == pytest.approx(2 / 3)


def test_tiles_are_laid_out_to_fill_their_area() -> None:
    filters = np.zeros((6, 3, 5, 5), np.float32)
    wide, square = plate(filters, 1.0, aspect=4.8), plate(filters, 1.0, aspect=2.0)
    cell = 12
    assert wide.shape == (11 * cell, 53 * cell, 4)  # two rows of nine
    assert square.shape == (17 * cell, 35 * cell, 4)  # three rows of six


def test_a_model_without_filters_is_a_plain_tile() -> None:
    coordinator = Coordinator(LAYOUT.coordinator, FRAME, "Coordinator")
    coordinator.show_plate(*NO_PLATE)
    assert coordinator.plate is not None
    assert coordinator.plate.width == pytest.approx(coordinator.plate_slot.width)


def worker(photos: np.ndarray | None, bars: tuple[float, ...]) -> Card:
    """Return a card that shows these."""
    return Card(WorkerSpec(NUMBER, NUMBER, NUMBER, photos, bars), SLOT, FRAME)


def test_what_a_card_lacks_leaves_its_room_to_the_rest() -> None:
    whole, bare = worker(PHOTOS, (0.5, 1.0)), worker(None, (0.5, 1.0))
    assert len(whole.photo_slots) == 6
    assert bare.bars.height > 3 * whole.bars.height
    assert not bare.photos
    assert worker(PHOTOS, ()).photos.height >= whole.photos.height


def test_a_card_without_data_has_a_plain_tile() -> None:
    empty = worker(None, ())
    assert len(empty.photos) == 1
    assert not empty.highlight_photos(1.0)


@pytest.mark.parametrize(("value", "parts"), [("19.6%", 4), ("2.30", 2)])
def test_a_percentage_has_a_gauge(value: str, parts: int) -> None:
    screen = FrontEnd(LAYOUT.front_end, FRAME, "Front end")
    screen.read(Number(value, Source("measured"), 0.196), Line("what it is"))
    assert len(screen.reading) == parts


def test_the_gauge_is_to_scale() -> None:
    screen = FrontEnd(LAYOUT.front_end, FRAME, "Front end")
    screen.read(Number("50.0%", Source("measured"), 0.5), Line("what it is"))
    track, bar = screen.reading[-2:]
    assert bar.width == pytest.approx(track.width / 2)


def test_nothing_measured_is_nothing_shown() -> None:
    screen = FrontEnd(LAYOUT.front_end, FRAME, "Front end")
    screen.read(UNKNOWN, Line(""))
    assert not screen.reading


def test_shares_have_gaps_that_close_as_they_merge() -> None:
    slots = LAYOUT.coordinator.columns([3.0, 1.0])
    shares = [Share(NUMBER, slot, FRAME) for slot in slots]
    assert slots[0].width == pytest.approx(0.75 * LAYOUT.coordinator.width)
    assert shares[0].body.get_right()[0] < shares[1].body.get_left()[0]
    Merge(shares, 1.0).interpolate_mobject(0.5)
    assert shares[0][0].get_right()[0] == pytest.approx(shares[1][0].get_left()[0])


def test_a_small_front_end_shows_a_smaller_value() -> None:
    slot, percentage = LAYOUT.front_end, Number("10,2 %", Source("measured"), 0.102)
    small = box(0, 0, slot.width, FRAME.px(150))
    large, low = (FrontEnd(area, FRAME, "Front end") for area in (slot, small))
    for screen in (large, low):
        screen.read(percentage, Line("a note, glyphs"))
    assert low.reading[0].height < 0.7 * large.reading[0].height
    assert low.reading[0].get_bottom()[1] > low.reading[1].get_top()[1]


def test_updates_lie_in_the_tray_as_their_wires_end_over_it() -> None:
    square = Frame(8.0, 8.0)
    workers = [WorkerSpec(NUMBER, NUMBER, NUMBER, None, ()) for _ in range(10)]
    note = line("each mark: {n} workers", n=NUMBER)
    stage = CardStage(layout(square, 10), StageSpec(workers, "C", "F", note, note))
    # Worker 6 stands under worker 1, farther to the left than worker 3.
    of_three, of_six = stage._tray_slots([3, 6], [1.0, 1.0])
    assert of_six.right == pytest.approx(of_three.left)
    assert stage._by_row([1, 6, 2], outward=True) == [6, 1, 2]
    assert stage._by_row([6, 1, 2]) == [1, 2, 6]


@pytest.mark.parametrize("kind", [CardStage, CrowdStage])
def test_both_stages_have_every_verb_and_override_no_common_one(kind: type[BaseStage]) -> None:
    verbs = {name for name, value in vars(Stage).items() if callable(value) and name[0] != "_"}
    common = vars(BaseStage).keys()
    assert verbs <= common | vars(kind).keys()
    assert not verbs & common & vars(kind).keys()
    assert not kind.__abstractmethods__
