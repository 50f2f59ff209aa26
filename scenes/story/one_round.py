"""The chapter on one round of federated averaging, phase by phase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isclose
from typing import Literal

from fl_sim.record import Evaluate, Metrics, Run, TrainReply
from scenes.story.common import (
    SHOWN_ROUND,
    before_and_after,
    drawn_anew,
    everyone,
    last_round,
    model_packet,
    model_size,
    num_workers,
    picked,
    plate,
    reached,
    reading,
    shares,
    stage,
    status,
    testers,
    train_of,
    updates,
)
from scenes.story.crowds import arrivals, crowded
from scenes.story.headline import (
    ACCURACY,
    CENTRAL,
    FEDERATED,
    LOSS,
    Headline,
    federated,
    headline,
    values_of,
)
from scenes.story.specs import (
    NO_PLATE,
    NOTHING,
    CurveSpec,
    Metric,
    Plate,
    Reading,
    ScoresSpec,
    StageSpec,
    UpdatesSpec,
)
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import Cursor, Number, at, computed, count, number, total

PHASES = (
    "initialise",
    "sample",
    "distribute",
    "train",
    "collect",
    "aggregate",
    "evaluate",
    "report",
)
# The trend of losses in a training: down all the way, down with steps up, or neither.
Trend = Literal["falls", "wobbles", "open"]
# Flower's strategies that draw workers at random, where not all take part.
AT_RANDOM = (
    "FedAvg", "FedProx", "FedAvgM", "FedAdagrad", "FedAdam", "FedYogi", "FedMedian",
    "FedTrimmedAvg", "Krum", "MultiKrum", "Bulyan", "QFedAvg", "FedXgbBagging",
)  # fmt: skip
# Strategies whose new model is the mean of the workers' models.
AVERAGING = ("FedAvg", "FedProx")
PAIR = 2  # workers that are called both
SAME = 1e-4  # difference of weights that count as equal


@dataclass(frozen=True)
class OneRoundSpec:
    """The contents of the chapter; captions and status lines are by phase.

    Data that the run did not record are empty, such as curves, shares and scores.
    """

    title: Line
    captions: Mapping[str, Line]
    status: Mapping[str, Line]
    stage: StageSpec
    picked: Sequence[int]
    reached: Sequence[int]
    lost: Sequence[int]
    model_size: Text
    curves: Mapping[int, CurveSpec]
    updates: UpdatesSpec
    weighed: UpdatesSpec
    sent: Sequence[Sequence[Metric]]
    tested: ScoresSpec
    federated: Sequence[Metric]
    blank_plate: Plate
    first_plate: Plate
    new_plate: Plate
    changes: Text | None
    first_reading: Reading
    new_reading: Reading
    before_and_after: tuple[Number, Number, Line] | None


def tell(runs: Sequence[Run]) -> OneRoundSpec:
    """Return the chapter's spec for the first run with training in its first round.

    Raises:
        NotRecordedError: there is none, or its number of workers is unknown.
    """
    run, round_ = _first_trained(runs), SHOWN_ROUND
    weighed = _weights_known(run, round_) and _averages(run, round_)
    sent = updates(run, round_)
    first = plate(run, 0)
    return OneRoundSpec(
        title=text("One round"),
        captions=_captions(run, round_),
        status={phase: status(run, round_, name) for phase, name in _phases().items()},
        stage=stage(run),
        picked=picked(run, round_),
        reached=reached(run, round_),
        lost=_lost(run, round_),
        model_size=model_packet(run),
        curves=_curves(run, round_),
        updates=sent,
        weighed=sent if weighed else UpdatesSpec(),
        sent=_sent(run, round_),
        tested=_tested(run, round_),
        federated=_federated(run, round_),
        blank_plate=NO_PLATE if first[0] is None else (0 * first[0], first[1]),
        first_plate=first,
        new_plate=plate(run, round_),
        changes=None if first[0] is None else text("what changed most"),
        first_reading=reading(run, 0),
        new_reading=reading(run, round_),
        before_and_after=before_and_after(run, round_),
    )


def _first_trained(runs: Sequence[Run]) -> Run:
    for run in runs:
        try:
            train_of(run, SHOWN_ROUND)
        except NotRecordedError as error:
            reason = error
        else:
            return run
    raise reason


def _captions(run: Run, round_: int) -> dict[str, Line]:
    """Return the caption of each phase that was recorded."""
    captions = {
        "initialise": _initialise(run),
        "sample": _sample(run, round_),
        "distribute": _distribute(run, round_),
        "train": _train(run, round_),
        "collect": _collect(run, round_),
        "aggregate": _aggregate(run, round_),
        "report": _report(run, round_),
    }
    if _tested(run, round_).each:
        captions["evaluate"] = _evaluate(run, round_)
    return captions


def _phases() -> dict[str, Line]:
    """Return the name of each phase on screen."""
    names = (
        text("initialise"),
        text("sample"),
        text("distribute"),
        text("train"),
        text("collect"),
        text("aggregate"),
        text("evaluate"),
        text("report"),
    )
    return dict(zip(PHASES, names, strict=True))


# --- contents of the phases


def _lost(run: Run, round_: int) -> tuple[int, ...]:
    """Return the sampled workers that sent no update."""
    answered = {reply.client for reply in train_of(run, round_).replies}
    return tuple(client for client in picked(run, round_) if client not in answered)


def _curve(reply: TrainReply) -> Sequence[float]:
    """Return the losses of a reply by batch, or none: one batch is a point, and no curve."""
    losses = reply.loss_curve or ()
    return losses if len(losses) > 1 else ()


def _curves(run: Run, round_: int) -> dict[int, CurveSpec]:
    """Return the losses by batch of the workers that answered, if known."""
    curves = {}
    for i, reply in enumerate(train_of(run, round_).replies):
        if curve := _curve(reply):
            losses = at(run).rounds[round_].train.replies[i].loss_curve
            first, last = (number(losses[end], Language.decimal) for end in (0, -1))
            named = line("loss {x}", x=first)
            curves[reply.client] = CurveSpec(curve, named, first, last)
    return curves


def _sent(run: Run, round_: int) -> list[list[Metric]]:
    """Return the overlay after each arrival of updates, empty if a size is unknown."""
    replies = train_of(run, round_).replies
    trips = arrivals(len(replies), round(num_workers(run).value))
    if any(reply.bytes_up is None for reply in replies):
        return [[] for _ in trips]
    each = at(run).rounds[round_].train.replies
    sizes = [each[i].bytes_up for i in range(len(replies))]
    return [
        [
            Metric(total(Language.size, *sizes[:arrived]), text("sent by workers"), "update"),
            Metric(text("none"), text("photos sent"), "ink"),
        ]
        for arrived in trips
    ]


def _weights_known(run: Run, round_: int) -> bool:
    return all(reply.weight is not None for reply in train_of(run, round_).replies)


def _tested(run: Run, round_: int) -> ScoresSpec:
    """Return the score of each worker that tested the model."""
    evaluate = _evaluation(run, round_)
    if evaluate is None:
        return ScoresSpec()
    replies, other = at(run).rounds[round_].evaluate.replies, federated(run)
    scores: dict[int, Text] = {}
    for i, reply in enumerate(evaluate.replies):
        score = _score(replies[i].metrics, reply.metrics, other)
        if score is not None:
            scores[reply.client] = score
    return ScoresSpec(scores, _together(replies, list(scores.values())))


def _together(replies: Cursor, scores: Sequence[Text]) -> Text:
    """Return the label of a packet of several scores: their number."""
    if len(scores) < 2:
        return scores[0] if scores else NOTHING
    counted = computed(len(scores), Language.integer, "count of {}", replies)
    return plural(counted, "{n} score", "{n} scores")


def _score(place: Cursor, metrics: Metrics | None, other: Headline | None) -> Number | None:
    """Return the accuracy, else the loss, else another metric, else None."""
    known = {} if metrics is None else values_of(metrics)
    if ACCURACY in known:
        return number(place.accuracy, Language.percent)
    if LOSS in known:
        return number(place.loss, Language.decimal)
    if other is None or other.name not in known:
        return None
    return number(other.place_in(place), other.form)


def _evaluation(run: Run, round_: int) -> Evaluate | None:
    return run.rounds[round_].evaluate


def _federated(run: Run, round_: int) -> list[Metric]:
    """Return the overlay of a round's federated evaluation, as far as known."""
    evaluate = _evaluation(run, round_)
    if evaluate is None or evaluate.metrics is None:
        return []
    measured = at(run).rounds[round_].evaluate.metrics
    names = (text("accuracy"), text("loss"))
    if evaluate.averaged:
        names = (text("mean accuracy"), text("mean loss"))
    metrics = []
    if evaluate.metrics.accuracy is not None:
        accuracy = number(measured.accuracy, Language.percent)
        metrics.append(Metric(accuracy, names[0], "ink"))
    if evaluate.metrics.loss is not None:
        metrics.append(Metric(number(measured.loss, Language.decimal), names[1], "ink"))
    other = federated(run)
    if not metrics and other is not None and other.value(run.rounds[round_]) is not None:
        metrics.append(Metric(other.number(run, round_), other.title(run), "ink"))
    return metrics


