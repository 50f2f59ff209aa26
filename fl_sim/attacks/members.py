"""Membership inference by a threshold on the loss, after Yeom et al. (2018): members' are lower."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own name for it

from fl_sim import record
from fl_sim.attacks.metrics import auc, true_positive_rate
from fl_sim.attacks.subject import EPOCH, Subject, locally_noised, scaled

BATCH = 500
KNOWS = ("the model", "the loss of each photo and its label")
TRAINED = "trained"


def infer(subject: Subject, client: int, seed: int) -> record.Memberships:
    """Return how well members are told from others.

    Members are training photos of the clients whose training is in the model; others are photos of
    the same clients' validation parts, which nothing is trained on.

    Args:
        subject: the run.
        client: the one whose own update is attacked, unless updates are masked.
        seed: of the noise that a client adds.
    """
    found = [_of(subject, subject.models[TRAINED], _took_part(subject.run), None)]
    if not subject.settings.secure_aggregation:
        update, _ = subject.update(TRAINED, client, EPOCH)
        seen = locally_noised(update, subject.settings, seed)
        found.append(_of(subject, subject.updated(TRAINED, seen), [client], client))
    return record.Memberships(
        run=record.fingerprint(subject.run), seed=seed, knows=KNOWS, found=tuple(found)
    )


def _took_part(run: record.Run) -> list[int]:
    """Return the clients that delivered in any round."""
    trains = (round_.train for round_ in run.rounds if round_.train)
    return sorted({reply.client for train in trains for reply in train.replies})


def _of(
    subject: Subject, model: nn.Module, clients: Iterable[int], client: int | None
) -> record.Membership:
    parts = [subject.parts[each] for each in clients]
    own = torch.cat([part.train for part in parts])
    other = torch.cat([part.validation for part in parts])
    (member_scores, member_right), (other_scores, other_right) = (
        _scores(model, subject, index) for index in (own, other)
    )
    local = client is not None and subject.settings.dp_where == "local"
    return record.Membership(
        model="global" if client is None else "client",
        client=client,
        form="noised" if local and subject.settings.dp_noise else "plain",
        num_members=len(own),
        num_others=len(other),
        member_accuracy=_short(member_right),
        other_accuracy=_short(other_right),
        auc=_short(auc(member_scores, other_scores)),
        tpr_1=_short(true_positive_rate(member_scores, other_scores, 0.01)),
        tpr_01=_short(true_positive_rate(member_scores, other_scores, 0.001)),
    )


def _scores(
    model: nn.Module, subject: Subject, index: Tensor
) -> tuple[npt.NDArray[np.float64], float]:
    """Return minus the loss of each photo, and the share labelled correctly."""
    torch.set_num_threads(1)
    split, scores, right = subject.data.train, [], 0
    with torch.inference_mode():
        for batch in torch.split(index, BATCH):
            logits, labels = model(scaled(split.images(batch))), split.labels[batch]
            scores.append(-F.cross_entropy(logits, labels, reduction="none").double())
            right += int((logits.argmax(1) == labels).sum())
    return torch.cat(scores).numpy(), right / len(index)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
