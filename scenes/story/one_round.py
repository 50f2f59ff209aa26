"""The chapter on one round of federated averaging, phase by phase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isclose
from typing import Literal

import numpy as np

from fl_sim.record import Evaluate, Metrics, Run, TrainReply
from scenes.story.class_names import kind_name
from scenes.story.common import (
    SHOWN_ROUND,
    dial,
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
    testers,
    train_of,
    updates,
)
from scenes.story.crowds import crowded
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
    NOTHING,
    CurveSpec,
    DialSpec,
    GuessSpec,
    Plate,
    Reading,
    ScoresSpec,
    StageSpec,
    UpdatesSpec,
)
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, Text, line, plural, text
from scenes.text.numbers import Cursor, Number, at, computed, count, number

Form = Literal["plain", "noised", "masked"]
CLEAR = 0.8  # weight of the brightest pixel of a change, as a part of the largest change
MIDDLE = 127.5  # of a masked byte's values
# The chance of a guess counts as reached within this difference.
LIKE_LUCK = 0.02
NEARLY_ALL = 0.8  # part of the test examples that are called by one name
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
    """The contents of the chapter; captions and dials are by beat.

    Data that the run did not record are empty, such as curves, changes, shares and scores.
    ``tests_tell`` says whether the front end's number is known only once the workers have tested.
    """

    title: Line
    captions: Mapping[str, Line]
    dials: Mapping[str, DialSpec]
    stage: StageSpec
    picked: Sequence[int]
    reached: Sequence[int]
    lost: Sequence[int]
    model_size: Text
    copy_size: Text
    curves: Mapping[int, CurveSpec]
    changes: Mapping[int, Plate]
    updates: UpdatesSpec
    weighed: UpdatesSpec
    tested: ScoresSpec
    tests_tell: bool
    plate: Plate
    new_plate: Plate
    reading: Reading
    new_reading: Reading
    guess: GuessSpec | None


def tell(runs: Sequence[Run]) -> OneRoundSpec:
    """Return the chapter's spec for the first run with training in its first round.

    Raises:
        NotRecordedError: there is none, or its number of workers is unknown.
    """
    run, round_ = _first_trained(runs), SHOWN_ROUND
    weighed = _weights_known(run, round_) and _averages(run, round_)
    sent = updates(run, round_)
    tested = _tested(run, round_)
    return OneRoundSpec(
        title=text("One round"),
        captions=_captions(run, round_),
        dials={phase: dial(run, round_, name) for phase, name in _phases().items()},
        stage=stage(run),
        picked=picked(run, round_),
        reached=reached(run, round_),
        lost=_lost(run, round_),
        model_size=model_packet(run, len(reached(run, round_))),
        copy_size=model_packet(run, len(tested.each)),
        curves=_curves(run, round_),
        changes=_changes(run, round_),
        updates=sent,
        weighed=sent if weighed else UpdatesSpec(),
        tested=tested,
        tests_tell=_tests_tell(run, round_),
        plate=plate(run, 0),
        new_plate=plate(run, round_),
        reading=reading(run, 0),
        new_reading=reading(run, round_),
        guess=_guess(run),
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
    """Return the caption of each beat that was recorded."""
    captions = {
        "assemble": _assemble(run),
        "sample": _sample(run, round_),
        "distribute": _distribute(run, round_),
        "train": _train(run, round_),
        "collect": _collect(run, round_),
        "aggregate": _aggregate(run, round_),
        "report": _report(run, round_),
    }
    if reading(run, 0).value.text:
        captions["untrained"] = _untrained(run)
    if _tested(run, round_).each:
        captions["evaluate"] = _evaluate(run, round_)
    return captions


def _phases() -> dict[str, Line]:
    """Return the name of each phase of the round on screen."""
    return {
        "sample": text("sample"),
        "distribute": text("distribute"),
        "train": text("train"),
        "collect": text("collect"),
        "aggregate": text("aggregate"),
        "report": text("report"),
        "evaluate": text("evaluate"),
    }


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


def _guess(run: Run) -> GuessSpec | None:
    """Return what the first model calls nearly all test examples, if there is one such kind."""
    kind = _called_nearly_all(run)
    return None if kind is None else GuessSpec(kind, line("{kind}?", kind=kind_name(run, kind)))


def _changes(run: Run, round_: int) -> dict[int, Plate]:
    """Return what each worker sends of the model's first layer, to one scale, if recorded."""
    train = train_of(run, round_)
    if train.masked is not None and train.masked.masked is not None:
        sent = train.masked.masked.astype(np.float32) - MIDDLE
        pairs = zip(train.masked.clients, sent, strict=True)
        return {client: (each, MIDDLE) for client, each in pairs}
    known = {reply.client: reply.change for reply in train.replies if reply.change is not None}
    largest = max((float(np.abs(each).max()) for each in known.values()), default=0.0)
    return {client: (each, CLEAR * largest or 1.0) for client, each in known.items()}


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


