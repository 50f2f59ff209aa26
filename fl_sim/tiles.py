"""Test examples in small: one WebP picture with a tile for each, row after row.

The picture of CIFAR-10 is kept once, in ``pictures``, under the fingerprint of the dataset. A run
on other images has a picture of its own, in its record.
"""

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fl_sim.schema.model import CloseUp, Run

PICTURES = Path(__file__).parent / "pictures"
SIDE = 8  # pixels of a tile
QUALITY = 85
MOST = 20_000  # tiles: a picture of so many has about 700 kB


class TilesError(ValueError):
    """Bytes that are no picture of so many tiles."""


def of_close_up(close_up: CloseUp, count: int) -> npt.NDArray[np.uint8] | None:
    """Return all examples that a client trains on in small, uint8 (count, SIDE, SIDE, 3), or None.

    Args:
        close_up: the close look at its training.
        count: how many they are.

    Raises:
        TilesError: the picture in the record is none, or one of other examples.
    """
    return None if close_up.examples is None else decode(close_up.examples.tobytes(), count)


def path_of(fingerprint: str) -> Path:
    """Return the place of a dataset's picture in the project."""
    return PICTURES / f"{fingerprint[:16]}.webp"


def of_run(run: Run) -> npt.NDArray[np.uint8] | None:
    """Return the test examples of a run in small, uint8 (examples, SIDE, SIDE, 3), or None.

    Raises:
        TilesError: the picture in the record is none.
    """
    if run.test_labels is None:
        return None
    if run.test_images is not None:
        return decode(run.test_images.tobytes(), len(run.test_labels))
    known = run.dataset.fingerprint if run.dataset else None
    if known is None or not path_of(known).is_file():
        return None
    return decode(path_of(known).read_bytes(), len(run.test_labels))


def encode(images: npt.NDArray[np.uint8]) -> bytes:
    """Return the picture of some images, uint8 (examples, height, width, 3), as WebP."""
    from PIL import Image  # noqa: PLC0415  # a record is read without it

    columns, rows = _layout(len(images))
    sheet = Image.new("RGB", (columns * SIDE, rows * SIDE))
    for i, pixels in enumerate(images):
        tile = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BOX)
        sheet.paste(tile, (i % columns * SIDE, i // columns * SIDE))
    stream = io.BytesIO()
    sheet.save(stream, "WEBP", quality=QUALITY, method=6)
    return stream.getvalue()


def decode(content: bytes, count: int) -> npt.NDArray[np.uint8]:
    """Return the tiles of a picture, uint8 (count, SIDE, SIDE, 3).

    Raises:
        TilesError: it is no picture, or not one of so many tiles.
    """
    from PIL import Image  # noqa: PLC0415

    columns, rows = _layout(count)
    size = columns * SIDE, rows * SIDE
    try:
        with Image.open(io.BytesIO(content), formats=["WEBP"]) as picture:
            if picture.size != size:
                raise TilesError(f"a picture of {picture.size} pixels has no {count} tiles")
            pixels: Any = np.asarray(picture.convert("RGB"))
    except OSError as error:
        raise TilesError(f"the picture of the test examples cannot be read: {error}") from error
    tiles = pixels.reshape(rows, SIDE, columns, SIDE, 3).swapaxes(1, 2)
    return np.ascontiguousarray(tiles.reshape(-1, SIDE, SIDE, 3)[:count])


def _layout(count: int) -> tuple[int, int]:
    """Return the columns and rows of so many tiles, about as many of both."""
    columns = max(math.isqrt(max(count, 1) - 1) + 1, 1)
    return columns, -(-count // columns)
