"""The model of what attacks on a run found: a document of its own beside the run's record."""

from math import prod
from typing import ClassVar, Literal, Self, TypeVar

import numpy as np
from pydantic import Field, model_validator

from fl_sim.schema.model import (
    INCIDENTAL,
    Array,
    ArrayFile,
    Count,
    Form,
    Many,
    Metrics,
    Model,
    NonNegative,
    Real,
    Share,
)

__all__ = ["Attack", "Chance", "Inversion", "Inversions", "Likeness", "LocalModel", "Membership",
    "Memberships", "ModelState", "Update", "Updates"]  # fmt: skip

ModelState = Literal["untrained", "trained"]


class Likeness(Model):
    """How like two pictures are."""

    psnr: Real = Field(description="peak signal-to-noise ratio over all channels, dB")
    ssim: Real = Field(
        description="structural similarity after Wang et al., 2004: Gaussian windows, mean over "
        "the channels"
    )


class Chance(Model):
    """How like a photo is to pictures that do not come from its update."""

    client: Count
    label: Count
    mean: Likeness = Field(description="to the mean of the test photos")
    grey: Likeness = Field(description="to plain grey")
    nearest: Likeness = Field(
        description="to the nearest of the test photos by PSNR, which nobody could pick without it"
    )


class Inversion(Model):
    """One attempt to rebuild a photo from an update: the first thumbnail of a client."""

    client: Count
    label: Count = Field(description="the true class of the photo")
    model: ModelState = Field(description="the run's model that was updated")
    num_photos: Count = Field(description="the update was made from, the first thumbnail included")
    num_steps: Count = Field(description="of gradient descent in the update")
    form: Form = Field(default="plain", description="in which form the attacker has the update")
    noise: NonNegative | None = Field(
        default=None,
        description="standard deviation of the noise on each weight, in parts of the update's "
        "norm, to half of which it was clipped first",
    )
    restarts: Count = Field(
        description="first guesses that were tried: fewer of many photos; the nearest counts"
    )
    num_rebuilt: Count = Field(description="photos that were rebuilt together")
    num_features: Count = Field(
        description="photos of which the attacker has the right input of the first linear layer"
    )
    distance: NonNegative = Field(description="of gradients, as the attacker sees it")
    start_psnr: Real = Field(description="PSNR of the nearest first guess of the same label, dB")
    likeness: Likeness = Field(
        description="of the photo to the nearest of the rebuilt ones of the same label"
    )
    photo: Array = Field(description="uint8, (height, width, 3): that one")
    history: Array | None = Field(
        default=None,
        description="uint8, (steps, height, width, 3): that one every `Inversions.every` steps, "
        "from the first guess to the last",
    )


class Membership(Model):
    """How well a threshold on the loss tells photos that were trained on from others."""

    model: Literal["global", "client"] = Field(
        description="global: of the last round; client: one client's, after a round from there"
    )
    client: Count | None = Field(default=None, description="whose model it is")
    form: Form = Field(default="plain", description="in which form the attacker has the model")
    num_members: Count = Field(description="training photos")
    num_others: Count = Field(description="photos of the validation parts of the same clients")
    member_accuracy: Share
    other_accuracy: Share
    auc: Share = Field(description="how often a member has the lower loss; 0.5 is chance")
    tpr_1: Share = Field(
        description="members found when at most 1% of the others are taken for one"
    )
    tpr_01: Share = Field(description="the same at 0.1%")


class Attack(Model):
    """What attacks of one kind found."""

    FILE: ClassVar[str]
    COMMAND: ClassVar[str]

    schema_version: Literal[1] = Field(default=1, json_schema_extra=INCIDENTAL)
    run: str = Field(description="fingerprint of the record")
    seed: Count = Field(description="of the attacker's first guesses, noise and masks")
    knows: Many[str] = Field(description="what the attacker has, besides the update")
    arrays: ArrayFile | None = Field(
        default=None, description="set when it is saved", json_schema_extra=INCIDENTAL
    )


class Inversions(Attack):
    """Photos rebuilt from updates."""

    FILE: ClassVar[str] = "inversions"
    COMMAND: ClassVar[str] = "invert --force"

    steps: Count = Field(description="of descent, for each first guess")
    restarts: Count = Field(description="most first guesses of one attempt")
    every: Count = Field(description="steps between two pictures of a history")
    chance: Many[Chance] = Field(default=(), description="of each photo that is attacked")
    found: Many[Inversion] = ()


class Memberships(Attack):
    """Membership inference."""

    FILE: ClassVar[str] = "memberships"
    COMMAND: ClassVar[str] = "members"

    found: Many[Membership] = ()


class Update(Model):
    """What one client's training changes: sent weights - received weights.

    Each number is a whole multiple of a step, which is 1/127 of the largest of its parameter.
    """

    client: Count
    num_examples: Count = Field(description="n_k, the examples trained on")
    form: Form = Field(default="plain", description="in which form it left the client")
    values: Array = Field(
        description="int8, (weights,): in steps, parameters in the order of `Updates.parameters`, "
        "each row by row"
    )
    steps: Many[NonNegative] = Field(description="of each parameter, in units of weights")


class Updates(Attack):
    """What the server would be sent in one more round, from the last model on.

    The clients are those of the last round. This is what the other attacks begin with.
    """

    FILE: ClassVar[str] = "updates"
    COMMAND: ClassVar[str] = "updates"

    parameters: Many[str] = Field(description="names in the model's file, in order")
    sizes: Many[Count] = Field(description="weights of each parameter")
    found: Many[Update]
    test: Metrics = Field(
        description="the last model and the mean of these updates by n_k / n, on the test split"
    )

    @model_validator(mode="after")
    def _sizes_agree(self) -> Self:
        if len(self.parameters) != len(self.sizes):
            raise ValueError("parameters and sizes are not as many")
        for update in self.found:
            values, fits = update.values, len(update.steps) == len(self.sizes)
            if not fits or values.dtype != np.int8 or values.shape != (sum(self.sizes),):
                raise ValueError(f"the update of client {update.client} has other sizes")
        return self


class LocalModel(Attack):
    """The model of one client that trained alone, after the last round.

    It comes from training again what the client trained, and its record has the same test result.
    """

    FILE: ClassVar[str] = "local-model"
    COMMAND: ClassVar[str] = "alone"

    client: Count = Field(description="who is best on the test split after the last round")
    parameters: Many[str] = Field(description="names, in order")
    shapes: Many[Many[Count]] = Field(description="of each parameter")
    values: Array = Field(description="float32, (weights,): parameters in order, each row by row")
    test: Metrics = Field(description="on the test split")

    @model_validator(mode="after")
    def _shapes_agree(self) -> Self:
        size = sum(prod(shape) for shape in self.shapes)
        if len(self.parameters) != len(self.shapes) or self.values.shape != (size,):
            raise ValueError("the weights have other shapes")
        if self.values.dtype != np.float32 or not np.isfinite(self.values).all():
            raise ValueError("the weights are no finite float32 numbers")
        return self


AttackT = TypeVar("AttackT", bound=Attack)