# --- captions


def _initialise(run: Run) -> Line:
    """Return the caption on the first model."""
    if run.network is None or not run.network.num_parameters:
        return line("All start from one model.")
    weights = number(at(run).network.num_parameters, Language.integer)
    if run.filters is None or not run.filters[0].size:
        return line("All start from one model: {weights} weights.", weights=weights)
    drawn = computed(run.filters[0].size, Language.integer, "count of {}", at(run).filters[0])
    return line(
        "All start from one model: {weights} weights; {drawn} are drawn as squares.",
        weights=weights,
        drawn=drawn,
    )


def _sample(run: Run, round_: int) -> Line:
    """Return the caption on the sampled workers."""
    some = _number_picked(run, round_)
    if everyone(run, round_) and num_workers(run).value == PAIR:
        return line("A round begins. Both workers take part in it.")
    if everyone(run, round_):
        return plural(
            num_workers(run),
            "A round begins. {n} worker takes part in it.",
            "A round begins. All {n} workers take part in it.",
        )
    drawn = run.strategy in AT_RANDOM and drawn_anew(run)
    if train_of(run, round_).sampled is None or not drawn:
        return line("This round: {some} of the {n} workers.", some=some, n=num_workers(run))
    return line(
        "Workers may be busy, so a round asks only some: {some} of {n}, at random.",
        some=some,
        n=num_workers(run),
    )


