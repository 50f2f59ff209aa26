"""What a release holds: every file, what it was made from, and every number shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from math import isnan
from pathlib import Path
from typing import Any

from fl_sim import record
from scenes.outputs.cues import starts
from scenes.outputs.loop_files import budget_of
from scenes.render.clips import Shown, Sources
from scenes.render.jobs import Clip
from scenes.text.lines import DIGIT

NAME = "manifest.json"
BLOCK = 1 << 20  # bytes


@dataclass(frozen=True)
class FileMade:
    """A file of a release: its name there, its size, and how long it plays, seconds.

    ``budget`` is how many bytes it may have, if that is limited.
    """

    path: str
    bytes: int
    sha256: str
    seconds: float | None
    budget: int | None = None


def file_made(folder: Path, name: str, seconds: float | None) -> FileMade:
    """Return what the manifest says of a file."""
    path = folder / name
    hashed = sha256()
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            hashed.update(block)
    budget = budget_of(name)
    return FileMade(name, path.stat().st_size, hashed.hexdigest(), seconds, budget)


def runs_of(names: Sequence[str]) -> list[dict[str, Any]]:
    """Return what is to be known of the records filmed."""
    found = []
    for name in names:
        run = record.load(name)
        versions = run.provenance.versions
        seed = run.provenance.seed
        found.append(
            {
                "name": run.name,
                "fingerprint": record.fingerprint(run),
                "seed": seed,
                "versions": versions,
            }
        )
    return found


def audit_of(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """Return every number shown in a film: when, seconds, in which text, and where it is from."""
    return [
        {
            "chapter": clip.chapter.name,
            "beat": beat.name,
            "time": round(start + shown.at, 3),
            "until": round(start + beat.end, 3),
            "text": shown.text,
            **number,
        }
        for clip, start in zip(clips, starts([clip.seconds for clip in clips]), strict=True)
        for beat in clip.beats
        for shown in beat.shown
        for number in _numbers(shown)
    ]


def _numbers(shown: Shown) -> list[dict[str, Any]]:
    """Return a text's numbers; a digit without a source is a fault, and is listed as such."""
    if not shown.figures and DIGIT.search(shown.text):
        return [{"number": shown.text, "source": None, "value": None}]
    return [
        {
            "number": figure.text,
            "source": figure.source,
            "value": None if isnan(figure.value) else figure.value,
        }
        for figure in shown.figures
    ]


@dataclass(frozen=True)
class Manifest:
    """What is written beside the files. ``made_from`` says it for each clip, by its job's name.

    ``making`` is the digest of each file that says how pictures become files.
    """

    title: str
    command: str
    inputs: str
    runs: Sequence[Mapping[str, Any]]
    made_from: Mapping[str, Sources]
    making: Mapping[str, str]
    files: Sequence[FileMade]
    audit: Sequence[Mapping[str, Any]]

    def write(self, folder: Path) -> None:
        """Write it into a release's folder."""
        spec = {"fedreel": version("fedreel"), **asdict(self)}
        text = json.dumps(spec, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / NAME).write_text(text + "\n", "utf-8")


def read(folder: Path) -> Manifest | None:
    """Return the manifest of the release in a folder; nothing where there is none to go by."""
    try:
        spec = json.loads((folder / NAME).read_text("utf-8"))
        return Manifest(
            spec["title"],
            spec["command"],
            spec["inputs"],
            spec["runs"],
            {name: Sources(**sources) for name, sources in spec["made_from"].items()},
            spec["making"],
            [FileMade(**file) for file in spec["files"]],
            spec["audit"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def is_release(folder: Path) -> bool:
    """Return whether a folder holds a release, by this fedreel or an earlier one."""
    try:
        spec = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(spec, dict) and {"fedreel", "files"} <= spec.keys()


def whole(folder: Path, manifest: Manifest) -> bool:
    """Return whether every file is there in its size."""
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file() or path.stat().st_size != file.bytes:
            return False
    return True
