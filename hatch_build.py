"""The build of the wheel: of the runs it has those that come with the project, and no other."""

import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RUNS = Path("fl_sim", "runs")


class CommittedRuns(BuildHookInterface[Any]):
    """Adds the runs that are listed in ``suite.toml``: other runs there are their owner's."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the runs to a wheel; an editable installation reads them where they are."""
        if version != "editable":
            suite = tomllib.loads(Path(self.root, RUNS, "suite.toml").read_text("utf-8"))
            for name in suite:
                build_data["force_include"][str(Path(self.root, RUNS, name))] = str(RUNS / name)
