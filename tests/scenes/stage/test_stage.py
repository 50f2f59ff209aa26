"""Parts of the stage, with cases that can be checked by hand."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import VMobject

from scenes import theme
from scenes.drawing.layout import Frame, layout
from scenes.drawing.pictures import columns_for, sheet, tiles_of
from scenes.stage.base_stage import BaseStage
from scenes.stage.bench import Bench
from scenes.stage.card import Card, Work
from scenes.stage.card_stage import CardStage
from scenes.stage.coordinator import Coordinator
from scenes.stage.crowd_stage import CrowdStage
from scenes.stage.dial import Dial
from scenes.stage.front_end import FrontEnd
from scenes.stage.loss_curve import LossCurve, Scale
from scenes.stage.parcel import Parcel
from scenes.stage.places import worker_places
from scenes.stage.stage import Stage
from scenes.stage.wires import path_back, path_out, ports, wire_steps
from scenes.story.specs import (
    NO_PLATE,
    NO_READING,
    CurveSpec,
    DialSpec,
    Reading,
    StageSpec,
    WallSpec,
    WorkerSpec,
)
from scenes.text.lines import Line, line
from scenes.text.numbers import Number
from scenes.text.sources import Source

FRAME = Frame(128 / 9, 8.0)
LAYOUT, TALL = layout(FRAME), layout(Frame(8.0, 128 / 9))
ROW = worker_places(LAYOUT.workers, 10, FRAME)
POSE = ROW.resting()[0]
SLOT = POSE.slot(FRAME)
PHOTOS = np.zeros((6, 8, 8, 3), np.uint8)
FEW = 5  # chosen workers that stand large in a tall frame
NUMBER = Number("3", Source("position of partitions[3]"), 3)


@given(st.integers(1, 12), st.data())
def test_chosen_cards_are_larger_and_lower_and_none_touches_another(
    count: int, data: st.DataObject
) -> None:
    frame = data.draw(st.sampled_from([FRAME, Frame(8.0, 8.0), Frame(8.0, 128 / 9)]))
    area = layout(frame).workers
    picked = data.draw(st.sets(st.integers(0, count - 1)))
    places = worker_places(area, count, frame)
    for poses in (places.resting(), places.chosen(picked), places.aside(places.chosen(picked))):
        slots = [pose.slot(frame) for pose in poses]
        assert not any(a.overlaps(b) for a, b in combinations(slots, 2))
        assert min(slot.left for slot in slots) >= area.left - 1e-9
        assert max(slot.right for slot in slots) <= area.right + 1e-9
        assert max(slot.top for slot in slots) <= area.top + 1e-9
        assert min(slot.bottom for slot in slots) > area.bottom
    slots = [pose.slot(frame) for pose in places.chosen(picked)]
    for i in picked if len(picked) <= FEW else ():
        others = [slots[j] for j in range(count) if j not in picked]
        assert all(slots[i].width >= other.width - 1e-9 for other in others)
        assert all(slots[i].bottom <= other.bottom + 1e-9 for other in others)


@pytest.mark.parametrize("picked", [(), (2, 7, 9), (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6)])
def test_a_wire_in_a_tall_frame_touches_no_other_card(picked: tuple[int, ...]) -> None:
    places, stage = (
        worker_places(TALL.workers, 10, TALL.frame),
        ports(TALL.coordinator, 10, TALL.frame),
    )
    poses = places.chosen(picked)
    slots = [pose.slot(TALL.frame) for pose in poses]
    for i, points in enumerate(places.wires(stage, poses, 1.0)):
        steps = wire_steps(VMobject().set_points(points))
        assert np.allclose(steps[-1], [poses[i].x, slots[i].top])
        for slot in slots:
            inside = (np.abs(steps[:, 0] - slot.x) < slot.width / 2) & (
                np.abs(steps[:, 1] - slot.y) < slot.height / 2 - 1e-9
            )
            assert not inside.any()


def test_a_parcel_is_small_until_it_has_passed_the_strip_of_a_tall_frame() -> None:
    places = worker_places(TALL.workers, 10, TALL.frame)
    poses = places.chosen((2, 7, 9))
    upper = ports(TALL.coordinator, 10, TALL.frame)
    chosen_wire, other_wire = (
        VMobject().set_points(places.wires(upper, poses, 1.0)[i]) for i in (2, 3)
    )
    start, end = places.growing(path_out(chosen_wire), out=True)
    passed = path_out(chosen_wire).point_from_proportion(start)
    assert end == 1
    assert passed[1] < poses[3].slot(TALL.frame).bottom
    assert places.growing(path_back(chosen_wire), out=False) == pytest.approx((0, 1 - start))
    assert places.leaving_size(chosen_wire, 1.0) < 1
    assert places.leaving_size(other_wire, 1.0) == 1


def test_three_of_ten_grow_by_seven_tenths() -> None:
    poses = ROW.chosen((2, 7, 9))
    assert {round(pose.size, 2) for pose in poses} == {1.0, 1.69}
    assert [pose.chosen for pose in poses] == [0, 0, 1, 0, 0, 0, 0, 1, 0, 1]
    assert [pose.dim for pose in poses] == [1, 1, 0, 1, 1, 1, 1, 0, 1, 0]
    assert {pose.dim for pose in ROW.resting()} == {0.0}


def test_all_curves_of_a_round_have_one_scale() -> None:
    short = CurveSpec((2.0, 1.0), "first", "first", "last")
    long = CurveSpec((3.0, 2.0, 2.5), "first", "first", "last")
    scale = Scale.of([short, long])
    assert scale == Scale(1.0, 3.0, 3)
    curves = [LossCurve(spec, SLOT, scale, FRAME) for spec in (short, long)]
    # The same loss stands at the same height, the same batch at the same place.
    assert curves[0].curve.get_start()[1] == pytest.approx(curves[1].curve.points[3][1])
    assert curves[0].curve.get_end()[0] == pytest.approx(curves[1].curve.points[3][0])
    assert curves[0].share == pytest.approx(2 / 3)


def test_a_filter_of_three_channels_is_a_coloured_tile() -> None:
    filters = np.zeros((6, 3, 2, 2), np.float32)
    filters[0, 0, 0, 0], filters[0, 1, 0, 0] = 1.0, -2.0
    tiles = tiles_of(filters, limit=1.0)
    assert tiles.shape == (6, 2, 2, 3)
    assert tiles[0, 0, 0].tolist() == [255, 0, 128]
    assert columns_for(tiles, aspect=6.0) == 6
    assert columns_for(tiles, aspect=1.5) == 3


def test_any_other_channel_is_a_tile_in_shades_of_the_model() -> None:
    tiles = tiles_of(np.ones((2, 4, 2, 2), np.float32), limit=1.0)
    assert tiles.shape == (8, 2, 2, 3)
    assert tiles[7, 1, 1].tolist() == [0x56, 0xB4, 0xE9]


def test_tiles_stand_apart_on_a_transparent_sheet() -> None:
    tiles = np.full((6, 2, 2, 3), 9, np.uint8)
    pixels = sheet(tiles, columns=3, side=4, gap=2, corner=0)
    assert pixels.shape == (10, 16, 4)
    assert pixels[:4, :4, 3].min() == 255
    assert pixels[:, 4:6, 3].max() == 0


def test_a_model_without_filters_has_plain_tiles() -> None:
    coordinator = Coordinator(LAYOUT.coordinator, FRAME, "Coordinator")
    coordinator.show_plate(*NO_PLATE)
    assert coordinator.plate is not None
    assert coordinator.tiles is None
    assert coordinator.plate.width <= coordinator.plate_slot.width + 1e-9


def worker(photos: np.ndarray | None, bars: tuple[float, ...]) -> Card:
    """Return a card that shows these."""
    return Card(WorkerSpec(NUMBER, NUMBER, NUMBER, photos, bars), POSE, FRAME)


@pytest.mark.parametrize(
    ("photos", "bars", "shown"),
    [
        (PHOTOS, (0.5, 1.0), (1, 0, 0)),
        (PHOTOS[:0], (0.5, 1.0), (0, 2, 0)),
        (None, (0.5, 1.0), (0, 2, 0)),
        (None, (), (0, 0, 1)),
    ],
)
def test_a_card_is_never_empty(
    photos: np.ndarray | None, bars: tuple[float, ...], shown: tuple[int, int, int]
) -> None:
    card = worker(photos, bars)
    assert (len(card.photos), len(card.bars), len(card.blank)) == shown


def test_a_chosen_card_has_its_name_and_a_dimmed_one_less_light() -> None:
    card = worker(PHOTOS, ())
    assert card.words.get_fill_opacity() == 0
    card.stand(POSE._replace(size=2 * POSE.size, chosen=1.0))
    assert card.words.get_fill_opacity() == 1
    assert card.number.get_fill_opacity() == 0
    assert card.panel.width == pytest.approx(2 * SLOT.width)
    card.stand(POSE._replace(dim=1.0))
    assert card.photos[0].pixel_array[..., 3].max() == round(255 * 0.42)


def test_a_card_pulses_by_three_percent() -> None:
    card = worker(None, ())
    work = Work(card, 1.0)
    work.interpolate_mobject(0.5)
    assert card.panel.width == pytest.approx(1.03 * SLOT.width)
    work.interpolate_mobject(1.0)
    assert card.panel.width == pytest.approx(SLOT.width)


def shown(value: Number) -> FrontEnd:
    """Return a front end that shows a value."""
    screen = FrontEnd(LAYOUT.front_end, FRAME, "Front end")
    screen.read(Reading(value, Line("what it is")))
    return screen


@pytest.mark.parametrize(("value", "parts"), [("19.6%", 2), ("2.30", 0)])
def test_a_percentage_without_a_wall_has_a_gauge(value: str, parts: int) -> None:
    assert len(shown(Number(value, Source("measured"), 0.196)).gauge) == parts


def test_the_gauge_is_to_scale() -> None:
    track, bar = shown(Number("50.0%", Source("measured"), 0.5)).gauge
    assert bar.width == pytest.approx(track.width / 2)


def test_a_wall_lights_what_is_right() -> None:
    kinds = np.array([0, 0, 1, 1], np.uint8)
    spec = WallSpec(kinds, ["a", "b"])
    screen = FrontEnd(LAYOUT.front_end, FRAME, "Front end", spec)
    assert screen.wall is not None
    right = np.array([True, False, False, True])
    change = screen.read(Reading(NUMBER, Line("what it is"), right))
    change.begin()
    change.finish()
    assert screen.wall.light.tolist() == [1, 0, 0, 1]


def test_nothing_measured_is_nothing_shown() -> None:
    screen = FrontEnd(LAYOUT.front_end, FRAME, "Front end")
    screen.read(NO_READING)
    assert not screen.reading


def stage_of(count: int) -> CardStage:
    """Return a stage of some workers of whom nothing is known."""
    workers = [WorkerSpec(NUMBER, NUMBER, NUMBER, None, ()) for _ in range(count)]
    note = line("each mark: {n} workers", n=NUMBER)
    return CardStage(LAYOUT, StageSpec(workers, "C", "F", note, note))


def test_updates_lie_in_the_tray_as_their_wires_end_over_it() -> None:
    of_seven, of_two = stage_of(10)._tray_slots([7, 2])
    assert of_two.right == pytest.approx(of_seven.left)


@pytest.mark.parametrize("picked", [(0, 1), (4, 5, 6), (2, 7, 9), tuple(range(10))])
def test_no_wire_runs_behind_another_card_or_parcel(picked: tuple[int, ...]) -> None:
    stage = stage_of(10)
    pick = stage.pick(picked)
    pick.begin()
    pick.finish()
    for i, card in enumerate(stage.cards):
        slot = card.slot
        for j, wire in enumerate(stage.wires):
            if i != j:
                within = np.abs(wire_steps(wire) - slot.center[:2]) < [
                    slot.width / 2,
                    slot.height / 2,
                ]
                assert not within.all(axis=1).any(), (i, j)


def test_updates_become_one_which_becomes_the_model() -> None:
    bench = Bench(SLOT, FRAME)
    parcels = [Parcel(None, theme.UPDATE, FRAME) for _ in range(3)]
    laid = bench.lay(parcels)
    laid.begin()
    laid.finish()
    places = [parcel.plate for parcel in parcels]
    assert all(a.right < b.left for a, b in pairwise(places))
    model = np.full((6, 2, 2, 3), 200, np.uint8)
    for step in bench.merge(parcels, model, SLOT.center).animations:
        step.begin()
        step.finish()
        assert len({parcel.plate.x for parcel in parcels}) == 1
    assert parcels[-1].edge == theme.MODEL
    assert parcels[0].pixel_array[..., 3].max() == 0


def test_a_wipe_shows_either_plate_and_no_blend() -> None:
    parcel = Parcel(None, theme.MODEL, FRAME)
    before = parcel.pixel_array.copy()
    wipe = parcel.wipe(None, theme.UPDATE, 1.0)
    after = wipe.new
    wipe.interpolate_mobject(0.5)
    rows = [
        (row == old).all() or (row == new).all()
        for row, old, new in zip(parcel.pixel_array, before, after, strict=True)
    ]
    assert rows.count(False) <= 6  # the light at the front
    assert (parcel.pixel_array[0] == after[0]).all()
    assert (parcel.pixel_array[-1] == before[-1]).all()
    wipe.interpolate_mobject(1.0)
    assert (parcel.pixel_array == after).all()


def test_the_dial_lights_the_rounds_so_far() -> None:
    dial = Dial(LAYOUT.dial, FRAME)
    dial.turn(DialSpec(NUMBER, NUMBER, "", (3, 30)))
    lit, rest = dial.ring
    assert len(lit.get_subpaths()) == 3
    assert len(rest.get_subpaths()) == 27
    ring = dial.ring
    dial.turn(DialSpec(NUMBER, NUMBER, "a phase", (3, 30)))
    assert dial.ring is ring
    dial.hide()
    assert not dial.parts


@pytest.mark.parametrize("kind", [CardStage, CrowdStage])
def test_both_stages_have_every_verb_and_override_no_common_one(kind: type[BaseStage]) -> None:
    verbs = {name for name, value in vars(Stage).items() if callable(value) and name[0] != "_"}
    common = vars(BaseStage).keys()
    assert verbs <= common | vars(kind).keys()
    assert not verbs & common & vars(kind).keys()
    assert not kind.__abstractmethods__
