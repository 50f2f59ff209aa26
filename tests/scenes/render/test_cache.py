"""Clips that are kept are never shown where anything that they show has changed."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import changes
from hand import hand_run, saved
from house import House
from processes import finish, start

from fl_sim import record

MODULE = (sys.executable, "-m", "scenes.cli")


class Kept(House):
    """A copy of the project, a record, and folders in each of which clips are kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "house")
        self.mine = folder / "hand-0"
        saved(folder, hand_run())

    def movies(self, *places: Path) -> list[bytes]:
        """Return the film of one chapter, made in each of some folders, side by side."""
        words = ["film", "credits", "--run", self.mine, "--quality", "low", "-o", "film.mp4"]
        variables = {**os.environ, "PYTHONPATH": str(self.folder)}
        with ExitStack() as stack:
            programs = []
            for place in places:
                place.mkdir(exist_ok=True)
                program = start(*MODULE, *words, cwd=place, env=variables)
                programs.append(stack.enter_context(program))
            for program in programs:
                _, errors = finish(program)
                assert program.returncode == 0, errors
        return [(place / "film.mp4").read_bytes() for place in places]


def a_number(house: Kept) -> None:
    """Let a worker hold one photo more, by which the fingerprint that is shown is another."""
    run = record.load(str(house.mine))
    first, *others = run.partitions
    one, *rest = first.label_counts or ()
    counts = {"num_train": first.num_train + 1, "label_counts": (one + 1, *rest)}
    more = first.model_copy(update=counts)
    record.save(run.model_copy(update={"partitions": (more, *others)}), house.mine)


SEEN: tuple[Callable[[Kept], None], ...] = (
    a_number,
    changes.a_font,
)


def test_a_change_shows_as_if_nothing_had_been_kept(tmp_path: Path) -> None:
    house, kept = Kept(tmp_path), tmp_path / "kept"
    (before,) = house.movies(kept)
    for number, change in enumerate([*SEEN, changes.manims_version]):
        change(house)
        warm, cold = house.movies(kept, tmp_path / f"cold-{number}")
        assert warm == cold
        assert (warm != before) == (change in SEEN)
        assert clips_in(kept) == number + 2
        before = warm
    assert house.movies(kept) == [before]
    assert clips_in(kept) == 1 + len(SEEN) + 1  # nothing new: it was kept


def clips_in(channel: Path) -> int:
    """Return how many clips are kept."""
    return len([*(channel / "media" / "store").glob("??/*.json")])
