"""Clips that are kept are never shown where anything that they show has changed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hand import hand_run, saved

import fl_sim
import scenes
from fl_sim import record

FONT = "font_source_sans_pro"


class House:
    """A copy of the project, whose files can be changed, and a record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "house"
        for package in (scenes, fl_sim):
            place = Path(str(package.__file__)).parent
            skipped = shutil.ignore_patterns("runs", "__pycache__")
            shutil.copytree(place, self.folder / place.name, ignore=skipped)
        shutil.copy(Path(str(scenes.__file__)).parents[1] / "manim.cfg", self.folder)
        self.run = folder / "hand-0"
        saved(folder, hand_run())

    def movies(self, *channels: Path) -> list[bytes]:
        """Return the film of one chapter, made in folders in each of which clips are kept."""
        command = [sys.executable, "-m", "scenes.cli", "film", "cast", "--run", str(self.run)]
        at_work = []
        for channel in channels:
            channel.mkdir(exist_ok=True)
            at_work.append(
                subprocess.Popen(
                    [*command, "--quality", "low", "-o", "film.mp4"],
                    cwd=channel,
                    env={**os.environ, "PYTHONPATH": str(self.folder)},
                    stdout=subprocess.DEVNULL,
                )
            )
        assert [process.wait() for process in at_work] == [0] * len(channels)
        return [(channel / "film.mp4").read_bytes() for channel in channels]

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file's text."""
        text = (self.folder / file).read_text("utf-8")
        assert old in text
        (self.folder / file).write_text(text.replace(old, new), "utf-8")


def a_number(house: House) -> None:
    """Let a worker hold one photo more."""
    run = record.load(str(house.run))
    first, *others = run.partitions
    one, *rest = first.label_counts or ()
    counts = {"num_train": first.num_train + 1, "label_counts": (one + 1, *rest)}
    more = first.model_copy(update=counts)
    record.save(run.model_copy(update={"partitions": (more, *others)}), house.run)


def a_thumbnail(house: House) -> None:
    """Show photos the other way round, dark for bright."""
    run = record.load(str(house.run))
    assert run.thumbnails is not None
    record.save(run.model_copy(update={"thumbnails": 255 - run.thumbnails}), house.run)


def a_caption(house: House) -> None:
    """Say it in other words."""
    house.edit("scenes/story/cast.py", "Models travel, photos do not.", "Only models travel.")


def a_colour(house: House) -> None:
    """Draw data in another colour."""
    house.edit("scenes/drawing/palettes.py", "#F2C14E", "#4EF2C1")


def a_font(house: House) -> None:
    """Let another font have the name and the version of the one in use."""
    own = Path(str(__import__(FONT).__file__)).parent
    shutil.copytree(own, house.folder / FONT)
    fonts = house.folder / FONT / "files"
    shutil.copy(fonts / "SourceSansPro-Bold.ttf", fonts / "SourceSansPro-Regular.ttf")


def manims_version(house: House) -> None:
    """Say that Manim is a newer one."""
    about = house.folder / "manim-99.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: manim\nVersion: 99\n")


SEEN: tuple[Callable[[House], None], ...] = (a_number, a_thumbnail, a_caption, a_colour, a_font)


def test_a_change_shows_as_if_nothing_had_been_kept(tmp_path: Path) -> None:
    house, kept = House(tmp_path), tmp_path / "kept"
    (before,) = house.movies(kept)
    for number, change in enumerate([*SEEN, manims_version]):
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
    return len([*(channel / "media" / "store").glob("??/*.mp4")])
