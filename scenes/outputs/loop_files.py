"""The loop for a README or a page: GIF, animated WebP and MP4, in two sizes with budgets."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from scenes.outputs.encode import Coding, encode
from scenes.outputs.loop import gif
from scenes.text.errors import LoopSizeError

RATE = Fraction(25)  # frames a second
CODINGS = {
    ".webp": Coding(
        "libwebp_anim", {"quality": "75", "compression_level": "4"}, {"loop": "0"}, rate=RATE / 2
    ),
    ".mp4": Coding(
        "libx264", {"crf": "21", "preset": "slow"}, {"movflags": "+faststart"}, rate=RATE
    ),
}
# Bytes by how a file ends and how wide it is: a README with one is quick to open.
BUDGETS: Mapping[tuple[str, int], int] = {
    (".gif", 480): 800_000,
    (".gif", 720): 1_500_000,
    (".webp", 480): 800_000,
    (".webp", 720): 1_500_000,
    (".mp4", 480): 400_000,
    (".mp4", 720): 700_000,
}


def name_of(suffix: str, width: int) -> str:
    """Return what a loop's file is called in a release."""
    return f"loop-{width}{suffix}"


def budget_of(name: str) -> int | None:
    """Return how many bytes a file of a release may have; nothing if it is no loop."""
    budgets = {name_of(*kind): most for kind, most in BUDGETS.items()}
    return budgets.get(name)


def loop(movie: Path, path: Path, width: int) -> None:
    """Write the loop in the format that the path's suffix says.

    Raises:
        LoopSizeError: it is over its budget; nothing was written.
    """
    biggest = BUDGETS[path.suffix, width]
    if path.suffix == ".gif":
        gif(movie, path, width, biggest)
        return
    encode(movie, path, replace(CODINGS[path.suffix], width=width))
    size = path.stat().st_size
    if size > biggest:
        path.unlink()
        raise LoopSizeError(f"{path}: {size} bytes, the budget is {biggest}. Shorten the loop")
