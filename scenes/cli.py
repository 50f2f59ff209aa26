"""The command line ``fedreel``, which makes films and checks them."""

# ruff: noqa: PLC0415  # heavy imports are in the commands, so that help is fast

import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import cloup

from scenes import FILM, LOOP
from scenes.drawing.palettes import PALETTES
from scenes.render.looks import QUALITIES, SHAPES, Look
from scenes.text.languages import LANGUAGES, check_catalogues, untranslated

if TYPE_CHECKING:
    from scenes.release.manifest import Manifest
    from scenes.release.plan import Request
    from scenes.render.clips import Renderer
    from scenes.render.jobs import Clip, Job
    from scenes.text.naming import Naming

SETTINGS = cloup.Context.settings(
    help_option_names=["-h", "--help"],
    formatter_settings=cloup.HelpFormatter.settings(theme=cloup.HelpTheme.dark()),
)
INTERRUPTED = 130
HERE = "here"  # the default place to render
CHAPTERS = ", ".join(chapter.name for chapter in FILM)


def examples(*lines: str) -> str:
    """Return the examples at the end of a command's help."""
    keep_lines = "\b\n"
    return keep_lines + "Examples:\n" + "\n".join(f"  {line}" for line in lines)


def chapters_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument for chapters to a command."""
    return cloup.argument(
        "chapters",
        nargs=-1,
        metavar="[CHAPTER]...",
        help=f"Chapters to use, of {CHAPTERS}. Default: all.",
    )(command)


def run_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option for run records to a command."""
    return cloup.option(
        "--run",
        "runs",
        multiple=True,
        type=cloup.Path(path_type=str),  # the variable is split like PATH
        metavar="NAME|PATH",
        envvar="FEDREEL_RUN",
        help="A run record, by name or path. Repeat it for chapters that compare runs. "
        "Default: committed runs that suit each chapter.",
    )(command)


