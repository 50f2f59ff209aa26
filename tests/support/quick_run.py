"""Runs that take less than a second, on a few hundred real images."""

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
    """Return a record's content without what a clock measured; arrays and model by their hash."""
    plain = record.load(folder).model_dump(mode="json", exclude={"arrays"})
    result: dict[str, Any] = _untimed(plain)
    return result


def _untimed(value: Any) -> Any:
    if isinstance(value, dict):
        clock = ("seconds", "started", "finished")
        return {key: _untimed(item) for key, item in value.items() if key not in clock}
    return [_untimed(item) for item in value] if isinstance(value, list) else value
