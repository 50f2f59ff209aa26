"""A close look at the first steps of a client's training: one example, and how far weights move."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from flwr.app import ConfigRecordValues
from torch import Tensor, nn

from fl_sim import tiles
from fl_sim.app import task
from fl_sim.app.cifar10 import Data
from fl_sim.app.settings import Settings
from fl_sim.recording.close_ups import EXAMPLES, NAMES, PLACE

LOOKS = 300  # at the example; the first ones fall on the same steps
MOVES = 9  # looks at all weights of one client, at most 62 kB each for the film's network
MOVES_OF_EACH = 2  # where everyone is watched: before and after
LEVELS = 255


@dataclass
class CloseUp:
    """What is seen of a client's model after some of its steps in one round.

    Args:
        image: uint8 (1, 3, height, width), the example.
        label: its class.
        first: float32 (parameters,), the model before any training, flat.
        before: steps taken in earlier rounds.
        total: steps of the run that are watched.
        moves: how often all weights are looked at.
        examples: uint8 (n, 3, height, width), all that the client trains on, if they are kept.
    """

    image: Tensor
    label: int
    first: Tensor
    before: int
    total: int
    moves: int = MOVES
    examples: Tensor | None = None
    _steps: list[int] = field(default_factory=list)
    _probabilities: list[float] = field(default_factory=list)
    _moved_steps: list[int] = field(default_factory=list)
    _moved: list[Tensor] = field(default_factory=list)
    _largest: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._taken = self.before
        self._looks = set(spaced(self.total, LOOKS))
        self._moves = set(spaced(self.total, self.moves))

    def watch(self, model: nn.Module) -> None:
        """Look at the model after one more step."""
        self._taken += 1
        self.look(model)

    def look(self, model: nn.Module) -> None:
        """Look at the model now, if it is time for it."""
        if self._taken in self._looks:
            self._steps.append(self._taken)
            self._probabilities += task.probabilities(model, self.image)[0].tolist()
        if self._taken in self._moves:
            moved = (flat(model) - self.first).abs()
            largest = float(moved.max())
            self._moved_steps.append(self._taken)
            self._largest.append(largest)
            self._moved.append((moved * (LEVELS / (largest or 1.0))).round().to(torch.uint8))

    def report(self) -> dict[str, ConfigRecordValues]:
        """Return what was seen, as a reply carries it."""
        values: dict[str, ConfigRecordValues] = {
            "label": self.label,
            "image": self.image[0].permute(1, 2, 0).contiguous().numpy().tobytes(),
            "steps": self._steps,
            "probabilities": self._probabilities,
            "moved-steps": self._moved_steps,
            "moved": b"".join(moved.numpy().tobytes() for moved in self._moved),
            "largest": self._largest,
        }
        named = {NAMES[name]: value for name, value in values.items()}
        return named if self.examples is None else {**named, **self._in_small(self.examples)}

    def _in_small(self, examples: Tensor) -> dict[str, ConfigRecordValues]:
        same = (examples == self.image).flatten(1).all(1)
        return {
            EXAMPLES: tiles.encode(examples.permute(0, 2, 3, 1).contiguous().numpy()),
            PLACE: int(same.nonzero()[0, 0]),
        }


def begin(
    settings: Settings, data: Data, part: task.Part, client: int, server_round: int
) -> CloseUp | None:
    """Return a close look at a client's training in a round, None if it is not watched.

    The example is the first of the client's thumbnails. Where one client alone is watched, all that
    it trains on is kept in small.
    """
    steps = -(-len(part.train) // settings.batch_size) * settings.local_epochs
    before = (server_round - 1) * steps
    watched = settings.close_up_client in (client, -1)
    if not watched or before >= settings.close_up:
        return None
    choose = task.generator(settings.seed, "thumbnails", client)
    images, labels = task.thumbnails(data, part, 1, choose)
    first = flat(task.initial_model(settings.seed, len(data.class_names), settings.network))
    image, label = images.permute(0, 3, 1, 2), int(labels[0])
    if settings.close_up_client < 0:
        return CloseUp(image, label, first, before, settings.close_up, MOVES_OF_EACH)
    kept = before == 0 and len(part.train) <= tiles.MOST
    examples = data.train.images(part.train) if kept else None
    return CloseUp(image, label, first, before, settings.close_up, examples=examples)


def spaced(total: int, count: int) -> Sequence[int]:
    """Return about ``count`` steps from 0 to ``total``: each at first, then ever fewer."""
    grown = torch.logspace(0, 1, count, base=total + 1, dtype=torch.float64) - 1
    return sorted({round(step) for step in grown.tolist()})


def flat(model: nn.Module) -> Tensor:
    """Return a copy of all parameters of a model in a row."""
    return torch.cat([parameter.detach().flatten().cpu() for parameter in model.parameters()])
