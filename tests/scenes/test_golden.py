"""A few pictures, at a low resolution. ``make snapshots`` writes them anew.

Another version of the drawing library places an edge's shades a little differently, so means over
small tiles are compared, which see a thing that moved or changed its colour and not such shades.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from filmed import HEIGHT, WIDTH, filmed
from PIL import Image

HERE = Path(__file__).parent / "golden"
TILE = 10  # pixels
TOLERANCE = 6.0  # of 255, in a tile's mean

# A still of each way of drawing: a beat by its name, or the last one.
GOLDEN: tuple[tuple[str, str | int], ...] = (
    ("one_round", "collect"),
    ("weighted_average", -1),
    ("many_rounds", -1),
    ("different_data", -1),
    ("closing", -1),
)
Pixels = npt.NDArray[np.uint8]


def worst_tile(one: Pixels, other: Pixels) -> float:
    """Return the largest difference of two pictures' tiles in the mean of a channel, 0 to 255.

    Raises:
        ValueError: they differ in size.
    """
    if one.shape != other.shape:
        raise ValueError(f"pictures of {one.shape} and {other.shape} can't be compared")
    height, width, channels = one.shape
    tiles = (one.astype(float) - other).reshape(height // TILE, TILE, width // TILE, TILE, channels)
    return float(np.abs(tiles.mean(axis=(1, 3))).max())


def still(chapter: str, beat: str | int) -> Pixels:
    """Return the picture at a beat's end: of the last one of that name, or by its position."""
    ends = filmed(chapter).ends
    if isinstance(beat, str):
        ends = [end for end in ends if end.name == beat]
        beat = -1
    pixels = ends[beat].pixels
    assert pixels is not None
    return pixels


@pytest.mark.parametrize(
    ("chapter", "beat"),
    [pytest.param(*still, marks=pytest.mark.xdist_group(still[0])) for still in GOLDEN],
)
def test_a_still_looks_as_it_did(
    chapter: str, beat: str | int, remake: bool, tmp_path: Path
) -> None:
    path = HERE / f"{chapter}.png"
    found = still(chapter, beat)
    if remake:
        Image.fromarray(found).save(path, optimize=True)
    with Image.open(path) as golden:
        difference = worst_tile(found, np.asarray(golden.convert("RGB")))
    if difference > TOLERANCE:
        Image.fromarray(found).save(tmp_path / path.name)
    assert difference <= TOLERANCE, f"{tmp_path / path.name} differs from {path}"


def test_the_comparison_sees_what_moved_or_changed_and_not_a_shade() -> None:
    blank = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    drawn, moved, recolored, shaded = (blank.copy() for _ in range(4))
    drawn[40:60, 40:60] = 255
    moved[40:60, 44:64] = 255
    recolored[40:60, 40:60] = (255, 255, 225)
    shaded[40:60, 40:60] = 255
    shaded[40:60, 60] = 40  # an edge's shade
    assert worst_tile(drawn, drawn) == 0
    assert worst_tile(drawn, moved) > TOLERANCE
    assert worst_tile(drawn, recolored) > TOLERANCE
    assert 0 < worst_tile(drawn, shaded) < TOLERANCE
    with pytest.raises(ValueError, match="can't be compared"):
        worst_tile(blank, blank[1:])
