"""Rebuilding photos: the first thumbnail of each client, from updates of more and more photos."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from fl_sim import record
from fl_sim.attacks.metrics import psnr, ssim
from fl_sim.attacks.rebuild import Effort, Knowledge, Prior, rebuild
from fl_sim.attacks.subject import EPOCH, MOST_REBUILT, Subject, masked, noised, scaled
from fl_sim.attacks.victim import Features, Weights, gradients, weights_of
from fl_sim.wording import count

SINGLE, FEW, MANY = 1, 4, 32  # photos in one step
NOISES = (0.001, 0.01, 1.0)  # in parts of the update's norm
PRIOR_PHOTOS = 2000
MOST_AT_ONCE = 8  # photos of all first guesses, as long as there is more than one guess
PICTURES = 25  # in a history, besides the first
RIGHT = 0.05  # error of features that are right, in parts of their norm
EXACT = 99.0  # dB, in place of infinity
KNOWS = (
    "the model that was updated, its network and its loss",
    "the labels of the photos and how many there are; of a local epoch, those of 32 of them",
    "the direction of the update, not the learning rate",
    "the test photos: their mean and the spread of their frequencies",
)

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Case:
    """One attempt: which client's photo, from which update, in which form."""

    client: int
    model: record.ModelState
    num_photos: int
    form: record.Form = "plain"
    noise: float | None = None


def cases(clients: Sequence[int]) -> list[Case]:
    """Return what is tried: small updates of each client's photos, the costly ones of the first."""
    first = clients[0]
    models: tuple[record.ModelState, ...] = ("untrained", "trained")
    shown = [Case(first, model, SINGLE) for model in models]
    rest = [Case(client, model, SINGLE) for model in models for client in clients[1:]]
    hidden = [
        Case(first, "untrained", SINGLE, "masked"),
        *(Case(first, "untrained", SINGLE, "noised", noise) for noise in NOISES),
    ]
    large = [Case(first, model, number) for model in models for number in (MANY, EPOCH)]
    few = [Case(client, model, FEW) for model in models for client in clients]
    return [*shown, *hidden, *rest, *few, *large]


def invert(
    subject: Subject,
    clients: Sequence[int],
    effort: Effort,
    begun: record.Inversions | None = None,
    watch: Callable[[str, int], None] = lambda case, step: None,
) -> Iterator[record.Inversions]:
    """Yield what was found so far, after each attempt.

    Args:
        subject: the run.
        clients: whose photos are rebuilt.
        effort: of each attempt.
        begun: attempts of the same effort that were made before.
        watch: is told the attempt in words and its steps so far.
    """
    others = subject.data.test.images(torch.arange(min(len(subject.data.test), PRIOR_PHOTOS)))
    prior = Prior.of(scaled(others))
    found = begun or record.Inversions(
        run=record.fingerprint(subject.run),
        seed=effort.seed,
        knows=KNOWS,
        steps=effort.steps,
        restarts=effort.restarts,
        every=max(effort.steps // PICTURES, 1),
        chance=tuple(_chance(subject, client) for client in clients),
    )
    done = {_case(each) for each in found.found}
    for case in cases(clients):
        if case in done:
            continue
        one = _attempt(subject, case, prior, effort, found.every, watch)
        found = found.model_copy(update={"found": (*found.found, one)})
        yield found


def _case(found: record.Inversion) -> Case:
    photos = EPOCH if found.num_steps > 1 else found.num_photos
    return Case(found.client, found.model, photos, found.form, found.noise)


def in_words(each: Case | record.Inversion) -> str:
    """Return what an attempt is, in a few words."""
    case = _case(each) if isinstance(each, record.Inversion) else each
    photos = "an epoch" if case.num_photos == EPOCH else count(case.num_photos, "photo")
    form = "" if case.form == "plain" else f", {case.form}"
    noise = "" if case.noise is None else f" by {case.noise:g}"
    return f"client {case.client}, {case.model}, {photos}{form}{noise}"


def _attempt(
    subject: Subject,
    case: Case,
    prior: Prior,
    effort: Effort,
    every: int,
    watch: Callable[[str, int], None],
) -> record.Inversion:
    update, steps = subject.update(case.model, case.client, case.num_photos)
    total = case.num_photos or len(subject.parts[case.client].train)
    images, labels = subject.photos(case.client, min(total, MOST_REBUILT))
    seen = _seen(update, case, total, effort.seed)
    known = Knowledge(weights_of(subject.models[case.model]), seen, labels, prior)
    said = in_words(case)
    restarts = max(1, min(effort.restarts, MOST_AT_ONCE // len(labels)))
    tried = replace(effort, restarts=restarts)
    rebuilt = rebuild(known, tried, every, lambda step: watch(said, step))
    target = _picture(scaled(images[0]))
    # Photos of one label can be told apart in no order: the nearest of them counts.
    alike = [i for i in range(len(labels)) if labels[i] == labels[0]]
    best = max(alike, key=lambda i: psnr(_picture(rebuilt.photos[i]), target))
    start = max(psnr(_picture(photo), target) for photo in rebuilt.history[0, alike])
    keeps = case.num_photos == SINGLE and case.client == 0 and case.form == "plain"
    history = [_picture(photos[best]) for photos in rebuilt.history]
    return record.Inversion(
        client=case.client,
        label=int(labels[0]),
        model=case.model,
        num_photos=total,
        num_steps=steps,
        form=case.form,
        noise=case.noise,
        restarts=restarts,
        num_rebuilt=len(labels),
        num_features=_solved(known, scaled(images), rebuilt.features),
        distance=_short(rebuilt.distance),
        start_psnr=_short(start),
        likeness=_likeness(history[-1], target),
        photo=history[-1],
        history=np.stack(history) if keeps else None,
    )


def _seen(update: Weights, case: Case, num_examples: int, seed: int) -> Weights:
    """Return an update in the form in which the attacker has it."""
    if case.form == "masked":
        return masked(update, num_examples, seed)
    if case.noise is not None:
        return noised(update, case.noise, seed)
    return update


def _solved(known: Knowledge, photos: Tensor, found: Features) -> int:
    """Return of how many photos the features that the attacker solved for are right."""
    nothing = Features.none(*found.values.shape)
    true, _ = gradients(known.weights, photos[None], known.labels, nothing, 0.0)
    error = (found.values - true[0]).norm(dim=1) / true[0].norm(dim=1)
    return int((found.known & (error < RIGHT)).sum())


def _chance(subject: Subject, client: int) -> record.Chance:
    images, labels = subject.photos(client, 1)
    true = _picture(scaled(images[0]))
    every = subject.data.test.images(torch.arange(len(subject.data.test)))
    others = every.permute(0, 2, 3, 1).numpy()
    errors = [float(((other.astype(np.int32) - true) ** 2).mean()) for other in others]
    mean = np.rint(others.mean(0)).astype(np.uint8)
    return record.Chance(
        client=client,
        label=int(labels[0]),
        mean=_likeness(mean, true),
        grey=_likeness(np.full_like(true, 128), true),
        nearest=_likeness(others[int(np.argmin(errors))], true),
    )


def _likeness(found: npt.NDArray[Any], true: Image) -> record.Likeness:
    return record.Likeness(
        psnr=_short(min(psnr(found, true), EXACT)), ssim=_short(ssim(found, true))
    )


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _picture(photo: Tensor) -> Image:
    """Return a photo, float32 (3, height, width) from -1 to 1, as bytes (height, width, 3)."""
    pixels: Image = ((photo + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return pixels
