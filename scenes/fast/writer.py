"""A writer that hands the encoder what has changed, in the encoder's own colours.

Manim's copies every frame whole, converts it whole, and begins a new film file for every
animation, each with a whole picture. Here a frame is what differs from the one before; only that
is copied and converted. Without Manim's cache a section is one file.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from manim import config
from manim.scene.scene_file_writer import SceneFileWriter
from manim.scene.video_segment_encoder import VideoSegmentEncoder
from manim.typing import PixelArray

from scenes.fast.boxes import Box, frame_box

CODEC, COLOURS = "libx264", "yuv420p"  # the encoder copies what it is given, so a frame can be kept
# Pixels converted about a box and thrown away: a colour is a mean of its neighbours'. Even, and
# more than the filter's reach.
BORDER = 8


class Patch(NamedTuple):
    """Pixels, RGBA, uint8, shape (height, width, 4), and the box of a frame that they fill.

    ``area`` is what of the frame the pixels are: the box and a border.
    """

    box: Box
    area: Box
    pixels: PixelArray


def patches_of(pixels: PixelArray, boxes: Sequence[Box]) -> list[Patch]:
    """Copy what has changed out of a frame, uint8, shape (height, width, 4)."""
    frame = frame_box(pixels)
    areas = (box.grown(BORDER).within(frame) for box in boxes)
    return [
        Patch(box, area, area.of(pixels).copy()) for box, area in zip(boxes, areas, strict=True)
    ]


class PatchEncoder(VideoSegmentEncoder):
    """Encodes frames of which each is the one before with patches. The first is patched whole."""

    def __init__(self, *, target: Path, spec: Any) -> None:
        super().__init__(target=target, spec=spec)
        self._frame = av.VideoFrame(spec.width, spec.height, COLOURS)
        self._frame.time_base = 1 / Fraction(spec.frame_rate)
        self._planes = planes_of(self._frame)

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        """Encode a frame, patches, some times over."""
        try:
            for patch in pixels:
                self._apply(patch)
            for _ in range(repeat):
                self._frame.pts = self._next_pts
                self._next_pts += 1
                self._container.mux(self._stream.encode(self._frame))
        except Exception as error:
            raise self._operation_error("encode", error) from error

    def _apply(self, patch: Patch) -> None:
        converted = av.VideoFrame.from_ndarray(patch.pixels, format="rgba").reformat(format=COLOURS)
        inner = patch.box.moved(-patch.area.left, -patch.area.top)
        for scale, target, source in zip(
            (1, 2, 2), self._planes, planes_of(converted), strict=True
        ):
            scaled(patch.box, scale).of(target)[:] = scaled(inner, scale).of(source)


def planes_of(frame: av.VideoFrame) -> list[PixelArray]:
    """Return views of a frame's planes, uint8, each of shape (height, width)."""
    return [
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    ]


def scaled(box: Box, scale: int) -> Box:
    """Return a box of even sides on a plane of fewer pixels."""
    return Box(*(side // scale for side in box))


class FastWriter(SceneFileWriter):
    """Writes changes of frames; what it cannot write so, it writes as Manim does."""

    def write_changes(self, pixels: PixelArray, boxes: Sequence[Box], repeat: int) -> None:
        """Write a frame.

        Args:
            pixels: the whole frame, uint8, shape (height, width, 4); it is not kept.
            boxes: where it differs from the frame written before.
            repeat: how many times.
        """
        job = self._current_encode_job
        if job is None or not isinstance(job.encoder, PatchEncoder):
            self.write_frame(pixels.copy(), repeat=repeat)
        elif self._fresh:
            self._fresh = False
            self.write_frame(patches_of(pixels, [frame_box(pixels)]), repeat=repeat)  # type: ignore[arg-type]
        else:
            self.write_frame(patches_of(pixels, boxes), repeat=repeat)  # type: ignore[arg-type]

    def _create_segment_encoder(self, target: Path) -> VideoSegmentEncoder:
        spec = self.video_encoder
        self._fresh = True
        if spec is None or (spec.codec, spec.pixel_format) != (CODEC, COLOURS):
            return super()._create_segment_encoder(target)
        return PatchEncoder(target=target, spec=spec)

    # Without the cache nothing is gained from a file for each animation.

    def add_partial_movie_file(self, hash_animation: str | None) -> None:
        """Plan a file for an animation; none where it goes on in the section's."""
        goes_on = self._current_encode_job is not None
        super().add_partial_movie_file(None if goes_on else hash_animation)

    def begin_animation(self, allow_write: bool = False, **options: Any) -> None:
        """Begin a file, unless the section's is open."""
        if self._current_encode_job is None:
            super().begin_animation(allow_write, **options)

    def end_animation(self, allow_write: bool = False) -> None:
        """End a file, unless it is the section's."""
        if not config.disable_caching:
            super().end_animation(allow_write)

    def next_section(self, *args: Any, **options: Any) -> None:
        """End the section and its file."""
        self._end_section()
        super().next_section(*args, **options)

    def finish(self) -> None:
        """End the last section, and put the files together."""
        self._end_section()
        super().finish()

    def _end_section(self) -> None:
        if self._current_encode_job is not None:
            super().end_animation(allow_write=True)
