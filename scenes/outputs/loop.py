"""The loop for a README: a short seamless movie, and a GIF made from it."""

import os
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph

from scenes.text.errors import LoopSizeError

GIF_WIDTH = 720  # pixels
GIF_RATE = Fraction(25, 2)  # frames a second: a GIF counts in hundredths of a second, so eight
COLORS = 96  # the pictures are flat: more would only cost bytes
BIGGEST = 1_500_000  # bytes


def gif(movie: Path, path: Path, width: int = GIF_WIDTH, biggest: int = BIGGEST) -> Path:
    """Turn a movie into a GIF with a palette of its own, and return its path.

    The palette is made from what changes, and no dither is used: flat colours stay flat, which
    looks better and compresses better for drawings.

    Args:
        movie: what it is made from.
        path: where it goes.
        width: of the GIF, pixels.
        biggest: its budget, bytes.

    Raises:
        LoopSizeError: the result is over the budget; nothing was written.
    """
    partial = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        _encode(movie, partial, width)
        size = partial.stat().st_size
        if size > biggest:
            raise LoopSizeError(f"{path}: {size} bytes, the budget is {biggest}. Shorten the loop")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _encode(movie: Path, path: Path, width: int) -> None:
    with av.open(str(movie)) as source, av.open(str(path), "w", format="gif") as target:
        video = source.streams.video[0]
        graph = _graph(video, width)
        height = round(width * video.height / video.width)
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


def _graph(video: av.VideoStream, width: int) -> Graph:
    """Return the filter graph: thin out, scale, make a palette, use it."""
    graph = Graph()
    source = graph.add_buffer(template=video)
    rate = graph.add("fps", str(GIF_RATE))
    scale = graph.add("scale", f"{width}:-1:flags=lanczos")
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
