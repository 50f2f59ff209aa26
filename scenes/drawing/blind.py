"""A camera for building a scene only to ask what stands where."""

from collections.abc import Iterable

from manim import Mobject

from scenes.fast.camera import FastCamera


class BlindCamera(FastCamera):
    """Draws nothing."""

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: object) -> None:
        """Leave the frame as it is."""
