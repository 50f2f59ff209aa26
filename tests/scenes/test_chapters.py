"""Every chapter: its beats, the rules that its pictures keep, and where its numbers come from."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from manim import Integer, Mobject, Text

from scenes import FILM, LOOP, theme
from scenes.explainer import Beat, Explainer, texts_of
from scenes.figures import Figure
from scenes.stage.layout import Slot, box
from scenes.stage.text import Words
from scenes.stage.wires import Wire
from scenes.stage.worker import Worker

BEATS = {
    "cast": ["task", "photos", "labels", "coordinator", "wires", "front_end"],
    "one_round": [
        "initialise", "sample", "distribute", "train", "collect", "aggregate", "evaluate", "report"
    ],
    "many_rounds": ["again", "again", "grid", "grow", "chance", "one_worker", "moved"],
    "loop": ["loop"],
}  # fmt: skip
CHAPTERS = [chapter.name for chapter in (*FILM, LOOP)]
FIXED = re.compile(r"position of|\.number$|one over|^count of rounds\[\*\]")


@dataclass
class Still:
    """A beat's end: its text boxes, its wires, and its photos with the cards they belong to."""

    beat: Beat
    wires: list[np.ndarray]
    texts: list[tuple[str, Slot]]
    photos: list[tuple[Slot, Slot]]


@pytest.fixture
def stills(monkeypatch: pytest.MonkeyPatch) -> list[Still]:
    """Return a list that each beat's end of a scene built later is added to."""
    found: list[Still] = []
    end_beat = Explainer._end_beat

    def end(scene: Explainer) -> None:
        end_beat(scene)
        found.append(
            Still(scene.beats[-1], list(_wires(scene)), list(_texts(scene)), list(_photos(scene)))
        )

    monkeypatch.setattr(Explainer, "_end_beat", end)
    return found


def extent(mobject: Mobject) -> Slot:
    """Return a mobject's bounding box."""
    low, high = mobject.get_corner([-1, -1, 0]), mobject.get_corner([1, 1, 0])
    return box(low[0], low[1], high[0], high[1])


def _family(scene: Explainer) -> Iterator[Mobject]:
    for mobject in scene.mobjects:
        yield from mobject.get_family()


def _texts(scene: Explainer) -> Iterator[tuple[str, Slot]]:
    seen: set[int] = set()
    for part in _family(scene):
        if isinstance(part, Words) and id(part) not in seen and part.get_fill_opacity() > 0:
            seen.add(id(part))
            yield part.shown, extent(part)


def _wires(scene: Explainer) -> Iterator[np.ndarray]:
    """Yield points along each wire that can be seen, (points, 3)."""
    for part in _family(scene):
        if isinstance(part, Wire) and part.get_stroke_opacity() > 0:
            yield np.array([part.point_from_proportion(share) for share in np.linspace(0, 1, 40)])


def _photos(scene: Explainer) -> Iterator[tuple[Slot, Slot]]:
    for part in _family(scene):
        if isinstance(part, Worker) and len(part.photos):
            yield extent(part.photos), part.slot


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_of_the_committed_runs(
    chapter: str, built: Callable[..., Any], stills: list[Still]
) -> None:
    scene = built(chapter)
    assert [still.beat.name for still in stills] == BEATS[chapter]
    _no_text_crosses_another(stills)
    _no_text_crosses_a_wire(stills)
    _text_is_in_the_safe_area(stills, scene)
    _text_is_tall_enough(scene)
    _captions_can_be_read(stills)
    _photos_stay_with_their_worker(stills)
    _nothing_is_left_over(scene, chapter)


def _no_text_crosses_another(stills: list[Still]) -> None:
    for still in stills:
        for (one, here), (other, there) in combinations(still.texts, 2):
            assert not here.overlaps(there), (still.beat.name, one, other)


def _no_text_crosses_a_wire(stills: list[Still]) -> None:
    for still in stills:
        for text, slot in still.texts:
            for points in still.wires:
                across = (points[:, 0] > slot.left) & (points[:, 0] < slot.right)
                up = (points[:, 1] > slot.bottom) & (points[:, 1] < slot.top)
                assert not (across & up).any(), (still.beat.name, text)


