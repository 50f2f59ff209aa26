"""The pace of repeated animations."""

from manim import Animation

BRISK = 0.7  # part of the usual time
QUICK = 0.5


def paced(animation: Animation, pace: float) -> Animation:
    """Play an animation with all its parts in ``pace`` times its usual time, and return it."""
    animation.run_time *= pace
    return animation


def brisk(animation: Animation) -> Animation:
    """Shorten an animation with all its parts, and return it."""
    return paced(animation, BRISK)


def quick(animation: Animation) -> Animation:
    """Play an animation with all its parts in half its usual time, and return it."""
    return paced(animation, QUICK)
