"""A crowd: every worker has a place, and a chapter plays it as it plays a few cards."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from filmed import noting_faults
from hand import hand_run
from manim import Animation, Scene, tempconfig

from fl_sim import record
from scenes import theme
from scenes.drawing.layout import Frame, Slot, layout
from scenes.drawing.null_camera import NullCamera
from scenes.render.jobs import DRY_RUN
from scenes.render.looks import Look
from scenes.stage import crowd as marks
from scenes.stage.crowd import Crowd
from scenes.stage.crowd_grid import Grid, arrange
from scenes.stage.crowd_stage import CrowdStage
from scenes.stage.shares import Shares
from scenes.story import common
from scenes.story.crowds import arrivals
from scenes.story.specs import (
    CurveSpec,
    Reading,
    ScoresSpec,
    StageSpec,
    UpdateSpec,
    UpdatesSpec,
    WorkerSpec,
)
from scenes.text.languages import LANGUAGES
from scenes.text.lines import Line, Text, in_language, line, numbers_of
from scenes.text.numbers import Number
from scenes.text.sources import Source

SHAPES = {"16:9": Frame(128 / 9, 8.0), "9:16": Frame(8.0, 128 / 9), "1:1": Frame(8.0, 8.0)}
COUNTS = (13, 30, 100, 1_000, 5_000)
WIDE = SHAPES["16:9"]
PIXEL = 8 / 1080
PICKED = (0, 3, 12, 19)


def number(value: float, source: str) -> Number:
    """Return a number as it is written in a record."""
    return Number(str(value), Source(source), float(value))


def stage_of(count: int, photos: bool = True) -> StageSpec:
    """Return a stage of some workers, each with a photo of its own colour."""
    colors = np.random.default_rng(0).integers(0, 256, (count, 1, 1, 1, 3), np.uint8)
    pictures = np.broadcast_to(colors, (count, 1, 4, 4, 3)) if photos else [None] * count
    numbers = [number(i, f"position of partitions[{i}]") for i in range(count)]
    pairs = zip(numbers, pictures, strict=True)
    note = line("each mark: {n} workers", n=number(1, "a"))
    each = [WorkerSpec(n, n, n, picture, ()) for n, picture in pairs]
    return StageSpec(each, "Coordinator", "Front end", note, note)


class Tried:
    """A stage of twenty workers whose verbs are played at once."""

    def __init__(self) -> None:
        self.stage = CrowdStage(layout(WIDE), stage_of(20))
        self.scene = Scene(camera_class=NullCamera)
        self.scene.add(self.stage.everything)

    def play(self, *animations: Animation) -> None:
        self.scene.play(*animations)

    def lit(self) -> list[int]:
        """Return the workers that look as those picked do."""
        return [i for i in range(20) if np.allclose(self.stage.crowd.looks[i, :3], _rgb("INK"))]

    def colored(self, role: str) -> list[int]:
        """Return the workers in the colour of a role."""
        return [i for i in range(20) if np.allclose(self.stage.crowd.looks[i, :3], _rgb(role))]


def _rgb(role: str) -> np.ndarray:
    code = getattr(theme, role)
    return np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


@pytest.fixture
def tried(tmp_path: Any) -> Any:
    """Return a stage to try verbs on."""
    settings = {"media_dir": str(tmp_path), "pixel_width": 480, "pixel_height": 270, **DRY_RUN}
    with tempconfig({**settings, "frame_width": WIDE.width, "frame_height": WIDE.height}):
        yield Tried()


# --- where marks stand


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_marks_are_inside_and_apart(shape: str, count: int) -> None:
    frame = SHAPES[shape]
    area = layout(frame).workers
    grid = arrange(area, count, frame.px(1), PIXEL, photos=True)
    slots = [grid.slot(mark) for mark in range(grid.num_marks)]
    assert min(slot.left for slot in slots) >= area.left - PIXEL
    assert max(slot.right for slot in slots) <= area.right + PIXEL
    assert min(slot.bottom for slot in slots) >= area.bottom - PIXEL
    assert max(slot.top for slot in slots) <= area.top + PIXEL
    _apart(grid, slots)


def _apart(grid: Grid, slots: list[Slot]) -> None:
    for row in range(grid.rows):
        in_row = slots[row * grid.columns : (row + 1) * grid.columns]
        assert all(one.right < other.left for one, other in pairwise(in_row))
        assert len({round(slot.top, 9) for slot in in_row}) == 1
    tops = slots[:: grid.columns]
    assert all(upper.bottom > lower.top for upper, lower in pairwise(tops))


@pytest.mark.parametrize("count", [*COUNTS, 20_000])
def test_every_worker_stands_in_exactly_one_mark(count: int) -> None:
    grid = arrange(layout(WIDE).workers, count, WIDE.px(1), PIXEL, photos=False)
    found = [grid.mark_of(worker) for worker in range(count)]
    assert sorted(set(found)) == list(range(grid.num_marks))
    assert max(np.bincount(found)) == grid.per_mark
    assert grid.per_mark == (1 if count <= 5_000 else 5)


def test_a_mark_can_stand_for_several_workers() -> None:
    spec = in_language(common.stage(hand_run()), LANGUAGES["de"])
    assert str(spec.per_mark.with_value("n", 5000)) == "je Quadrat: 5.000 Worker"
    assert str(spec.at_most.with_value("n", 5)) == "je Quadrat: bis zu 5 Worker"


def test_pixels_are_where_the_slots_are() -> None:
    area = layout(WIDE).workers
    with tempconfig({"pixel_height": 1080}):
        crowd = Crowd([worker.photos for worker in stage_of(30).workers], area, WIDE)
    image, grid = crowd.image, crowd.grid
    assert image.width == pytest.approx(image.pixel_array.shape[1] * PIXEL)
    assert image.get_left()[0] == pytest.approx(grid.area.left)
    assert image.get_top()[1] == pytest.approx(grid.area.top)
    opaque = image.pixel_array[..., 3] == 255
    middles = [crowd.slot(i).center for i in range(30)]
    seen = [
        (round((grid.area.top - y) / PIXEL), round((x - grid.area.left) / PIXEL))
        for x, y, _ in middles
    ]
    assert all(opaque[row, column] for row, column in seen)
    assert not opaque[:, grid.side + 1].any()


@pytest.mark.parametrize(("count", "shown"), [(30, True), (100, True), (1_000, False)])
def test_photos_are_shown_where_they_can_be_seen(count: int, shown: bool) -> None:
    with tempconfig({"pixel_height": 1080}):
        crowd = CrowdStage(layout(WIDE), stage_of(count)).crowd
        plain = CrowdStage(layout(WIDE), stage_of(count, photos=False)).crowd
    assert (crowd.photos is not None) == shown
    assert plain.photos is None


def test_a_mark_of_several_is_the_mean_of_them() -> None:
    with tempconfig({"pixel_height": 1080}):
        crowd = Crowd([None] * 20_000, layout(WIDE).workers, WIDE)
    crowd.states[:] = marks.DIM
    crowd.states[:2] = marks.LIT
    looks = crowd.looks = crowd.target_looks()
    crowd.paint(np.arange(20_000))
    middle = crowd.image.pixel_array[crowd.grid.side // 2, crowd.grid.side // 2, :3]
    assert np.allclose(middle, 255 * (0.4 * looks[0, :3] + 0.6 * looks[2, :3]), atol=1)


# --- what verbs do


def test_pick_lights_exactly_the_picked(tried: Tried) -> None:
    tried.play(tried.stage.pick(PICKED))
    assert tried.lit() == list(PICKED)
    tried.play(tried.stage.pick((1,)))
    assert tried.lit() == [1]
    tried.play(tried.stage.release())
    assert tried.lit() == []


def test_the_model_goes_out_in_blue_and_comes_back_in_red(tried: Tried) -> None:
    stage = tried.stage
    tried.play(stage.pick(PICKED))
    tried.play(stage.distribute(PICKED, number(249, "network.num_bytes")))
    assert tried.colored("MODEL") == list(PICKED)
    tried.play(stage.train({client: _curve() for client in PICKED}))
    assert tried.colored("UPDATE") == list(PICKED)
    tried.play(stage.clear_curves())
    (trip,) = stage.collect(_updates())
    tried.play(trip)
    assert tried.colored("UPDATE") == []
    assert tried.lit() == list(PICKED)


def test_verbs_leave_nothing_behind(tried: Tried) -> None:
    stage = tried.stage
    tried.play(stage.open((None, 1.0), Reading(number(1, "here"), Line("note"))))
    before = _family(tried)
    tried.play(stage.pick(PICKED))
    tried.play(stage.distribute(PICKED, number(249, "network.num_bytes")))
    tried.play(stage.train({client: _curve() for client in PICKED}))
    tried.play(stage.clear_curves())
    for trip in stage.collect(_updates()):
        tried.play(trip)
    tried.play(stage.show_shares(_updates()))
    tried.play(stage.aggregate(None, 1.0))
    tried.play(stage.distribute(PICKED[:2], number(249, "network.num_bytes")))
    tried.play(stage.evaluate(PICKED[:2]))
    tried.play(
        stage.send_scores(ScoresSpec({0: number(1, "a"), 3: number(2, "b")}, number(2, "c")))
    )
    tried.play(stage.clear_packets())
    tried.play(stage.release())
    assert not stage.curves
    assert not stage.tray
    assert not stage.crowd.contents.any()
    assert np.allclose(stage.crowd.looks, stage.crowd.target_looks())
    assert _family(tried) - before <= {id(part) for part in stage.everything.get_family()}


def test_a_worker_that_fails_steps_back(tried: Tried) -> None:
    tried.play(tried.stage.pick(PICKED))
    tried.play(tried.stage.distribute(PICKED, number(249, "network.num_bytes")))
    tried.play(tried.stage.drop((3,)))
    assert tried.colored("MODEL") == [0, 12, 19]


def _family(tried: Tried) -> set[int]:
    parts = (part for mobject in tried.scene.mobjects for part in mobject.get_family())
    return {id(part) for part in parts if len(part.points)}


def _curve() -> CurveSpec:
    first, last = number(2, "rounds[1].a[0]"), number(1, "rounds[1].a[2]")
    return CurveSpec((2.0, 1.5, 1.0), first, first, last)


def _updates() -> UpdatesSpec:
    share, size = number(0.25, "a weight"), number(249, "a size")
    return UpdatesSpec([UpdateSpec(client, size, 0.25, share) for client in PICKED], size)


# --- what is said of many


def test_a_crowds_updates_come_at_once() -> None:
    assert arrivals(3, 12) == [1, 2, 3]
    assert arrivals(3, 13) == [3]
    assert arrivals(0, 13) == []


def test_a_stream_is_called_by_its_size_and_how_many_it_holds() -> None:
    same = common.updates(record.load("reference"), 1).together
    assert str(same) == "3 \u00d7 249\u00a0kB"
    replies = "rounds[1].train.replies"
    assert sources(same) == [f"count of {replies}", f"{replies}[0].bytes_up"]
    differing = common.updates(hand_run(), 1).together
    assert str(differing) == "2 updates, 4.05\u00a0kB"
    summed = f"sum of 2 from {replies}[0].bytes_up to {replies}[1].bytes_up"
    assert sources(differing) == [f"count of {replies}", summed]
    alone = common.updates(hand_run(workers=1, picked=1), 1)
    assert alone.together == alone.each[0].size


def sources(text: Text) -> list[str]:
    """Return the sources of a text's numbers as they are printed."""
    return [str(number.source) for number in numbers_of(text)]


