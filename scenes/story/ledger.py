"""The chapter on the ledger: bytes sent, bytes received, and photos that stayed."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes.story.common import all_photos, check_answered, participants, round_number
from scenes.story.specs import EntrySpec
from scenes.story.traffic import (
    DOWN,
    TESTING,
    TRAINING,
    UP,
    counted,
    digits_that_add_up,
    messages,
    messages_of,
    travelled,
)
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import Number, at, computed, total
from scenes.theme import Role

BOTH = (DOWN, UP)
LEAST_WHOLE = 0.01  # share that is written without decimals
LEAST_SHARE = 0.001  # share that is compared at all


@dataclass(frozen=True)
class LedgerSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``stayed`` is None where nobody knows what is in the messages.
    """

    title: Line
    status: Line
    moved: Line
    stayed: Line | None
    balance: tuple[Line, EntrySpec] | None
    travelled: Sequence[EntrySpec]
    kept: Sequence[EntrySpec]
    most: float


def tell(runs: Sequence[Run]) -> LedgerSpec:
    """Return the chapter's spec for the first run.

    Raises:
        NotRecordedError: the run did not record the bytes of its messages.
    """
    run = runs[0]
    check_answered(run)
    counted(run)
    stored = _stored(run) if run.by_own_app else None
    return LedgerSpec(
        title=text("The ledger"),
        status=_status(run),
        moved=_moved(run),
        stayed=_stayed(run, stored) if run.by_own_app else None,
        balance=_balance(run, stored),
        travelled=_travelled(run),
        kept=_kept(run, stored),
        most=max(travelled(run, BOTH).value, stored.value if stored else 0.0),
    )


def _travelled(run: Run) -> list[EntrySpec]:
    """Return the entries of models, updates and, where they are known, photos sent."""
    none = EntrySpec(text("photos sent"), text("by any worker"), text("none"), 0.0, "ink")
    return [
        _entry(run, text("models, to the workers"), DOWN, "model"),
        _entry(run, _back(run), UP, "update"),
        *([none] if run.by_own_app else []),
    ]


def _back(run: Run) -> Text:
    """Return the name of the entry of updates, and of scores if tests were recorded."""
    if len(counted(run)) > 1:
        return text("updates and scores, back")
    return text("updates, back")


def _entry(run: Run, name: Text, way: str, role: Role) -> EntrySpec:
    sent = travelled(run, (way,), digits_that_add_up(run))
    return EntrySpec(name, _parts(run, way), sent, sent.value, role)


def _parts(run: Run, way: str) -> Line:
    """Return the note on the messages in one direction, by phase if tests were recorded."""
    if len(counted(run)) == 1:
        return plural(messages(run, (way,)), "{n} message", "{n} messages")
    train, test = (messages_of(run, phase, way) for phase in (TRAINING, TESTING))
    if way == DOWN:
        return line("{train} to train, {test} to test", train=train, test=test)
    return line("updates: {train}, scores: {test}", train=train, test=test)


def _kept(run: Run, stored: Number | None) -> list[EntrySpec]:
    """Return the entry of the photos that stayed, if their size is known."""
    if stored is None:
        return []
    return [EntrySpec(text("photos that stayed"), _parted(run), stored, stored.value, "data")]


def _parted(run: Run) -> Line:
    """Return how many photos stayed: those to learn from, and those kept apart, if any were."""
    counted = all_photos(run)
    if len(counted) == 1 or not total(Language.integer, counted[1]).value:
        return line("{n}, uncompressed", n=total(Language.integer, *counted))
    learned, apart = (total(Language.integer, each) for each in counted)
    return line("{n} to learn from, {apart} kept apart", n=learned, apart=apart)


def _stored(run: Run) -> Number | None:
    """Return the size of all photos, a byte for each pixel and colour; None if unknown."""
    images = run.thumbnails if run.thumbnails is not None else run.sample_images
    known = all(None not in (p.num_train, p.num_validation) for p in run.partitions)
    if images is None or not known or not run.partitions:
        return None
    pixels = at(run).thumbnails if images is run.thumbnails else at(run).sample_images
    height, width, colors = images.shape[-3:]
    counted = all_photos(run)
    value = float(height * width * colors) * total(Language.integer, *counted).value
    words = "sum of {} and {}, times height, width and colours of {}"
    return computed(value, Language.size, words, *counted, pixels) if value else None


def _moved(run: Run) -> Line:
    """Return the caption on the messages and their bytes."""
    n, amount = messages(run, BOTH), travelled(run, BOTH, digits_that_add_up(run))
    if len(counted(run)) > 1:
        return line(
            "{n} messages: {amount} of weights and scores, and not one photo.",
            n=n,
            amount=amount,
        )
    return line(
        "To train: {n} messages, {amount} of weights, and not one photo.",
        n=n,
        amount=amount,
    )


def _status(run: Run) -> Line:
    """Return the status line; after failures it says that only answers are counted."""
    n = round_number(-1, run)
    if _failures(run):
        return plural(n, "one round, answers only", "{n} rounds, answers only")
    return plural(n, "one round", "{n} rounds")


def _failures(run: Run) -> bool:
    phases = [phase for r in run.rounds for phase in (r.train, r.evaluate) if phase is not None]
    return any(phase.failures for phase in phases)


def _stayed(run: Run, stored: Number | None) -> Line:
    """Return the caption on the photos that stayed."""
    if stored is None:
        return line("The photos stayed with the workers, all of them.")
    return line(
        "All {n} photos, {size} of pixels, stayed with the workers.",
        n=total(Language.integer, *all_photos(run)),
        size=stored,
    )


def _balance(run: Run, stored: Number | None) -> tuple[Line, EntrySpec] | None:
    """Return the caption that compares moved and stayed bytes, and the entry of all moved bytes."""
    if stored is None:
        return None
    moved = travelled(run, BOTH, digits_that_add_up(run))
    note = plural(messages(run, BOTH), "{n} message", "{n} messages")
    entry = EntrySpec(text("all that moved"), note, moved, moved.value, "ink")
    if moved.value > stored.value:
        caption = line("More bytes moved than the photos hold. The photos did not.")
        return caption, entry
    share = moved.value / stored.value
    if share < LEAST_SHARE:
        return None
    form = Language.whole_percent if share >= LEAST_WHOLE else Language.percent
    part = computed(share, form, "{}, over the bytes of the photos", moved)
    if _moves_in_every_round(run):
        caption = line(
            "What moved is {part} of the photos' size, more each round. No photo moved.",
            part=part,
        )
        return caption, entry
    return line("What moved is {part} of the photos' size. No photo moved.", part=part), entry


def _moves_in_every_round(run: Run) -> bool:
    """Whether there are several rounds, and an update came in each."""
    return len(run.rounds) > 2 and all(map(participants, run.rounds[1:]))
