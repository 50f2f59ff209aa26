"""``fedreel``: make the film, its loop, its contact sheet, and audit its numbers."""

# ruff: noqa: PLC0415  # heavy imports happen in the commands, so that help is immediate

import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
import cloup

from scenes import FILM, LOOP

if TYPE_CHECKING:
    from scenes.publish.render import Clip, Job
    from scenes.release.clips import Planned

SETTINGS = cloup.Context.settings(
    help_option_names=["-h", "--help"],
    formatter_settings=cloup.HelpFormatter.settings(theme=cloup.HelpTheme.dark()),
)
INTERRUPTED = 130
MOST_ROWS = 16  # of the display of what is at work: more than that are shown only while they are
Result = TypeVar("Result")
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
    """Add the option that chooses the records."""
    return cloup.option(
        "--run",
        "runs",
        multiple=True,
        type=cloup.Path(path_type=str),  # its variable is split as PATH is
        metavar="NAME|PATH",
        envvar="FEDREEL_RUN",
        help="A record to film, by name or path; may be given several times, for chapters that "
        "compare. Without it each chapter takes the committed runs that show its point best.",
    )(command)


def look_options(
    quality: str | None, one_shape: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options that choose size, shape, colours and language.

    Args:
        quality: the quality that is taken where none is chosen; None where there is no choice.
        one_shape: whether a shape is chosen here.
    """
    size = cloup.option(
        "-q",
        "--quality",
        type=cloup.Choice(["low", "medium", "high"]),
        default=quality,
        show_default=True,
        help="As Manim's: 480p15, 720p30 or 1080p60.",
    )
    shape = cloup.option(
        "--shape",
        type=cloup.Choice(["16:9", "9:16", "1:1"]),
        default="16:9",
        show_default=True,
        help="Width to height; each is laid out anew, not cropped.",
    )
    theme = cloup.option(
        "--theme", type=cloup.Choice(["dark", "light"]), default="dark", show_default=True
    )
    language = cloup.option(
        "--language",
        type=cloup.Choice(["en", "de", "es", "fr"]),
        default="en",
        show_default=True,
        help="Of captions, names and numbers.",
    )
    every = cloup.option(
        "--every-look", is_flag=True, help="In all shapes, themes and languages: takes a while."
    )
    options = [size] if quality else [every]
    options += [shape] if one_shape else []

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed([*options, theme, language]):
            command = option(command)
        return command

    return add


def output_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the option that chooses the file written."""
    return cloup.option(
        "-o",
        "--output",
        type=cloup.Path(dir_okay=False, path_type=Path),
        help=f"The file to write.  [default: {default}, with shape, theme and language in the "
        "name where they are not the usual ones]",
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
@look_options("medium")
@output_option("media/film/fedreel.mp4")
def film(
    chapters: tuple[str, ...], runs: tuple[str, ...], output: Path | None, **look: str
) -> None:
    """Render chapters and join them into a movie with captions beside it."""
    with _errors():
        from scenes.publish.film import join

        todo = _jobs(chapters, runs, look)
        clips = _render(todo)
        path = join(clips, output or Path(f"media/film/fedreel{todo[0].look.label}.mp4"))
        seconds = sum(clip.seconds for clip in clips)
        click.echo(f"film: {path}, {seconds:.0f} s, captions: {path.with_suffix('.srt')}")


@cli.command(epilog=examples("fedreel loop", "fedreel loop --run mine -o media/mine.gif"))
@run_option
@look_options("medium")
@output_option("media/loop.gif")
def loop(runs: tuple[str, ...], output: Path | None, **look: str) -> None:
    """Make the short seamless loop for a README: a GIF, and the same as MP4 beside it."""
    with _errors():
        from scenes.publish.film import join
        from scenes.publish.loop import gif

        todo = _jobs((LOOP.name,), runs, look)
        clips = _render(todo)
        output = output or Path(f"media/loop{todo[0].look.label}.gif")
        movie = join(clips, output.with_suffix(".mp4"))
        path = gif(movie, output)
        click.echo(f"loop: {path}, {path.stat().st_size / 1e6:.2f} MB, and {movie}")


@cli.command(epilog=examples("fedreel sheet", "fedreel sheet one_round --quality medium"))
@chapters_argument
@run_option
@look_options("low")
@output_option("media/sheet.png")
def sheet(
    chapters: tuple[str, ...], runs: tuple[str, ...], output: Path | None, **look: str
) -> None:
    """Put a still of every beat's middle and end on one labelled picture."""
    with _errors():
        from scenes.publish.sheet import sheet as make

        todo = _jobs(chapters, runs, look)
        path = output or Path(f"media/sheet{todo[0].look.label}.png")
        click.echo(f"sheet: {make(_render(todo), path)}")


@cli.command(epilog=examples("fedreel audit", "fedreel audit one_round --run mine --json a.json"))
@chapters_argument
@run_option
@look_options(None)
@cloup.option(
    "--json",
    "json_path",
    type=cloup.Path(dir_okay=False, path_type=Path),
    help="Write the list to this file as well.",
)
def audit(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    every_look: bool,
    json_path: Path | None,
    **look: str,
) -> None:
    """List every number that is shown, with its place in the record.

    Exits with 1 where a digit is shown that has no source.
    """
    with _errors():
        from scenes.publish import audit as audits

        todo = _all_jobs(chapters, runs, every_look, look)
        shown = _with_bar(todo, "audit", lambda follow: audits.audit(todo, follow))
        audits.table(shown)
        if json_path:
            audits.write(shown, json_path)
        without = sum(number.figure is None for number in shown)
        click.echo(f"{len(shown)} numbers shown, {without} without a source")
        sys.exit(1 if without else 0)


@cli.command(
    epilog=examples(
        "fedreel check",
        "fedreel check one_round --every-look --json found.json",
        "fedreel check my.py MyScene",
    )
)
@cloup.argument(
    "what",
    nargs=-1,
    metavar="[CHAPTER]... | FILE [SCENE]...",
    help=f"Chapters of {CHAPTERS}; or any file with Manim scenes, and some of these. "
    "All without one.",
)
@run_option
@look_options(None)
@cloup.option(
    "--json",
    "json_path",
    type=cloup.Path(dir_okay=False, path_type=Path),
    help="Write what is found to this file as well.",
)
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(file_okay=False, path_type=Path),
    default=Path("media/check"),
    show_default=True,
    help="The folder for a still of each finding.",
)
def check(
    what: tuple[str, ...],
    runs: tuple[str, ...],
    every_look: bool,
    json_path: Path | None,
    output: Path,
    **look: str,
) -> None:
    """Check every picture: text, contrast, colours, margins, overlaps, motion, what is left over.

    Exits with 1 where anything is found.
    """
    with _errors():
        from scenes.check import report
        from scenes.check.run import check as find
        from scenes.check.run import scenes_of
        from scenes.publish.render import Look
        from scenes.publish.render import every_look as looks_of

        if what and what[0].endswith(".py"):
            looks = looks_of("low") if every_look else [Look("low", **look)]
            todo = [job for one in looks for job in scenes_of(Path(what[0]), what[1:], one)]
        else:
            todo = _all_jobs(what, runs, every_look, look)
        checked = _with_bar(todo, "check", lambda follow: find(todo, output, follow))
        report.table(checked)
        if json_path:
            report.write(checked, json_path)
        click.echo(report.summary(checked, output))
        sys.exit(1 if any(chapter.findings for chapter in checked) else 0)


@cli.command(
    epilog=examples(
        "fedreel release site",
        "fedreel release --run mine site",
        "fedreel release --quality low --shape 16:9 draft",
        "fedreel release --explain site",
    )
)
@cloup.argument(
    "out", type=cloup.Path(file_okay=False, path_type=Path), help="The folder to be published."
)
@run_option
@look_options("high", one_shape=False)
@cloup.option(
    "--shape",
    "shapes",
    multiple=True,
    type=cloup.Choice(["16:9", "9:16", "1:1"]),
    help="Width to height; may be given several times.  [default: all three]",
)
@cloup.option(
    "--explain", is_flag=True, help="Say why each clip would be made or not, and make nothing."
)
def release(
    out: Path, runs: tuple[str, ...], explain: bool, shapes: tuple[str, ...], **look: str
) -> None:
    """Make everything that one publishes, in one folder; what has not changed is kept.

    The film and its chapters as MP4 and WebM, captions in every language, a figure of each beat,
    the loop, and a manifest with every file and every number shown.
    """
    with _errors():
        from scenes.publish.render import Look
        from scenes.release.plan import Wish, check_place, plan, reasons, unchanged
        from scenes.release.release import STORE
        from scenes.release.release import release as make
        from scenes.release.store import Store

        out = out.resolve()
        check_place(out)
        wish = Wish(runs, Look(**look), shapes or Wish().shapes)
        before = unchanged(wish, out)
        if before and not explain:
            click.echo(f"{out}: nothing has changed, {len(before.files)} files")
            return
        planned = plan(wish)
        for reason in planned.left_out:
            click.echo(f"fedreel: {reason}", err=True)
        if explain:
            for name, why in reasons(planned, out).items():
                click.echo(f"{name}: {'; '.join(why) or 'as it was'}")
            return
        told = _with_bar(
            planned.todo, "release", lambda follow: make(wish, planned, out, Store(STORE), follow)
        )
        size = sum(file.bytes for file in told.files) / 1e6
        click.echo(f"{out}: {len(told.files)} files, {size:.1f} MB")


def _all_jobs(
    chapters: tuple[str, ...], runs: tuple[str, ...], every: bool, look: Mapping[str, str]
) -> "list[Job]":
    """Return the jobs in one look, or in every look."""
    from dataclasses import asdict

    from scenes.publish.render import every_look

    looks = [asdict(one) for one in every_look("low")] if every else [{"quality": "low", **look}]
    first, *others = looks
    todo = _jobs(chapters, runs, first)
    return todo + [job for other in others for job in _again(todo, other)]


def _again(todo: "Sequence[Job]", look: Mapping[str, str]) -> "Iterator[Job]":
    """Yield jobs in another look."""
    from scenes.publish.render import Look, jobs

    for job in todo:
        yield from jobs((job.chapter.name,), job.runs, Look(**look))


def _jobs(chapters: tuple[str, ...], runs: tuple[str, ...], look: Mapping[str, str]) -> "list[Job]":
    """Return the jobs whose records hold what the chapter shows, and say what is left out.

    A chapter that was asked for by name is not left out: what it lacks is an error.
    """
    from scenes.publish.render import Look, jobs, tellable

    todo, left_out = tellable(jobs(chapters, runs, Look(**look)))
    if left_out and (chapters or not todo):
        raise left_out[0]
    for reason in left_out:
        click.echo(f"fedreel: {reason}", err=True)
    return todo


def _render(todo: "list[Job]") -> "list[Clip]":
    """Render with a bar."""
    from scenes.publish.render import render

    return _with_bar(todo, "film", lambda follow: render(todo, follow))


def _with_bar(
    todo: "Sequence[Job | Planned]", name: str, work: Callable[[Callable[[str, str], None]], Result]
) -> Result:
    """Work with a bar for the whole and a line for each chapter at work."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from scenes.publish.render import DONE

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[beat]:<12}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        whole = progress.add_task(name, total=len(todo), beat="")
        few = len(todo) <= MOST_ROWS
        rows: dict[str, Any] = {}

        def row(job: str) -> Any:
            if job not in rows:
                rows[job] = progress.add_task(job, total=None, beat="waits")
            return rows[job]

        for job in todo if few else ():
            row(job.name)

        def follow(job: str, beat: str) -> None:
            progress.update(row(job), beat=beat, visible=few or beat != DONE)
            if beat == DONE:
                progress.update(row(job), total=1, completed=1)
                progress.advance(whole)

        return work(follow)


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
    """Run the command line. Ctrl-C exits with 130, as a shell expects, and so does ``kill``."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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
