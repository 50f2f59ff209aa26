"""Building the spec of a chapter from runs: its story, the film's title, and fitting words."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from fl_sim.record import Run
from scenes.story.examples import in_words_of
from scenes.story.titles import entitled

Spec = TypeVar("Spec")


def build_spec(tell: Callable[[Sequence[Run]], Spec], runs: Sequence[Run], title: str = "") -> Spec:
    """Return the spec of a chapter, in English.

    Args:
        tell: the chapter's story.
        runs: the runs to tell of.
        title: the film's title that the user gave, if any.

    Raises:
        NotRecordedError: the runs lack data that the chapter shows.
    """
    return entitled(in_words_of(runs, tell(runs)), title)
