"""A copy of the project, whose files and records can be changed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from processes import run

import fl_sim
import scenes
from fl_sim import record

KEYS = """
import json, sys
from dataclasses import replace
from scenes.render.clips import inputs_of
from scenes.render.jobs import jobs
from scenes.render.looks import Look
looks = Look(), Look(language="de"), Look(theme="light")
specs = [(job, job.tell()) for job in jobs(())]
todo = [(replace(job, look=look), spec) for look in looks for job, spec in specs]
json.dump({job.name: inputs_of(job, spec).key for job, spec in todo}, sys.stdout)
"""


ONLY = """

FILM = tuple(chapter for chapter in FILM if chapter.name in {!r})
"""


class House:
    """A copy of the project in a folder, with the models of its records or without."""

    def __init__(self, folder: Path, *, models: bool = False) -> None:
        self.folder = folder
        others = () if models else ("*.safetensors",)
        for package in (scenes, fl_sim):
            place = Path(str(package.__file__)).parent
            skipped = shutil.ignore_patterns("__pycache__", *others)
            shutil.copytree(place, folder / place.name, ignore=skipped)
        shutil.copy(Path(str(scenes.__file__)).parents[1] / "manim.cfg", folder)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a text in a file where it stands first."""
        path = self.folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def keep(self, *chapters: str) -> None:
        """Leave only some chapters in the film."""
        path = self.folder / "scenes" / "__init__.py"
        path.write_text(path.read_text("utf-8") + ONLY.format(chapters), "utf-8")

    def append(self, file: str) -> None:
        """Add a line of code to a file."""
        path = self.folder / file
        path.write_text(path.read_text("utf-8") + "\n\nCHANGED = True\n", "utf-8")

    def save(self, name: str, **fields: object) -> None:
        """Change fields of a record."""
        place = self.folder / "fl_sim" / "runs" / name
        record.save(record.load(place).model_copy(update=fields), place)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with the copy, in its folder."""
        variables = {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return run(sys.executable, *words, cwd=self.folder, env={**os.environ, **variables})

    def keys(self) -> dict[str, str]:
        """Return the digest of each chapter's clip: dark, dark in German, and light."""
        done = self.run("-c", KEYS)
        assert done.returncode == 0, done.stderr
        found: dict[str, str] = json.loads(done.stdout)
        return found