def _number_picked(run: Run, round_: int) -> Number:
    if train_of(run, round_).sampled is not None:
        return count(at(run).rounds[round_].train.sampled)
    clients, training = len(picked(run, round_)), at(run).rounds[round_].train
    return computed(clients, Language.integer, "count of clients in {}", training)


def _distribute(run: Run, round_: int) -> Line:
    """Return the caption on the models sent."""
    there = reached(run, round_)
    if len(there) < len(picked(run, round_)):
        words = "count of {} without those that were not reached"
        return plural(
            computed(len(there), Language.integer, words, at(run).rounds[round_].train.sampled),
            "{n} of them is reached, and receives a copy of the model.",
            "{n} of them are reached, and receive a copy of the model.",
        )
    if not isinstance(model_packet(run), Number):
        return line("Each of them receives a copy of the model.")
    return line("Each of them receives a copy of the model, {size}.", size=model_size(run))


def _train(run: Run, round_: int) -> Line:
    """Return the caption on training: photos, and the trend of the losses."""
    replies = train_of(run, round_).replies
    curves = list(map(_curve, replies))
    if not all(curves):
        return line("Each trains its copy on its own photos, which never leave it.")
    if crowded(num_workers(run).value):
        return line("Each trains on its own photos. A line is one worker's error, the loss.")
    trend = _trend(curves)
    if any(reply.num_examples is None for reply in replies):
        return _loss(trend)
    sent = at(run).rounds[round_].train.replies
    each = [number(sent[i].num_examples, Language.integer) for i in range(len(replies))]
    return _photos_and_loss(each, trend)


