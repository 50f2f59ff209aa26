"""The film beside stock Manim's of the same scenes: time, files, memory, and how they grow."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from films import (
    LOSSLESS,
    OURS,
    SAMPLE,
    STOCK,
    VARIANTS,
    Workshop,
    called,
    chosen,
    cores,
    fedreel,
    manim,
    movies,
    sample,
    stock,
)
from measuring import Options, Row, alternated, compared, seconds
from pictures import at_quality, differing, encode, psnr, settings_of
from scale import a_thousand

from scenes import FILM, Chapter
from scenes.outputs.film import length_of

NAME = "render"
HIGH, LOW = ("--quality", "high"), ("--quality", "low")
FILMED = Path("media", "film", "fedreel.mp4")
TWO_CORES, ONE_CORE, STOCK_MANIM = "fedreel on two cores", "fedreel on one core", "stock Manim"
OF_LENGTH, TIMES_FASTER, TIMES_BY_CORES, BY_WORKERS = 0.6, 3.5, 1.8, 1.5
DRAFT_SECONDS, MEGABYTES = 6, 600
LINEAR = 1.1  # and a little, since it is a ratio of differences


def rows(options: Options) -> Iterator[Row]:
    """Measure the whole film, or the chapters that are asked for."""
    with TemporaryDirectory() as folder:
        work_folder = Workshop(Path(folder))
        yield from _speed(options, work_folder)
        yield from _files(options, work_folder)
        yield from _floor(options, work_folder)
        yield from _drafts(options, work_folder)
        yield _memory(options, work_folder)
        yield _workers(options, work_folder)
        yield _length(options, work_folder)


def _speed(options: Options, work_folder: Workshop) -> Iterator[Row]:
    """Compare with the film's length, with stock Manim, and with one core."""
    chapters = chosen(options)
    film = fedreel(chapters, *HIGH)
    commands = {
        TWO_CORES: [*cores(2), *film],
        STOCK_MANIM: [*cores(2), *stock(chapters)],
        ONE_CORE: [*cores(1), *film],
    }
    if not cores(1):
        del commands[ONE_CORE]
    measures = [partial(work_folder.seconds, *each) for each in commands.items()]
    taken = dict(zip(commands, alternated(options.pairs, *measures), strict=True))
    length = float(length_of(work_folder.place(TWO_CORES) / FILMED))
    ours, theirs = median(taken[TWO_CORES]), median(taken[STOCK_MANIM])
    what = f"{called(chapters)} at 1080p60"
    yield compared(f"{what}, two cores; its own length", ours, length, OF_LENGTH)
    faster = _times(taken[STOCK_MANIM], taken[TWO_CORES])
    yield Row(f"{what}; stock Manim", *_both(ours, theirs, "s"), faster, _at_least(TIMES_FASTER))
    if ONE_CORE not in taken:
        yield Row(f"{what}; one core", "skipped: there is no taskset")
        return
    faster = _times(taken[ONE_CORE], taken[TWO_CORES])
    alone = median(taken[ONE_CORE])
    yield Row(f"{what}; one core", *_both(ours, alone, "s"), faster, _at_least(TIMES_BY_CORES))


def _times(slower: list[float], faster: list[float]) -> str:
    """Return how many times as fast, the median of pairs."""
    return f"{median(a / b for a, b in zip(slower, faster, strict=True)):.2f} times"


def _at_least(times: float) -> str:
    return f"at least {times} times"


def _both(ours: float, theirs: float, unit: str) -> tuple[str, str]:
    return f"{ours:.1f} {unit}", f"{theirs:.1f} {unit}"


def _files(options: Options, work_folder: Workshop) -> Iterator[Row]:
    """Compare what both sides left: how large it is, and how near to the frames as drawn."""
    chapters, few = chosen(options), sample(options)
    ours, theirs = work_folder.place(TWO_CORES), work_folder.place(STOCK_MANIM)
    stock_movies = movies(theirs, STOCK, _scenes(chapters))
    whole = _megabytes([ours / FILMED]), _megabytes(stock_movies)
    yield Row(
        f"file size of {called(chapters)}", *_both(*whole, "MB"), f"{whole[0] / whole[1]:.2f}"
    )
    raw = _raw(work_folder, STOCK, _scenes(few))
    count, total = differing(_raw(work_folder, VARIANTS, _scenes(few, "AtOnce")), raw)
    what = f"frames of {called(few)} before encoding, of {total:,}"
    yield Row(what, f"{count} differ", goal="0 differ")
    film, stock_movies = ours / "sample.mp4", movies(theirs, STOCK, _scenes(few))
    seconds(fedreel(few, *HIGH, "--output", str(film)), ours)  # out of the store
    quality = psnr([film], raw), psnr(stock_movies, raw)
    yield Row(f"PSNR of {called(few)} to those frames", *_both(*quality, "dB"))
    factor = at_quality(raw, settings_of(OURS), quality[1], work_folder.folder / "trial.mp4")
    sizes = factor * _megabytes([film]), _megabytes(stock_movies)
    what = f"file size of {called(few)} at stock Manim's PSNR"
    yield Row(what, *_both(*sizes, "MB"), f"{sizes[0] / sizes[1]:.2f}", "at most 1.00")


