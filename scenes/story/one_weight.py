"""One weight of one round: the values that workers sent, and a check of their average.

The chapter shows the known weight that is best by these criteria in turn:

1. none of its numbers reads as zero,
2. its rounded numbers, times the photos, add up to the digits on screen,
3. its round is the earliest,
4. its average without shares differs most, then its values differ most.

Where all are small, they are written with more digits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from math import floor, fsum, isclose, log10

from fl_sim.record import Run, Train, TrainReply
from scenes.text.language import Language
from scenes.text.numbers import Cursor, Form, at

DIGITS = 4  # decimals
MOST_DIGITS = 6  # decimals of a small weight
SIGNIFICANT = 3  # digits of the largest value, where more decimals are needed for them
MOST = 1e3  # a weight from here on has too many digits
MOST_TERMS = 4  # cases; with more workers, the last one is for the rest


@dataclass(frozen=True)
class WeightChoice:
    """One weight of one round, with the values and shares of all replies."""

    run: Run
    round_: int
    probe: int

    @property
    def train(self) -> Train:
        """The round's training."""
        train = self.run.rounds[self.round_].train
        assert train is not None
        return train

    @property
    def replies(self) -> Sequence[TrainReply]:
        """The replies to the training."""
        return self.train.replies

    @property
    def photos(self) -> list[int]:
        """The examples n_k of each reply."""
        return [reply.num_examples or 0 for reply in self.replies]

    @property
    def sent(self) -> list[float]:
        """The value w_k of each reply."""
        return [(reply.probes or ())[self.probe] for reply in self.replies]

    @property
    def own_cases(self) -> list[int]:
        """The replies with cases of their own: all, or those with most photos."""
        count = len(self.replies)
        if count <= MOST_TERMS:
            return list(range(count))
        by_photos = sorted(range(count), key=lambda i: -self.photos[i])
        return sorted(by_photos[: MOST_TERMS - 1])

    @property
    def others(self) -> list[int]:
        """The replies that share the last case."""
        named = set(self.own_cases)
        return [i for i in range(len(self.replies)) if i not in named]

    @property
    def replies_at(self) -> Cursor:
        """A cursor at the replies."""
        return at(self.run).rounds[self.round_].train.replies

    @property
    def cases(self) -> list[list[int]]:
        """The replies of each case."""
        return [*([i] for i in self.own_cases), *([self.others] if self.others else [])]

    def mean_of(self, replies: Sequence[int]) -> float:
        """Return the mean of some replies' values, weighted by their photos."""
        counted, sent = self.photos, self.sent
        held = sum(counted[i] for i in replies)
        if not held:
            return fsum(sent[i] for i in replies) / len(replies)
        return fsum(counted[i] * sent[i] for i in replies) / held

    @property
    def mean(self) -> float:
        """The weighted mean of all values, computed from the replies."""
        return self.mean_of(range(len(self.replies)))

    @property
    def plain_mean(self) -> float:
        """The mean without weights."""
        return fsum(self.sent) / len(self.replies)

    @property
    def spread(self) -> float:
        """The range of the sent values."""
        return max(self.sent) - min(self.sent)

    @property
    def server_value(self) -> float:
        """The server's own value after the round."""
        known = self.run.rounds[self.round_].probes or self.train.weighted_mean or ()
        return known[self.probe]

    @property
    def digits(self) -> int:
        """The decimals with which the values are written."""
        largest = max(map(abs, self.sent))
        needed = SIGNIFICANT - 1 - floor(log10(largest)) if largest else 0
        return min(max(DIGITS, needed), MOST_DIGITS)

    @property
    def can_be_seen(self) -> bool:
        """Whether the largest value does not read as zero."""
        return bool(self._rounded(max(map(abs, self.sent))))

    @property
    def reads_well(self) -> bool:
        """Whether no value of a worker's own case reads as zero with the usual decimals."""
        values = [*(self.sent[i] for i in self.own_cases), self.mean]
        return self.digits == DIGITS and all(map(self._rounded, values))

    def _rounded(self, value: float) -> Decimal:
        return rounded(value, self.digits)

    @property
    def adds_up(self) -> bool:
        """Whether the rounded values, times the photos, give the average on screen."""
        counted = self.photos
        added = sum(
            sum(counted[i] for i in case) * self._rounded(self.mean_of(case)) for case in self.cases
        )
        again = self._rounded(float(added / sum(counted)))
        return again == self._rounded(self.mean) == self._rounded(self.server_value)

    @property
    def plain_adds_up(self) -> bool:
        """Whether the rounded values give the mean without weights on screen."""
        again = fsum(float(self._rounded(value)) for value in self.sent) / len(self.replies)
        return self._rounded(again) == self._rounded(self.plain_mean)

    @property
    def form(self) -> Form:
        """The format of the values."""
        return partial(format_value, digits=self.digits)

    @property
    def rank(self) -> tuple[bool, bool, int, float, float]:
        """The sort key; the largest is the best."""
        gap = abs(self.mean - self.plain_mean)
        right = self.adds_up and self.plain_adds_up
        return self.reads_well, right, -self.round_, gap, self.spread


def rounded(value: float, digits: int = DIGITS) -> Decimal:
    """Return a value rounded as on screen."""
    return Decimal(str(value)).quantize(Decimal(10) ** -digits) + 0


def format_value(language: Language, value: float, digits: int = DIGITS) -> str:
    """Return a value as text with a fixed number of decimals."""
    return language.decimal(float(rounded(value, digits)), digits)


def choices(run: Run) -> Iterator[WeightChoice]:
    """Yield every weight of every round with a completely known average."""
    for round_ in run.rounds:
        if round_.train is None or not _complete(round_.train):
            continue
        for probe in range(len(run.probes)):
            choice = WeightChoice(run, round_.number, probe)
            # Skip strategies that change the average in a further step.
            averaged = (round_.train.weighted_mean or ())[probe]
            same = abs(choice.server_value - averaged) < 10**-choice.digits
            if choice.can_be_seen and _can_be_written(choice) and same:
                yield choice


def _complete(train: Train) -> bool:
    """Whether several workers answered, and all inputs of their average are known as they are."""
    if train.form != "plain":
        return False
    known = all(
        reply.probes is not None and reply.weight is not None and reply.num_examples is not None
        for reply in train.replies
    )
    if not known or len(train.replies) < 2 or train.weighted_mean is None:
        return False
    return all(isclose(*pair, abs_tol=10**-DIGITS) for pair in _shares(train))


def _shares(train: Train) -> Iterator[tuple[float, float]]:
    """Yield each reply's share as the strategy counts it, and that of its examples."""
    total = sum(reply.num_examples or 0 for reply in train.replies)
    for reply in train.replies:
        yield reply.weight or 0.0, (reply.num_examples or 0) / (total or 1)


def _can_be_written(choice: WeightChoice) -> bool:
    """Whether all values of a weight have few digits before the point."""
    return max(map(abs, (*choice.sent, choice.server_value))) < MOST
