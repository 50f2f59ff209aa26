"""``fedreel``: make the film, its loop, its contact sheet, and audit its numbers."""

# ruff: noqa: PLC0415  # heavy imports happen in the commands, so that help is immediate

import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import cloup

from scenes import FILM, LOOP

if TYPE_CHECKING:
    from scenes.release.manifest import Manifest
    from scenes.render.clips import Renderer
    from scenes.render.jobs import Clip, Job

SETTINGS = cloup.Context.settings(
    help_option_names=["-h", "--help"],
    formatter_settings=cloup.HelpFormatter.settings(theme=cloup.HelpTheme.dark()),
)
INTERRUPTED = 130
HERE = "here"  # where chapters are rendered if nothing else is said
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
    quality: str | None, several: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options that choose size, shape, colours and language.

    Args:
        quality: the quality that is taken where none is chosen; None where there is no choice.
        several: whether there may be several shapes and languages.
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
        "shapes" if several else "shape",
        type=cloup.Choice(["16:9", "9:16", "1:1"]),
        help="Width to height; each is laid out anew, not cropped."
        + ("  [default: all three; may be given several times]" if several else ""),
        **_of_several(["16:9", "9:16", "1:1"] if several else "16:9"),
    )
    theme = cloup.option(
        "--theme", type=cloup.Choice(["dark", "light"]), default="dark", show_default=True
    )
    language = cloup.option(
        "--language",
        "languages" if several else "language",
        type=cloup.Choice(["en", "de", "es", "fr"]),
        help="Of captions, names and numbers."
        + ("  [default: en; may be given several times]" if several else ""),
        **_of_several(["en"] if several else "en"),
    )
    every = cloup.option(
        "--every-look", is_flag=True, help="In all shapes, themes and languages: takes a while."
    )
    options = [size] if quality else [every]

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed([*options, shape, theme, language]):
            command = option(command)
        return command

    return add


def _of_several(default: str | list[str]) -> dict[str, Any]:
    """Return an option's settings: one value, or several where the default is a list."""
    one = isinstance(default, str)
    return {"default": default, "multiple": not one, "show_default": one}


