"""A program that measures what it takes to tell the film of odd records, each in its own process.

    python odd_costs.py FOLDER COUNT [draw]

It saves COUNT valid records of ``odd_records``, one after the other, into FOLDER, and tells every
chapter of each; with ``draw`` it also builds the scenes of those that can be told. It prints what
took most, and exits with 1 if a record took more than it may, or a chapter failed.
"""

import os
import resource
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from odd_records import OddRecipe, odd_recipes

from fl_sim import record
from fl_sim.record import Run
from scenes import FILM, LOOP
from scenes.render.jobs import dry_run, jobs, renderable
from scenes.render.looks import Look
from scenes.text.errors import ChapterFailedError

MOST_SECONDS, MOST_MEGABYTES = 10, 500
PATIENCE = 100  # seconds of processor time after which a process is ended
SHOWN = 5
CHAPTERS = [chapter.name for chapter in (*FILM, LOOP)]


@dataclass(frozen=True)
class Cost:
    """What a record took: processor time, the peak of memory, and the status at its end."""

    recipe: OddRecipe
    seconds: float
    megabytes: float
    status: int

    @property
    def too_much(self) -> bool:
        """Whether it took more than it may, or failed."""
        over = self.seconds > MOST_SECONDS or self.megabytes > MOST_MEGABYTES
        return over or self.status != 0

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.megabytes:.0f} MB, {self.status}: {self.recipe}"


def recipes(count: int) -> list[OddRecipe]:
    """Return recipes, the same each time, of records that contradict themselves as well."""
    drawn: list[OddRecipe] = []

    @given(odd_recipes())
    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def draw(recipe: OddRecipe) -> None:
        drawn.append(recipe)

    draw()
    return drawn


def costs(folder: Path, count: int, draw: bool) -> Iterator[Cost]:
    """Measure so many valid records, one after the other."""
    valid = 0
    for recipe in recipes(3 * count):
        runs = recipe.make() if valid < count else None
        if runs:
            valid += 1
            shutil.rmtree(folder, ignore_errors=True)
            places = [folder / str(number) for number in range(len(runs))]
            yield measured(recipe, list(map(kept, runs, places)), draw)


def kept(run: Run, place: Path) -> str:
    """Save a run, with what attacks on it found, and return its place."""
    record.save(run, place)
    if run.inversions:
        record.save_attack(run.inversions, place)
    return str(place)


def measured(recipe: OddRecipe, runs: Sequence[str], draw: bool) -> Cost:
    """Tell runs in a copy of this process, and measure that."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
        failed = 1
        try:
            failed = failures(recipe, runs, draw)
        finally:
            sys.stdout.flush()
            os._exit(min(failed, 1))
    _, status, used = os.wait4(child, 0)
    seconds = used.ru_utime + used.ru_stime
    return Cost(recipe, seconds, used.ru_maxrss / 1024, status)


def failures(recipe: OddRecipe, runs: Sequence[str], draw: bool) -> int:
    """Tell every chapter; return how many failed."""
    specs, left_out = renderable(jobs(CHAPTERS, runs, Look("low")))
    failed = [str(one) for one in left_out if isinstance(one, ChapterFailedError)]
    for job in specs if draw else ():
        try:
            dry_run(replace(job, folder=Path(runs[0], "manim")))
        except (Exception, SystemExit) as error:  # Manim's scenes end the program
            failed.append(f"{job.name}: {error.__cause__ or error!r}")
    for line in failed:
        print(f"{recipe}: {line}")
    return len(failed)


def main() -> None:
    """Measure, and print the records that took most."""
    folder, count, *words = sys.argv[1:]
    jobs(CHAPTERS, [], Look("low"))  # what every process would import
    done = list(costs(Path(folder).absolute(), int(count), "draw" in words))
    print(f"{len(done)} records")
    for name in ("seconds", "megabytes"):
        worst = sorted(done, key=lambda cost: getattr(cost, name), reverse=True)
        print(f"\nMost {name}:", *worst[:SHOWN], sep="\n")
    bad = [cost for cost in done if cost.too_much]
    print(f"\n{len(bad)} took more than {MOST_SECONDS} s or {MOST_MEGABYTES} MB, or failed:", *bad)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
