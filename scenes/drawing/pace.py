"""How fast what has been seen before is shown again."""

from manim import Animation

BRISK = 0.7  # of its usual time


def brisk(animation: Animation) -> Animation:
    """Return an animation that takes less than its usual time, all its parts alike."""
    animation.run_time *= BRISK
    return animation
