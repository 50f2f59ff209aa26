"""The chapter on the weighted average: one weight on a balance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fl_sim.record import Run
from scenes.story.common import another_run, check_answered, worker_number
from scenes.story.one_weight import WeightChoice, choices
from scenes.story.specs import AverageSpec, Quantity, TermSpec
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import Number, at, computed, count, number, total

PICTURES = 4  # photos on a case
# The source of an average of values sent: their replies, and the place of the weight in each.
WEIGHTED = "mean of the values, weighted by num_examples, of {}"


@dataclass(frozen=True)
class WeightedAverageSpec:
    """The contents of the chapter; captions have the names of their beats."""

    title: Line
    values: Line
    hang: Line
    sum: Line
    average: AverageSpec


def tell(runs: Sequence[Run]) -> WeightedAverageSpec:
    """Return the chapter's spec for the first run with enough data.

    Raises:
        NotRecordedError: no run has a round with an average of several workers' probes.
    """
    known = next((found for run in runs if (found := list(choices(run)))), None)
    if known is None:
        raise _reason(runs[0])
    choice = max(known, key=lambda choice: choice.rank)
    return WeightedAverageSpec(
        title=text("The weighted average"),
        values=_values(choice),
        hang=_hang(choice),
        sum=_sum(choice),
        average=_average(choice),
    )


def _reason(run: Run) -> NotRecordedError:
    """Return the error that says why no average of a run can be shown."""
    check_answered(run)
    phases = [round_.train for round_ in run.rounds if round_.train is not None]
    forms = {train.form for train in phases}
    if forms and "plain" not in forms:
        return NotRecordedError(
            f"the workers of the run {run.name!r} sent {max(forms)} updates, and their own values "
            "are not known. Use a run without secure aggregation, in which no worker adds noise"
        )
    if any(train.privacy for train in phases):
        return NotRecordedError(
            f"noise for privacy is in the model of the run {run.name!r}, so that it is no weighted "
            "average of the workers' models. Use a run without such noise"
        )
    if run.probes and not any(train.weighted_mean for train in phases):
        return NotRecordedError(
            f"the strategy of the run {run.name!r} does not make its model by a weighted average "
            "of the workers' models. Use a run of one that does, such as FedAvg"
        )
    if run.weighted_by is not None:
        return NotRecordedError(
            f"the run {run.name!r} weighs its clients by {run.weighted_by}, and the chapter by "
            "their numbers of examples. Use another run"
        )
    return NotRecordedError(
        f"the run {run.name!r} recorded no probes of several workers with their weighted mean. "
        "Use a run of several workers with a strategy that averages, such as FedAvg"
    )


# --- the arithmetic


def _average(choice: WeightChoice) -> AverageSpec:
    sent = choice.replies_at[:].probes[choice.probe]
    plain = computed(choice.plain_mean, choice.form, "mean of {}, counted alike", sent)
    return AverageSpec(
        terms=[_term(choice, k) for k in range(len(choice.cases))],
        photos=_all_photos(choice),
        plain=(plain, plain.value),
        alike=text("counted alike"),
        weighted=text("weighted by photos"),
        mark=another_run(choice.run),
    )


def _term(choice: WeightChoice, k: int) -> TermSpec:
    """Return a worker's term, or the last one, of all workers without their own."""
    replies = choice.cases[k]
    counted = sum(choice.photos[i] for i in replies)
    so_far = [i for case in choice.cases[: k + 1] for i in case]
    if replies == choice.others:
        photos = _of_others(choice, counted)
        return TermSpec(
            name=_others(choice),
            photos=(plural(photos, "{n} photo", "{n} photos"), counted),
            value=_mean_of(choice, replies),
            so_far=_mean_of(choice, so_far),
            pictures=_pictures(choice, replies),
            workers=len(replies),
        )
    reply, client = choice.replies_at[replies[0]], choice.replies[replies[0]].client
    photos, sent = number(reply.num_examples, Language.integer), reply.probes[choice.probe]
    return TermSpec(
        name=line("worker {n}", n=worker_number(choice.run, client)),
        photos=(plural(photos, "{n} photo", "{n} photos"), counted),
        value=_drawn(number(sent, choice.form)),
        so_far=_mean_of(choice, so_far),
        pictures=_pictures(choice, replies),
    )


def _pictures(choice: WeightChoice, replies: Sequence[int]) -> npt.NDArray[np.uint8] | None:
    """Return a few photos of a worker, or one each of a few workers; None if there are none."""
    thumbnails = choice.run.thumbnails
    if thumbnails is None or not thumbnails.size:
        return None
    clients = [choice.replies[i].client for i in replies[:PICTURES]]
    if len(clients) == 1:
        return np.asarray(thumbnails[clients[0], :PICTURES])
    return np.asarray(thumbnails[clients, 0])


def _others(choice: WeightChoice) -> Line:
    words = "count of {} without the largest"
    n = computed(len(choice.others), Language.integer, words, choice.replies_at)
    return plural(n, "{n} other", "{n} others")


def _of_others(choice: WeightChoice, photos: int) -> Number:
    each = choice.replies_at[:].num_examples
    return computed(photos, Language.integer, "sum of {} without those with a case", each)


def _mean_of(choice: WeightChoice, replies: Sequence[int]) -> Quantity:
    """Return the weighted mean of some replies' values."""
    every = len(replies) == len(choice.replies)
    places = [choice.replies_at] if every else [choice.replies_at[i] for i in replies]
    words = WEIGHTED + ", {}" * (len(places) - 1) + ", probes[{}]"
    return _drawn(computed(choice.mean_of(replies), choice.form, words, *places, str(choice.probe)))


def _drawn(drawn: Number) -> Quantity:
    return drawn, drawn.value


def _all_photos(choice: WeightChoice) -> Number:
    return total(Language.integer, choice.replies_at[:].num_examples)


# --- captions


def _values(choice: WeightChoice) -> Line:
    """Return the caption on the weight, and on those who sent it."""
    k, network = count(choice.replies_at), choice.run.network
    if network is None:
        return line("One of the model's numbers, as {k} workers sent it back.", k=k)
    n = number(at(choice.run).network.num_parameters, Language.integer)
    return line("One of {n} numbers, as {k} workers sent it back.", n=n, k=k)


def _hang(choice: WeightChoice) -> Line:
    """Return the caption on equal or unequal numbers of photos."""
    if len(set(choice.photos)) == 1:
        each = number(choice.replies_at[0].num_examples, Language.integer)
        return plural(
            each,
            "Each trained on {n} photo, so each counts as much as the others.",
            "Each trained on {n} photos, so each counts as much as the others.",
        )
    return line("A worker with more photos has seen more, so it counts for more.")


def _sum(choice: WeightChoice) -> Line:
    """Return the caption on the sum, which may differ in digits lost in rounding."""
    if choice.adds_up:
        return line("Their weighted average is the new number. Anyone can do the sum.")
    return line("Their weighted average is the new number, but for rounded last digits.")