def test_shares_are_as_wide_as_their_share() -> None:
    tray = layout(WIDE).coordinator
    slots = tray.columns([0.5, 0.3, 0.2])
    shares = Shares([number(n, "a") for n in (50, 30, 20)], slots, WIDE)
    assert shares.whole.width == pytest.approx(tray.width)
    assert shares.body.width == pytest.approx(tray.width - WIDE.px(4))
    assert [part.string for part in shares[1:]] == ["50"]
    narrow = tray.columns([1.0] * 300)
    assert len(Shares([number(1, "a")] * 300, narrow, WIDE)) == 1


# --- chapters


@pytest.mark.parametrize(
    ("chapter", "count"),
    [("one_round", 13), ("one_round", 100), ("one_round", 1_000), ("loop", 30)],
)
def test_a_chapter_plays_a_crowd(
    chapter: str, count: int, built: Callable[..., Any], hand: Callable[..., str]
) -> None:
    run = hand(workers=count, picked=max(4, count // 10), classes=10)
    with noting_faults() as faults:
        assert isinstance(built(chapter, run).stage, CrowdStage)
    assert not faults


@pytest.mark.parametrize("chapter", ["when_workers_fail"])
def test_chapters_with_a_stage_of_their_own_play_a_crowd(
    chapter: str, built: Callable[..., Any], hand: Callable[..., str]
) -> None:
    with noting_faults() as faults:
        built(chapter, hand(workers=30, picked=6, failed=1, rounds=3, classes=10))
    assert not faults


@pytest.mark.parametrize("shape", ["9:16", "1:1"])
@pytest.mark.parametrize("chapter", ["one_round"])
def test_other_shapes_play_a_crowd(
    chapter: str, shape: str, built: Callable[..., Any], hand: Callable[..., str]
) -> None:
    with noting_faults() as faults:
        built(chapter, hand(workers=100, picked=9), Look("low", shape))
    assert not faults
