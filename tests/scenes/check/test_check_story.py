"""The picture never vanishes, and shows a result before a caption tells it; cameras may move."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checked import faults, found
from manim import LEFT, RIGHT, UP, FadeIn, FadeOut, Square, VGroup

from fl_sim import record
from scenes import FILM
from scenes.check.blackouts import Blackouts
from scenes.check.finding import Finding
from scenes.check.inspector import Inspector
from scenes.check.run import Checked, with_joins
from scenes.drawing.chrome import caption_block
from scenes.drawing.layout import Slot
from scenes.drawing.text import Words
from scenes.explainer import Explainer
from scenes.render.looks import Look
from scenes.text.language import Language
from scenes.text.lines import Text, line, text
from scenes.text.numbers import at, count, number


def chapter(plays: Callable[[Any], None]) -> type[Explainer]:
    """Return a chapter that plays something."""

    class Played(Explainer):
        def construct(self) -> None:
            plays(self)

        def say(self, words: Text) -> None:
            """Show a caption."""
            self.play(self.chrome.caption(caption_block(words, self.layout)))

    return Played


def square() -> Square:
    return Square(fill_color="#FFFFFF", fill_opacity=1)


def test_a_picture_that_is_gone_is_found_whatever_the_caption_says(tmp_path: Path) -> None:
    def plays(scene: Any) -> None:
        scene.say(text("A caption stays."))
        one, other = square(), square().shift(2 * RIGHT)
        scene.play(FadeIn(one, run_time=0.5))
        scene.play(FadeOut(one, run_time=0.5))
        scene.wait(0.5)
        scene.play(FadeIn(other, run_time=0.5))
        scene.remove(other)
        scene.wait(0.2)
        scene.add(other)
        scene.wait(1)

    (fault,) = faults(chapter(plays), tmp_path, "blackout")
    assert fault.measured == pytest.approx(0.5, abs=0.15)
    assert fault.place == ("scene", pytest.approx(1.5, abs=0.13))


def test_a_chapter_begins_and_ends_without_a_picture(tmp_path: Path) -> None:
    seen: list[Blackouts] = []

    def plays(scene: Any) -> None:
        scene.wait(0.4)
        one = square()
        scene.add(one)
        scene.wait(1)
        scene.play(FadeOut(one, run_time=0.25))
        scene.wait(0.6)

    class Kept(Inspector):
        def inspect(self, scene: Any) -> list[Finding]:
            seen.extend(rule for rule in self.rules if isinstance(rule, Blackouts))
            return super().inspect(scene)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("checked.Inspector", Kept)
        assert not faults(chapter(plays), tmp_path, "blackout")
    assert (seen[0].begin, seen[0].end) == (pytest.approx(0.4), pytest.approx(0.6))


def test_two_chapters_are_joined_without_a_hole() -> None:
    def checked(place: int, begin: float, end: float, look: Look) -> Checked:
        return Checked(FILM[place], look, (), 1, 5.0, (begin, end))

    dark, light = Look(), Look(theme="light")
    others = [checked(3, 0.0, 0.2, dark), checked(2, 0.2, 0.2, light)]
    one, other, *rest = with_joins(
        [checked(0, 9.0, 0.25, dark), checked(1, 0.1, 0.0, dark), *others]
    )
    assert not one.findings
    (finding,) = other.findings
    assert finding.fault.measured == pytest.approx(0.35)
    assert finding.fault.about == f"from {FILM[0].name} to {FILM[1].name}"
    assert not any(each.findings for each in rest)


@pytest.mark.parametrize("first", [True, False])
def test_a_result_is_in_the_picture_before_a_caption_tells_it(first: bool, tmp_path: Path) -> None:
    run = at(record.load("reference"))
    accuracy = number(run.rounds[0].central.accuracy, Language.percent)
    workers = count(run.partitions)

    def plays(scene: Any) -> None:
        label = Words(line("{a}", a=accuracy), scene.frame)
        if first:
            scene.add(label)
        scene.say(line("{w} workers: {a} right.", w=workers, a=accuracy))
        scene.add(label)
        scene.wait(1)

    about = [fault.about for fault in faults(chapter(plays), tmp_path, "figure first")]
    assert about == ([] if first else [f"{accuracy} in 10 workers: {accuracy} right."])


def test_a_camera_that_moves_is_one_group_and_texts_on_the_screen_stay(tmp_path: Path) -> None:
    """Ten labels and a caption; only a label that the edge cuts in the end is a fault."""

    def plays(scene: Any) -> None:
        labels = [Words(text("A label"), scene.frame).shift(x * RIGHT) for x in (-6, -3, 0, 3, 6)]
        labels += [label.copy().shift(2 * UP) for label in labels]
        scene.add(square().scale(0.3).shift(UP), *labels)
        scene.say(text("A caption stays."))
        scene.play(scene.camera_to(Slot(0.0, 1.0, 2.0, 3.0)))
        scene.wait(1)
        scene.play(scene.camera_to(Slot(2.1, 1.0, 2.0, 3.0), into=Slot(0.0, 0.0, 8.0, 6.0)))
        scene.wait(1)

    rules = {finding.fault.rule for finding in found(chapter(plays), tmp_path)}
    assert rules == {"safe area"}


def test_what_moves_while_the_camera_moves_is_found(tmp_path: Path) -> None:
    def plays(scene: Any) -> None:
        squares = VGroup(*(square().scale(0.2) for _ in range(6))).arrange(RIGHT, buff=1)
        scene.add(squares)
        ways = [1, 2, -1, 3, -2, 1.5]
        moves = [one.animate.shift(way * UP) for one, way in zip(squares, ways, strict=True)]
        scene.play(*moves, scene.camera_to(Slot(0.0, 0.0, 12.0, 6.0)))
        scene.play(squares.animate.shift(LEFT), scene.camera_to())

    (fault,) = faults(chapter(plays), tmp_path, "moving groups")
    assert fault.measured == 7
