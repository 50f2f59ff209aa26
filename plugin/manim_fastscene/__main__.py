"""The command line ``manim-fastscene``: check scenes, make GIFs, add captions."""

# ruff: noqa: PLC0415  # heavy imports are in the commands, so that help is fast

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

STILLS = Path("media", "check")
# Manim's settings to play a scene without writing anything.
NO_MOVIE = {"dry_run": True, "disable_caching": True, "progress_bar": "none"}
COLUMNS = ("scene", "section", "time", "rule", "what", "measured", "limit")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Check the pictures of Manim scenes, make GIFs of movies, and put captions into them."""


@main.command()
@click.argument("file", type=FILE)
@click.argument("names", nargs=-1, metavar="[SCENE]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=STILLS,
    show_default=True,
    help="The folder for a still of each finding.",
)
def check(file: Path, names: tuple[str, ...], output: Path) -> None:
    """Check scenes of a file, or all: text, contrast, colours, margins, overlaps, motion.

    The exit code is 1 if there are findings, and 2 if the scenes cannot be checked.
    """
    from manim_fastscene.check.film import CheckError

    try:
        found = [finding for scene in _scenes(file, names) for finding in _findings(scene, output)]
    except CheckError as error:
        raise click.UsageError(str(error)) from error
    if found:
        _table(found)
        many = "finding" if len(found) == 1 else "findings"
        click.echo(f"{len(found)} {many}. Stills are in {output}")
        sys.exit(1)
    click.echo("no findings")


def _scenes(file: Path, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield new scenes of a file, each with Manim's settings in effect."""
    from manim import tempconfig

    from manim_fastscene.check.files import scenes_in
    from manim_fastscene.check.film import CheckError

    with TemporaryDirectory() as folder, scenes_in(file, {}) as known:
        if wrong := [name for name in names if name not in known] or (not known and [""]):
            raise CheckError(
                f"{file} has no scene {wrong[0]}. It has: {', '.join(known) or 'none'}"
            )
        for name in dict.fromkeys(names or known):
            with tempconfig({**NO_MOVIE, "media_dir": folder, "verbosity": "WARNING"}):
                yield known[name]()


def _findings(scene: Any, output: Path) -> list[Any]:
    from manim_fastscene.check.inspector import Inspector

    return Inspector(type(scene).__name__, output).inspect(scene)


def _table(found: list[Any]) -> None:
    """Print findings as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*COLUMNS, box=None, pad_edge=False)
    for one in found:
        about = " ".join(one.fault.about.split())
        row = (one.beat, f"{one.time:.1f} s", one.fault.rule, about, one.measured, one.limit)
        table.add_row(one.chapter, *row)
    Console().print(table)


@main.command()
@click.argument("movies", nargs=-1, required=True, type=FILE)
@click.argument("gif", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--width", type=click.IntRange(1), help="In pixels.  [default: that of the movie]")
def gif(movies: tuple[Path, ...], gif: Path, width: int | None) -> None:
    """Write movies of one size, one after the other, as a GIF with a palette of its own."""
    from manim_fastscene.gif import write_gif

    write_gif(movies, gif, width)
    click.echo(f"{gif}, {gif.stat().st_size / 1e6:.2f} MB")


@main.command()
@click.argument("movie", type=FILE)
@click.argument("captions", nargs=-1, required=True, type=FILE)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def captions(movie: Path, captions: tuple[Path, ...], target: Path) -> None:
    """Copy a movie with captions from SubRip files, such as Manim writes, as text tracks.

    A file's language is in its name, by three letters: film.eng.srt, film.deu.srt. WebVTT files for
    pages are written beside the new movie.
    """
    from manim_fastscene.captions import CaptionsError, write_captioned

    if target.exists() and target.samefile(movie):
        raise click.UsageError(f"{target} is the movie itself. Name another file")
    try:
        written = write_captioned(movie, captions, target)
    except CaptionsError as error:
        raise click.UsageError(str(error)) from error
    for path in written:
        click.echo(path)


if __name__ == "__main__":
    main()