def _megabytes(paths: list[Path]) -> float:
    return sum(path.stat().st_size for path in paths) / 1e6


def _scenes(chapters: list[Chapter], variant: str = "") -> list[str]:
    return [chapter.scene + variant for chapter in chapters]


def _raw(work_folder: Workshop, scenes: Path, names: list[str]) -> list[Path]:
    """Return the movies of scenes, encoded without loss; they are rendered where they are not."""
    task = f"{scenes.stem} without loss"
    place = work_folder.place(task)
    if not place.exists():
        work_folder.seconds(task, manim(scenes, *names, settings=LOSSLESS))
    return movies(place, scenes, names)


def _floor(options: Options, work_folder: Workshop) -> Iterator[Row]:
    """Compare with nothing but the encoder, which gets frames that are there already."""
    few = sample(options)
    raw = _raw(work_folder, STOCK, _scenes(few))
    encoded, total = encode(raw, settings_of(OURS), work_folder.folder / "floor.mp4")
    command = manim(VARIANTS, *_scenes(few, "AtOnce"), settings=OURS)
    rendered = work_folder.cpu_seconds(f"{called(few)}, CPU time", command)
    milliseconds = 1e3 * rendered / total, 1e3 * encoded / total
    what = f"a frame of {called(few)}, CPU time; encoding alone"
    yield Row(what, *_both(*milliseconds, "ms"), f"{rendered / encoded:.2f}")


def _drafts(options: Options, work_folder: Workshop) -> Iterator[Row]:
    """Measure drafts of chapters, each from the command to the file, and Manim's import."""
    chapters = chosen(options)
    drafts = [
        partial(work_folder.seconds, f"draft of {each.name}", [*cores(2), *fedreel([each], *LOW)])
        for each in chapters
    ]
    load = partial(work_folder.seconds, "import manim", [sys.executable, "-c", "import manim"])
    *taken, importing = (median(each) for each in alternated(options.pairs, *drafts, load))
    goal = f"below {DRAFT_SECONDS} s"
    what = "draft of one chapter (480p15)"
    yield Row(f"{what}, median; import manim", *_both(median(taken), importing, "s"), goal=goal)
    slowest = chapters[taken.index(max(taken))].name
    yield Row(f"{what}, the slowest: {slowest}", f"{max(taken):.1f} s", goal=goal)


def _memory(options: Options, work_folder: Workshop) -> Row:
    """Measure the memory of the processes that render."""
    command = [*cores(2), *fedreel(chosen(options), *HIGH)]
    largest = work_folder.watched("fedreel, its memory", command).largest / 1e6
    goal = f"below {MEGABYTES} MB"
    return Row("peak memory of the largest process, 1080p60", f"{largest:.0f} MB", goal=goal)


def _workers(options: Options, work_folder: Workshop) -> Row:
    """Compare a round of a thousand workers with one of ten."""
    what = f"{SAMPLE} at 1080p60 of 1,000 workers; of 10"
    record = options.crowd
    if record is None:
        if options.data is None:
            return Row(what, "skipped: neither --crowd nor --data")
        record = work_folder.folder / "benchmark"
        seconds(a_thousand(options, record))
    (chapter,) = (each for each in FILM if each.name == SAMPLE)
    film = [*cores(2), *fedreel([chapter], *HIGH)]
    measures = [
        partial(work_folder.seconds, f"{workers} workers", [*film, "--run", run])
        for workers, run in ((1000, str(record)), (10, chapter.runs[0]))
    ]
    crowd, ten = map(median, alternated(options.pairs, *measures))
    return compared(what, crowd, ten, BY_WORKERS)


def _length(options: Options, work_folder: Workshop) -> Row:
    """Compare what the same pictures cost later in a scene with what they cost at its beginning.

    A chapter is told once, twice and four times over in one scene. What its second telling costs
    is compared with the mean of the third and the fourth; what is done once drops out.
    """
    few = sample(options)
    measures = [
        partial(
            work_folder.cpu_seconds,
            f"{called(few)}, {variant}, CPU time",
            manim(VARIANTS, *_scenes(few, variant), settings=OURS),
        )
        for variant in ("AtOnce", "Twice", "FourTimes")
    ]
    once, twice, four = map(median, alternated(options.pairs, *measures))
    what = f"{called(few)} told a third and fourth time, CPU time of each; the second time"
    return compared(what, (four - twice) / 2, twice - once, LINEAR)
