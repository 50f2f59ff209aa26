"""Takes the modules of ``scenes/fast`` into the wheel, with imports by the plugin's own name."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE, PACKAGE = "scenes.fast", "manim_fastscene"


class Modules(BuildHookInterface):  # type: ignore[type-arg,misc]
    """Adds a copy of each module, and removes the copies when the wheel is written."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the modules to the wheel."""
        self.copies = Path(tempfile.mkdtemp())
        for file in Path(self.root).parent.joinpath(*SOURCE.split(".")).glob("*.py"):
            if file.name != "__init__.py":
                copy = self.copies / file.name
                copy.write_text(file.read_text("utf-8").replace(SOURCE, PACKAGE), "utf-8")
                build_data["force_include"][str(copy)] = f"{PACKAGE}/{file.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copies."""
        shutil.rmtree(self.copies)