def look_options(
    quality: str | None, several: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the options for quality, shape, theme and language.

    Args:
        quality: the default quality; None adds --every-look instead.
        several: whether shapes and languages may be repeated.
    """
    default = Look()
    size = cloup.option(
        "-q",
        "--quality",
        type=cloup.Choice(list(QUALITIES)),
        default=quality,
        show_default=True,
        help=f"Height and frame rate: {', '.join(map(str, QUALITIES.values()))}.",
    )
    shape = cloup.option(
        "--shape",
        "shapes" if several else "shape",
        type=cloup.Choice(list(SHAPES)),
        help="Width to height. Each shape has its own layout."
        + ("  [default: all; may be repeated]" if several else ""),
        **_maybe_multiple(list(SHAPES) if several else default.shape),
    )
    theme = cloup.option(
        "--theme", type=cloup.Choice(list(PALETTES)), default=default.theme, show_default=True
    )
    language = cloup.option(
        "--language",
        "languages" if several else "language",
        type=cloup.Choice(list(LANGUAGES)),
        help="Language of captions, names and numbers."
        + (f"  [default: {default.language}; may be repeated]" if several else ""),
        **_maybe_multiple([default.language] if several else default.language),
    )
    every = cloup.option(
        "--every-look", is_flag=True, help="Use all shapes, themes and languages. This is slow."
    )
    options = [size] if quality else [every]

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed([*options, shape, theme, language]):
            command = option(command)
        return command

    return add


def _maybe_multiple(default: str | list[str]) -> dict[str, Any]:
    """Return settings of an option: several values if the default is a list, else one."""
    one = isinstance(default, str)
    return {"default": default, "multiple": not one, "show_default": one}


def naming_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for title and author to a command, which gets them as ``naming``."""

    @wraps(command)
    def with_naming(*values: Any, title: str, author: str, **others: Any) -> None:
        with _one_line_errors():
            from scenes.text.naming import Naming

            naming = Naming(title, author)
        command(*values, naming=naming, **others)

    title = cloup.option(
        "--title",
        default="",
        help="The film's title, in the opening, in the movie and on pages.  [default: the opening "
        "says what the run is; elsewhere the usual title]",
    )
    author = cloup.option(
        "--author",
        default="",
        help="Who made the film, in the movie, on pages and in the citation. Join several by "
        '" and ".  [default: nobody; in the citation: fedreel contributors]',
    )
    return title(author(with_naming))


def on_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option for the place to render to a command."""
    return cloup.option(
        "--on",
        type=cloup.Choice([HERE, "ray"]),
        default=HERE,
        show_default=True,
        help="Render on this machine or on a Ray cluster: by default the one that `ray start` "
        "started here; RAY_ADDRESS names another. All machines need the same fedreel.",
    )(command)


def output_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the option for the output file."""
    return cloup.option(
        "-o",
        "--output",
        type=cloup.Path(dir_okay=False, path_type=Path),
        help=f"The file to write.  [default: {default}; other shapes, themes and languages get a "
        "suffix]",
    )


@cloup.group(
    context_settings=SETTINGS,
    epilog=examples("fedreel film", "fedreel film --run mine --quality high", "fedreel audit"),
)
@cloup.version_option(package_name="fedreel", prog_name="fedreel")
def cli() -> None:
    """Make an explainer film about federated learning from a recorded Flower run."""


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
@naming_options
@on_option
@output_option("media/film/fedreel.mp4")
def film(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    on: str,
    output: Path | None,
    naming: "Naming",
    **look: str,
) -> None:
    """Render chapters, and join them into a movie with a captions file."""
    with _one_line_errors():
        todo = _jobs(chapters, runs, look, on, naming.title)
        from scenes.outputs.film import join

        clips = _render(todo, on)
        chosen = todo[0].look
        path = join(
            clips,
            output or Path(f"media/film/fedreel{chosen.label}.mp4"),
            naming.metadata(LANGUAGES[chosen.language]),
        )
        seconds = sum(clip.seconds for clip in clips)
        click.echo(f"film: {path}, {seconds:.0f} s, captions: {path.with_suffix('.srt')}")


@cli.command(epilog=examples("fedreel loop", "fedreel loop --run mine -o media/mine.gif"))
@run_option
@look_options("medium")
@naming_options
@output_option("media/loop.gif")
def loop(runs: tuple[str, ...], output: Path | None, naming: "Naming", **look: str) -> None:
    """Make a short seamless loop for a README, as GIF and as MP4."""
    with _one_line_errors():
        todo = _jobs((LOOP.name,), runs, look)
        from scenes.outputs.film import join
        from scenes.outputs.loop import gif

        clips = _render(todo)
        output = output or Path(f"media/loop{todo[0].look.label}.gif")
        about = naming.metadata(LANGUAGES[todo[0].look.language])
        movie = join(clips, output.with_suffix(".mp4"), about)
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
    """Make a contact sheet: two labelled stills of every beat on one picture."""
    with _one_line_errors():
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
    help="Also write the list to this file.",
)
def audit(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    every_look: bool,
    json_path: Path | None,
    **look: str,
) -> None:
    """List every number on screen with its place in the record.

    The exit code is 1 if a digit has no source.
    """
    with _one_line_errors():
        from scenes.outputs import audit as audits
        from scenes.render.progress import with_bars

        todo = _all_jobs(chapters, runs, every_look, look)
        numbers = with_bars(todo, "audit", partial(audits.audit, todo))
        audits.table(numbers)
        if json_path:
            audits.write(numbers, json_path)
        without = sum(number.number is None for number in numbers)
        click.echo(f"{len(numbers)} numbers on screen, {without} without a source")
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
    help=f"Chapters of {CHAPTERS}; or a file with Manim scenes, and names of scenes. Default: all.",
)
@run_option
@look_options(None)
@cloup.option(
    "--json",
    "json_path",
    type=cloup.Path(dir_okay=False, path_type=Path),
    help="Also write the findings to this file.",
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
    """Check every picture: text, contrast, colours, margins, overlaps, motion, leftovers.

    The exit code is 1 if there are findings.
    """
    with _one_line_errors():
        from scenes.check import report
        from scenes.check.run import check as find
        from scenes.check.run import scenes_of
        from scenes.render.looks import every_look as looks_of
        from scenes.render.progress import with_bars

        if what and what[0].endswith(".py"):
            looks = looks_of("low") if every_look else [Look("low", **look)]
            todo = [job for one in looks for job in scenes_of(Path(what[0]), what[1:], one)]
        else:
            todo = _all_jobs(what, runs, every_look, look)
        checked = with_bars(todo, "check", partial(find, todo, output))
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
        "fedreel release --run mine --title 'Our first run' --author 'Ada Lovelace' site",
        "fedreel release --explain site",
    )
)
@cloup.argument(
    "out", type=cloup.Path(file_okay=False, path_type=Path), help="The folder to publish."
)
@run_option
@look_options("high", several=True)
@naming_options
@on_option
@cloup.option(
    "--explain", is_flag=True, help="Print why each file would be made or not, and make nothing."
)
def release(
    out: Path,
    runs: tuple[str, ...],
    on: str,
    explain: bool,
    naming: "Naming",
    **chosen: Any,
) -> None:
    """Make a folder with all files to publish; unchanged files come from the cache.

    It has the film and its chapters as MP4 and WebM, captions in all languages, a figure of each
    beat, the loop, a web page, and a manifest of all files and numbers.
    """
    with _one_line_errors():
        from scenes.render.workers import prepare

        if on == HERE:
            prepare()
        from scenes.release.explain import explanation
        from scenes.release.plan import check_place, plan, unchanged
        from scenes.release.release import release as make
        from scenes.render.progress import with_bars
        from scenes.render.store import STORE, Store

        renderer = _renderer(on)
        out = out.resolve()
        check_place(out)
        request = _request(runs, naming, **chosen)
        before = unchanged(request, out)
        if before and not explain:
            click.echo(f"{out}: nothing has changed, {len(before.files)} files")
            return
        planned = plan(request)
        for reason in planned.left_out:
            click.echo(f"fedreel: {reason}", err=True)
        if explain:
            for line in explanation(request, planned, out, Store(STORE)):
                click.echo(line)
            return
        begun = time.monotonic()
        work = partial(make, request, planned, out, Store(STORE), renderer=renderer)
        manifest = with_bars(planned.clips, "release", work)
        _summary(manifest, out, time.monotonic() - begun)


