"""A file writer that converts only the changed parts of a frame to the encoder's colours.

Manim's writer copies and converts every frame whole, and starts a new file for every animation.
Here a frame is a list of patches to the frame before. Without Manim's cache a section is one file.
On the film's opening at 1080p60 this saves 6 of the 34 seconds of processor time that are left
after the camera's savings, and half a second more without a thread (``tests/benchmarks --only
techniques``).
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc, VideoReformatter
from manim import __version__, config
from manim.scene.scene_file_writer import SceneFileWriter, _PartialMovieEncodeJob
from manim.scene.video_segment_encoder import VideoSegmentEncoder
from manim.typing import PixelArray

from scenes.fast.boxes import Box, frame_box
from scenes.fast.gif import write_gif
from scenes.fast.section_sound import add_sound, length_of

CODEC, COLOURS = "libx264", "yuv420p"  # the encoder copies its input, so one frame is enough
SUBSAMPLED = (1, 2, 2)  # pixels of a frame for one pixel of each plane, in both directions
# A subsampled colour is a mean of its neighbours. A change therefore spreads by SPREAD pixels; to
# compute it there, a BORDER more is converted and thrown away. Both are even.
SPREAD = 2
BORDER = 8
MOST_SIZES = 64  # of boxes whose converters are kept
# What a movie says about its colours. Pixels are sRGB, and FFmpeg converts them by the matrix of
# BT.601, which is 6 in ITU-T H.273. A player takes another matrix for 720 rows or more, unless the
# movie names one.
COLOUR_TAGS = {
    "colorspace": 6,
    "color_primaries": ColorPrimaries.BT709.value,
    "color_trc": ColorTrc.IEC61966_2_1.value,
    "color_range": ColorRange.MPEG.value,
}


class Patch(NamedTuple):
    """A changed box of a frame; its coordinates are even.

    ``pixels``, RGBA, uint8, shape (height, width, 4), cover ``area``: the box and a border.
    """

    box: Box
    area: Box
    pixels: PixelArray


def patches_of(pixels: PixelArray, boxes: Sequence[Box]) -> list[Patch]:
    """Return patches for the changed boxes of a frame, uint8, (height, width, 4), as views."""
    frame = frame_box(pixels)
    patches = []
    for box in boxes:
        changed = box.grown(SPREAD).within(frame)
        area = changed.grown(BORDER).within(frame)
        patches.append(Patch(changed, area, area.of(pixels)))
    return patches


class TaggedEncoder(VideoSegmentEncoder):
    """Manim's encoder, which also says in the movie how its colours are to be read."""

    def __init__(self, *, target: Path, spec: Any) -> None:
        super().__init__(target=target, spec=spec)
        if spec.pixel_format.startswith("yuv"):
            for name, value in COLOUR_TAGS.items():
                setattr(self._stream.codec_context, name, value)


