"""The opening: the film's title, and rounds that play under it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from fl_sim.record import Run
from scenes.story import titles
from scenes.story.common import (
    check_answered,
    last_reading,
    model_packet,
    num_workers,
    participants,
    plate,
    round_number,
    stage,
)
from scenes.story.specs import PhraseSpec, Plate, QuickRoundSpec, Reading, StageSpec
from scenes.text.lines import Line, Text, line, plural, text

PACE = 0.38
MOST_ROUNDS = 2


@dataclass(frozen=True)
class OpeningSpec:
    """The contents of the chapter; ``title`` is only for lists of chapters."""

    title: Line
    phrases: Sequence[PhraseSpec]
    subject: Line
    rounds: Line
    stage: StageSpec
    plate: Plate
    reading: Reading
    played: Sequence[tuple[Text, QuickRoundSpec]]

    def entitled(self, title: str) -> Self:
        """Return the spec with a title of the user's own."""
        return replace(self, phrases=titles.phrases(title))


def tell(runs: Sequence[Run]) -> OpeningSpec:
    """Return the chapter's spec for the first run.

    Raises:
        NotRecordedError: the run lacks data.
    """
    run = runs[0]
    return OpeningSpec(
        title=text("Federated learning"),
        phrases=_phrases(run),
        subject=line("This is federated learning. Every number comes from a real run."),
        rounds=line("The model travels. The photos stay where they are."),
        stage=stage(run),
        plate=plate(run, 0),
        reading=last_reading(run, 0),
        played=[
            (_counter(run, round_), _quick_round(run, round_)) for round_ in _first_rounds(run)
        ],
    )


def _phrases(run: Run) -> list[PhraseSpec]:
    """Return the phrases of the film's title."""
    return [
        PhraseSpec(plural(num_workers(run), "{n} worker,", "{n} workers,"), "ink"),
        PhraseSpec(text("one model,"), "model"),
        PhraseSpec(text("no shared photos"), "data"),
    ]


def _first_rounds(run: Run) -> list[int]:
    """Return the first rounds in which workers answered.

    Raises:
        NotRecordedError: no worker answered in any round.
    """
    check_answered(run)
    answered = [r for r in range(1, len(run.rounds)) if participants(run.rounds[r])]
    return answered[:MOST_ROUNDS]


def _counter(run: Run, round_: int) -> Line:
    """Return the label of a round."""
    return line("round {r}", r=round_number(round_, run))


def _quick_round(run: Run, round_: int) -> QuickRoundSpec:
    return QuickRoundSpec(
        picked=participants(run.rounds[round_]),
        model_size=model_packet(run),
        plate=plate(run, round_),
        reading=last_reading(run, round_),
        pace=PACE,
    )