# --- captions


def _assemble(run: Run) -> Line:
    """Return the caption on the coordinator and the front end."""
    if headline(run) is None:
        return line("A coordinator keeps one model for all.")
    if not reading(run, 0).value.text:
        return line("A coordinator keeps one model for all. The front end will show how it does.")
    return line("A coordinator keeps one model for all. The front end shows how well it does.")


def _untrained(run: Run) -> Line:
    """Return the caption on the result of the first model."""
    value, metric = reading(run, 0).value, headline(run)
    assert metric is not None
    if metric.kind == ACCURACY:
        return _guessing(run, value, like_luck=_like_luck(run, value))
    if metric.kind == LOSS:
        return line("The front end shows the model's error, the loss: untrained, {x}.", x=value)
    name = metric.title(run)
    if metric.more_is_better is None:
        return line("The front end shows {metric}: at first, {x}.", metric=name, x=value)
    if metric.more_is_better:
        return line(
            "The front end shows {metric}: at first, {x}. More is better.", metric=name, x=value
        )
    return line(
        "The front end shows {metric}: at first, {x}. Less is better.", metric=name, x=value
    )


def _guessing(run: Run, value: Number, *, like_luck: bool) -> Line:
    """Return the caption on the accuracy of the first model, and on what it calls nearly all."""
    kind = _called_nearly_all(run)
    if kind is not None and like_luck:
        return line(
            "Untrained, it calls nearly all “{kind}”: {x} right, no better than luck.",
            kind=kind_name(run, kind),
            x=value,
        )
    if like_luck:
        return line("Untrained, it is right in {x}: no better than luck.", x=value)
    return line("The front end shows people how often the model is right: untrained, {x}.", x=value)


def _like_luck(run: Run, value: Number) -> bool:
    """Whether an accuracy is about that of guessing."""
    kinds = len(run.dataset.class_names) if run.dataset is not None else 0
    return kinds > 1 and abs(value.value - 1 / kinds) <= LIKE_LUCK


def _called_nearly_all(run: Run) -> int | None:
    """Return the kind that the first model calls nearly all test examples, if there is one."""
    confusion = run.rounds[0].confusion
    if confusion is None:
        return None
    called = np.sum(confusion, axis=0)
    most = int(called.argmax())
    return most if called[most] >= NEARLY_ALL * called.sum() else None


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
        "Each round it asks a few: {some} of {n}, by lot.",
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
        return line("A copy of the model goes out to each.")
    return line("A copy of the model goes out: {size}.", size=model_size(run))


def _train(run: Run, round_: int) -> Line:
    """Return the caption on training, and on the trend of the losses."""
    curves = [_curve(reply) for reply in train_of(run, round_).replies]
    if not all(curves):
        return line("Each trains it on its own photos.")
    if crowded(num_workers(run).value):
        return line("Each trains on its own photos. A line is one worker's error, the loss.")
    trend = _trend(curves)
    if trend == "wobbles":
        return line("Each trains it on its own photos. Its error, the loss, wobbles and falls.")
    if trend == "falls":
        return line("Each trains it on its own photos. Its error, the loss, falls.")
    return line("Each trains it on its own photos. Its error, the loss, in small.")


def _trend(curves: Sequence[Sequence[float]]) -> Trend:
    """Return the trend of loss curves."""
    if any(curve[-1] >= curve[0] for curve in curves):
        return "open"
    steps = [later - one for curve in curves for one, later in pairwise(curve)]
    if max(steps) < 0:
        return "falls"
    return "wobbles" if max(steps) > 0 else "open"


def _collect(run: Run, round_: int) -> Line:
    """Return the caption on updates that return, their form, and on workers that fail."""
    lost, form = len(_lost(run, round_)), train_of(run, round_).form
    if lost:
        return _collect_some(run, round_, lost, form)
    if form == "masked":
        return line("Only masked updates travel back. The photos stay.")
    if form == "noised":
        return line("What they learned travels back, with noise. The photos stay.")
    return line("What they learned travels back. The photos stay.")


def _collect_some(run: Run, round_: int, lost: int, form: Form) -> Line:
    """Return the caption on the updates of some workers, while others send nothing."""
    asked = at(run).rounds[round_].train.sampled
    n = computed(lost, Language.integer, "count of {} without a reply", asked)
    if form == "masked":
        return plural(
            n,
            "{n} worker sends nothing. The others send masked updates, never photos.",
            "{n} workers send nothing. The others send masked updates, never photos.",
        )
    if form == "noised":
        return plural(
            n,
            "{n} worker sends nothing. The others send noised updates, never photos.",
            "{n} workers send nothing. The others send noised updates, never photos.",
        )
    return plural(
        n,
        "{n} worker sends nothing. The others send what they learned, never photos.",
        "{n} workers send nothing. The others send what they learned, never photos.",
    )


