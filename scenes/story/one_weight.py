"""One weight of one round: the values that workers sent, and a check of their average.

The chapter shows the known weight that is best by these criteria in turn:

1. none of its numbers reads as zero,
2. its rounded numbers multiply and add up to the digits on screen,
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
MOST_DIGITS = 8  # decimals of a small weight
SIGNIFICANT = 3  # digits of the largest value, where more decimals are needed for them
MOST = 1e6  # a weight from here on has too many digits for a table
MOST_TERMS = 4  # rows; with more workers, the last row is for the rest


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
    def shares(self) -> list[float]:
        """The share n_k / n of each reply."""
        return [reply.weight or 0.0 for reply in self.replies]

    @property
    def sent(self) -> list[float]:
        """The value w_k of each reply."""
        return [(reply.probes or ())[self.probe] for reply in self.replies]

    @property
    def own_rows(self) -> list[int]:
        """The replies with their own rows: all, or those with most photos."""
        count = len(self.replies)
        if count <= MOST_TERMS:
            return list(range(count))
        by_photos = sorted(range(count), key=lambda i: -self.shares[i])
        return sorted(by_photos[: MOST_TERMS - 1])

    @property
    def others(self) -> list[int]:
        """The replies that share the last row."""
        named = set(self.own_rows)
        return [i for i in range(len(self.replies)) if i not in named]

    @property
    def replies_at(self) -> Cursor:
        """A cursor at the replies."""
        return at(self.run).rounds[self.round_].train.replies

    def summed(self, replies: Sequence[int]) -> float:
        """Return the sum of n_k / n * w_k over some replies."""
        shares, sent = self.shares, self.sent
        return fsum(shares[i] * sent[i] for i in replies)

    @property
    def mean(self) -> float:
        """The weighted mean, computed from the replies."""
        return self.summed(range(len(self.replies)))

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
        """Whether no value in a row of its own reads as zero with the usual decimals."""
        values = [*(self.sent[i] for i in self.own_rows), self.mean]
        return self.digits == DIGITS and all(map(self._rounded, values))

    def _rounded(self, value: float) -> Decimal:
        return rounded(value, self.digits)

    @property
    def adds_up(self) -> bool:
        """Whether the rounded numbers give the products and the sum on screen."""
        named, shares, sent = self.own_rows, self.shares, self.sent
        products = [self._rounded(self.summed([i])) for i in named]
        again = [self._rounded(float(rounded(shares[i]) * self._rounded(sent[i]))) for i in named]
        rest = self._rounded(self.summed(self.others)) if self.others else Decimal()
        added = self._rounded(fsum(float(product) for product in (*products, rest)))
        same = added == self._rounded(self.mean) == self._rounded(self.server_value)
        return products == again and same

    @property
    def plain_adds_up(self) -> bool:
        """Whether the rounded values give the mean without weights on screen."""
        again = fsum(float(self._rounded(value)) for value in self.sent) / len(self.replies)
        return self._rounded(again) == self._rounded(self.plain_mean)

    @property
    def plain_reads_alike(self) -> bool:
        """Whether the mean without weights has the same digits."""
        return self._rounded(self.plain_mean) == self._rounded(self.mean)

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
    return isclose(sum(reply.weight or 0.0 for reply in train.replies), 1.0, abs_tol=10**-DIGITS)


def _can_be_written(choice: WeightChoice) -> bool:
    """Whether all values of a weight have few digits before the point."""
    return max(map(abs, (*choice.sent, choice.server_value))) < MOST