def _text_is_in_the_safe_area(stills: list[Still], scene: Explainer) -> None:
    safe = scene.frame.safe
    for still in stills:
        for text, slot in still.texts:
            inside = slot.left >= safe.left - 0.01 and slot.right <= safe.right + 0.01
            assert inside, (still.beat.name, text)
            assert safe.bottom - 0.01 <= slot.bottom < slot.top <= safe.top + 0.06


def _text_is_tall_enough(scene: Explainer) -> None:
    least = scene.frame.px(24)
    capitals = (part for part in _family(scene) if isinstance(part, Words))
    for words in capitals:
        tall = max(glyph.height for glyph in words)
        assert tall >= 0.6 * least, words.shown  # a line without a capital or an ascender
    assert min(theme.LABEL, 24) == 24
    assert min(theme.TITLE, theme.DISPLAY) >= 36


def _captions_can_be_read(stills: list[Still]) -> None:
    for still in stills:
        seconds = still.beat.end - still.beat.start
        assert len(still.beat.caption) / seconds <= 17, still.beat.caption
        assert seconds >= 1.2


def _photos_stay_with_their_worker(stills: list[Still]) -> None:
    for still in stills:
        for photos, card in still.photos:
            assert photos.left >= card.left
            assert photos.right <= card.right
            assert photos.bottom >= card.bottom
            assert photos.top <= card.top


def _nothing_is_left_over(scene: Explainer, chapter: str) -> None:
    if chapter == "one_round":
        assert not scene.stage.tray
        assert not scene.stage.curves
        assert all(worker.packet is None for worker in scene.stage.workers)


def shown(scene: Explainer) -> dict[tuple[str, str], Figure]:
    """Return every number of a chapter by its beat and source."""
    return {
        (beat.name, figure.source): figure
        for beat in scene.beats
        for _, figures in beat.texts
        for figure in figures
    }


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_number_follows_the_record(
    chapter: str, built: Callable[..., Any], hand: Callable[..., str]
) -> None:
    before = shown(built(chapter, hand(step=0)))
    after = shown(built(chapter, hand(step=7, workers=4, rounds=3, classes=3)))
    both = {source for source in before.keys() & after.keys() if not FIXED.search(source[1])}
    assert both
    same = {source for source in both if before[source].text == after[source].text}
    assert not same


@pytest.mark.parametrize(
    "numbers",
    [
        {"workers": 2, "rounds": 1},
        {"workers": 12, "rounds": 5, "classes": 12, "picked": 12},
        {"workers": 6, "rounds": 30, "classes": 20, "picked": 5},
    ],
    ids=str,
)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_other_runs_can_be_told(
    chapter: str,
    numbers: dict[str, int],
    built: Callable[..., Any],
    hand: Callable[..., str],
    stills: list[Still],
) -> None:
    scene = built(chapter, hand(**numbers))
    _no_text_crosses_another(stills)
    _no_text_crosses_a_wire(stills)
    _text_is_in_the_safe_area(stills, scene)
    assert scene.beats
    assert all(beat.end > beat.start for beat in scene.beats)


@pytest.mark.parametrize("shape", [(270, 480), (480, 480)], ids=["9:16", "1:1"])
@pytest.mark.parametrize("chapter", ["cast", "one_round", "many_rounds"])
def test_other_shapes_keep_the_rules(
    chapter: str,
    shape: tuple[int, int],
    built: Callable[..., Any],
    hand: Callable[..., str],
    stills: list[Still],
) -> None:
    width, height = shape
    scene = built(chapter, hand(workers=10, rounds=4), pixel_width=width, pixel_height=height)
    _no_text_crosses_another(stills)
    _no_text_crosses_a_wire(stills)
    _text_is_in_the_safe_area(stills, scene)
    _photos_stay_with_their_worker(stills)


def test_the_audit_sees_numbers_that_are_not_told() -> None:
    numbers = [Text("7 left"), Integer(8, mob_class=Text)]
    found = [text for text, figures in texts_of(numbers) if not figures]
    assert "7 left" in found
    assert "8" in found
