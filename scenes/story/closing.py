"""The closing chapter: one test photo from the first model to the last, and all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from fl_sim.record import Run, tiles
from scenes.story.alone import best_alone
from scenes.story.class_names import kind_name
from scenes.story.common import ALONE, reading, rises, workers
from scenes.story.headline import ACCURACY, headline
from scenes.story.specs import BarSpec, FigureSpec, PhotoSpec, TogetherSpec
from scenes.story.wall import right_after, wall
from scenes.text.errors import only_own
from scenes.text.language import Language
from scenes.text.lines import Line, line, text
from scenes.text.numbers import Number, at, number

SHOWN = 10  # classes: the likeliest in the end
NAME = 12  # characters of a class's name

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ClosingSpec:
    """The contents of the chapter; a part that was not recorded is None."""

    title: Line
    photo: PhotoSpec | None
    together: TogetherSpec


def tell(runs: Sequence[Run]) -> ClosingSpec:
    """Return the chapter's spec for the first run with a shared model that was tested in the end.

    Raises:
        NotRecordedError: there is none.
    """
    run = next((run for run in runs if _is_shown(run)), None)
    if run is None:
        names = " and ".join(repr(run.name) for run in runs)
        raise only_own(
            runs,
            f"{names} recorded no shared model's answers to the test examples",
            "Use a run that did, such as one with predictions=all",
        )
    return ClosingSpec(title=text("In the end"), photo=_photo(run), together=_together(run, runs))


def _is_shown(run: Run) -> bool:
    known = wall(run) is not None and right_after(run, -1) is not None
    metric, shown = headline(run), reading(run, -1)
    return bool(
        known and str(shown.note) and metric and metric.kind == ACCURACY and run.strategy != ALONE
    )


# --- one photo


def _photo(run: Run) -> PhotoSpec | None:
    """Return the first sample that only the last model gets right, or else the first sample."""
    samples, images = run.samples, run.sample_images
    if samples is None or images is None or not len(images):
        return None
    labels = np.array(samples.labels)
    first, last = (np.array(each) for each in (samples.first, samples.last))
    learned = (first.argmax(axis=1) != labels) & (last.argmax(axis=1) == labels)
    chosen = int(learned.argmax())
    label = int(labels[chosen])
    kind = kind_name(run, label, NAME)
    places = (at(run).samples.first[chosen][label], at(run).samples.last[chosen][label])
    before, after = (number(place, Language.whole_percent) for place in places)
    shares = np.stack([first[chosen], last[chosen]]).astype(np.float32)
    return PhotoSpec(
        caption=line(
            "How sure it is of this {kind}: {before} untrained, {after} in the end.",
            kind=kind,
            before=before,
            after=after,
        ),
        pixels=np.asarray(images[chosen]),
        bars=_bars(run, shares, label),
        first=line("{kind}, untrained {share}", kind=kind, share=before),
        last=line("{kind}, in the end {share}", kind=kind, share=after),
        place=_place(run, np.asarray(images[chosen]), label),
    )


def _bars(run: Run, shares: npt.NDArray[np.float32], label: int) -> list[BarSpec]:
    """Return the classes that are likeliest in the end, and the true one, in their order."""
    largest = np.argsort(-shares[-1], kind="stable")[:SHOWN].tolist()
    return [
        BarSpec(kind_name(run, kind, NAME), shares[:, kind], kind == label)
        for kind in sorted({*largest, label})
    ]


def _place(run: Run, photo: Pixels, label: int) -> int | None:
    """Return the position of a photo in the test split: that of its kind which is most like it."""
    small = tiles(run)
    if small is None or run.test_labels is None:
        return None
    side = small.shape[1]
    tile = np.asarray(Image.fromarray(photo).resize((side, side), Image.Resampling.BOX), int)
    away = np.abs(small.astype(int) - tile).mean(axis=(1, 2, 3))
    away[run.test_labels != label] = np.inf
    return int(away.argmin())


# --- all photos


def _together(run: Run, runs: Sequence[Run]) -> TogetherSpec:
    shown, lit = wall(run), right_after(run, -1)
    assert shown is not None
    assert lit is not None
    first, last = (reading(run, round_).value for round_ in (0, -1))
    return TogetherSpec(
        caption=_caption(first, last),
        wall=shown,
        right=lit,
        workers=workers(run),
        shared=FigureSpec(last, [text("of new photos,"), text("learned together")]),
        alone=_alone(runs),
    )


def _caption(first: Number, last: Number) -> Line:
    """Return the last sentence, which promises no more than the run has shown."""
    if first.text and rises(first, last):
        return text("Every photo stayed. One model serves all.")
    return line("Every photo stayed. One model for all: {last} right.", last=last)


def _alone(runs: Sequence[Run]) -> FigureSpec | None:
    """Return how well any client ever did that trained alone, where a run of such is given."""
    best = best_alone(runs)
    if best is None:
        return None
    return FigureSpec(best, [text("the most that any"), text("reached alone")])
