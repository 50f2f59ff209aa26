"""The loop for a README as a GIF."""

from collections.abc import Callable
from pathlib import Path

from scenes.fast.gif import write_gif
from scenes.outputs.targets import whole
from scenes.text.errors import LoopSizeError

GIF_WIDTH = 720  # pixels
FEW = 96  # colours of a loop, which has to be small; with 64 the blue of a wire turns grey
NOISE = 4  # of 255: by so little an encoder may change the values of what stands still
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


def gif(
    movie: Path,
    path: Path,
    width: int = GIF_WIDTH,
    biggest: int | None = BIGGEST,
    colors: int = FEW,
) -> Path:
    """Convert a movie to a GIF with its own palette, and return the path.

    It is less wide where it would be larger than the limit.

    Args:
        movie: the movie.
        path: the GIF's path.
        width: the GIF's width, pixels.
        biggest: the size limit, bytes; None for no limit.
        colors: the number of colours.

    Raises:
        LoopSizeError: the GIF is too large in any width; nothing was written.
    """
    return small_enough(
        path,
        width,
        biggest,
        lambda file, across: write_gif([movie], file, across, colors, noise=NOISE),
    )
