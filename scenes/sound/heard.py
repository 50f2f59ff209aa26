"""Animations that are heard: their effects, and when these sound."""

from collections.abc import Iterator

from manim import Animation, AnimationGroup

from scenes.sound.effects import Effect, TimedEffect


def heard(animation: Animation, effect: Effect) -> Animation:
    """Let an animation be heard when it has ended, and return it."""
    animation.effect = effect  # type: ignore[attr-defined]
    return animation


def effects_of(
    animation: Animation, start: float = 0.0, pace: float = 1.0
) -> Iterator[TimedEffect]:
    """Yield the effects of an animation and of its parts, timed from ``start``, seconds.

    ``pace`` is the animation's length in units of its run time. The rate of a group is taken as
    linear, as Manim's groups are.
    """
    seconds = float(animation.run_time) * pace
    effect = getattr(animation, "effect", None)
    if effect is not None:
        yield TimedEffect(start + seconds, effect)
    if isinstance(animation, AnimationGroup) and animation.max_end_time:
        inner = seconds / float(animation.max_end_time)
        for part, begins, ends in animation.anims_with_timings:
            own = float(ends - begins) / part.run_time if part.run_time else 1.0
            yield from effects_of(part, start + float(begins) * inner, own * inner)
