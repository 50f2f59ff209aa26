"""A client that trained alone trains again, so that its last model can be kept."""

from collections.abc import Callable

import numpy as np
from torch import nn

from fl_sim import record
from fl_sim.app import cifar10, predictions, task
from fl_sim.app.settings import Settings
from fl_sim.attacks.subject import AttackError
from fl_sim.attacks.victim import weights_of

MOST_WEIGHTS = 100_000
ROUNDING = 1e-6  # of a record's numbers


def best_client(run: record.Run) -> record.TrainReply:
    """Return the last reply of the client whose own model ends best on the test split.

    Raises:
        AttackError: no client trained alone, or none was tested.
    """
    train = run.rounds[-1].train
    replies = [each for each in train.replies if each.test] if train else []
    if run.strategy != "LocalOnly" or not replies or run.provenance.code_hash is None:
        raise AttackError(
            f"{run.name}: no client trained alone; take a run by fl-sim run with the strategy "
            "local-only"
        )
    if run.network is None or run.network.num_parameters > MOST_WEIGHTS:
        raise AttackError(f"{run.name}: its network is too large to keep a model of it")
    return max(replies, key=lambda each: (each.test and each.test.accuracy) or 0.0)


def alone(
    run: record.Run,
    settings: Settings,
    data: cifar10.Data,
    part: task.Part,
    watch: Callable[[int], None],
) -> record.LocalModel:
    """Return the last model of the client that ends best alone.

    Args:
        run: the record.
        settings: of the run.
        data: its dataset.
        part: the client's part of it.
        watch: called with the number of each round that was trained.

    Raises:
        AttackError: as for ``best_client``, or the model is another one than the run's.
    """
    reply = best_client(run)
    model = task.initial_model(settings.seed, len(data.class_names), settings.network)
    for round_ in run.rounds:
        if round_.train and any(each.client == reply.client for each in round_.train.replies):
            shuffle = task.generator(settings.seed, "train", round_.number, reply.client)
            task.train(model, data.train, part.train, settings, shuffle)
        watch(round_.number)
    return _kept(run, reply, model, task.test(model, data.test, 1))


def _kept(
    run: record.Run, reply: record.TrainReply, model: nn.Module, test: task.Test
) -> record.LocalModel:
    _check(run, reply, test)
    weights = {name: tensor.numpy() for name, tensor in weights_of(model).items()}
    return record.LocalModel(
        run=record.fingerprint(run),
        seed=run.provenance.seed or 0,
        knows=("the client's photos",),
        client=reply.client,
        parameters=tuple(weights),
        shapes=tuple(each.shape for each in weights.values()),
        values=np.concatenate([each.ravel() for each in weights.values()]),
        test=record.Metrics(loss=test.score.loss, accuracy=test.score.accuracy),
    )


def _check(run: record.Run, reply: record.TrainReply, test: task.Test) -> None:
    """Check that a test is that of the record: by each prediction, where they are kept."""
    wanted = reply.test.loss if reply.test else None
    same = wanted is not None and abs(test.score.loss - wanted) < ROUNDING
    if reply.predictions is not None:
        same = same and np.array_equal(predictions.packed(test.predictions), reply.predictions)
    if not same:
        raise AttackError(
            f"{run.name}: client {reply.client} came to another model than in the run; train on "
            "the same photos and a processor of the same kind, or make the run again"
        )
