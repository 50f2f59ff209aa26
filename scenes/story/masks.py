"""The chapter on masks: what secure aggregation hides of each update, and what it does not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fl_sim.record import Masked, Run, Train
from scenes.story.common import worker_number
from scenes.story.specs import NOTHING, MasksSpec
from scenes.text.errors import NotRecordedError, only_own
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import Number, at, computed, count

ROUNDING = 1e-6  # of single precision, in parts of the largest weight


@dataclass(frozen=True)
class MasksChapterSpec:
    """The contents of the chapter; captions have the names of their beats."""

    title: Line
    masks: MasksSpec
    learned: Line
    masked: Line
    cancel: Line


def tell(runs: Sequence[Run]) -> MasksChapterSpec:
    """Return the chapter's spec for the first run.

    Raises:
        NotRecordedError: the run did not record what masks hid, or it contradicts itself.
    """
    run = runs[0]
    round_, train, masked = _revealed(run)
    _check(run, train, masked)
    return MasksChapterSpec(
        title=text("Masks"),
        masks=_masks(run, round_, train, masked),
        learned=text("With masks, what each has learned stays at home."),
        masked=text("What travels is a masked copy."),
        cancel=text("Secret masks hide each part, and cancel."),
    )


def _revealed(run: Run) -> tuple[int, Train, Masked]:
    """Return the first round whose clients told what masks hid, by its number."""
    for number, round_ in enumerate(run.rounds):
        train = round_.train
        if train and train.masked and train.masked.plain is not None:
            return number, train, train.masked
    raise only_own(
        [run],
        f"the run {run.name!r} did not record what masks hide",
        "Make one that does with: fl-sim run NAME --set secure-aggregation=true "
        "--set reveal-round=1",
    )


def _check(run: Run, train: Train, masked: Masked) -> None:
    """Check that the plain updates have the average that the coordinator found without them."""
    assert masked.plain is not None
    assert masked.mean is not None
    shares = [reply.weight for reply in train.replies]
    if len(masked.clients) < len(shares) or None in shares:
        return
    found = np.tensordot(np.array(shares, float), masked.plain.astype(float), 1)
    allowed = masked.error + ROUNDING * masked.largest
    if np.abs(found - masked.mean).max() > allowed:
        raise NotRecordedError(
            f"in the run {run.name!r} the plain updates do not have the average that was unmasked. "
            "Make the run again"
        )


def _masks(run: Run, round_: int, train: Train, masked: Masked) -> MasksSpec:
    assert masked.plain is not None
    assert masked.masked is not None
    assert masked.mean is not None
    return MasksSpec(
        workers=[line("worker {n}", n=worker_number(run, client)) for client in masked.clients],
        plain=masked.plain,
        masked=masked.masked,
        mean=masked.mean,
        more=_more(run, round_, train, masked),
        total=_total(train, masked.mean),
        average=_average(run, round_, train),
        exact=_exact(train, masked),
        learned=text("what each has learned"),
        once=text("shown here for once"),
        pairs=text("each pair shares a secret mask: one adds it, the other takes it away"),
        seen=text("updates, as the coordinator sees them"),
        clear=text("in the clear: how much data each has, and its scores"),
    )


def _equal(train: Train) -> bool:
    """Whether all updates have the same share of the average."""
    shares = [reply.weight for reply in train.replies]
    return None not in shares and bool(np.allclose(np.array(shares, float), 1 / len(shares)))


def _total(
    train: Train, mean: npt.NDArray[np.float32]
) -> tuple[Text, npt.NDArray[np.float32]] | None:
    if not _equal(train):
        return None
    return text("their sum"), (mean * len(train.replies)).astype(np.float32)


def _average(run: Run, round_: int, train: Train) -> Text:
    if _equal(train):
        return line("divided by {n}: their average", n=_updates(run, round_))
    return text("their weighted average")


def _updates(run: Run, round_: int) -> Number:
    return count(at(run).rounds[round_].train.replies)


def _more(run: Run, round_: int, train: Train, masked: Masked) -> Text:
    """Return how many masked updates are not shown."""
    left = len(train.replies) - len(masked.clients)
    if not left:
        return NOTHING
    words = "count of {} less count of {}"
    phase = at(run).rounds[round_].train
    n = computed(left, Language.integer, words, phase.replies, phase.masked.clients)
    return plural(n, "and {n} more", "and {n} more")


def _exact(train: Train, masked: Masked) -> Text:
    """Return that the masks changed nothing, where they left no more than rounding."""
    if masked.error > ROUNDING * masked.largest:
        return NOTHING
    return text("the same as without masks")
