"""The chapter on what updates give away: photos that an attack rebuilt from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from fl_sim.record import Inversion, Inversions, Run
from scenes.story.common import worker_number
from scenes.story.specs import (
    NO_PLATE,
    NOTHING,
    LeakSpec,
    Plate,
    RebuiltSpec,
)
from scenes.text.errors import NotRecordedError, only_own
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import Cursor, Number, at, computed, number

ROWS, COLUMNS = 7, 7  # of numbers that a packet shows
DIGITS = partial(Language.decimal, digits=4)
DECIBELS = partial(Language.decimal, digits=1)
MODELS = ("untrained", "trained")  # that of the first round is shown if it was attacked
# PSNR above that of the mean photo, dB. From several photos the nearest guess of a kind counts,
# which alone gains a little.
SEVERAL = 2  # photos that are counted
FOUND = 6.0  # errors are half as large
SOMETHING = 2.0


@dataclass(frozen=True)
class WhatLeaksSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``more`` and ``most`` are None if only updates of one photo were attacked.
    """

    title: Line
    leak: LeakSpec
    packet: Line
    rebuilt: Line
    outcome: Line
    more: Line | None
    most: Line | None


@dataclass(frozen=True)
class Attempts:
    """The attempts on one photo, by the number of photos in the update, as positions in a document.

    ``others`` are those on the other model, in the same order; None where there is none.
    """

    run: Run
    document: Inversions
    chance: int
    shown: Sequence[int]
    others: Sequence[int | None]

    def found(self, position: int) -> Inversion:
        """Return an attempt."""
        return self.document.found[position]

    def gain(self, position: int | None) -> float:
        """Return by how many dB an attempt is nearer to the photo than the mean photo is."""
        if position is None:
            return -np.inf
        return self.found(position).likeness.psnr - self.document.chance[self.chance].mean.psnr

    @property
    def last_gain(self) -> float:
        """The larger gain of both models from an update of the most photos."""
        return max(self.gain(self.shown[-1]), self.gain(self.others[-1]))


def tell(runs: Sequence[Run]) -> WhatLeaksSpec:
    """Return the chapter's spec for the first run.

    Raises:
        NotRecordedError: no photo was rebuilt from its updates.
    """
    attempts = _attempts(runs[0])
    several = len(attempts.shown) > 1
    return WhatLeaksSpec(
        title=text("What updates give away"),
        leak=_leak(attempts),
        packet=text("Do those numbers give a photo away?"),
        rebuilt=text("An update made from one photo, read by someone who knows its kind."),
        outcome=_outcome(attempts.gain(attempts.shown[0])),
        more=text("And an update made from more photos at once?") if several else None,
        most=_most(attempts) if several else None,
    )


def _attempts(run: Run) -> Attempts:
    """Return the attempts on the first photo of the first worker that was attacked."""
    document, photos = run.inversions, run.thumbnails
    if document is None or not document.chance or photos is None:
        raise _nothing(run)
    client = document.chance[0].client
    by_model = {model: _by_photos(document, client, model) for model in MODELS}
    model = next((model for model in MODELS if _history(document, by_model[model])), None)
    if model is None or client >= len(photos):
        raise _nothing(run)
    (other,) = (each for each in MODELS if each != model)
    shown = by_model[model]
    others = [by_model[other].get(photos_of) for photos_of in shown]
    return Attempts(run, document, 0, list(shown.values()), others)


def _nothing(run: Run) -> NotRecordedError:
    kept = run.final is not None and run.final.file and run.config.get("keep") != "numbers"
    return only_own(
        [run],
        f"nothing was rebuilt from updates of the run {run.name!r}",
        f"Try that with: fl-sim attack invert {run.name}"
        if kept
        else "Use a run that keeps its model",
    )


def _by_photos(document: Inversions, client: int, model: str) -> dict[int, int]:
    """Return the positions of a worker's attempts on plain updates, by the number of photos."""
    found = {
        each.num_photos: i
        for i, each in enumerate(document.found)
        if (each.client, each.model, each.form) == (client, model, "plain") and each.noise is None
    }
    return dict(sorted(found.items()))


def _history(document: Inversions, positions: dict[int, int]) -> bool:
    """Whether an update of one photo was attacked, and how the picture came about was kept."""
    return 1 in positions and document.found[positions[1]].history is not None


# --- captions


def _outcome(gain: float) -> Line:
    """Return the caption on the photo that was rebuilt from an update of this photo alone."""
    if gain >= FOUND:
        return text("An update is no photo, but it can give one away.")
    if gain >= SOMETHING:
        return text("An update is no photo, but it tells something of one.")
    return text("This attack does not find the photo. That is no proof that none can.")


