"""``fedreel``: make the film, its loop, its contact sheet, and audit its numbers."""

# ruff: noqa: PLC0415  # heavy imports happen in the commands, so that help is immediate

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import cloup

from scenes import FILM, LOOP

if TYPE_CHECKING:
    from scenes.publish.render import Clip, Job

SETTINGS = cloup.Context.settings(
    help_option_names=["-h", "--help"],
    formatter_settings=cloup.HelpFormatter.settings(theme=cloup.HelpTheme.dark()),
)
INTERRUPTED = 130
CHAPTERS = ", ".join(chapter.name for chapter in FILM)


def examples(*lines: str) -> str:
    """Return the text that closes a command's help."""
    keep_lines = "\b\n"
    return keep_lines + "Examples:\n" + "\n".join(f"  {line}" for line in lines)


def chapters_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument that names chapters."""
    return cloup.argument(
        "chapters", nargs=-1, metavar="[CHAPTER]...", help=f"Of {CHAPTERS}; all without one."
    )(command)


def run_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that chooses the record."""
    return cloup.option(
        "--run",
        metavar="NAME|PATH",
        envvar="FEDREEL_RUN",
        help="The record to film, by name or path. Without it each chapter takes the committed "
        "run that shows its point best.",
    )(command)


def quality_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the option that chooses size and frame rate."""
    return cloup.option(
        "-q",
        "--quality",
        type=cloup.Choice(["low", "medium", "high"]),
        default=default,
        show_default=True,
        help="As Manim's: 480p15, 720p30 or 1080p60.",
    )


def output_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the option that chooses the file written."""
    return cloup.option(
        "-o",
        "--output",
        type=cloup.Path(dir_okay=False, path_type=Path),
        default=Path(default),
        show_default=True,
        help="The file to write.",
    )


@cloup.group(
    context_settings=SETTINGS,
    epilog=examples("fedreel film", "fedreel film --run mine --quality high", "fedreel audit"),
)
@cloup.version_option(package_name="fedreel", prog_name="fedreel")
def cli() -> None:
    """Turn a recorded Flower run into an explainer film about federated learning."""


@cli.command(
    epilog=examples(
        "fedreel film",
        "fedreel film --quality high",
        "fedreel film one_round --run ~/runs/mine -o media/mine.mp4",
    )
)
@chapters_argument
@run_option
@quality_option("medium")
@output_option("media/film/fedreel.mp4")
def film(chapters: tuple[str, ...], run: str | None, quality: str, output: Path) -> None:
    """Render chapters and join them into a movie with captions beside it."""
    with _errors():
        from scenes.publish.film import join

        clips = _render(_jobs(chapters, run, quality))
        path = join(clips, output)
        seconds = sum(clip.seconds for clip in clips)
        click.echo(f"film: {path}, {seconds:.0f} s, captions: {path.with_suffix('.srt')}")


@cli.command(epilog=examples("fedreel loop", "fedreel loop --run mine -o media/mine.gif"))
@run_option
@output_option("media/loop.gif")
def loop(run: str | None, output: Path) -> None:
    """Make the short seamless loop for a README: a GIF, and the same as MP4 beside it."""
    with _errors():
        from scenes.publish.film import join
        from scenes.publish.loop import gif

        clips = _render(_jobs((LOOP.name,), run, "medium"))
        movie = join(clips, output.with_suffix(".mp4"))
        path = gif(movie, output)
        click.echo(f"loop: {path}, {path.stat().st_size / 1e6:.2f} MB, and {movie}")


@cli.command(epilog=examples("fedreel sheet", "fedreel sheet one_round --quality medium"))
@chapters_argument
@run_option
@quality_option("low")
@output_option("media/sheet.png")
def sheet(chapters: tuple[str, ...], run: str | None, quality: str, output: Path) -> None:
    """Put a still of every beat's middle and end on one labelled picture."""
    with _errors():
        from scenes.publish.sheet import sheet as make

        clips = _render(_jobs(chapters, run, quality))
        click.echo(f"sheet: {make(clips, output)}")


@cli.command(epilog=examples("fedreel audit", "fedreel audit one_round --run mine --json a.json"))
@chapters_argument
@run_option
@cloup.option(
    "--json",
    "json_path",
    type=cloup.Path(dir_okay=False, path_type=Path),
    help="Write the list to this file as well.",
)
def audit(chapters: tuple[str, ...], run: str | None, json_path: Path | None) -> None:
    """List every number that is shown, with its place in the record.

    Exits with 1 where a digit is shown that has no source.
    """
    with _errors():
        from scenes.publish import audit as audits

        shown = audits.audit(_jobs(chapters, run, "low"))
        audits.table(shown)
        if json_path:
            audits.write(shown, json_path)
        without = sum(number.figure is None for number in shown)
        click.echo(f"{len(shown)} numbers shown, {without} without a source")
        sys.exit(1 if without else 0)


def _jobs(chapters: tuple[str, ...], run: str | None, quality: str) -> "list[Job]":
    """Return the jobs, each with a record that was found to be valid."""
    from fl_sim import record
    from scenes.publish.render import jobs

    todo = jobs(chapters, run, quality)
    for name in {job.run for job in todo}:
        record.load(name)
    return todo


def _render(todo: "list[Job]") -> "list[Clip]":
    """Render with a bar for the whole and a line for each chapter at work."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from scenes.publish.render import DONE, render

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<12}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[beat]:<12}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        whole = progress.add_task("film", total=len(todo), beat="")
        names = [job.chapter.name for job in todo]
        rows = {name: progress.add_task(name, total=None, beat="waits") for name in names}

        def follow(chapter: str, beat: str) -> None:
            progress.update(rows[chapter], beat=beat)
            if beat == DONE:
                progress.update(rows[chapter], total=1, completed=1)
                progress.advance(whole)

        return render(todo, follow)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what a user can mend into one line and exit code 2."""
    from fl_sim.record import RecordError
    from scenes.errors import SceneError

    try:
        yield
    except (RecordError, SceneError) as error:
        _fail(error)


def _fail(error: Exception) -> NoReturn:
    click.echo(f"fedreel: {' '.join(str(error).split())}", err=True)
    sys.exit(2)


def main() -> None:
    """Run the command line. Ctrl-C exits with 130, as a shell expects."""
    try:
        cli(standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        click.echo("fedreel: stopped; no film was written", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
