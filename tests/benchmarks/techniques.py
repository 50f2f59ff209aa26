"""What each technique of fast rendering gives: one chapter, one process, CPU time."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from films import OURS, STOCK, VARIANTS, Workshop, called, manim, sample, stock
from measuring import Options, Row, alternated, compared

NAME = "techniques"
# Each with all that come before it: what it is, its variant, and settings other than Manim's.
STEPS = (
    ("each image in its own box", "InBoxes", None),
    ("only changes drawn", "DrawnAsChanges", None),
    ("only changes converted, a file a section", "WrittenAsChanges", None),
    ("the encoder's settings", "WrittenAsChanges", OURS),
    ("encoded at once, without a thread", "AtOnce", OURS),
)


def rows(options: Options) -> Iterator[Row]:
    """Compare a chapter at 1080p60 with stock Manim's, one technique after the other added."""
    few = sample(options)[:1]
    commands = {STOCK.stem: stock(few)}
    for what, variant, settings in STEPS:
        commands[what] = manim(VARIANTS, few[0].scene + variant, settings=settings)
    with TemporaryDirectory() as folder:
        work_folder = Workshop(Path(folder))
        measures = [partial(work_folder.cpu_seconds, *each) for each in commands.items()]
        theirs, *taken = map(median, alternated(options.pairs, *measures))
    for (what, *_), ours in zip(STEPS, taken, strict=True):
        yield compared(f"{called(few)}, CPU time: + {what}; stock Manim", ours, theirs)
