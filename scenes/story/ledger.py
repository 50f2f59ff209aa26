"""The ledger: what left the workers, what came to them, and what stayed."""

from collections.abc import Sequence
from dataclasses import dataclass

from fl_sim.record import Run
from scenes import theme
from scenes.story.common import ALL_PHOTOS, round_number
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
from scenes.text.languages import integer, percent, size
from scenes.text.lines import Line, Number, Text, line, plural, text, total

BOTH = (DOWN, UP)


@dataclass(frozen=True)
class LedgerSpec:
    """All that the chapter shows. The captions are called as their beats."""

    title: str
    status: Line
    moved: Line
    stayed: Line
    balance: tuple[Line, EntrySpec] | None
    travelled: Sequence[EntrySpec]
    kept: Sequence[EntrySpec]
    most: float


def tell(runs: Sequence[Run]) -> LedgerSpec:
    """Return what the chapter shows of the first run.

    Raises:
        UntoldError: the run did not record what travelled.
    """
    run = runs[0]
    counted(run)
    stored = _stored(run)
    return LedgerSpec(
        title=text("The ledger"),
        status=_status(run),
        moved=_moved(run),
        stayed=_stayed(run, stored),
        balance=_balance(run, stored),
        travelled=_travelled(run),
        kept=_kept(run, stored),
        most=max(travelled(run, BOTH).value, stored.value if stored else 0.0),
    )


def _travelled(run: Run) -> list[EntrySpec]:
    """Return what went out and what came back: no photo is in it."""
    return [
        _entry(run, text("models, to the workers"), DOWN, theme.MODEL),
        _entry(run, _back(run), UP, theme.UPDATE),
        EntrySpec(text("photos sent"), text("by any worker"), text("none"), 0.0, theme.INK),
    ]


def _back(run: Run) -> Text:
    """Return what came back: scores as well, where the tests were recorded."""
    if len(counted(run)) > 1:
        return text("updates and scores, back")
    return text("updates, back")


def _entry(run: Run, name: Text, way: str, color: str) -> EntrySpec:
    sent = travelled(run, (way,), digits_that_add_up(run))
    return EntrySpec(name, _parts(run, way), sent, sent.value, color)


def _parts(run: Run, way: str) -> Line:
    """Say what the messages one way were: a model goes out to test as well, a score comes back."""
    if len(counted(run)) == 1:
        return plural(messages(run, (way,)), "{n} message", "{n} messages")
    train, test = (messages_of(run, phase, way) for phase in (TRAINING, TESTING))
    if way == DOWN:
        return line("{train} to train, {test} to test", train=train, test=test)
    return line("updates: {train}, scores: {test}", train=train, test=test)


def _kept(run: Run, stored: Number | None) -> list[EntrySpec]:
    """Return the photos that stayed, where it is known how large they are."""
    if stored is None:
        return []
    note = line("{n}, uncompressed", n=total(run, ALL_PHOTOS, integer))
    return [EntrySpec(text("photos that stayed"), note, stored, stored.value, theme.DATA)]


def _stored(run: Run) -> Number | None:
    """Return the bytes of all photos, a byte for each pixel and colour; None if not known."""
    images = run.thumbnails if run.thumbnails is not None else run.sample_images
    known = all(None not in (p.num_train, p.num_validation) for p in run.partitions)
    if images is None or not known or not run.partitions:
        return None
    name = "thumbnails" if images is run.thumbnails else "sample_images"
    height, width, colors = images.shape[-3:]
    value = float(height * width * colors) * total(run, ALL_PHOTOS, integer).value
    source = f"sum of {' and '.join(ALL_PHOTOS)}, times height, width and colours of {name}"
    return Number(size(value), source, value) if value else None


def _moved(run: Run) -> Line:
    """Say what travelled, and what these messages did not hold."""
    n, amount = messages(run, BOTH), travelled(run, BOTH, digits_that_add_up(run))
    if len(counted(run)) > 1:
        return line(
            "{n} messages, {amount}: weights and scores, and not one photo.",
            n=n,
            amount=amount,
        )
    return line(
        "To train: {n} messages, {amount} of weights, and not one photo.",
        n=n,
        amount=amount,
    )


def _status(run: Run) -> Line:
    """Say which messages are counted: a worker that failed has no bytes in the record."""
    n = round_number(-1, run)
    if _failures(run):
        return plural(n, "one round, answers only", "{n} rounds, answers only")
    return plural(n, "one round", "{n} rounds")


def _failures(run: Run) -> bool:
    halves = [half for r in run.rounds for half in (r.train, r.evaluate) if half is not None]
    return any(half.failures for half in halves)


def _stayed(run: Run, stored: Number | None) -> Line:
    """Say how much never moved."""
    held = total(run, ALL_PHOTOS, integer)
    if stored is None:
        return line("The photos stayed with the workers, all of them.")
    return line(
        "All {n} photos, {size} of pixels, stayed with the workers.",
        n=held,
        size=stored,
    )


def _balance(run: Run, stored: Number | None) -> tuple[Line, EntrySpec] | None:
    """Say whether bytes were saved, which is not the point; and return all that moved."""
    if stored is None:
        return None
    moved = travelled(run, BOTH, digits_that_add_up(run))
    note = plural(messages(run, BOTH), "{n} message", "{n} messages")
    entry = EntrySpec(text("all that moved"), note, moved, moved.value, theme.INK)
    if moved.value > stored.value:
        caption = line("More bytes moved than the photos hold. The photos did not.")
        return caption, entry
    share = moved.value / stored.value
    part = Number(percent(share, 0), f"{moved.source}, over the bytes of the photos", share)
    caption = line(
        "What moved is {part} of the photos' size, more each round. No photo moved.",
        part=part,
    )
    return caption, entry
