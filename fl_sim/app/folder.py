"""A local folder with a dataset as Parquet files: which of them are a split, and how large it is.

Only the folder itself and the one folder that ``uoft-cs/cifar10`` has are looked into: a folder
further up may hold files of anything.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from fl_sim.wording import count

INNER = "plain_text"  # the folder of the files of uoft-cs/cifar10
CARD = "README.md"
SIZES = {"train": 50_000, "test": 10_000}  # images of CIFAR-10
SHARD = re.compile(r"-(\d{5})-of-(\d{5})")


class DataError(Exception):
    """A dataset that is not there, or not laid out as CIFAR-10 is."""


def files_of(folder: Path, split: str) -> list[Path]:
    """Return the Parquet files of a split in their order, none if there are none.

    Raises:
        DataError: there are several candidates, or some are missing.
    """
    places = (folder, folder / INNER)
    found = [path for place in places for path in sorted(place.glob(f"{split}*.parquet"))]
    if len({path.parent for path in found}) > 1 or not _is_one(found, split):
        names = ", ".join(str(path.relative_to(folder)) for path in found)
        raise DataError(
            f"{folder}: {names} are not the files of one {split} split; keep {split}.parquet "
            f"alone, or all of {split}-00000-of-00001.parquet and so on"
        )
    return found


def _is_one(files: Sequence[Path], split: str) -> bool:
    """Return whether files are one whole split: a single one, or all the parts of one."""
    names = [path.stem.removeprefix(split) for path in files]
    parts = [SHARD.fullmatch(name) for name in names]
    counts = [(int(part[1]), int(part[2])) for part in parts if part]
    whole = counts == [(number, len(files)) for number in range(len(files))]
    return not files or names == [""] or whole


def check_size(folder: Path, split: str, found: int) -> None:
    """Check how many images a split has.

    Raises:
        DataError: they are not as many as CIFAR-10 has, nor as many as the folder's card says.
    """
    wanted = _sizes(folder / CARD).get(split, SIZES[split])
    if found != wanted:
        raise DataError(
            f"{folder}: its {split} split has {count(found, 'image')}, not {wanted}; give a folder "
            f"with CIFAR-10, or say in dataset_info of its {CARD} that it has as many"
        )


def _sizes(card: Path) -> dict[str, Any]:
    """Return the examples of each split as a dataset's card has them, nothing if it has none."""
    try:
        head = card.read_text(encoding="utf-8").split("---\n")[1]
        splits = yaml.safe_load(head)["dataset_info"]["splits"]
        return {split["name"]: split["num_examples"] for split in splits}
    except (OSError, ValueError, LookupError, TypeError, yaml.YAMLError):
        return {}
