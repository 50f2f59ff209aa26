"""The headline metric in words and numbers; ``fl_sim.headline`` chooses it."""

from dataclasses import replace
from functools import cache

from fl_sim.headline import (
    ACCURACY,
    CENTRAL,
    FEDERATED,
    KINDS,
    LOSS,
    TRAINING,
    Metric,
    Phase,
    candidates,
    is_mean_of_replies,
    kind_of,
    values_of,
)
from fl_sim.headline import headline as of_record
from fl_sim.record import Run
from scenes.text.errors import NotRecordedError
from scenes.text.glyphs import drawable
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, text
from scenes.text.numbers import Cursor, Form, Number, at, computed, number

__all__ = [
    "ACCURACY", "CENTRAL", "FEDERATED", "KINDS", "LOSS", "TRAINING", "Headline", "federated",
    "headline", "kind_of", "main_metric", "sensible", "values_of",
]  # fmt: skip

MOST_NAME = 16  # characters of a metric's own name
# The decimals of a number, by its least size.
DECIMALS = ((100.0, 0), (10.0, 1), (1.0, 2), (0.1, 3), (0.01, 4), (0.001, 5), (0.0, 6))


class Headline(Metric):
    """A run's metric on screen, with its words and its numbers."""

    @property
    def is_test_accuracy(self) -> bool:
        """Whether it is the accuracy on the coordinator's test set."""
        return (self.phase, self.name, self.kind) == (CENTRAL, ACCURACY, ACCURACY)

    def number(self, run: Run, round_: int) -> Number:
        """Return the value after a round in which it is known."""
        if not is_mean_of_replies(run.rounds[round_], self.phase):
            return number(self.place_in(_metrics_at(run, round_, self.phase)), self.form)
        replies = getattr(at(run).rounds[round_], self.phase).replies[:]
        return computed(
            self.value(run.rounds[round_]),
            self.form,
            "mean of {} weighted by {}",
            self.place_in(replies.metrics),
            replies.weight,
        )

    def place_in(self, metrics: Cursor) -> Cursor:
        """Return the place of the metric among others."""
        own = self.name == self.kind and self.name in (ACCURACY, LOSS)
        return getattr(metrics, self.name) if own else metrics.other[self.name]

    @property
    def form(self) -> Form:
        """The format of its values."""
        if self.kind == ACCURACY:
            return Language.percent
        return Language.decimal if (self.phase, self.name) == (CENTRAL, LOSS) else sensible

    def word(self, run: Run) -> "Number | Line":
        """Return its name in a sentence, with what was made of several clients' values."""
        name = self._name(run)
        return line("mean {metric}", metric=name) if self.is_mean(run) else name

    def _name(self, run: Run) -> "Number | Line":
        known = _words().get(self.kind)
        if known is not None:
            return known
        shown = self.kind.upper() if self.kind else self.name
        first = next(i for i, value in enumerate(self.values(run)) if value is not None)
        return replace(self.number(run, first), text=drawable(shown[:MOST_NAME]), form=None)

    def title(self, run: Run) -> Line:
        """Return its name with whose data it is on, as a label."""
        if self.is_test_accuracy:
            return text("test accuracy")
        if self.phase == CENTRAL and self.name == LOSS:
            return text("loss")
        metric = self.word(run)
        if self.phase == CENTRAL:
            return line("{metric} on test data", metric=metric)
        if self.phase == FEDERATED:
            return line("{metric} on workers' data", metric=metric)
        return line("{metric} in training", metric=metric)

    def note(self, run: Run) -> Text:
        """Return its name under a value."""
        return self.word(run)


def headline(run: Run) -> Headline | None:
    """Return the headline metric of a run, or None if its model was not measured."""
    found = of_record(run)
    return None if found is None else Headline(found.phase, found.name, found.kind)


def federated(run: Run) -> Headline | None:
    """Return the first metric of the clients' own tests, or None if they measured none."""
    found = (metric for metric in candidates(run) if metric.phase == FEDERATED)
    return next((Headline(each.phase, each.name, each.kind) for each in found), None)


def main_metric(run: Run) -> Headline:
    """Return the headline metric of a run.

    Raises:
        NotRecordedError: its model was not measured.
    """
    found = headline(run)
    if found is None:
        raise NotRecordedError(
            f"the run {run.name!r} recorded no measure of its model, such as an accuracy or a loss "
            "by round. Use a run that was tested"
        )
    return found


def _metrics_at(run: Run, round_: int, phase: Phase) -> Cursor:
    place: Cursor = getattr(at(run).rounds[round_], phase)
    return place if phase == CENTRAL else place.metrics


def sensible(language: Language, value: float) -> str:
    """Return a number with about three digits: ``1.23``, ``0.0123``, ``123``."""
    decimals = next(decimals for least, decimals in DECIMALS if abs(value) >= least)
    return language.decimal(value, decimals if value else 2)


@cache
def _words() -> dict[str, Line]:
    return {
        ACCURACY: text("accuracy"),
        LOSS: text("loss"),
        "auc": text("AUC"),
        "precision": text("precision"),
        "recall": text("recall"),
        "perplexity": text("perplexity"),
        "dice": text("Dice score"),
        "iou": text("IoU"),
        "rmse": text("RMSE"),
        "mse": text("MSE"),
        "mae": text("MAE"),
    }