class PatchEncoder(TaggedEncoder):
    """An encoder of frames that are given as patches to the frame before."""

    def __init__(self, *, target: Path, spec: Any) -> None:
        super().__init__(target=target, spec=spec)
        self._frame = av.VideoFrame(spec.width, spec.height, COLOURS)
        self._frame.time_base = 1 / Fraction(spec.frame_rate)
        self._planes = planes_of(self._frame)
        self._converters: dict[tuple[int, int], VideoReformatter] = {}

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        """Encode a frame, given as patches or whole, ``repeat`` times."""
        patches = pixels
        if isinstance(pixels, np.ndarray):
            self._validate_frame(pixels, repeat)
            patches = patches_of(pixels, [frame_box(pixels)])
        try:
            for patch in patches:
                self._apply(patch)
            for _ in range(repeat):
                self._frame.pts = self._next_pts
                self._next_pts += 1
                self._container.mux(self._stream.encode(self._frame))  # type: ignore[union-attr,arg-type]
        except Exception as error:
            raise self._operation_error("encode", error) from error

    def finish(self) -> None:
        """Finish the file, and free the encoder's memory: a hundred megabytes at 1080p."""
        super().finish()
        del self._container, self._stream

    def _apply(self, patch: Patch) -> None:
        drawn = av.VideoFrame.from_numpy_buffer(patch.pixels, format="rgba")  # type: ignore[arg-type]
        # One converter for each size: its setup takes ten times as long as a small conversion.
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
    """Return a box with even coordinates on a plane with fewer pixels."""
    return Box(*(side // scale for side in box))


class DirectJob(_PartialMovieEncodeJob):
    """An encode job without a thread.

    While every processor draws a scene, a thread gains no time, its input has to be copied, and
    the memory that its encoder frees is not used again.
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
        """Finish the file, or remove it after an abort."""
        if not self._sealed:
            self._sealed = True
            (self.encoder.abort if self._abort_requested else self.encoder.finish)()

    def join(self) -> None:
        """Return at once: every frame is already encoded."""


class FastWriter(SceneFileWriter):
    """A writer of changed boxes; other codecs are written as Manim does.

    ``direct`` says whether frames are encoded at once instead of in a thread.
    """

    direct = False
    playing = False  # a frame that is handed over between two plays is in no film
    whole = True  # whether the next frame has to be encoded whole

    def write_changes(self, pixels: PixelArray, boxes: Sequence[Box], repeat: int) -> None:
        """Write a frame.

        Args:
            pixels: the whole frame, uint8, shape (height, width, 4); it is not kept.
            boxes: where it differs from the frame before; the coordinates are even.
            repeat: the number of times.
        """
        job = self._current_encode_job
        if job is None or not isinstance(job.encoder, PatchEncoder):
            self.write_frame(pixels.copy(), repeat=repeat)
            return
        patches = patches_of(pixels, [frame_box(pixels)] if self.whole else boxes)
        self.whole = False
        if not self.direct:
            patches = [patch._replace(pixels=patch.pixels.copy()) for patch in patches]
        super().write_frame(patches, repeat=repeat)  # type: ignore[arg-type]

    def write_frame(self, pixels: PixelArray, *, repeat: int = 1) -> None:
        """Write a whole frame, unless it is handed over between two plays."""
        if self.playing or not self.output_spec.is_video:
            self.whole = True
            super().write_frame(pixels, repeat=repeat)

    def _create_segment_encoder(self, target: Path) -> VideoSegmentEncoder:
        spec = self.video_encoder
        known = spec is not None and (spec.codec, spec.pixel_format) == (CODEC, COLOURS)
        return (PatchEncoder if known else TaggedEncoder)(target=target, spec=spec)

    def open_partial_movie_stream(self, *, animation_index: int, **options: Any) -> None:
        """Start a file."""
        path = self.partial_movie_files[animation_index]
        if not self.direct or path is None or options.get("file_path"):
            super().open_partial_movie_stream(animation_index=animation_index, **options)
            return
        encoder = self._create_segment_encoder(Path(path))
        self._current_encode_job = DirectJob(encoder=encoder, animation_index=animation_index)

    @staticmethod
    def _concat_manifest_bytes(input_files: list[str]) -> bytes:
        """Return FFmpeg's list of files, with apostrophes in names escaped."""
        escaped = [name.replace("'", r"'\''") for name in input_files]
        return SceneFileWriter._concat_manifest_bytes(escaped)

    # Without the cache, one file for each animation has no use.

    def add_partial_movie_file(self, hash_animation: str | None) -> None:
        """Plan a file for an animation, unless the section's file is open."""
        goes_on = self._current_encode_job is not None
        super().add_partial_movie_file(None if goes_on else hash_animation)

    def begin_animation(self, allow_write: bool = False, **options: Any) -> None:
        """Start a file, unless the section's file is open."""
        self.playing = allow_write
        if self._current_encode_job is None:
            self.whole = True
            super().begin_animation(allow_write, **options)

    def end_animation(self, allow_write: bool = False) -> None:
        """Finish a file, unless it is the section's file."""
        self.playing = False
        if not config.disable_caching:
            super().end_animation(allow_write)

    def next_section(self, *args: Any, **options: Any) -> None:
        """Finish the section and its file, and start the next one."""
        self.end_section()
        super().next_section(*args, **options)

    def finish(self) -> None:
        """Finish the last section, and join the files."""
        self.end_section()
        super().finish()

    def combine_files(
        self,
        input_files: list[str],
        output_file: Path,
        create_gif: bool = False,
        includes_sound: bool = False,
    ) -> None:
        """Join files; a GIF has its own palette, unless it is transparent."""
        if not create_gif or self.output_spec.transparent:
            super().combine_files(input_files, output_file, create_gif, includes_sound)
            return
        output_file.parent.mkdir(parents=True, exist_ok=True)
        comment = f"Rendered with Manim Community v{__version__}"
        write_gif(list(map(Path, input_files)), output_file, comment=comment)

    def combine_to_movie(self) -> None:
        """Join all files, and add what is heard; Manim would leave the sound's own file behind."""
        super().combine_to_movie()
        if self.includes_sound and self.output_spec.is_video and not self.output_spec.is_gif:
            self.movie_file_path.with_suffix(".wav").unlink(missing_ok=True)

    def combine_to_section_videos(self) -> None:
        """Join the files of each section that is to be saved, with its part of what is heard."""
        super().combine_to_section_videos()
        start = 0.0
        for section in self.sections if self.includes_sound else ():
            files = [Path(name) for name in section.partial_movie_files if name is not None]
            end = start + length_of(files)
            if section.video is not None:
                part = self.audio_segment[round(1000 * start) : round(1000 * end)]
                add_sound(self.sections_output_dir / section.video, part)
            start = end

    def end_section(self) -> None:
        """Finish the open file, if any."""
        if self._current_encode_job is not None:
            super().end_animation(allow_write=True)
