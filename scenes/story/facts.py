"""Facts of a chapter's spec that decide what is seen.

They choose the sentences of the beats' descriptions: ``When("crowd", ...)`` in ``scenes`` calls
``crowd``. Each function takes the spec of a chapter that the fact belongs to.
"""

from collections.abc import Sequence
from typing import Any

from scenes.story.crowds import crowded
from scenes.story.specs import StageSpec


def holds(name: str, spec: Any) -> bool:
    """Return whether a fact, given by name, holds for a chapter's spec."""
    return bool(globals()[name](spec))


# --- the stage


def crowd(spec: Any) -> bool:
    """Whether the workers are drawn as a crowd of squares, not as cards."""
    return crowded(len(_stage(spec).workers))


def others(spec: Any) -> bool:
    """Whether some workers are not picked for the round."""
    picked: Sequence[int] = _on_stage(spec).picked
    return len(picked) < len(_stage(spec).workers)


def weights(spec: Any) -> bool:
    """Whether weights of the model are drawn as squares."""
    return spec.plate[0] is not None


def wall(spec: Any) -> bool:
    """Whether the front end shows a wall of test examples."""
    return _stage(spec).wall is not None


def _on_stage(spec: Any) -> Any:
    """Return the part of a spec that is played on the stage."""
    return spec.round if hasattr(spec, "round") else spec


def _stage(spec: Any) -> StageSpec:
    stage: StageSpec = _on_stage(spec).stage
    return stage


def read_anew(spec: Any) -> bool:
    """Whether the front end shows a number after the quick rounds."""
    played = spec.played if hasattr(spec, "played") else [("", one) for one in spec.quick_rounds]
    return any(round_.reading.value.text for _, round_ in played)


# --- training alone


def photo_first(spec: Any) -> bool:
    """Whether a photo of the best worker is known."""
    return spec.best is not None and spec.best.case.photos is not None


def lights_fall(spec: Any) -> bool:
    """Whether the test photos that the best worker gets right are known."""
    return spec.best is not None


# --- training


def one_photo(spec: Any) -> bool:
    """Whether the example that is looked at is a picture."""
    return spec.training.photo is not None


def first_move(spec: Any) -> bool:
    """Whether it is known how far each weight moves in the first step."""
    return spec.training.looks[1] in spec.training.moved_at


def batch_losses(spec: Any) -> bool:
    """Whether the loss of every batch is known."""
    return bool(spec.training.losses)


# --- one round


def guessed(spec: Any) -> bool:
    """Whether a wall shows that the first model gives nearly always the same answer."""
    return wall(spec) and spec.guess is not None


def losses(spec: Any) -> bool:
    """Whether a loss is drawn for the workers."""
    return bool(spec.curves)


def lost(spec: Any) -> bool:
    """Whether some workers send nothing."""
    return bool(spec.lost)


def shares(spec: Any) -> bool:
    """Whether the updates are weighed."""
    return bool(spec.weighed.each)


def measured_after(spec: Any) -> bool:
    """Whether the model was tested after the round."""
    return bool(_on_stage(spec).new_reading.value.text)


def accuracy_after(spec: Any) -> bool:
    """Whether the accuracy is known after the round."""
    return bool(spec.accuracy) and measured_after(spec)


def otherwise_measured(spec: Any) -> bool:
    """Whether another measure than the accuracy is known after the round."""
    return not accuracy_after(spec) and measured_after(spec)


# --- the weighted average


def grouped(spec: Any) -> bool:
    """Whether one row stands for several workers."""
    return any(term.workers > 1 for term in spec.average.terms)


# --- many rounds


def accuracy_and_loss(spec: Any) -> bool:
    """Whether curves of accuracy and loss are drawn."""
    return bool(spec.accuracy) and len(spec.history.series) > 1


def accuracy_alone(spec: Any) -> bool:
    """Whether only the curve of the accuracy is drawn."""
    return bool(spec.accuracy) and not accuracy_and_loss(spec)


def accuracy(spec: Any) -> bool:
    """Whether the measure of the model is its accuracy."""
    return bool(spec.accuracy)


def accuracy_and_bytes_so_far(spec: Any) -> bool:
    """Whether the accuracy and the bytes that were sent so far are shown."""
    return bool(spec.accuracy) and len(spec.so_far) > 1


def accuracy_so_far(spec: Any) -> bool:
    """Whether the accuracy is shown without the bytes that were sent so far."""
    return bool(spec.accuracy) and len(spec.so_far) == 1


def other_so_far(spec: Any) -> bool:
    """Whether numbers without the accuracy are shown."""
    return not spec.accuracy and bool(spec.so_far)


def who_trained(spec: Any) -> bool:
    """Whether it is known who trained in which round."""
    return bool(spec.history.rows)


def levels(spec: Any) -> bool:
    """Whether there are levels to compare the accuracy with."""
    return bool(spec.levels)


# --- other chapters


def dealt_anew(spec: Any) -> bool:
    """Whether the lights move from one deal to another."""
    return len(spec.deal.deals) > 1


def arrows_labelled(spec: Any) -> bool:
    """Whether the arrows of the uneven run have labels."""
    return bool(spec.drift.arrows[1].labels)


def leash(spec: Any) -> bool:
    """Whether the remedy holds workers close to the shared model."""
    return bool(spec.working.picture == "leash")


def reported(spec: Any) -> bool:
    """Whether a worker that failed reports its error, and is a card."""
    return not crowd(spec) and any(failure.reported for failure in spec.round.failures)


def accuracy_by_round(spec: Any) -> bool:
    """Whether the accuracy has a curve beside the replies."""
    return bool(spec.accuracy) and spec.replies.measure is not None


def other_measure_by_round(spec: Any) -> bool:
    """Whether another measure has a curve beside the replies."""
    return not spec.accuracy and spec.replies.measure is not None


def mistake(spec: Any) -> bool:
    """Whether the last model called some photo wrong."""
    return spec.confusion is not None and spec.confusion.mistake is not None


def none_sent(spec: Any) -> bool:
    """Whether it is known that no photos were sent."""
    return spec.stayed is not None


def photos_weighed(spec: Any) -> bool:
    """Whether the size of the photos is known."""
    return bool(spec.kept)


def several_runs(spec: Any) -> bool:
    """Whether the numbers come from several runs."""
    return bool(spec.several)


# --- closing


def photo_joins(spec: Any) -> bool:
    """Whether the photo of the first picture is one of the wall's."""
    return spec.photo is not None and spec.photo.place is not None


def best_alone(spec: Any) -> bool:
    """Whether it is known how well the best worker does alone."""
    return spec.together.alone is not None


# --- what leaks


def numbers_shown(spec: Any) -> bool:
    """Whether some of an update's numbers are known."""
    return bool(spec.leak.numbers)


# --- masks


def summed(spec: Any) -> bool:
    """Whether the sum of all updates is shown before their average."""
    return spec.masks.total is not None
