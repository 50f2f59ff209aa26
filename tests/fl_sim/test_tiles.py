"""The picture of the test examples: a tile for each, of the project or of the record."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tiny_record import tiny_run

from fl_sim import record, tiles

COLOURS = np.array([[250, 10, 10], [10, 250, 10], [10, 10, 250], [240, 240, 20], [5, 5, 5]])


def plain(count: int = 5) -> npt.NDArray[np.uint8]:
    """Return images of one colour each, uint8 (count, 32, 32, 3)."""
    return np.ones((count, 32, 32, 1), np.uint8) * COLOURS[:count, None, None].astype(np.uint8)


def with_labels(count: int, **more: object) -> record.Run:
    run = tiny_run()
    assert run.dataset
    dataset = run.dataset.model_copy(update={"num_test": count})
    labels = np.zeros(count, np.uint8)
    return run.model_copy(update={"dataset": dataset, "test_labels": labels, **more})


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_example_has_its_tile(count: int) -> None:
    found = tiles.decode(tiles.encode(plain(count)), count)
    assert found.shape == (count, 8, 8, 3)
    assert found.dtype == np.uint8
    # WebP keeps colours at half the resolution: what is inside a tile is its own.
    middle = found[:, 3:5, 3:5].reshape(count, -1, 3).mean(axis=1)
    assert np.abs(middle - COLOURS[:count]).max() < 16


def test_a_picture_in_the_record() -> None:
    picture = np.frombuffer(tiles.encode(plain()), np.uint8)
    found = record.tiles(with_labels(5, test_images=picture))
    assert found is not None
    assert found.shape == (5, 8, 8, 3)


def test_a_picture_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = with_labels(5)
    assert record.tiles(run) is None
    monkeypatch.setattr(tiles, "PICTURES", tmp_path)
    tiles.path_of("f" * 64).write_bytes(tiles.encode(plain()))
    found = record.tiles(run)
    assert found is not None
    assert found.shape == (5, 8, 8, 3)
    assert record.tiles(tiny_run()) is None  # nothing is known of its test examples


def test_cifar_10_is_there() -> None:
    dataset = record.load("reference").dataset
    assert dataset
    assert dataset.fingerprint
    path = tiles.path_of(dataset.fingerprint)
    assert path.stat().st_size < 1_000_000
    assert tiles.decode(path.read_bytes(), 10_000).shape == (10_000, 8, 8, 3)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"no picture", "cannot be read"), (tiles.encode(plain()), "has no 17 tiles")],
)
def test_another_picture(content: bytes, says: str) -> None:
    with pytest.raises(tiles.TilesError, match=says):
        tiles.decode(content, 17)
