"""The same scene rendered by Manim alone and by the fast renderer: every frame of both."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import numpy as np
from manim import Camera, Scene, tempconfig
from manim.renderer.cairo_renderer import CairoRenderer

from scenes.fast.writer import planes_of

SIZE = {"pixel_width": 256, "pixel_height": 144}
SETTINGS: dict[str, Any] = {
    **SIZE, "frame_rate": 4, "progress_bar": "none", "verbosity": "ERROR", "disable_caching": True
}  # fmt: skip
LOSSLESS = {"preset": "ultrafast", "crf": "0"}

Frames = list[np.ndarray]


def frames(
    scene_of: Callable[..., Scene], camera: type[Camera] | None, folder: Path, **settings: Any
) -> Frames:
    """Return every frame of a scene before it is encoded, uint8, (height, width, 4).

    Args:
        scene_of: makes the scene, maybe with a renderer.
        camera: Manim's camera, which Manim's renderer is to use; None for the scene's own renderer.
        folder: where Manim works.
        settings: Manim's, besides those here.
    """
    found: Frames = []
    with tempconfig({**SETTINGS, "media_dir": str(folder), **settings}):
        scene = scene_of(renderer=CairoRenderer(camera_class=camera)) if camera else scene_of()
        writer: Any = scene.renderer.file_writer
        setattr(scene, "frames", found)  # noqa: B010  # a scene may look at them

        def note(pixels: np.ndarray, repeat: int = 1) -> None:
            found.extend([np.array(pixels)] * repeat)

        writer.write_changes = lambda pixels, boxes, repeat: note(pixels, repeat)
        writer.write_frame = note
        for step in ("begin_animation", "end_animation", "finish"):
            setattr(writer, step, lambda *_, **__: None)
        scene.render()
    return found


def both(
    scene_of: Callable[..., Scene], folder: Path, camera: type[Camera] = Camera, **settings: Any
) -> tuple[Frames, Frames]:
    """Return the frames of Manim and those of the fast renderer."""
    return (
        frames(scene_of, camera, folder / "stock", **settings),
        frames(scene_of, None, folder / "fast", **settings),
    )


def differing(theirs: Frames, ours: Frames) -> list[int]:
    """Return the numbers of the frames that differ in a byte."""
    assert len(theirs) == len(ours)
    return [i for i, (a, b) in enumerate(zip(theirs, ours, strict=True)) if (a != b).any()]


def converted(frame: np.ndarray) -> str:
    """Return the digest of a frame as Manim hands it to the encoder."""
    whole = av.VideoFrame.from_ndarray(frame, format="rgba").reformat(format="yuv420p")
    return _digest(whole)


def decoded(movie: Path) -> list[str]:
    """Return the digest of each frame of a movie."""
    with av.open(str(movie)) as source:
        return [_digest(frame) for frame in source.decode(video=0)]


def _digest(frame: av.VideoFrame) -> str:
    planes = [np.ascontiguousarray(plane).tobytes() for plane in planes_of(frame)]
    return sha256(b"".join(planes)).hexdigest()