def _request(
    runs: tuple[str, ...],
    naming: "Naming",
    shapes: tuple[str, ...],
    languages: tuple[str, ...],
    **look: str,
) -> "Request":
    from scenes.release.plan import Request

    return Request(runs, Look(**look), _each_once(shapes), _each_once(languages), naming)


def _summary(manifest: "Manifest", out: Path, seconds: float) -> None:
    """Print the number and size of a release's files by folder, and the time needed."""
    from rich.console import Console
    from rich.table import Table

    rows = Table("in", "files", "MB", box=None, header_style="dim")
    for place in sorted({Path(file.path).parent.as_posix() for file in manifest.files}):
        files = [file for file in manifest.files if Path(file.path).parent.as_posix() == place]
        size = sum(file.bytes for file in files) / 1e6
        rows.add_row(place if place != "." else "the folder itself", f"{len(files)}", f"{size:.2f}")
    Console().print(rows)
    for file in manifest.files:
        if file.budget:
            click.echo(f"{file.path}: {file.bytes / 1e3:.0f} of at most {file.budget / 1e3:.0f} kB")
    film = max(file.seconds or 0 for file in manifest.files)
    size = sum(file.bytes for file in manifest.files) / 1e6
    click.echo(
        f"{out}: {len(manifest.files)} files, {size:.1f} MB, in {seconds:.0f} s; "
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
@naming_options
@output_option("media/slides.html")
def slides(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    output: Path | None,
    naming: "Naming",
    **look: str,
) -> None:
    """Make slides for a talk in one HTML file, with a slide for every beat.

    Arrow keys, space and Page Down change the slide; F is full screen. Chapters that were already
    rendered in the same look come from the cache.
    """
    with _one_line_errors():
        from scenes.outputs.slides import deck
        from scenes.render.clips import PlannedClip, inputs_of, load_or_render
        from scenes.render.progress import with_bars
        from scenes.render.store import STORE, Store
        from scenes.text.languages import named

        found = _jobs(chapters, runs, look, title=naming.title)
        todo = [PlannedClip(job, inputs_of(job)) for job in found]
        clips = with_bars(todo, "slides", partial(load_or_render, todo, Store(STORE)))
        chosen = todo[0].job.look
        language = named(chosen.language)
        name = naming.title_in(language)
        titles = [str(one.job.tell().title.in_language(language)) for one in todo]
        path = deck(clips, output or Path(f"media/slides{chosen.label}.html"), name, titles, chosen)
        size = path.stat().st_size / 1e6
        click.echo(
            f"slides: {path}, {sum(len(clip.beats) for clip in clips)} slides, {size:.1f} MB"
        )


@cli.command(epilog=examples("fedreel watch", "fedreel watch ledger --run ~/runs/mine"))
@chapters_argument
@run_option
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(file_okay=False, path_type=Path),
    default=Path("media/draft"),
    show_default=True,
    help="The folder for the drafts: a movie for each chapter, and all of them as fedreel.mp4.",
)
def watch(chapters: tuple[str, ...], runs: tuple[str, ...], output: Path) -> None:
    """Render drafts of chapters, and again after every change of a record or a scene.

    Only the affected chapters are rendered, at 480p15. Ctrl-C ends the command.
    """
    with _one_line_errors():
        from scenes.outputs.watch import watch as keep_watching

        _jobs(chapters, runs, {})
        keep_watching(chapters, runs, output)


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _all_jobs(
    chapters: tuple[str, ...], runs: tuple[str, ...], every: bool, look: Mapping[str, str]
) -> "list[Job]":
    """Return the jobs in one look or in every look."""
    from dataclasses import asdict

    from scenes.render.looks import every_look

    looks = [asdict(one) for one in every_look("low")] if every else [{"quality": "low", **look}]
    first, *others = looks
    todo = _jobs(chapters, runs, first)
    return todo + [job for other in others for job in _in_look(todo, other)]


