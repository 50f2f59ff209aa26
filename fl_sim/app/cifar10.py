"""CIFAR-10, or a dataset like it: from a folder, the Hugging Face hub, or its authors."""

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import torch
from filelock import FileLock
from PIL import Image
from pyarrow import parquet
from torch import Tensor

from fl_sim.app.folder import INNER, SIZES, DataError, check_size, files_of

NAME = "uoft-cs/cifar10"  # on the hub
SIZE = (32, 32)  # of an image, pixels
FEATURES = b"huggingface"  # where a Parquet file says what its columns are, as JSON
BATCHES = "cifar-10-batches-py"  # the folder that torchvision makes
PIECE = 500  # images

# How the five batches of the train split begin. A copy may hold them in another order, as the
# original archive does; the images of a run are dealt out by their positions.
BEGINNINGS = (
    [6, 9, 9, 4, 1, 1, 2, 7],
    [1, 6, 6, 8, 8, 3, 4, 6],
    [8, 5, 0, 6, 9, 2, 8, 3],
    [0, 6, 0, 2, 7, 2, 1, 2],
    [1, 8, 5, 1, 5, 7, 4, 3],
)


class Split:
    """Labelled images. Each is decoded once in a process, when it is first used.

    Args:
        labels: int64 (examples,).
        decode: returns the images at some positions, uint8 (positions, 3, 32, 32).
    """

    def __init__(self, labels: Tensor, decode: Callable[[list[int]], Tensor]) -> None:
        self.labels = labels
        self._decode = decode
        self._decoded = torch.empty((len(labels), 3, *SIZE), dtype=torch.uint8)
        self._known = torch.zeros(len(labels), dtype=torch.bool)

    def __len__(self) -> int:
        return len(self.labels)

    def images(self, index: Tensor) -> Tensor:
        """Return the images at ``index``, uint8 (len(index), 3, 32, 32)."""
        new = index[~self._known[index]]
        if len(new):
            self._decoded[new] = self._decode(new.tolist())
            self._known[new] = True
        return self._decoded.index_select(0, index)


@dataclass(frozen=True)
class Data:
    """A dataset of labelled images in a train and a test split."""

    name: str
    class_names: tuple[str, ...]
    train: Split
    test: Split

    def fingerprint(self) -> str:
        """Return the SHA-256 over labels and pixels of both splits, in their own order."""
        digest = hashlib.sha256()
        for split in (self.train, self.test):
            digest.update(split.labels.numpy().tobytes())
            for piece in torch.split(torch.arange(len(split)), PIECE):
                digest.update(split.images(piece).numpy().data)
        return digest.hexdigest()


@cache
def load(dataset: str) -> Data:
    """Read a dataset.

    Args:
        dataset: a folder laid out as ``uoft-cs/cifar10`` is or as torchvision's CIFAR10 makes it,
            or a name on the Hugging Face hub.

    Raises:
        DataError: it cannot be found or read, or has no images with labels of 32 x 32 pixels.
    """
    if Path(dataset).is_dir():
        return _from_folder(Path(dataset))
    if dataset == NAME and (cached() / BATCHES).is_dir():
        return _downloaded("not asked")
    try:
        return _from_parquet(dataset)
    except (OSError, ValueError) as error:
        reason = _line(error)
    if dataset == NAME:
        return _downloaded(reason)
    raise DataError(f"dataset {dataset!r} cannot be read: {reason}")


def _from_folder(folder: Path) -> Data:
    """Read a dataset from a local folder, which holds one alone."""
    train = files_of(folder, "train")
    if (folder / BATCHES).is_dir() and not train:
        return _from_torchvision(folder)
    if (folder / BATCHES).is_dir():
        raise DataError(f"{folder} holds {BATCHES} and {train[0].name}; keep one of them")
    if not all(files_of(folder, split) for split in SIZES):
        raise DataError(
            f"dataset {str(folder)!r} cannot be read: it holds neither {BATCHES} nor Parquet files "
            f"of a train and a test split, by itself or in {INNER}; give the folder that does"
        )
    try:
        data = _from_parquet(str(folder))
    except (OSError, ValueError) as error:
        raise DataError(f"dataset {str(folder)!r} cannot be read: {_line(error)}") from error
    for name, split in zip(SIZES, (data.train, data.test), strict=True):
        check_size(folder, name, len(split))
        split.images(torch.arange(min(len(split), 1)))  # one of another shape is told at once
    return data


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def cached() -> Path:
    """Return the folder in which CIFAR-10 is kept if it does not come from the hub."""
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "fedreel"


# --- as torchvision keeps it