def _trend(curves: Sequence[Sequence[float]]) -> Trend:
    """Return the trend of loss curves."""
    if any(curve[-1] >= curve[0] for curve in curves):
        return "open"
    steps = [later - one for curve in curves for one, later in pairwise(curve)]
    if max(steps) < 0:
        return "falls"
    return "wobbles" if max(steps) > 0 else "open"


def _loss(trend: Trend) -> Line:
    if trend == "wobbles":
        return line("Each trains on its own photos. Its error, the loss, wobbles and falls.")
    if trend == "falls":
        return line("Each trains on its own photos. Batch by batch its error, the loss, falls.")
    return line("Each trains on its own photos. Its error, the loss, batch by batch.")


def _photos_and_loss(each: Sequence[Number], trend: Trend) -> Line:
    """Return the caption on the number of photos, or its range, and on the trend."""
    least, most = min(each, key=lambda n: n.value), max(each, key=lambda n: n.value)
    if least.value < most.value:
        return _range_and_loss(least, most, trend)
    if trend == "wobbles":
        return line(
            "Each trains on its own {n} photos. Its error, the loss, wobbles and falls.", n=least
        )
    if trend == "falls":
        return line(
            "Each trains on its own {n} photos. Batch by batch its error, the loss, falls.", n=least
        )
    return line("Each trains on its own {n} photos. Its error, the loss, by batch.", n=least)


def _range_and_loss(least: Number, most: Number, trend: Trend) -> Line:
    if trend == "wobbles":
        return line(
            "They train on {least} to {most} photos each. The error, the loss, wobbles and falls.",
            least=least,
            most=most,
        )
    if trend == "open":
        return line(
            "They train on {least} to {most} photos each. The error, the loss, by batch.",
            least=least,
            most=most,
        )
    return line(
        "They train on {least} to {most} photos each. Batch by batch the error, the loss, falls.",
        least=least,
        most=most,
    )


def _collect(run: Run, round_: int) -> Line:
    """Return the caption on updates that return and on workers that fail."""
    lost = len(_lost(run, round_))
    if not lost:
        return line("Only the trained weights travel back. The photos stay.")
    asked = at(run).rounds[round_].train.sampled
    return plural(
        computed(lost, Language.integer, "count of {} without a reply", asked),
        "{n} worker sends nothing. The others send weights, never photos.",
        "{n} workers send nothing. The others send weights, never photos.",
    )


def _aggregate(run: Run, round_: int) -> Line:
    """Return the caption on the average and its shares."""
    if not _averages(run, round_):
        return line("From all of these, the coordinator makes the new model.")
    if not _weights_known(run, round_):
        return line("Their average is the new model.")
    each = shares(run, round_)
    if len(each) == 1:
        return line("Only one came in, {share} of the average: it is the new model.", share=each[0])
    if len({share.text for share in each}) == 1:
        return line("Each counts the same, {share}. Their average is the new model.", share=each[0])
    least, most = (end(each, key=lambda share: share.value) for end in (min, max))
    if run.weighted_by is not None:
        return line(
            "They count for {least} to {most}. Their average is the new model.",
            least=least,
            most=most,
        )
    return line(
        "More photos count more: {least} to {most}. Their average is the new model.",
        least=least,
        most=most,
    )


def _averages(run: Run, round_: int) -> bool:
    """Whether the new model is the mean of the updates, as far as known."""
    if _weights_known(run, round_) and not _shares_add_up(run, round_):
        return False
    if not run.probes:
        return run.strategy in AVERAGING
    mean, held = train_of(run, round_).weighted_mean, run.rounds[round_].probes
    if mean is None or held is None:
        return mean is not None
    return all(isclose(one, other, abs_tol=SAME) for one, other in zip(mean, held, strict=True))


