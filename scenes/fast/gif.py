"""GIFs of movies, each with a palette of its own.

Manim computes a palette and then discards it for the 256 colours of ``rgb8``.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph

RATE = Fraction(10)  # frames a second at most: ten hundredths of a second, its unit, for each
COLORS = 192


def write_gif(
    movies: Sequence[Path],
    path: Path,
    width: int | None = None,
    colors: int = COLORS,
    comment: str | None = None,
    noise: int = 0,
) -> None:
    """Write movies, one after the other, as one GIF.

    The palette is computed from changing pixels, and there is no dithering: flat colours look
    better in drawings and compress better.

    Args:
        movies: movies of one size and rate.
        path: the GIF's path.
        width: the GIF's width, pixels; None keeps the movies'.
        colors: the number of colours, at most 256.
        comment: a text in the file, which no one sees.
        noise: the largest change of a value, of 255, that is left out.
    """
    with av.open(str(movies[0])) as first, av.open(str(path), "w", format="gif") as target:
        video = first.streams.video[0]
        width = width or video.width
        height = round(width * video.height / video.width)
        if comment:
            target.metadata["comment"] = comment
        rate = min(filter(None, (RATE, video.average_rate)))
        graph = _graph(video, rate, (width, height), colors)
        stream = target.add_stream("gif", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        for frame in _steady(_frames(movies), noise):
            graph.push(frame)
        graph.push(None)
        while (indexed := _pull(graph)) is not None:
            target.mux(stream.encode(indexed))
        target.mux(stream.encode(None))


def _frames(movies: Sequence[Path]) -> Iterator[av.VideoFrame]:
    """Yield the frames of all movies; each is shown for equally long."""
    number = 0
    for movie in movies:
        with av.open(str(movie)) as source:
            video = source.streams.video[0]
            assert video.time_base is not None
            assert video.average_rate is not None
            step = 1 / (video.average_rate * video.time_base)
            for frame in source.decode(video):
                frame.pts, frame.time_base = round(number * step), video.time_base
                number += 1
                yield frame


def _steady(frames: Iterator[av.VideoFrame], noise: int) -> Iterator[av.VideoFrame]:
    """Yield the frames without the encoder's noise: a value that hardly changes is kept.

    A GIF stores each pixel that changes: on the dithered ground, noise is a third of its bytes.
    """
    kept = None
    for frame in frames:
        values = frame.to_ndarray()
        if kept is not None:
            values = np.where(np.abs(values.astype(np.int16) - kept) > noise, values, kept)
        kept = values
        steady = av.VideoFrame.from_ndarray(kept, format=frame.format.name)
        steady.pts, steady.time_base = frame.pts, frame.time_base
        steady.duration = frame.duration  # without it, the last one is lost
        steady.colorspace, steady.color_range = frame.colorspace, frame.color_range
        yield steady


def _pull(graph: Graph) -> av.VideoFrame | None:
    try:
        frame = graph.pull()
    except (EOFError, BlockingIOError):
        return None
    assert isinstance(frame, av.VideoFrame)
    return frame


def _graph(video: av.VideoStream, fps: Fraction, size: tuple[int, int], colors: int) -> Graph:
    """Return the filter graph: lower the frame rate, scale, make a palette and apply it."""
    graph = Graph()
    source = graph.add_buffer(template=video)
    rate = graph.add("fps", str(fps))
    scale = graph.add("scale", f"{size[0]}:{size[1]}:flags=lanczos")
    split = graph.add("split")
    palette = graph.add("palettegen", f"stats_mode=diff:max_colors={colors}")
    use = graph.add("paletteuse", "dither=none:diff_mode=rectangle")
    sink = graph.add("buffersink")
    source.link_to(rate)
    rate.link_to(scale)
    scale.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(palette, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph
