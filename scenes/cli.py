"""The command line ``fedreel``, which makes films and checks them."""

# ruff: noqa: PLC0415  # heavy imports are in the commands, so that help is fast

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
import cloup

from fl_sim.terminal import Choice, one_line, say, streams, table, usage
from scenes import FILM, LOOP
from scenes.drawing.palettes import PALETTES
from scenes.render.looks import QUALITIES, SHAPES, Look
from scenes.sound.effects import EFFECTS, SILENT, SOUNDS
from scenes.text.languages import LANGUAGES, check_catalogues, untranslated

if TYPE_CHECKING:
    from scenes.fast.scheduler import OnProgress
    from scenes.outputs.movies import Rendered
    from scenes.outputs.soundtrack import Heard
    from scenes.release.manifest import Manifest
    from scenes.release.plan import Request
    from scenes.render.clips import Renderer
    from scenes.render.jobs import Job
    from scenes.text.naming import Naming

Result = TypeVar("Result")

SETTINGS = cloup.Context.settings(
    help_option_names=["-h", "--help"],
    formatter_settings=cloup.HelpFormatter.settings(theme=cloup.HelpTheme.dark()),
)
INTERRUPTED = 130
HERE = "here"  # the default place to render
CHAPTERS = ", ".join(chapter.name for chapter in (*FILM, LOOP))
FILM_FILE, LOOP_FILE = "media/film/fedreel.mp4", "media/film/loop.gif"
SHEET_FILE, SLIDES_FILE = "media/sheet.png", "media/slides.html"
CACHED = "finished clips are in the cache"


def examples(*lines: str) -> str:
    """Return the examples at the end of a command's help."""
    keep_lines = "\b\n"
    return keep_lines + "Examples:\n" + "\n".join(f"  {line}" for line in lines)


def chapters_argument(command: Callable[..., Any], ends: bool = True) -> Callable[..., Any]:
    """Add the argument for chapters to a command, which ends by itself or when it is stopped."""
    left_out = (
        " The exit code is 1 if one that is named is left out, or if one fails, and 2 if none is "
        "left."
    )
    return cloup.argument(
        "chapters",
        nargs=-1,
        metavar="[CHAPTER]...",
        help=f"Chapters to use, of {CHAPTERS}. Default: the film, which is all but {LOOP.name}."
        + (left_out if ends else ""),
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
        type=Choice(list(QUALITIES)),
        default=quality,
        show_default=True,
        help=f"Height and frame rate: {', '.join(map(str, QUALITIES.values()))}.",
    )
    shape = cloup.option(
        "--shape",
        "shapes" if several else "shape",
        type=Choice(list(SHAPES)),
        help="Width to height. Each shape has its own layout."
        + ("  [default: all; may be repeated]" if several else ""),
        **_maybe_multiple(list(SHAPES) if several else default.shape),
    )
    theme = cloup.option(
        "--theme", type=Choice(list(PALETTES)), default=default.theme, show_default=True
    )
    language = cloup.option(
        "--language",
        "languages" if several else "language",
        type=Choice(list(LANGUAGES)),
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
        with _one_line_errors("Nothing was made"):
            from scenes.text.naming import Naming

            naming = Naming(title, author)
        command(*values, naming=naming, **others)

    title = cloup.option(
        "--title",
        default="",
        help="The film's title, in the credits, in the movie and on pages.  "
        "[default: the usual one]",
    )
    author = cloup.option(
        "--author",
        default="",
        help="Who made the film, in the movie, on pages and in the citation. Join several by "
        '" and ".  [default: nobody; in the citation: fedreel contributors]',
    )
    return title(author(with_naming))


def voice_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option for a voice to a command."""
    return cloup.option(
        "--voice",
        is_flag=False,
        flag_value="auto",
        default="",
        metavar="[ENGINE]",
        help="Speak the captions by hibari, which speaks English, espeak-ng, or a voice that you "
        "have: kokoro:VOICE.bin, piper:VOICE.onnx. Without a name, hibari for English, else "
        "espeak-ng. "
        "A beat lasts until all is spoken. Name chapters before it.",
    )(command)


def sound_options(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the options for sound and voice, given together as ``sounds``.

    Args:
        default: the sound without the option.
    """
    sound = cloup.option(
        "--sound",
        type=Choice(list(SOUNDS)),
        default=default,
        show_default=True,
        help="What is heard: a click for each packet and a tone for each round, as high as the "
        "accuracy; or all, which adds a low pad. A GIF has no sound.",
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_sounds(*values: Any, sound: str, voice: str, **others: Any) -> None:
            command(*values, sounds=(sound, voice), **others)

        return sound(voice_option(with_sounds))

    return add


def on_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option for the place to render to a command."""
    return cloup.option(
        "--on",
        type=Choice([HERE, "ray"]),
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
        type=cloup.Path(path_type=Path),
        help=f"The file to write.  [default: {default}; other chapters, looks and runs are added "
        "to its name]",
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
@sound_options(EFFECTS)
@on_option
@output_option(FILM_FILE)
def film(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    sounds: tuple[str, str],
    on: str,
    output: Path | None,
    naming: "Naming",
    **look: str,
) -> None:
    """Render chapters, and join them into a movie with a captions file.

    The movie is MP4, MOV or WebM, as its name ends; that of one chapter can be a GIF.
    """
    with _one_line_errors(f"No film was written; {CACHED}"):
        todo, failed = _plan(chapters, runs, look, on, naming.title, sounds[1])
        from scenes.outputs.film import length_of
        from scenes.outputs.movies import film as make
        from scenes.outputs.targets import FILM_FORMATS, check_file, check_gif, named, sounding

        def file_of(held: "Sequence[Job]") -> Path:
            of, look = _asked(chapters, held), held[0].look
            usual = named(FILM_FILE, of, runs, look, "medium", naming.title)
            return output or sounding(usual, *sounds)

        check_file(file_of(todo), FILM_FORMATS)
        check_gif(file_of(todo), len(todo), sounds[1])
        check_file(file_of(todo).with_suffix(".srt"))
        heard = _heard(*sounds, todo[0].look.language)
        about = {**naming.metadata(LANGUAGES[todo[0].look.language]), **heard.about}

        def finish(rendered: "Rendered", on_progress: "OnProgress") -> tuple[list[Path], float]:
            made = make(rendered, file_of(rendered.jobs), on_progress, about, heard)
            return made, float(length_of(made[0]))

        ((path, *captions), seconds), undrawn = _render(todo, "film", finish, on)
        beside = f", captions: {captions[0]}" if captions else ""
        say(f"film: {path}, {seconds:.0f} s{beside}")
        _end_without([*failed, *undrawn])


@cli.command(epilog=examples("fedreel loop", "fedreel loop --run mine -o media/mine.gif"))
@run_option
@look_options("medium")
@naming_options
@output_option(LOOP_FILE)
def loop(runs: tuple[str, ...], output: Path | None, naming: "Naming", **look: str) -> None:
    """Make a short seamless loop for a README, as GIF and as MP4.

    If the name of the output ends in .mp4, .mov or .webm, there is that file alone.
    """
    with _one_line_errors(f"No loop was written; {CACHED}"):
        todo, _ = _plan((LOOP.name,), runs, look)
        from scenes.outputs.movies import loop as make
        from scenes.outputs.targets import LOOP_FORMATS, check_file, named

        path = output or named(LOOP_FILE, (), runs, todo[0].look, "medium", naming.title)
        check_file(path, LOOP_FORMATS)
        if path.suffix == ".gif":
            check_file(path.with_suffix(".mp4"))
        about = naming.metadata(LANGUAGES[todo[0].look.language])
        (first, *beside), _ = _render(
            todo, "loop", lambda rendered, on_progress: make(rendered, path, on_progress, about)
        )
        also = f", and {beside[0]}" if beside else ""
        say(f"loop: {first}, {first.stat().st_size / 1e6:.2f} MB{also}")


@cli.command(epilog=examples("fedreel sheet", "fedreel sheet one_round --quality medium"))
@chapters_argument
@run_option
@look_options("low")
@output_option(SHEET_FILE)
def sheet(
    chapters: tuple[str, ...], runs: tuple[str, ...], output: Path | None, **look: str
) -> None:
    """Make a contact sheet: two labelled stills of every beat on one picture."""
    with _one_line_errors(f"No sheet was written; {CACHED}"):
        todo, failed = _plan(chapters, runs, look)
        from scenes.outputs.sheet import sheet as make
        from scenes.outputs.targets import SHEET_FORMATS, check_file, named

        def file_of(held: "Sequence[Job]") -> Path:
            return output or named(SHEET_FILE, _asked(chapters, held), runs, held[0].look, "low")

        check_file(file_of(todo), SHEET_FORMATS)
        path, undrawn = _render(
            todo, "sheet", lambda rendered, _: make(rendered.clips, file_of(rendered.jobs))
        )
        say(f"sheet: {path}")
        _end_without([*failed, *undrawn])


@cli.command(
    epilog=examples("fedreel figures", "fedreel figures one_round --theme light --format pdf")
)
@chapters_argument
@run_option
@look_options("high")
@cloup.option(
    "--format",
    "kind",
    type=Choice(["svg", "pdf", "png"]),
    default="svg",
    show_default=True,
    help="Lines and letters of SVG and PDF are sharp at any size.",
)
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(file_okay=False, path_type=Path),
    default=Path("media/figures"),
    show_default=True,
    help="The folder for the figures.",
)
def figures(
    chapters: tuple[str, ...], runs: tuple[str, ...], kind: str, output: Path, **look: str
) -> None:
    """Draw the picture at the end of each beat, for papers and slides."""
    with _one_line_errors("Some figures may be missing"):
        from scenes.outputs.figures import figures as draw
        from scenes.outputs.targets import check_folder
        from scenes.render.progress import with_bars

        check_folder(output)
        todo, failed = _plan(chapters, runs, look)
        work = partial(draw, todo, output, kind)
        paths, undrawn = with_bars(todo, "figures", work)
        say(f"figures: {output}, {len(paths)} files")
        _end_without([*failed, *undrawn.values()])


@cli.command(epilog=examples("fedreel audit", "fedreel audit one_round --run mine --json a.json"))
@chapters_argument
@run_option
@look_options(None)
@cloup.option(
    "--json",
    "json_path",
    type=cloup.Path(path_type=Path),
    help="Also write the list to this file.",
)
@cloup.option("--spoken", is_flag=True, help="Also list the numbers that a voice speaks, as words.")
def audit(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    every_look: bool,
    json_path: Path | None,
    spoken: bool,
    **look: str,
) -> None:
    """List every number on screen with its place in the record.

    The exit code is 1 if a digit has no source.
    """
    with _one_line_errors("No number was listed"):
        from scenes.outputs import audit as audits
        from scenes.outputs.targets import check_file
        from scenes.render.progress import with_bars
        from scenes.voice.spoken import check_library

        if json_path:
            check_file(json_path)
        if spoken:
            check_library()
        todo, failed = _all_jobs(chapters, runs, every_look, look)
        numbers, unbuilt = with_bars(todo, "audit", partial(audits.audit, todo, aloud=spoken))
        audits.table(numbers)
        if json_path:
            audits.write(numbers, json_path)
        without = sum(number.number is None for number in numbers)
        where = "on screen and in words" if spoken else "on screen"
        say(f"{len(numbers)} numbers {where}, {without} without a source")
        _end_without([*failed, *unbuilt.values()])
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
    type=cloup.Path(path_type=Path),
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

    The exit code is 1 if there are findings, or if a chapter that is named is left out.
    """
    with _one_line_errors("Nothing was reported"):
        from scenes.render.workers import check_settings

        check_settings()  # first: the other imports are of Manim
        from scenes.check import report
        from scenes.check.run import check as find
        from scenes.check.run import scenes_of
        from scenes.outputs.targets import check_file, check_folder
        from scenes.render.looks import every_look as looks_of
        from scenes.render.progress import with_bars

        check_folder(output)
        if json_path:
            check_file(json_path)
        if what and what[0].endswith(".py"):
            looks = looks_of("low") if every_look else [Look("low", **look)]
            todo = [job for one in looks for job in scenes_of(Path(what[0]), what[1:], one)]
            failed: Sequence[str] = ()
        else:
            todo, failed = _all_jobs(what, runs, every_look, look)
        checked, unbuilt = with_bars(todo, "check", partial(find, todo, output))
        report.table(checked)
        if json_path:
            report.write(checked, json_path)
        say(report.summary(checked, output))
        _end_without([*failed, *unbuilt.values()])
        sys.exit(1 if any(chapter.findings for chapter in checked) else 0)


@cli.command(
    epilog=examples(
        "fedreel release site",
        "fedreel release --run mine site",
        "fedreel release --quality low --shape 16:9 draft",
        "fedreel release --language en --language de --on ray site",
        "fedreel release --run mine --title 'Our first run' --author 'Ada Lovelace' site",
        "fedreel release --grid ~/grids/mine site",
        "fedreel release --explain site",
    )
)
@cloup.argument(
    "out", type=cloup.Path(file_okay=False, path_type=Path), help="The folder to publish."
)
@run_option
@look_options("high", several=True)
@naming_options
@sound_options(SILENT)
@on_option
@cloup.option(
    "--grid",
    default="",
    metavar="NAME|PATH",
    help="A grid of runs that `fl-sim sweep` made, to walk on the page.  [default: the one that "
    "comes with fedreel, unless there is --run]",
)
@cloup.option(
    "--explain", is_flag=True, help="Print why each file would be made or not, and make nothing."
)
def release(  # noqa: PLR0913, PLR0917  # one parameter an option
    out: Path,
    runs: tuple[str, ...],
    on: str,
    grid: str,
    explain: bool,
    naming: "Naming",
    sounds: tuple[str, str],
    **chosen: Any,
) -> None:
    """Make a folder with all files to publish; unchanged files come from the cache.

    It has the film and its chapters as MP4 and WebM, captions in all languages, a figure of each
    beat, the loop, a web page, and a manifest of all files and numbers.
    """
    with _one_line_errors(f"No release was made: {out} is as it was; {CACHED}"):
        from scenes.render.workers import prepare

        if on == HERE:
            prepare()
        from scenes.outputs.targets import check_folder
        from scenes.release.explain import explanation
        from scenes.release.plan import check_place, plan, unchanged
        from scenes.release.release import release as make
        from scenes.render.progress import with_bars
        from scenes.render.store import STORE, Store
        from scenes.text.errors import ChapterFailedError, UndrawnError

        renderer = _renderer(on)
        out = out.resolve()
        check_place(out)
        check_folder(out.parent)
        request = _request(runs, naming, sounds, grid, **chosen)
        before = unchanged(request, out)
        if before and not explain:
            say(f"{out}: nothing has changed, {len(before.files)} files")
            return
        planned = plan(request)
        for reason in planned.left_out:
            say(f"fedreel: {one_line(reason)}", err=True)
        if explain:
            for line in explanation(request, planned, out, Store(STORE)):
                say(line)
            return
        begun = time.monotonic()
        failed = [str(one) for one in planned.left_out if isinstance(one, ChapterFailedError)]
        while True:
            work = partial(make, request, planned, out, Store(STORE), renderer=renderer)
            try:
                manifest = with_bars(planned.clips, "release", work)
            except UndrawnError as error:  # all others are in the store now
                planned = planned.without(error.reasons)
                failed += error.reasons.values()
                if not planned.specs:
                    raise
            else:
                break
        _summary(manifest, out, time.monotonic() - begun)
        _end_without(failed)


def _request(
    runs: tuple[str, ...],
    naming: "Naming",
    sounds: tuple[str, str],
    grid: str,
    shapes: tuple[str, ...],
    languages: tuple[str, ...],
    **look: str,
) -> "Request":
    from scenes.release.plan import Request

    each = _each_once(shapes), _each_once(languages)
    return Request(runs, Look(**look), *each, naming, *sounds, grid)


def _summary(manifest: "Manifest", out: Path, seconds: float) -> None:
    """Print the number and size of a release's files by folder, and the time needed."""
    rows = []
    for place in sorted({Path(file.path).parent.as_posix() for file in manifest.files}):
        files = [file for file in manifest.files if Path(file.path).parent.as_posix() == place]
        size = sum(file.bytes for file in files) / 1e6
        where = place if place != "." else "the folder itself"
        rows.append((where, f"{len(files)}", f"{size:.2f}"))
    table(("in", "files", "MB"), rows)
    for file in manifest.files:
        if file.budget:
            say(f"{file.path}: {file.bytes / 1e3:.0f} of at most {file.budget / 1e3:.0f} kB")
    film = max(file.seconds or 0 for file in manifest.files)
    size = sum(file.bytes for file in manifest.files) / 1e6
    say(
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
@voice_option
@naming_options
@output_option(SLIDES_FILE)
def slides(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    voice: str,
    output: Path | None,
    naming: "Naming",
    **look: str,
) -> None:
    """Make slides for a talk in one file, with a slide for every beat.

    In HTML, arrow keys, space and Page Down change the slide; F is full screen. A file that ends in
    .pptx is for PowerPoint, and one that ends in .pdf has a picture for each beat. Chapters that
    were already rendered in the same look come from the cache.
    """
    with _one_line_errors(f"No slides were written; {CACHED}"):
        todo, failed = _plan(chapters, runs, look, title=naming.title, voice=voice)
        from scenes.outputs.slides import deck
        from scenes.outputs.targets import SLIDES_FORMATS, check_file, sounding
        from scenes.outputs.targets import named as name_of
        from scenes.text.languages import named

        chosen = todo[0].look

        def file_of(held: "Sequence[Job]") -> Path:
            of = _asked(chapters, held)
            usual = name_of(SLIDES_FILE, of, runs, chosen, "medium", naming.title)
            return output or sounding(usual, EFFECTS, voice)

        check_file(file_of(todo), SLIDES_FORMATS)
        speaker = _heard(EFFECTS, voice, chosen.language).voice
        language = named(chosen.language)
        name = naming.title_in(language)

        def finish(rendered: "Rendered", on_progress: "OnProgress") -> tuple[Path, int]:
            path = file_of(rendered.jobs)
            titles = [job.tell().title.in_language(language) for job in rendered.jobs]
            deck(rendered.clips, path, name, [str(title) for title in titles], chosen, speaker)
            return path, sum(len(clip.beats) for clip in rendered.clips)

        (path, count), undrawn = _render(todo, "slides", finish)
        say(f"slides: {path}, {count} slides, {path.stat().st_size / 1e6:.1f} MB")
        _end_without([*failed, *undrawn])


@cli.command(epilog=examples("fedreel watch", "fedreel watch ledger --run ~/runs/mine"))
@partial(chapters_argument, ends=False)
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
    with _one_line_errors(""):
        from scenes.outputs.targets import check_folder
        from scenes.outputs.watch import watch as keep_watching
        from scenes.render.jobs import jobs, renderable
        from scenes.render.workers import check_settings

        check_folder(output)
        check_settings()
        renderable(jobs(chapters, runs))  # a wrong name or record is found now
        keep_watching(chapters, runs, output)


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _all_jobs(
    chapters: tuple[str, ...], runs: tuple[str, ...], every: bool, look: Mapping[str, str]
) -> "tuple[list[Job], list[str]]":
    """Return the jobs in one look or in every look, and why chapters failed."""
    from dataclasses import asdict

    from scenes.render.looks import every_look

    looks = [asdict(one) for one in every_look("low")] if every else [{"quality": "low", **look}]
    first, *others = looks
    todo, failed = _plan(chapters, runs, first)
    return todo + [job for other in others for job in _in_look(todo, other)], failed


def _in_look(todo: "Sequence[Job]", look: Mapping[str, str]) -> "Iterator[Job]":
    """Yield jobs in another look."""
    from scenes.render.jobs import jobs

    for job in todo:
        yield from jobs((job.chapter.name,), job.runs, Look(**look))


def _plan(
    chapters: tuple[str, ...],
    runs: tuple[str, ...],
    look: Mapping[str, str],
    on: str = HERE,
    title: str = "",
    voice: str = "",
) -> "tuple[list[Job], list[str]]":
    """Return the jobs whose records have the data they need, and why others failed.

    A chapter whose data are missing has failed if it was named; else the reason is printed.
    """
    from scenes.render.workers import prepare

    if on == HERE:
        prepare()  # first: other imports happen during the import of Manim
    from scenes.render.jobs import jobs, renderable
    from scenes.text.errors import ChapterFailedError

    chosen = Look(**look)
    if missing := untranslated(LANGUAGES[chosen.language]):
        say(f"fedreel: {missing} texts are not translated; they are in English", err=True)
    todo, left_out = renderable(jobs(chapters, runs, chosen, title, voice))
    failed = [one for one in left_out if chapters or isinstance(one, ChapterFailedError)]
    credits_alone = all(job.chapter.name == FILM[-1].name for job in todo)
    if left_out and credits_alone and not (chapters or failed):
        todo = {}  # they tell nothing of a run
    if not todo:
        *left_out, last = left_out
    for reason in left_out:
        if not todo or reason not in failed:
            say(f"fedreel: {one_line(reason)}", err=True)
    if not todo:
        raise last
    return list(todo), [str(reason) for reason in failed]


def _heard(sound: str, voice: str, language: str) -> "Heard":
    """Return what is heard of a film; a voice that cannot speak is an error."""
    from scenes.outputs.soundtrack import heard

    return heard(sound, voice, language)


def _asked(chapters: tuple[str, ...], held: "Sequence[Job]") -> list[str]:
    """Return the chapters that an output holds of those that were named; none if none was."""
    return [job.chapter.name for job in held] if chapters else []


def _end_without(failed: Sequence[str]) -> None:
    """Print why chapters are left out that should not be, and exit with code 1; else go on."""
    for reason in failed:
        say(f"fedreel: {one_line(reason)}", err=True)
    if failed:
        sys.exit(1)


def _render(
    todo: "list[Job]",
    title: str,
    finish: "Callable[[Rendered, OnProgress], Result]",
    on: str = HERE,
) -> "tuple[Result, list[str]]":
    """Return what is made of rendered jobs, and why some could not be drawn.

    Args:
        todo: the jobs.
        title: the title of the progress bar.
        finish: makes it of the chapters that could be drawn.
        on: where to render.
    """
    from scenes.outputs.movies import Rendered
    from scenes.render.clips import PlannedClip, as_far_as_possible, inputs_of, load_or_render
    from scenes.render.progress import with_bars
    from scenes.render.store import STORE, Store

    renderer, store = _renderer(on), Store(STORE)

    def work(planned: Sequence[PlannedClip]) -> Result:
        def made(on_progress: "OnProgress") -> Result:
            clips = load_or_render(planned, store, on_progress, renderer=renderer)
            return finish(Rendered(planned, clips, store), on_progress)

        return with_bars(planned, title, made)

    return as_far_as_possible([PlannedClip(job, inputs_of(job)) for job in todo], work)


def _renderer(on: str) -> "Renderer":
    """Return the renderer of a place: this machine, or Ray if installed."""
    from scenes.render import clips, on_ray

    if on == HERE:
        return clips.render_locally
    on_ray.check_installed()
    return on_ray.on_ray


@contextmanager
def _one_line_errors(unfinished: str) -> Iterator[None]:
    """Print an error that a user can fix in one line, and exit with code 2.

    Args:
        unfinished: what is true after Ctrl-C or ``kill``, which exit with code 130.
    """
    try:
        check_catalogues()
        yield
    except KeyboardInterrupt:
        _stop(unfinished)
    except BrokenPipeError:
        raise  # nobody reads what is printed
    except Exception as error:
        line = _line_of(error)
        if line is None:
            raise
        _fail(line)


def _line_of(error: Exception) -> str | None:
    """Return an error's line, also where memory is too small to import what words it."""
    try:
        from scenes.text.faults import line_of  # only after the import of Manim has started
    except (ImportError, MemoryError) as missing:
        from scenes.text.errors import NOT_IMPORTED

        return one_line(f"{missing}. {NOT_IMPORTED}")
    return line_of(error)


def _fail(line: str) -> NoReturn:
    say(f"fedreel: {line}", err=True)
    sys.exit(2)


def _stop(unfinished: str = "") -> NoReturn:
    """Say that the program was interrupted, and exit as shells expect."""
    say(f"fedreel: stopped. {unfinished}".rstrip(" ."), err=True)
    sys.exit(INTERRUPTED)


def main() -> None:
    """Run the command line. A wrong option is one line, and exits with code 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads need memory, and gain nothing
    try:
        with streams(), usage("fedreel"):
            cli(prog_name="fedreel", standalone_mode=False)
        gc.freeze()  # no garbage collection at the end of the program
    except (click.Abort, KeyboardInterrupt):
        _stop()


if __name__ == "__main__":
    main()
