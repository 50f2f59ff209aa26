"""What a server is sent: whole updates of one more round, from a record's last model on."""

import numpy as np
import numpy.typing as npt
import torch

from fl_sim import record
from fl_sim.app import task
from fl_sim.attacks.subject import EPOCH, AttackError, Subject, locally_noised
from fl_sim.attacks.victim import Weights

TRAINED = "trained"
MOST_CLIENTS = 3
MOST_WEIGHTS = 300_000
STEPS = 127  # of an int8, up and down
SEED = 0  # of noise that a client adds


def updates(subject: Subject) -> record.Updates:
    """Return the updates of the first clients of the last round, if they trained once more.

    Raises:
        AttackError: no server sees them, or they are too large to be kept.
    """
    clients = _clients(subject)
    sent = {client: _sent(subject, client) for client in clients}
    counts = {client: len(subject.parts[client].train) for client in clients}
    first = sent[clients[0]]
    kept = [_kept(client, counts[client], update, subject) for client, update in sent.items()]
    return record.Updates(
        run=record.fingerprint(subject.run),
        seed=SEED,
        knows=("the model", "the updates"),
        parameters=tuple(first),
        sizes=tuple(tensor.numel() for tensor in first.values()),
        found=tuple(kept),
        test=_tested(subject, sent, counts),
    )


def _clients(subject: Subject) -> list[int]:
    run = subject.run
    if subject.settings.secure_aggregation:
        raise AttackError(f"{run.name}: its updates are masked, and the server sees none of them")
    train = run.rounds[-1].train
    if train is None or not train.replies:
        raise AttackError(f"{run.name}: no client delivered in its last round; take another run")
    if run.network is None or run.network.num_parameters > MOST_WEIGHTS:
        raise AttackError(f"{run.name}: its network is too large to keep whole updates of it")
    return [reply.client for reply in train.replies][:MOST_CLIENTS]


def _sent(subject: Subject, client: int) -> Weights:
    update, _ = subject.update(TRAINED, client, EPOCH)
    return locally_noised(update, subject.settings, SEED)


def _kept(client: int, examples: int, update: Weights, subject: Subject) -> record.Update:
    settings = subject.settings
    noised = bool(settings.dp_noise) and settings.dp_where == "local"
    rounded = [_rounded(tensor.numpy()) for tensor in update.values()]
    return record.Update(
        client=client,
        num_examples=examples,
        form="noised" if noised else "plain",
        values=np.concatenate([values for values, _ in rounded]),
        steps=tuple(step for _, step in rounded),
    )


def _rounded(values: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], float]:
    """Return values in whole steps, flat, and the step."""
    step = float(np.abs(values).max()) / STEPS
    return np.rint(values.ravel() / (step or 1.0)).astype(np.int8), step


def _tested(subject: Subject, sent: dict[int, Weights], counts: dict[int, int]) -> record.Metrics:
    total = sum(counts.values())
    names = next(iter(sent.values()))
    mean = {
        name: torch.stack([sent[client][name] * (counts[client] / total) for client in sent]).sum(0)
        for name in names
    }
    score = task.test(subject.updated(TRAINED, mean), subject.data.test, 1).score
    return record.Metrics(loss=score.loss, accuracy=score.accuracy)