def _aggregate(run: Run, round_: int) -> Line:
    """Return the caption on how the updates become the new model."""
    train = train_of(run, round_)
    if train.privacy is not None and train.form == "plain":
        return _private_average(noised=train.privacy.noise > 0)
    if not _averages(run, round_):
        return line("From all updates, the coordinator makes the new model.")
    return _average(run, round_)


def _private_average(*, noised: bool) -> Line:
    """Return the caption on an average that the coordinator makes with differential privacy."""
    if noised:
        return line("Large ones are cut to size, and their average gets some noise.")
    return line("Large ones are cut to size. Their average is the new model.")


def _average(run: Run, round_: int) -> Line:
    """Return the caption on an average and its shares, as far as these are known."""
    each = shares(run, round_) if _weights_known(run, round_) else []
    if len(each) == 1:
        return line("Only one came in: it is the new model.")
    if len({share.text for share in each}) < 2:
        return line("Their average is the new model.")
    if run.weighted_by is None:
        return line("Whoever has more photos counts more. Their average is the new model.")
    return line("Some count more. Their weighted average is the new model.")


def _tests_tell(run: Run, round_: int) -> bool:
    """Whether the headline metric is that of the workers' tests, and these are shown."""
    metric = headline(run)
    return metric is not None and metric.phase == FEDERATED and bool(_tested(run, round_).each)


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
    metric, new = headline(run), reading(run, round_).value
    if metric is not None and _tests_tell(run, round_) and new.text:
        return _result(run, round_, metric, new)
    if _have_validation(run, round_):
        return plural(
            testers(run, round_),
            "{n} worker tests it on photos it kept apart. A score comes back, no photo.",
            "{n} workers test it on photos they kept apart. Scores come back, no photos.",
        )
    return plural(
        testers(run, round_),
        "{n} worker tests it on its own photos. A score comes back, no photo.",
        "{n} workers test it on their own photos. Scores come back, no photos.",
    )


def _have_validation(run: Run, round_: int) -> bool:
    """Whether all workers that tested the model have validation photos."""
    evaluate = _evaluation(run, round_)
    if evaluate is None or not run.partitions:
        return False
    return all(run.partitions[reply.client].num_validation for reply in evaluate.replies)


def _report(run: Run, round_: int) -> Line:
    """Return the caption on the result of the round."""
    metric, new = headline(run), reading(run, round_).value
    if _tests_tell(run, round_):
        return line("How well does the new model do? The workers test it.")
    if metric is not None and new.text:
        return _result(run, round_, metric, new)
    if round_ == last_round(run):
        return line("The round is over, and it was the last one.")
    return line("The round is over. The next one begins with the new model.")


def _result(run: Run, round_: int, metric: Headline, new: Number) -> Line:
    """Return the caption on the headline metric after the round, and before it if known."""
    old = reading(run, round_ - 1).value
    if not old.text:
        return _measured(run, metric, new)
    if old.text == new.text:
        return _unchanged(run, metric, new)
    if metric.phase != CENTRAL or metric.name not in (ACCURACY, LOSS):
        return _changed(run, metric, old, new)
    if metric.name == ACCURACY and _averages(run, round_):
        return line("The new model: from {old} to {new} right.", old=old, new=new)
    if metric.name == LOSS:
        return line(
            "On photos that no worker holds, its loss is {new}; before, {old}.",
            old=old,
            new=new,
        )
    return line(
        "Of photos no worker holds, it now names {new} right; before, {old}.",
        old=old,
        new=new,
    )


def _measured(run: Run, metric: Headline, new: Number) -> Line:
    """Return the caption on a metric that was not known before the round."""
    name = metric.word(run)
    if metric.phase == CENTRAL:
        return line("On the coordinator's test data: {metric} {new}.", metric=name, new=new)
    if metric.phase == FEDERATED:
        return line("The workers' tests on their own data: {metric} {new}.", metric=name, new=new)
    return line("On the workers' own data, in training: {metric} {new}.", metric=name, new=new)


def _changed(run: Run, metric: Headline, old: Number, new: Number) -> Line:
    """Return the caption on a metric before and after the round."""
    parts: dict[str, Number | Line] = {"metric": metric.word(run), "old": old, "new": new}
    if metric.phase == CENTRAL:
        return line("On the coordinator's test data: {metric} {new}; before, {old}.", **parts)
    if metric.phase == FEDERATED:
        return line("The workers' tests on their own data: {metric} {new}; before, {old}.", **parts)
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
            "The workers' tests on their own data: {metric} {new}, as before.", metric=name, new=new
        )
    return line(
        "On the workers' own data, in training: {metric} {new}, as before.", metric=name, new=new
    )