def _most(attempts: Attempts) -> Line:
    """Return the caption on the update of the most photos."""
    n = _photos(attempts, attempts.shown[-1])
    gain = attempts.last_gain
    if gain >= FOUND:
        return line("From {n} photos, too, this attack gets the photo.", n=n)
    if gain >= SOMETHING:
        return line("From {n} photos, this attack still gets something.", n=n)
    if gain > 0:
        return line(
            "From {n}: hardly nearer than chance. That is no proof that none can.",
            n=n,
        )
    return line("From {n}: no nearer than chance. That is no proof that none can.", n=n)


# --- the picture


def _leak(attempts: Attempts) -> LeakSpec:
    run, document = attempts.run, attempts.document
    client = document.chance[attempts.chance].client
    first = attempts.found(attempts.shown[0])
    assert run.thumbnails is not None
    assert first.history is not None
    chance = at(run).inversions.chance[attempts.chance]
    return LeakSpec(
        numbers=_numbers(run),
        numbers_note=_numbers_note(run),
        counted=_counted(run),
        count=_count(run) or NOTHING,
        noun=text("numbers"),
        photo=run.thumbnails[client][0],
        owner=line("a photo of worker {n}", n=worker_number(run, client)),
        stays=text("it never left"),
        rule=text("chosen by rule: the first photo of the first worker"),
        knows=text("known as well: the model, and what photos look like on the whole"),
        result=text("rebuilt from the numbers"),
        history=first.history,
        plate=_plate(run),
        heading=text("rebuilt, if the update was made from"),
        attempts=[_rebuilt(attempts, position) for position in attempts.shown],
        measure=text("likeness to the photo, in decibels"),
        tried=_tried(attempts, first.model),
        level=(text("chance: the mean photo"), _likeness(chance.mean)),
    )


def _tried(attempts: Attempts, model: str) -> Text:
    """Return how many photos came out of their updates nearer than any other photo is to them."""
    document = attempts.document
    nearest = {each.client: each.nearest.psnr for each in document.chance}
    won = [
        each.likeness.psnr > nearest[each.client]
        for each in document.found
        if (each.num_photos, each.model, each.form) == (1, model, "plain")
        and each.noise is None
        and each.client in nearest
    ]
    if len(won) < SEVERAL:
        return NOTHING
    place = at(attempts.run).inversions
    words = "count of {} of one photo", "count of those nearer than {}"
    n = computed(len(won), Language.integer, words[0], place.found)
    near = computed(sum(won), Language.integer, words[1], place.chance[:].nearest.psnr)
    return line("from one photo: nearer than any other photo in {near} of {n}", near=near, n=n)


def _rebuilt(attempts: Attempts, position: int) -> RebuiltSpec:
    found, n = attempts.found(position), _photos(attempts, position)
    every = at(attempts.run).inversions.found
    return RebuiltSpec(
        photos=plural(n, "{n} photo", "{n} photos"),
        brief=n,
        picture=found.photo,
        likeness=_likeness(every[position].likeness),
        note=text("as in this film") if found.num_steps > 1 else NOTHING,
    )


def _photos(attempts: Attempts, position: int) -> Number:
    return number(at(attempts.run).inversions.found[position].num_photos, Language.integer)


def _likeness(likeness: Cursor) -> tuple[Line, float]:
    psnr = number(likeness.psnr, DECIBELS)
    return line("{x} dB", x=psnr), psnr.value


# --- the numbers of an update


def _changes(run: Run) -> bool:
    return run.filters is not None and len(run.filters) > 1 and bool(run.filters[0].size)


def _plate(run: Run) -> Plate:
    """Return how the first round changed the first layer, and the largest change."""
    if not _changes(run):
        return NO_PLATE
    assert run.filters is not None
    change = run.filters[1] - run.filters[0]
    return change, float(np.abs(change).max()) or 1.0


def _numbers(run: Run) -> list[list[Text]]:
    """Return the first numbers of that change, in rows; none if they were not recorded."""
    change, _ = _plate(run)
    if change is None:
        return []
    first = change.ravel()[: ROWS * COLUMNS].tolist()
    filters = at(run).filters
    numbers = [computed(x, DIGITS, "{} minus {}", filters[1], filters[0]) for x in first]
    return [list(numbers[i : i + COLUMNS]) for i in range(0, len(numbers), COLUMNS)]


def _numbers_note(run: Run) -> Line:
    if not _changes(run):
        return NOTHING
    return text("the first of them: how weights changed in the first round, on average")


def _counted(run: Run) -> Line:
    """Return how many numbers an update has, as far as it is known."""
    n = _count(run)
    return text("numbers alone") if n is None else line("{n} numbers", n=n)


def _count(run: Run) -> Number | None:
    if run.network is None:
        return None
    return number(at(run).network.num_parameters, Language.integer)