def _shares_add_up(run: Run, round_: int) -> bool:
    """Whether the shares of a round's updates are the parts of a whole."""
    replies = train_of(run, round_).replies
    return isclose(sum(reply.weight or 0.0 for reply in replies), 1.0, abs_tol=SAME)


def _evaluate(run: Run, round_: int) -> Line:
    """Return the caption on the test of the new model."""
    if _have_validation(run, round_):
        return plural(
            testers(run, round_),
            "{n} worker tests it on photos it kept apart. Only a score comes back.",
            "{n} workers test it on photos they kept apart. Only scores come back.",
        )
    return plural(
        testers(run, round_),
        "{n} worker tests it on its own photos. Only a score comes back.",
        "{n} workers test it on their own photos. Only scores come back.",
    )


def _have_validation(run: Run, round_: int) -> bool:
    """Whether all workers that tested the model have validation photos."""
    evaluate = _evaluation(run, round_)
    if evaluate is None or not run.partitions:
        return False
    return all(run.partitions[reply.client].num_validation for reply in evaluate.replies)


def _report(run: Run, round_: int) -> Line:
    """Return the caption on the result of the round."""
    metric, (new, _) = headline(run), reading(run, round_)
    if metric is not None and new.text:
        return _result(run, round_, metric, new)
    if round_ == last_round(run):
        return line("The round is over, and it was the last one.")
    return line("The round is over. The next one begins with the new model.")


def _result(run: Run, round_: int, metric: Headline, new: Number) -> Line:
    """Return the caption on the headline metric after the round, and before it if known."""
    old, _ = reading(run, round_ - 1)
    if not old.text:
        return _measured(run, metric, new)
    if old.text == new.text:
        return _unchanged(run, metric, new)
    if metric.phase != CENTRAL or metric.name not in (ACCURACY, LOSS):
        return _changed(run, metric, old, new)
    if metric.name == LOSS:
        return line(
            "On photos that no worker holds, its loss is {new}; before, {old}.",
            old=old,
            new=new,
        )
    if run.dataset is None or run.dataset.num_test is None:
        return line(
            "Of photos no worker holds, it now names {new} right; before, {old}.",
            old=old,
            new=new,
        )
    return line(
        "On {n} more photos, which no worker holds: {new} right; before, {old}.",
        n=number(at(run).dataset.num_test, Language.integer),
        old=old,
        new=new,
    )


def _measured(run: Run, metric: Headline, new: Number) -> Line:
    """Return the caption on a metric that was not known before the round."""
    name = metric.word(run)
    if metric.phase == CENTRAL:
        return line("On the coordinator's test data: {metric} {new}.", metric=name, new=new)
    if metric.phase == FEDERATED:
        return line("Tested on the workers' own data: {metric} {new}.", metric=name, new=new)
    return line("On the workers' own data, in training: {metric} {new}.", metric=name, new=new)


def _changed(run: Run, metric: Headline, old: Number, new: Number) -> Line:
    """Return the caption on a metric before and after the round."""
    parts: dict[str, Number | Line] = {"metric": metric.word(run), "old": old, "new": new}
    if metric.phase == CENTRAL:
        return line("On the coordinator's test data: {metric} {new}; before, {old}.", **parts)
    if metric.phase == FEDERATED:
        return line("Tested on the workers' own data: {metric} {new}; before, {old}.", **parts)
    return line("On the workers' own data, in training: {metric} {new}; before, {old}.", **parts)


def _unchanged(run: Run, metric: Headline, new: Number) -> Line:
    """Return the caption on a metric that reads the same before and after the round."""
    name = metric.word(run)
    if metric.phase == CENTRAL:
        return line(
            "On the coordinator's test data: {metric} {new}, as before.", metric=name, new=new
        )
    if metric.phase == FEDERATED:
        return line(
            "Tested on the workers' own data: {metric} {new}, as before.", metric=name, new=new
        )
    return line(
        "On the workers' own data, in training: {metric} {new}, as before.", metric=name, new=new
    )
