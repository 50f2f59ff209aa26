"""What is heard of animations, and when: of a few by hand, and of the film's chapters."""

import pytest
from filmed import GROUPED, filmed
from manim import AnimationGroup, LaggedStart, Succession, Wait

from fl_sim import record
from scenes import FILM
from scenes.drawing.pace import brisk
from scenes.sound.effects import Effect, TimedEffect, sound_named, tone
from scenes.sound.heard import effects_of, heard
from scenes.text.errors import SoundError

SILENT = {("alone", "new"), ("what_leaks", "packet"), ("what_leaks", "rebuilt")}


def lasting(seconds: float, height: float = 0.0) -> Wait:
    """Return an animation of some length that is heard at its end."""
    wait = Wait(seconds)
    heard(wait, tone(height))
    return wait


def test_an_animation_is_heard_at_its_end() -> None:
    assert [*effects_of(Wait(2))] == []
    assert [*effects_of(lasting(2, 0.5), start=1)] == [TimedEffect(3, Effect("tone", 0.5))]


@pytest.mark.parametrize(
    ("animation", "times"),
    [
        (Succession(lasting(1), Wait(1), lasting(2)), [1, 4]),
        (LaggedStart(lasting(2), lasting(2), lag_ratio=0.5), [2, 3]),
        (heard(AnimationGroup(lasting(1), lasting(3)), tone(1)), [3, 1, 3]),
        (brisk(Succession(lasting(1), AnimationGroup(lasting(2), run_time=4))), [0.7, 3.5]),
    ],
)
def test_parts_are_heard_when_they_end(animation: AnimationGroup, times: list[float]) -> None:
    assert [one.at for one in effects_of(animation)] == pytest.approx(times)


def test_a_tone_has_the_height_of_what_there_is() -> None:
    assert [tone(height).height for height in (-1, 0.25, 2)] == [0, 0.25, 1]


def test_a_wrong_sound_is_an_error() -> None:
    assert [sound_named(name) for name in ("", "none", "all")] == ["effects", "none", "all"]
    with pytest.raises(SoundError, match=r"no sound 'al'\. Did you mean all"):
        sound_named("al")


def accuracies(run: str) -> list[float]:
    """Return the accuracy of each round of a run."""
    found = [round_.central for round_ in record.load(run).rounds]
    return [float(measured.accuracy or 0) for measured in found if measured]


def tones(chapter: str) -> list[float]:
    """Return the heights of a chapter's tones."""
    return [one.effect.height for one in filmed(chapter).effects if one.effect.kind == "tone"]


@pytest.mark.parametrize("chapter", [one for one in GROUPED if one.values == ("one_round",)])
def test_one_round_is_heard_packet_by_packet(chapter: str) -> None:
    first, second, *_ = accuracies("reference")
    kinds = [one.effect.kind for one in filmed(chapter).effects]
    assert kinds == ["tone", *["model"] * 3, *["update"] * 3, "tone", *["model"] * 3,
                     *["reply"] * 3]  # fmt: skip
    assert tones(chapter) == pytest.approx([first, second])


@pytest.mark.parametrize("chapter", [one for one in GROUPED if one.values == ("many_rounds",)])
def test_the_accuracy_is_heard_to_rise(chapter: str) -> None:
    assert tones(chapter) == pytest.approx(accuracies("iid-30")[1:])


@pytest.mark.parametrize("chapter", GROUPED)
def test_nothing_is_heard_where_the_film_is_silent(chapter: str) -> None:
    found = filmed(chapter)
    for beat in found.beats:
        if (chapter, beat.name) in SILENT:
            assert not [one for one in found.effects if beat.start <= one.at - 0.01 < beat.end]


def test_the_film_is_silent_where_the_story_asks() -> None:
    assert {(one.name, beat) for one in FILM for beat in one.silent} == SILENT
