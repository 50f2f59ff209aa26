"""Effects: what is heard of an animation, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from manim import Animation, AnimationGroup

from scenes import theme

# A click of a packet with the model, an update, or a reply; and the tone of a measure.
Kind = Literal["model", "update", "reply", "tone"]
SILENT, EFFECTS, ALL = SOUNDS = ("none", "effects", "all")  # the choices of a film's sound
Choice = Literal["none", "effects", "all"]


@dataclass(frozen=True)
class Effect:
    """A sound: its kind, and the height of a tone: a measure from 0, its least, to 1, its most."""

    kind: Kind
    height: float = 0.0


@dataclass(frozen=True)
class TimedEffect:
    """An effect and its time in a clip, seconds."""

    at: float
    effect: Effect


def click(color: str) -> Effect:
    """Return the click of a packet of a colour."""
    kinds: dict[str, Kind] = {theme.MODEL: "model", theme.UPDATE: "update"}
    return Effect(kinds.get(color, "reply"))


def tone(height: float) -> Effect:
    """Return the tone of a measure from 0 to 1; what is beyond has the tone of the end."""
    return Effect("tone", min(max(height, 0.0), 1.0))


def heard(animation: Animation, effect: Effect) -> Animation:
    """Let an animation be heard when it has ended, and return it."""
    animation.effect = effect  # type: ignore[attr-defined]
    return animation


def effects_of(animation: Animation, start: float = 0.0, pace: float = 1.0) -> Iterator[TimedEffect]:
    """Yield the effects of an animation and of its parts, timed from ``start``, seconds.

    ``pace`` is the animation's length in units of its run time. The rate of a group is taken as
    linear, as Manim's groups are.
    """
    seconds = float(animation.run_time) * pace
    effect = getattr(animation, "effect", None)
    if effect is not None:
        yield TimedEffect(start + seconds, effect)
    if isinstance(animation, AnimationGroup) and animation.max_end_time:
        inner = seconds / animation.max_end_time
        for part, begins, ends in animation.anims_with_timings:
            own = (ends - begins) / part.run_time if part.run_time else 1.0
            yield from effects_of(part, start + begins * inner, own * inner)
