"""The loop for a README as a GIF."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph

from scenes.outputs.targets import whole
from scenes.text.errors import LoopSizeError

GIF_WIDTH = 720  # pixels
GIF_RATE = Fraction(25, 2)  # frames a second: eight hundredths of a second, a GIF's unit, for each
COLORS = 96  # enough for flat pictures
BIGGEST = 1_500_000  # bytes


SMALLER = (1.0, 0.85, 0.7, 0.55, 0.4)  # widths that are tried, until a file is small enough


def small_enough(
    path: Path, width: int, biggest: int | None, write: Callable[[Path, int], object]
) -> Path:
    """Write a loop file as wide as its size limit allows, and return its path.

    Args:
        path: the file's path.
        width: the width wanted, pixels.
        biggest: the size limit, bytes; None for no limit.
        write: writes the file to a path, in a width.

    Raises:
        LoopSizeError: the file is too large in any width; nothing was written.
    """
    with whole(path) as partial:
        for factor in SMALLER:
            write(partial, 2 * round(width * factor / 2))
            size = partial.stat().st_size
            if biggest is None or size <= biggest:
                return path
        raise LoopSizeError(
            f"{path} would have {size} bytes, but the limit is {biggest}. Shorten the loop"
        )


def gif(movie: Path, path: Path, width: int = GIF_WIDTH, biggest: int | None = BIGGEST) -> Path:
    """Convert a movie to a GIF with its own palette, and return the path.

    It is less wide where it would be larger than the limit. The palette is computed from changing
    pixels, and there is no dithering: flat colours look better in drawings and compress better.

    Args:
        movie: the movie.
        path: the GIF's path.
        width: the GIF's width, pixels.
        biggest: the size limit, bytes; None for no limit.

    Raises:
        LoopSizeError: the GIF is too large in any width; nothing was written.
    """
    return small_enough(path, width, biggest, lambda file, across: _encode(movie, file, across))


def _encode(movie: Path, path: Path, width: int) -> None:
    with av.open(str(movie)) as source, av.open(str(path), "w", format="gif") as target:
        video = source.streams.video[0]
        height = round(width * video.height / video.width)
        graph = _graph(video, width, height)
        stream = target.add_stream("gif", rate=GIF_RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        for frame in source.decode(video):
            graph.push(frame)
        graph.push(None)
        while (indexed := _pull(graph)) is not None:
            target.mux(stream.encode(indexed))
        target.mux(stream.encode(None))


def _pull(graph: Graph) -> av.VideoFrame | None:
    try:
        frame = graph.pull()
    except (EOFError, BlockingIOError):
        return None
    assert isinstance(frame, av.VideoFrame)
    return frame


def _graph(video: av.VideoStream, width: int, height: int) -> Graph:
    """Return the filter graph: lower the frame rate, scale, make a palette and apply it."""
    graph = Graph()
    source = graph.add_buffer(template=video)
    rate = graph.add("fps", str(GIF_RATE))
    scale = graph.add("scale", f"{width}:{height}:flags=lanczos")
    split = graph.add("split")
    palette = graph.add("palettegen", f"stats_mode=diff:max_colors={COLORS}")
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
