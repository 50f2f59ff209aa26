"""Clients that train alone: the models whose predictions are kept."""

from collections.abc import Sequence

from fl_sim import record


def only_best_and_last(rounds: Sequence[record.Round]) -> tuple[record.Round, ...]:
    """Keep each client's predictions after the last round and after its best, and no others.

    The best round of a client is the first with its highest accuracy on the test split.
    """
    kept = {(rounds[-1].number, client) for client in _clients(rounds)}
    kept |= {(best_round(rounds, client), client) for client in _clients(rounds)}
    return tuple(_kept(each, kept) for each in rounds)


def best_round(rounds: Sequence[record.Round], client: int) -> int:
    """Return the round after which a client's own model is best on the test split, -1 if none."""
    found = {
        each.number: reply.test.accuracy
        for each in rounds
        for reply in (each.train.replies if each.train else ())
        if reply.client == client and reply.test and reply.test.accuracy is not None
    }
    return max(found, key=lambda number: found[number], default=-1)


def _clients(rounds: Sequence[record.Round]) -> set[int]:
    return {reply.client for each in rounds if each.train for reply in each.train.replies}


def _kept(round_: record.Round, kept: set[tuple[int, int]]) -> record.Round:
    if round_.train is None:
        return round_
    replies = tuple(
        reply
        if (round_.number, reply.client) in kept
        else reply.model_copy(update={"predictions": None})
        for reply in round_.train.replies
    )
    train = round_.train.model_copy(update={"replies": replies})
    return round_.model_copy(update={"train": train})
