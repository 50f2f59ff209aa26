"""The stage: the actors of a round of federated learning, and the verbs that animate them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from manim import Animation, Group, Mobject, VGroup

from scenes.stage.close_view import CloseView
from scenes.stage.dial import Dial
from scenes.stage.front_end import FrontEnd
from scenes.story.specs import (
    NO_CHANGES,
    CurveSpec,
    FailureSpec,
    Plate,
    QuickRoundSpec,
    Reading,
    ScoresSpec,
    UpdatesSpec,
)
from scenes.text.lines import Text


class Failures(Protocol):
    """The failures of one round, as a stage shows them."""

    @property
    def everything(self) -> Group:
        """All marks of the failures on the stage."""

    def train_and_fail(self) -> Animation:
        """Let the workers train for a while and then fail."""

    def break_wires(self) -> Animation:
        """Send error reports to the coordinator; then break the wires of the failed workers."""


class Stage(Protocol):
    """The front end, the coordinator, the workers and the wires between them.

    Each verb returns an animation and does not play it. The verb itself or a later one removes
    what it adds. Workers are given by their positions.
    """

    front_end: FrontEnd
    dial: Dial

    @property
    def everything(self) -> Group:
        """The whole stage at rest, lowest first."""

    @property
    def standing(self) -> Sequence[Mobject]:
        """All parts of the workers, lowest first."""

    # --- entering and leaving

    def open(self, plate: Plate, reading: Reading) -> Animation:
        """Show the whole stage at rest with these weights and this reading."""

    def look_closely(self, reading: Reading) -> CloseView | None:
        """Return the front end's wall in large, if there is one."""

    def enter_coordinator(self) -> Animation:
        """Show the coordinator."""

    def enter_front_end(self) -> Animation:
        """Show the front end."""

    def connect(self) -> Animation:
        """Draw the wires from the coordinator to the workers."""

    def become_rows(self, rows: VGroup, beside: Animation) -> Animation:
        """Replace the stage by a chart with a row for each worker; play ``beside`` with it."""

    # --- the phases of a round

    def show_plate(
        self, filters: npt.NDArray[np.float32] | None, limit: float, *, glow: bool = True
    ) -> Animation:
        """Show the global model's weights on the coordinator; changes glow."""

    def pass_light(self) -> Animation:
        """Let a light pass over all workers, as a lot is drawn."""

    def pick(self, clients: Sequence[int]) -> Animation:
        """Highlight the sampled workers, and dim the others."""

    def release(self) -> Animation:
        """Remove all highlights and dimming from the workers."""

    def distribute(self, clients: Sequence[int], size: Text, pace: float = 1.0) -> Animation:
        """Send the global model to some workers, which keep their copies."""

    def train(
        self, curves: Mapping[int, CurveSpec], changes: Mapping[int, Plate] = NO_CHANGES
    ) -> Animation:
        """Let workers train, with their losses to one scale; without curves all with a model.

        ``changes`` is what they have changed of the model's first layer, where it is known.
        """

    def train_without_curves(
        self, clients: Sequence[int], changes: Mapping[int, Plate] = NO_CHANGES
    ) -> Animation:
        """Let some workers train: their copies of the model turn into updates."""

    def clear_curves(self) -> Animation:
        """Remove the loss curves, and show the wires again."""

    def drop(self, clients: Sequence[int]) -> Animation:
        """Remove workers without a reply from the round, with their copies of the model."""

    def collect(self, updates: UpdatesSpec) -> Sequence[Animation]:
        """Send updates to the coordinator's tray; the animations play one after the other."""

    def collect_together(self, updates: UpdatesSpec) -> Animation:
        """Send updates to the coordinator's tray in one animation."""

    def show_shares(self, updates: UpdatesSpec) -> Animation:
        """Turn the updates in the tray into their shares n_k/n, if these are known."""

    def aggregate(self, filters: npt.NDArray[np.float32] | None, limit: float) -> Animation:
        """Merge what is in the tray into the new model."""

    def evaluate(self, clients: Sequence[int]) -> Animation:
        """Let some workers test the model on their own photos."""

    def send_scores(self, scores: ScoresSpec) -> Animation:
        """Send evaluation results to the tray; the workers' copies of the model disappear."""

    def clear_packets(self) -> Animation:
        """Remove all packets from the tray and the workers."""

    def notify_front_end(self) -> Animation:
        """Send a signal from the coordinator to the front end."""

    def report(self, reading: Reading) -> Animation:
        """Show the model's measure after the round, if it is known."""

    def quick_round(self, spec: QuickRoundSpec) -> Iterator[Animation]:
        """Yield the animations of a round in short."""

    def failures(self, spec: Sequence[FailureSpec]) -> Failures:
        """Return the failures of a round, to be animated."""
