"""The manifest of a release: its files, their inputs, and every number on screen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from math import isnan
from pathlib import Path
from typing import Any

from fl_sim import record
from scenes.outputs.joins import film_origins
from scenes.outputs.loop_files import budget_of
from scenes.render.clips import ClipInputs, TimedText
from scenes.render.jobs import Clip
from scenes.text.lines import DIGIT

NAME = "manifest.json"
BLOCK = 1 << 20  # bytes


@dataclass(frozen=True)
class ReleaseFile:
    """A file of a release: its path, size and digest, and its length in seconds.

    ``budget`` is the largest allowed size in bytes, if limited.
    """

    path: str
    bytes: int
    sha256: str
    seconds: float | None
    budget: int | None = None


def release_file(folder: Path, name: str, seconds: float | None) -> ReleaseFile:
    """Return the manifest's entry of a file."""
    path = folder / name
    hashed = sha256()
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            hashed.update(block)
    budget = budget_of(name)
    return ReleaseFile(name, path.stat().st_size, hashed.hexdigest(), seconds, budget)


def runs_of(names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the manifest's entries of run records."""
    return [
        {
            "name": run.name,
            "fingerprint": record.fingerprint(run),
            "seed": run.provenance.seed,
            "versions": run.provenance.versions,
        }
        for run in record.load_all(names).values()
    ]


def audit_of(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """Return every number in a film, with its time in seconds, its text and its source."""
    return [
        {
            "chapter": clip.chapter.name,
            "beat": beat.name,
            "time": round(start + text.at, 3),
            "until": round(start + beat.end, 3),
            "text": text.text,
            **number,
        }
        for clip, start in zip(clips, film_origins(clips), strict=True)
        for beat in clip.beats
        for text in beat.texts
        for number in _numbers(text)
    ]


def _numbers(text: TimedText) -> list[dict[str, Any]]:
    """Return a text's numbers; a digit without a source is listed with the source None."""
    if not text.numbers and DIGIT.search(text.text):
        return [{"number": text.text, "source": None, "value": None}]
    return [
        {
            "number": number.text,
            "source": str(number.source),
            "place": next((str(place) for place in number.source.places), None),
            "value": None if isnan(number.value) else number.value,
        }
        for number in text.numbers
    ]


@dataclass(frozen=True)
class Manifest:
    """The contents of ``manifest.json``.

    ``inputs`` has the digest of each input by name, ``made_from`` the inputs of each clip by its
    job's name, ``making`` the digest of each file with code that makes products from clips.
    """

    title: str
    author: str
    command: str
    inputs: Mapping[str, str]
    runs: Sequence[Mapping[str, Any]]
    made_from: Mapping[str, ClipInputs]
    making: Mapping[str, str]
    files: Sequence[ReleaseFile]
    audit: Sequence[Mapping[str, Any]]

    def write(self, folder: Path) -> None:
        """Write the manifest into a release's folder."""
        contents = {"fedreel": version("fedreel"), **asdict(self)}
        text = json.dumps(contents, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / NAME).write_text(text + "\n", "utf-8")


def read(folder: Path) -> Manifest | None:
    """Return the manifest in a folder, or None if there is no valid one."""
    try:
        contents = json.loads((folder / NAME).read_text("utf-8"))
        return Manifest(
            contents["title"],
            contents["author"],
            contents["command"],
            dict(contents["inputs"]),
            contents["runs"],
            {name: ClipInputs(**inputs) for name, inputs in contents["made_from"].items()},
            contents["making"],
            [ReleaseFile(**file) for file in contents["files"]],
            contents["audit"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def is_release(folder: Path) -> bool:
    """Whether a folder holds a release, also one of an earlier fedreel."""
    try:
        contents = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(contents, dict) and {"fedreel", "files"} <= contents.keys()


def is_complete(folder: Path, manifest: Manifest) -> bool:
    """Whether every file of a release exists with its size."""
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file() or path.stat().st_size != file.bytes:
            return False
    return True