def _in_look(todo: "Sequence[Job]", look: Mapping[str, str]) -> "Iterator[Job]":
    """Yield jobs in another look."""
    from scenes.render.jobs import jobs

    for job in todo:
        yield from jobs((job.chapter.name,), job.runs, Look(**look))


def _jobs(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    look: Mapping[str, str],
    on: str = HERE,
    title: str = "",
) -> "list[Job]":
    """Return the jobs whose records have the data they need, and print those left out.

    If a chapter was named, missing data are an error.
    """
    from scenes.render.workers import prepare

    if on == HERE:
        prepare()  # first: other imports happen during the import of Manim
    from scenes.render.jobs import jobs, renderable

    chosen = Look(**look)
    if missing := untranslated(LANGUAGES[chosen.language]):
        click.echo(f"fedreel: {missing} texts are not translated; they are in English", err=True)
    todo, left_out = renderable(jobs(chapters, runs, chosen, title))
    if left_out and (chapters or not todo):
        raise left_out[0]
    for reason in left_out:
        click.echo(f"fedreel: {reason}", err=True)
    return list(todo)


def _render(todo: "list[Job]", on: str = HERE) -> "list[Clip]":
    """Return the clips of jobs, with a progress bar."""
    from scenes.render.clips import PlannedClip, inputs_of, load_or_render
    from scenes.render.progress import with_bars
    from scenes.render.store import STORE, Store

    renderer = _renderer(on)
    planned = [PlannedClip(job, inputs_of(job)) for job in todo]
    work = partial(load_or_render, planned, Store(STORE), renderer=renderer)
    return with_bars(planned, "film", work)


def _renderer(on: str) -> "Renderer":
    """Return the renderer of a place: this machine, or Ray if installed."""
    from scenes.render import clips, on_ray

    if on == HERE:
        return clips.render_locally
    on_ray.check_installed()
    return on_ray.on_ray


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Print an error that a user can fix in one line, and exit with code 2."""
    try:
        check_catalogues()
        yield
    except Exception as error:
        from fl_sim.record import RecordError  # only after the import of Manim has started
        from scenes.text.errors import SceneError

        if not isinstance(error, RecordError | SceneError):
            raise
        _fail(error)


def _fail(error: Exception) -> NoReturn:
    click.echo(f"fedreel: {' '.join(str(error).split())}", err=True)
    sys.exit(2)


def main() -> None:
    """Run the command line. Ctrl-C and ``kill`` exit with code 130, as shells expect."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cli(standalone_mode=False)
        gc.freeze()  # no garbage collection at the end of the program
    except (click.Abort, KeyboardInterrupt):
        click.echo(
            "fedreel: stopped. No film was written; finished clips are in the cache", err=True
        )
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
