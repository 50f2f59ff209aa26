"""Runs that take less than a second, on a few hundred real images."""

import hashlib
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from fl_sim import record
from fl_sim.cli import cli

SMALL = Path(__file__).parents[1] / "data" / "cifar10-small"

# Four clients of 80 train and 20 validation images each.
QUICK = ("--set", "num-partitions=4", "--set", "fraction-train=0.5", "--data", str(SMALL))


def invoke(folder: Path, *arguments: str) -> Result:
    """Make a run in this process, its record in ``folder``."""
    return CliRunner().invoke(cli, ["run", folder.name, "--out", str(folder), *QUICK, *arguments])


def content(folder: Path) -> dict[str, Any]:
    """Return a record's content without what a clock measured; the model counts by its hash."""
    run = record.load(folder)
    plain = run.model_dump(mode="json", exclude={"arrays"})
    arrays = {name: _digest(getattr(run, name)) for name in record.ARRAYS}
    result: dict[str, Any] = _untimed({**plain, **arrays})
    return result


def _digest(array: Any) -> str | None:
    return None if array is None else hashlib.sha256(array.tobytes()).hexdigest()


def _untimed(value: Any) -> Any:
    if isinstance(value, dict):
        clock = ("seconds", "started", "finished")
        return {key: _untimed(item) for key, item in value.items() if key not in clock}
    return [_untimed(item) for item in value] if isinstance(value, list) else value
