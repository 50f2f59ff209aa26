"""Loop files for a README or a page: GIF, animated WebP and MP4, each in two sizes."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from scenes.outputs.encode import Coding, encode
from scenes.outputs.loop import gif, small_enough

RATE = Fraction(25)  # frames a second
CODINGS = {
    ".webp": Coding(
        "libwebp_anim", {"quality": "75", "compression_level": "4"}, {"loop": "0"}, rate=RATE / 2
    ),
    ".mp4": Coding(
        "libx264", {"crf": "21", "preset": "slow"}, {"movflags": "+faststart"}, rate=RATE
    ),
}
# The largest file size in bytes by suffix and width, so that a README loads fast.
BUDGETS: Mapping[tuple[str, int], int] = {
    (".gif", 480): 800_000,
    (".gif", 720): 1_500_000,
    (".webp", 480): 800_000,
    (".webp", 720): 1_500_000,
    (".mp4", 480): 400_000,
    (".mp4", 720): 700_000,
}


def name_of(suffix: str, width: int) -> str:
    """Return the name of a loop file in a release."""
    return f"loop-{width}{suffix}"


def budget_of(name: str) -> int | None:
    """Return the size limit of a release's file in bytes; None if it is no loop file."""
    budgets = {name_of(*kind): most for kind, most in BUDGETS.items()}
    return budgets.get(name)


def loop(movie: Path, path: Path, width: int) -> None:
    """Write a loop file in the format of the path's suffix; less wide if it would be too large.

    Raises:
        LoopSizeError: the file is too large in any width; nothing was written.
    """
    biggest = BUDGETS[path.suffix, width]
    if path.suffix == ".gif":
        gif(movie, path, width, biggest)
        return
    coding = CODINGS[path.suffix]
    small_enough(
        path,
        width,
        biggest,
        lambda file, across: encode(movie, file, replace(coding, width=across)),
    )