def _downloaded(reason: str) -> Data:
    """Download CIFAR-10 from its authors, with a progress bar; ``reason`` says why not the hub."""
    try:
        cached().mkdir(parents=True, exist_ok=True)
        with FileLock(cached() / "lock"):
            return _from_torchvision(cached(), download=True)
    except (OSError, DataError) as error:
        raise DataError(
            f"dataset {NAME!r} cannot be downloaded, neither from the Hugging Face hub ({reason}) "
            f"nor by torchvision ({error})"
        ) from error


def _from_torchvision(folder: Path, download: bool = False) -> Data:
    from torchvision.datasets import CIFAR10  # noqa: PLC0415  # takes a second or two to import

    try:
        train, test = (CIFAR10(folder, train=part, download=download) for part in (True, False))
    except RuntimeError as error:
        raise DataError(
            f"{folder / BATCHES} is incomplete or damaged: its checksums are not those of "
            "CIFAR-10; remove it and download it again"
        ) from error
    return Data("cifar10", tuple(train.classes), _arrays(train), _arrays(test))


def _arrays(dataset: Any) -> Split:
    pixels = torch.from_numpy(dataset.data).permute(0, 3, 1, 2)
    return _in_order(torch.tensor(dataset.targets), lambda index: pixels[index])


# --- as the hub keeps it


def _from_parquet(dataset: str) -> Data:
    names, train = _columns(dataset, "train")
    _, test = _columns(dataset, "test")
    return Data(Path(dataset).resolve().name, names, train, test)


def _columns(dataset: str, split: str) -> tuple[tuple[str, ...], Split]:
    """Return the names of the classes, and the images with their labels."""
    schema, batches = _read(dataset, split)
    features = json.loads(schema.metadata[FEATURES])["info"]["features"]
    names = features.get("label", {}).get("names")
    if "img" not in features or names is None:
        found = ", ".join(features)
        raise DataError(f"dataset {dataset!r} has {found}; it needs img, and label with its names")
    encoded: list[bytes] = []
    labels: list[int] = []
    for batch in batches:
        encoded += batch.column("img").field("bytes").to_pylist()
        labels += batch.column("label").to_pylist()
    if not set(labels) <= set(range(len(names))):
        raise DataError(f"dataset {dataset!r} has labels that are none of its {len(names)} classes")
    return tuple(names), _in_order(torch.tensor(labels), partial(_decode, encoded))


def _read(dataset: str, split: str) -> tuple[pa.Schema, Iterable[pa.RecordBatch]]:
    paths = files_of(Path(dataset), split)
    # In small pieces, and none before it is asked for: what was read at once stays in memory.
    files = [parquet.ParquetFile(path, pre_buffer=False) for path in paths]
    if files and FEATURES in (files[0].schema_arrow.metadata or {}):
        return files[0].schema_arrow, (rows for file in files for rows in file.iter_batches(1000))
    # It knows the hub, and files that do not say what they hold, but takes seconds to import.
    from datasets import load_dataset  # type: ignore[import-untyped]  # noqa: PLC0415

    only = {name: list(map(str, files_of(Path(dataset), name))) for name in SIZES}
    table = load_dataset(dataset, split=split, data_files=only if paths else None).data.table
    return table.schema, table.to_batches()


def _decode(encoded: Sequence[bytes], index: list[int]) -> Tensor:
    """Return the pixels of images in a file format, uint8 (len(index), 3, 32, 32).

    ``torchvision.transforms.v2`` gives the same tensors. With it the reference run took 1.19 times
    the CPU time (median of five pairs, 1.17 to 1.29): to import torchvision, and more an image.
    """
    pixels = bytearray(b"".join(_pixels(encoded[i]) for i in index))
    return torch.frombuffer(pixels, dtype=torch.uint8).view(-1, *SIZE, 3).permute(0, 3, 1, 2)


def _pixels(encoded: bytes) -> bytes:
    image = Image.open(io.BytesIO(encoded))
    if image.size != SIZE:
        raise DataError(f"an image is {image.width} x {image.height}, not {SIZE[0]} x {SIZE[1]}")
    return image.convert("RGB").tobytes()


# --- the order of the images


def _in_order(labels: Tensor, decode: Callable[[list[int]], Tensor]) -> Split:
    """Return a split of these images, the batches of CIFAR-10 in the order of their numbers."""
    size = len(labels) // len(BEGINNINGS)
    pieces = torch.split(torch.arange(len(labels)), max(size, 1))
    beginnings = [labels[piece[: len(BEGINNINGS[0])]].tolist() for piece in pieces]
    if sorted(beginnings) != sorted(BEGINNINGS):
        return Split(labels, decode)
    order = torch.cat([pieces[beginnings.index(each)] for each in BEGINNINGS])
    return Split(labels[order], lambda index: decode(order[index].tolist()))
