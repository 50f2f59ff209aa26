"""One weight of one round: what each worker sent of it, and whether its average can be redone.

Which weight, and of which round, is decided by the data. Of all that are known it is the one

1. whose numbers, rounded as they are shown, multiply and add up to just the digits shown,
2. of the earliest round,
3. for which the average without shares is farthest off, then the one that was sent most differing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import fsum

from fl_sim.record import Run, Train, TrainReply
from scenes.text.languages import decimal

DIGITS = 4
MOST_TERMS = 4  # rows; where more workers answered, the last one gathers the rest


@dataclass(frozen=True)
class Choice:
    """One weight of one round: what was sent of it, by whom, with which share."""

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
        """Who answered."""
        return self.train.replies

    @property
    def shares(self) -> list[float]:
        """Return n_k / n of each reply."""
        return [reply.weight or 0.0 for reply in self.replies]

    @property
    def sent(self) -> list[float]:
        """Return w_k of each reply."""
        return [(reply.probes or ())[self.probe] for reply in self.replies]

    @property
    def named(self) -> list[int]:
        """Return the replies that have a row of their own: all, or those with most photos."""
        count = len(self.replies)
        if count <= MOST_TERMS:
            return list(range(count))
        by_photos = sorted(range(count), key=lambda i: -self.shares[i])
        return sorted(by_photos[: MOST_TERMS - 1])

    @property
    def others(self) -> list[int]:
        """Return the replies that share a row."""
        named = set(self.named)
        return [i for i in range(len(self.replies)) if i not in named]

    @property
    def path(self) -> str:
        """Where the replies stand in the record."""
        return f"rounds[{self.round_}].train.replies"

    def summed(self, replies: Sequence[int]) -> float:
        """Return the sum of n_k / n * w_k over some replies."""
        shares, sent = self.shares, self.sent
        return fsum(shares[i] * sent[i] for i in replies)

    @property
    def mean(self) -> float:
        """The weighted mean, recomputed from what was sent."""
        return self.summed(range(len(self.replies)))

    @property
    def plain(self) -> float:
        """The mean without weights."""
        return fsum(self.sent) / len(self.replies)

    @property
    def spread(self) -> float:
        """How far apart the sent values lie."""
        return max(self.sent) - min(self.sent)

    @property
    def server(self) -> float:
        """The server's own value after the round."""
        known = self.run.rounds[self.round_].probes or self.train.weighted_mean or ()
        return known[self.probe]

    @property
    def redone(self) -> bool:
        """Whether the numbers, rounded as shown, make the products and sums that are shown."""
        named, shares, sent = self.named, self.shares, self.sent
        products = [rounded(self.summed([i])) for i in named]
        again = [rounded(float(rounded(shares[i]) * rounded(sent[i]))) for i in named]
        rest = rounded(self.summed(self.others)) if self.others else Decimal()
        added = fsum(float(product) for product in (*products, rest))
        return products == again and rounded(added) == rounded(self.mean) == rounded(self.server)

    @property
    def plain_redone(self) -> bool:
        """Whether the mean without weights follows from the values as shown."""
        again = fsum(float(rounded(value)) for value in self.sent) / len(self.replies)
        return rounded(again) == rounded(self.plain)

    @property
    def rank(self) -> tuple[bool, int, float, float]:
        """How well it tells the chapter; the best is the largest."""
        gap = abs(self.mean - self.plain)
        return self.redone and self.plain_redone, -self.round_, gap, self.spread


def rounded(value: float) -> Decimal:
    """Return a value as it is shown."""
    return Decimal(str(value)).quantize(Decimal(10) ** -DIGITS) + 0


def shown(value: float) -> str:
    """Return a value with as many digits as all of them have."""
    return decimal(float(rounded(value)), DIGITS)


def choices(run: Run) -> Iterator[Choice]:
    """Yield every weight of every round whose average is known in all its parts."""
    for round_ in run.rounds:
        if round_.train is None or not _complete(round_.train):
            continue
        for probe in range(len(run.probes)):
            choice = Choice(run, round_.number, probe)
            # A strategy may take a step of its own after the average: that is another story.
            if abs(choice.server - (round_.train.weighted_mean or ())[probe]) < 10**-DIGITS:
                yield choice


def _complete(train: Train) -> bool:
    """Whether several workers answered, and all that goes into their average is known."""
    known = all(
        reply.probes is not None and reply.weight is not None and reply.num_examples is not None
        for reply in train.replies
    )
    return known and len(train.replies) > 1 and train.weighted_mean is not None
