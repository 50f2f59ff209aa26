"""A writer that hands the encoder what has changed, in the encoder's own colours.

Manim's copies every frame whole, converts it whole, and begins a new film file for every
animation, each with a whole picture. Here a frame is what differs from the one before; only that
is converted. Without Manim's cache a section is one file. On the film's opening at 1080p60 this
saves 6 of the 34 seconds of processor time that are left after the camera's savings, and half a
second more without a thread (``tests/benchmarks --only techniques``).
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from manim import config
from manim.scene.scene_file_writer import SceneFileWriter, _PartialMovieEncodeJob
from manim.scene.video_segment_encoder import VideoSegmentEncoder
from manim.typing import PixelArray

from scenes.fast.boxes import Box, frame_box

CODEC, COLOURS = "libx264", "yuv420p"  # the encoder copies what it is given, so a frame can be kept
SUBSAMPLED = (1, 2, 2)  # pixels of a frame for one of each plane, either way
# A colour is a mean of its neighbours'. So what has changed shows a little around it; and to know
# it there, still more has to be converted, which is thrown away. Both even, in pixels.
SPREAD = 2
BORDER = 8
MOST_SIZES = 64  # of boxes that a converter is kept for


class Patch(NamedTuple):
    """What has changed: a box of a frame, even on all sides.

    ``pixels``, RGBA, uint8, shape (height, width, 4), are those of ``area``, the box and a border.
    """

    box: Box
    area: Box
    pixels: PixelArray


def patches_of(pixels: PixelArray, boxes: Sequence[Box]) -> list[Patch]:
    """Return what has changed in a frame, uint8, shape (height, width, 4); nothing is copied."""
    frame = frame_box(pixels)
    patches = []
    for box in boxes:
        seen = box.grown(SPREAD).within(frame)
        area = seen.grown(BORDER).within(frame)
        patches.append(Patch(seen, area, area.of(pixels)))
    return patches


class PatchEncoder(VideoSegmentEncoder):
    """Encodes frames of which each is the one before with patches. The first is patched whole."""

    def __init__(self, *, target: Path, spec: Any) -> None:
        super().__init__(target=target, spec=spec)
        self.begun = False  # whether a frame has been written
        self._frame = av.VideoFrame(spec.width, spec.height, COLOURS)
        self._frame.time_base = 1 / Fraction(spec.frame_rate)
        self._planes = planes_of(self._frame)
        self._converters: dict[tuple[int, int], VideoReformatter] = {}

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        """Encode a frame, given as patches, some times over."""
        try:
            for patch in pixels:
                self._apply(patch)
            for _ in range(repeat):
                self._frame.pts = self._next_pts
                self._next_pts += 1
                self._container.mux(self._stream.encode(self._frame))  # type: ignore[union-attr,arg-type]
        except Exception as error:
            raise self._operation_error("encode", error) from error

    def finish(self) -> None:
        """End the file, and give back the encoder's memory: a hundred megabytes at 1080p."""
        super().finish()
        del self._container, self._stream

    def _apply(self, patch: Patch) -> None:
        drawn = av.VideoFrame.from_numpy_buffer(patch.pixels, format="rgba")  # type: ignore[arg-type]
        # One for each size: to set one up takes ten times as long as to convert a small box.
        if len(self._converters) >= MOST_SIZES:
            self._converters.clear()
        converter = self._converters.setdefault(patch.area.size, VideoReformatter())
        converted = converter.reformat(drawn, format=COLOURS, threads=1)
        inner = patch.box.moved(-patch.area.left, -patch.area.top)
        planes = zip(SUBSAMPLED, self._planes, planes_of(converted), strict=True)
        for scale, target, source in planes:
            scaled(patch.box, scale).of(target)[:] = scaled(inner, scale).of(source)


def planes_of(frame: av.VideoFrame) -> list[PixelArray]:
    """Return views of a frame's planes, uint8, each of shape (height, width)."""
    return [
        np.asarray(memoryview(plane)).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    ]


def scaled(box: Box, scale: int) -> Box:
    """Return a box of even sides on a plane of fewer pixels."""
    return Box(*(side // scale for side in box))


class DirectJob(_PartialMovieEncodeJob):
    """Encodes at once instead of in a thread.

    Where every processor has a scene to draw, a thread only takes turns with the drawing, what it
    is to encode has to be copied, and the memory that its encoder gives back is not used again.
    """

    def __init__(self, *, encoder: VideoSegmentEncoder, animation_index: int) -> None:
        self.path = encoder.target
        self.animation_index = animation_index
        self.encoder = encoder
        self.thread = self  # type: ignore[assignment]  # Manim joins it
        self._exception = None
        self._sealed = False
        self._abort_requested = False

    def put(self, repeat: int, frame: Any) -> None:
        """Encode a frame."""
        self.encoder.write_frame(frame, repeat=repeat)

    def seal(self) -> None:
        """End the file, or remove it where it is not wanted."""
        if not self._sealed:
            self._sealed = True
            (self.encoder.abort if self._abort_requested else self.encoder.finish)()

    def join(self) -> None:
        """Do nothing: all is done."""


class FastWriter(SceneFileWriter):
    """Writes changes of frames; what it cannot write so, it writes as Manim does.

    ``direct`` tells whether frames are encoded at once instead of in a thread.
    """

    direct = False

    def write_changes(self, pixels: PixelArray, boxes: Sequence[Box], repeat: int) -> None:
        """Write a frame.

        Args:
            pixels: the whole frame, uint8, shape (height, width, 4); it is not kept.
            boxes: where it differs from the frame written before, even on all sides.
            repeat: how many times.
        """
        job = self._current_encode_job
        if job is None or not isinstance(job.encoder, PatchEncoder):
            self.write_frame(pixels.copy(), repeat=repeat)
            return
        changed = boxes if job.encoder.begun else [frame_box(pixels)]
        job.encoder.begun = True
        patches = patches_of(pixels, changed)
        if not self.direct:
            patches = [patch._replace(pixels=patch.pixels.copy()) for patch in patches]
        self.write_frame(patches, repeat=repeat)  # type: ignore[arg-type]

    def _create_segment_encoder(self, target: Path) -> VideoSegmentEncoder:
        spec = self.video_encoder
        if spec is None or (spec.codec, spec.pixel_format) != (CODEC, COLOURS):
            return super()._create_segment_encoder(target)
        return PatchEncoder(target=target, spec=spec)

    def open_partial_movie_stream(self, *, animation_index: int, **options: Any) -> None:
        """Begin a file."""
        path = self.partial_movie_files[animation_index]
        if not self.direct or path is None or options.get("file_path"):
            super().open_partial_movie_stream(animation_index=animation_index, **options)
            return
        encoder = self._create_segment_encoder(Path(path))
        self._current_encode_job = DirectJob(encoder=encoder, animation_index=animation_index)

    @staticmethod
    def _concat_manifest_bytes(input_files: list[str]) -> bytes:
        """Return the list of files as FFmpeg reads it, in which an apostrophe ends a name."""
        escaped = [name.replace("'", r"'\''") for name in input_files]
        return SceneFileWriter._concat_manifest_bytes(escaped)

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
        self.end_section()
        super().next_section(*args, **options)

    def finish(self) -> None:
        """End the last section, and put the files together."""
        self.end_section()
        super().finish()

    def end_section(self) -> None:
        """End the file that is open, if there is one."""
        if self._current_encode_job is not None:
            super().end_animation(allow_write=True)
