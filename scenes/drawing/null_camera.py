"""A camera that draws nothing, to build a scene without pictures."""

from collections.abc import Iterable

from manim import Mobject

from scenes.fast.camera import FastMovingCamera


class NullCamera(FastMovingCamera):
    """A camera that draws nothing."""

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: object) -> None:
        """Do nothing."""