def on_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that chooses where chapters are rendered."""
    return cloup.option(
        "--on",
        type=cloup.Choice([HERE, "ray"]),
        default=HERE,
        show_default=True,
        help="Render on this machine, or on a Ray cluster: the one that RAY_ADDRESS names, or "
        "that `ray start` started here. All its machines need the same fedreel.",
    )(command)


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
        "RAY_ADDRESS=192.0.2.1:6379 fedreel film --on ray",
    )
)
@chapters_argument
@run_option
@look_options("medium")
@on_option
@output_option("media/film/fedreel.mp4")
def film(
    chapters: tuple[str, ...], runs: tuple[str, ...], on: str, output: Path | None, **look: str
) -> None:
    """Render chapters and join them into a movie with captions beside it."""
    with _errors():
        todo = _jobs(chapters, runs, look, on)
        from scenes.outputs.film import join

        clips = _render(todo, on)
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
        todo = _jobs((LOOP.name,), runs, look)
        from scenes.outputs.film import join
        from scenes.outputs.loop import gif

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
        todo = _jobs(chapters, runs, look)
        from scenes.outputs.sheet import sheet as make

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
        from scenes.outputs import audit as audits
        from scenes.render.progress import with_bars

        todo = _all_jobs(chapters, runs, every_look, look)
        shown = with_bars(todo, "audit", lambda follow: audits.audit(todo, follow))
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
        from scenes.render.jobs import Look
        from scenes.render.jobs import every_look as looks_of
        from scenes.render.progress import with_bars

        if what and what[0].endswith(".py"):
            looks = looks_of("low") if every_look else [Look("low", **look)]
            todo = [job for one in looks for job in scenes_of(Path(what[0]), what[1:], one)]
        else:
            todo = _all_jobs(what, runs, every_look, look)
        checked = with_bars(todo, "check", lambda follow: find(todo, output, follow))
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
        "fedreel release --language en --language de --on ray site",
        "fedreel release --explain site",
    )
)
@cloup.argument(
    "out", type=cloup.Path(file_okay=False, path_type=Path), help="The folder to be published."
)
@run_option
@look_options("high", several=True)
@on_option
@cloup.option(
    "--explain", is_flag=True, help="Say why each clip would be made or not, and make nothing."
)
def release(
    out: Path,
    runs: tuple[str, ...],
    on: str,
    explain: bool,
    shapes: tuple[str, ...],
    languages: tuple[str, ...],
    **look: str,
) -> None:
    """Make everything that one publishes, in one folder; what has not changed is kept.

    The film and its chapters as MP4 and WebM, captions in every language, a figure of each beat,
    the loop, and a manifest with every file and every number shown.
    """
    with _errors():
        from scenes.render.workers import prepare

        if on == HERE:
            prepare()
        from scenes.release.plan import Request, check_place, explanation, plan, unchanged
        from scenes.release.release import release as make
        from scenes.render.jobs import Look
        from scenes.render.progress import with_bars
        from scenes.render.store import STORE, Store

        renderer = _renderer(on)
        out = out.resolve()
        check_place(out)
        wish = Request(runs, Look(**look), _each_once(shapes), _each_once(languages))
        before = unchanged(wish, out)
        if before and not explain:
            click.echo(f"{out}: nothing has changed, {len(before.files)} files")
            return
        planned = plan(wish)
        for reason in planned.left_out:
            click.echo(f"fedreel: {reason}", err=True)
        if explain:
            for line in explanation(planned, out, Store(STORE)):
                click.echo(line)
            return
        begun = time.monotonic()
        spec = with_bars(
            planned.todo,
            "release",
            lambda follow: make(wish, planned, out, Store(STORE), follow, renderer),
        )
        _summary(spec, out, time.monotonic() - begun)


def _summary(spec: "Manifest", out: Path, seconds: float) -> None:
    """Say what a release holds, by kind of file, and how long it took."""
    from rich.console import Console
    from rich.table import Table

    rows = Table("in", "files", "MB", box=None, header_style="dim")
    for place in sorted({Path(file.path).parent.as_posix() for file in spec.files}):
        files = [file for file in spec.files if Path(file.path).parent.as_posix() == place]
        size = sum(file.bytes for file in files) / 1e6
        rows.add_row(place if place != "." else "the folder itself", f"{len(files)}", f"{size:.2f}")
    Console().print(rows)
    for file in spec.files:
        if file.budget:
            click.echo(f"{file.path}: {file.bytes / 1e3:.0f} of {file.budget / 1e3:.0f} kB")
    film = max(file.seconds or 0 for file in spec.files)
    size = sum(file.bytes for file in spec.files) / 1e6
    click.echo(
        f"{out}: {len(spec.files)} files, {size:.1f} MB, in {seconds:.0f} s; "
        f"the film lasts {film:.0f} s. Open {out / 'index.html'}"
    )


@cli.command(
    epilog=examples(
        "fedreel slides", "fedreel slides one_round --run mine", "fedreel slides --quality high"
    )
)
@chapters_argument
@run_option
@look_options("medium")
@output_option("media/slides.html")
def slides(
    chapters: tuple[str, ...], runs: tuple[str, ...], output: Path | None, **look: str
) -> None:
    """Make a deck for a talk, in one HTML file: every beat is a slide that stops at its end.

    Arrow keys, space and Page Down go through it, F fills the screen. What was rendered before in
    the same look is not rendered again.
    """
    with _errors():
        from scenes.outputs.film import title
        from scenes.outputs.slides import deck
        from scenes.render.clips import Planned, clips, sources_of
        from scenes.render.progress import with_bars
        from scenes.render.store import STORE, Store
        from scenes.text.languages import using

        todo = [Planned(job, sources_of(job)) for job in _jobs(chapters, runs, look)]
        made = with_bars(todo, "slides", lambda follow: clips(todo, Store(STORE), follow))
        chosen = todo[0].job.look
        with using(chosen.language):
            called = title()
        names = [planned.job.spec().title for planned in todo]
        path = deck(made, output or Path(f"media/slides{chosen.label}.html"), called, names, chosen)
        size = path.stat().st_size / 1e6
        click.echo(f"slides: {path}, {sum(len(clip.beats) for clip in made)}, {size:.1f} MB")


@cli.command(epilog=examples("fedreel watch", "fedreel watch ledger --run ~/runs/mine"))
@chapters_argument
@run_option
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(file_okay=False, path_type=Path),
    default=Path("media/draft"),
    show_default=True,
    help="The folder for the drafts: a movie a chapter, and all of them as fedreel.mp4.",
)
def watch(chapters: tuple[str, ...], runs: tuple[str, ...], output: Path) -> None:
    """Render drafts of chapters, and again whenever a record or a scene's file changes.

    Only what a change touches is rendered, at 480p15. Ctrl-C ends it.
    """
    with _errors():
        from scenes.outputs.watch import watch as keep_watching

        _jobs(chapters, runs, {})
        keep_watching(chapters, runs, output)


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _all_jobs(
    chapters: tuple[str, ...], runs: tuple[str, ...], every: bool, look: Mapping[str, str]
) -> "list[Job]":
    """Return the jobs in one look, or in every look."""
    from dataclasses import asdict

    from scenes.render.jobs import every_look

    looks = [asdict(one) for one in every_look("low")] if every else [{"quality": "low", **look}]
    first, *others = looks
    todo = _jobs(chapters, runs, first)
    return todo + [job for other in others for job in _again(todo, other)]


def _again(todo: "Sequence[Job]", look: Mapping[str, str]) -> "Iterator[Job]":
    """Yield jobs in another look."""
    from scenes.render.jobs import Look, jobs

    for job in todo:
        yield from jobs((job.chapter.name,), job.runs, Look(**look))


def _jobs(
    chapters: tuple[str, ...], runs: tuple[str, ...], look: Mapping[str, str], on: str = HERE
) -> "list[Job]":
    """Return the jobs whose records hold what the chapter shows, and say what is left out.

    A chapter that was asked for by name is not left out: what it lacks is an error.
    """
    from scenes.render.workers import prepare

    if on == HERE:
        prepare()  # before all other imports: they are done while Manim's goes on
    from scenes.render.jobs import Look, jobs, renderable

    todo, left_out = renderable(jobs(chapters, runs, Look(**look)))
    if left_out and (chapters or not todo):
        raise left_out[0]
    for reason in left_out:
        click.echo(f"fedreel: {reason}", err=True)
    return todo


def _render(todo: "list[Job]", on: str = HERE) -> "list[Clip]":
    """Return the jobs' clips; those that the store lacks are rendered, with a bar."""
    from scenes.render.clips import Planned, clips, sources_of
    from scenes.render.progress import with_bars
    from scenes.render.store import STORE, Store

    renderer = _renderer(on)
    planned = [Planned(job, sources_of(job)) for job in todo]
    return with_bars(
        planned, "film", lambda follow: clips(planned, Store(STORE), follow, renderer=renderer)
    )


def _renderer(on: str) -> "Renderer":
    """Return what renders clips here, or on Ray if it is installed."""
    from scenes.render import clips, on_ray

    if on == HERE:
        return clips.here
    on_ray.check_installed()
    return on_ray.on_ray


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what a user can mend into one line and exit code 2."""
    try:
        yield
    except Exception as error:
        from fl_sim.record import RecordError  # not before Manim's import has begun elsewhere
        from scenes.text.errors import SceneError

        if not isinstance(error, RecordError | SceneError):
            raise
        _fail(error)


def _fail(error: Exception) -> NoReturn:
    click.echo(f"fedreel: {' '.join(str(error).split())}", err=True)
    sys.exit(2)


def main() -> None:
    """Run the command line. Ctrl-C exits with 130, as a shell expects, and so does ``kill``."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cli(standalone_mode=False)
        gc.freeze()  # what ends with the program need not be looked through before
    except (click.Abort, KeyboardInterrupt):
        click.echo("fedreel: stopped; no film was written", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
