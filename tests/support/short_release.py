"""A release of one short chapter, made and killed: ``python short_release.py RUN OUT [KILLS]``.

With KILLS, two releases of it take turns in OUT, the program at it is killed so many times, or
until both were found in OUT, and what is in OUT each time is printed as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from scenes.release import manifest
from scenes.release.plan import Plan, Request
from scenes.release.release import release
from scenes.render.clips import PlannedClip, inputs_of
from scenes.render.jobs import Job, jobs
from scenes.render.looks import Look
from scenes.render.store import STORE, Store
from scenes.text.naming import Naming

CHAPTER, LOOK = "credits", Look("low")
ONE, OTHER = ("en",), ("en", "de")  # languages: two releases that differ, of one clip
LONGEST = 2.5  # releases that a program may make before it is killed
MOST = 6  # kills, as a multiple of those asked for


def make(
    run: str,
    out: Path,
    languages: tuple[str, ...] = ONE,
    chapters: tuple[str, ...] = (CHAPTER,),
    shapes: tuple[str, ...] = (LOOK.shape,),
    sounds: tuple[str, str] = ("none", ""),
) -> None:
    """Make a release of some chapters of a run; the languages only stand in its command."""
    request = Request((run,), LOOK, shapes, languages, Naming(), *sounds)
    specs = {job: job.tell() for job in jobs(chapters, request.runs, LOOK, voice=sounds[1])}
    films = {look: planned(specs, look) for look in Request((run,), LOOK, shapes).looks}
    plan = Plan(films, list(specs.values()), [], [])
    release(request, plan, out, Store(STORE), lambda name, beat: None)


def planned(specs: Mapping[Job, Any], look: Look) -> list[PlannedClip]:
    """Return the clips of a film in a look."""
    told = [(replace(job, look=look), spec) for job, spec in specs.items()]
    return [PlannedClip(job, inputs_of(job, spec)) for job, spec in told]


def take_turns(run: str, out: Path) -> NoReturn:
    """Put one release in the other's place, again and again."""
    spec = manifest.read(out)
    turns = (ONE, OTHER) if spec and OTHER[-1] in spec.command.split() else (OTHER, ONE)
    while True:
        for languages in turns:
            make(run, out, languages)


def state(out: Path) -> str:
    """Return the command of the release that is there, if all of it is."""
    spec = manifest.read(out)
    if spec is None:
        return "no manifest"
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    if names != {manifest.NAME, *(file.path for file in spec.files)}:
        return "other files"
    for file in spec.files:
        if sha256((out / file.path).read_bytes()).hexdigest() != file.sha256:
            return f"{file.path} is not whole"
    return spec.command


def kill(run: str, out: Path, times: int) -> list[str]:
    """Kill the program that makes releases, and return what was there each time."""
    chance = random.Random(times)
    begun = time.monotonic()
    make(run, out)
    longest = LONGEST * (time.monotonic() - begun)
    found: list[str] = []
    # Which release is there when the program dies is chance, so it dies until both were.
    while len(found) < times or (len(set(found)) < 2 and len(found) < MOST * times):
        program = os.fork()
        if not program:
            take_turns(run, out)
        time.sleep(chance.uniform(0.0, longest))
        os.kill(program, signal.SIGKILL)
        os.waitpid(program, 0)
        found.append(state(out))
    return found


def main() -> None:
    run, out = sys.argv[1], Path(sys.argv[2])
    make(run, out)
    if len(sys.argv) > 3:
        found = kill(run, out, int(sys.argv[3]))
        make(run, out)
        left = sorted(path.name for path in out.parent.iterdir())
        print(json.dumps({"found": found, "left": left, "last": state(out)}))


if __name__ == "__main__":
    main()
