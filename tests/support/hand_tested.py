"""Records made by hand whose answers to test examples were recorded, by round or by client."""

import numpy as np
from hand import hand_run

from fl_sim import record


def hand_answered(step: int = 0, **numbers: int) -> list[record.Run]:
    """Return a run that recorded the class of every test example after every round."""
    run = hand_run(step=step, **numbers)
    labels = _labels(run)
    rounds = [_answered(round_, labels, 5 + 9 * round_.number + step) for round_ in run.rounds]
    return [run.model_copy(update={"test_labels": labels, "rounds": tuple(rounds)})]


def hand_alone(step: int = 0, workers: int = 3, **numbers: int) -> list[record.Run]:
    """Return a run whose clients trained alone, each tested on the test split and on its own."""
    run = hand_run(step=step, workers=workers, picked=workers, **numbers)
    labels = _labels(run)
    rounds = [_alone(round_, labels, step) for round_ in run.rounds]
    changes = {"strategy": "LocalOnly", "test_labels": labels, "rounds": tuple(rounds)}
    return [run.model_copy(update=changes)]


def _labels(run: record.Run) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    assert run.dataset is not None
    return (np.arange(run.dataset.num_test or 0) % len(run.dataset.class_names)).astype(np.uint8)


def _answers(
    labels: "np.ndarray[tuple[int], np.dtype[np.uint8]]", right: int
) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    """Return answers of which so many are right."""
    answers = labels.copy()
    answers[right:] = (answers[right:] + 1) % (int(labels.max()) + 1)
    return answers


def _answered(
    round_: record.Round, labels: "np.ndarray[tuple[int], np.dtype[np.uint8]]", right: int
) -> record.Round:
    central = record.Metrics(loss=1.0, accuracy=right / len(labels))
    return round_.model_copy(update={"predictions": _answers(labels, right), "central": central})


def _alone(
    round_: record.Round, labels: "np.ndarray[tuple[int], np.dtype[np.uint8]]", step: int
) -> record.Round:
    if round_.train is None:
        return round_
    replies = []
    for reply in round_.train.replies:
        right = 4 + 3 * step + 2 * round_.number + reply.client
        test = record.Metrics(loss=1.0, accuracy=right / len(labels))
        own = record.Metrics(loss=0.5, accuracy=0.7 + 0.01 * step + 0.01 * reply.client)
        answers = _answers(labels, right)
        changes = {"test": test, "own": own, "predictions": answers}
        replies.append(reply.model_copy(update=changes))
    train = round_.train.model_copy(update={"replies": tuple(replies), "weighted_mean": None})
    return round_.model_copy(update={"train": train})
