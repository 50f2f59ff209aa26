"""Takes modules of ``scenes`` into the wheel, with imports by the plugin's own names."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Modules and folders of modules, each with its name in the plugin.
NAMES = {
    "scenes.fast": "manim_fastscene",
    "scenes.check": "manim_fastscene.check",
    "scenes.drawing.screen": "manim_fastscene.check.screen",
    "scenes.outputs.cues": "manim_fastscene.cues",
    "scenes.outputs.text_tracks": "manim_fastscene.text_tracks",
}
# Of the film alone. Modules that the plugin has itself take the place of those of the same name.
LEFT_OUT = ("figures.py", "photos.py", "report.py", "run.py")


class Modules(BuildHookInterface):  # type: ignore[type-arg,misc]
    """Adds a copy of each module, and removes the copies when the wheel is written."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the modules to the wheel."""
        self.copies = Path(tempfile.mkdtemp())
        for source, name in NAMES.items():
            place = Path(self.root).parent.joinpath(*source.split("."))
            target = Path(*name.split("."))
            if place.is_dir():
                found = {file: target / file.name for file in place.glob("*.py")}
            else:
                found = {place.with_suffix(".py"): target.with_suffix(".py")}
            for file, path in found.items():
                if file.name not in LEFT_OUT and not Path(self.root, path).exists():
                    build_data["force_include"][str(self._copy(file, path))] = str(path)

    def _copy(self, file: Path, path: Path) -> Path:
        """Return the copy of a module, which imports by the plugin's names."""
        text = file.read_text("utf-8")
        for source, name in NAMES.items():
            text = text.replace(source, name)
        copy = self.copies / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, "utf-8")
        return copy

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copies."""
        shutil.rmtree(self.copies)
