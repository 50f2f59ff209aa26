"""One round of federated averaging, phase by phase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from fl_sim.record import Evaluate, Metrics, Run
from scenes import theme
from scenes.story.common import (
    TOLD_ROUND,
    everyone,
    model_packet,
    model_size,
    num_workers,
    picked,
    plate,
    reading,
    shares,
    status,
    testers,
    train_of,
    updates,
    workers,
)
from scenes.story.crowds import arrivals, crowded
from scenes.story.specs import (
    NO_PLATE,
    CurveSpec,
    Metric,
    Plate,
    Reading,
    UpdateSpec,
    WorkerSpec,
)
from scenes.text.errors import NotRecordedError
from scenes.text.languages import decimal, integer, percent, size
from scenes.text.lines import Line, Number, Text, count, line, plural, read, text, total

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
# How the loss goes over a training: down all the way, down with steps up, or neither.
Course = Literal["falls", "wobbles", "open"]
# Strategies whose new model is the mean of what the workers sent.
AVERAGING = ("FedAvg", "FedProx")


@dataclass(frozen=True)
class OneRoundSpec:
    """All that the chapter shows. Captions and status lines are found by phase.

    What a run did not record is empty: no curves, no shares, nothing sent, nobody who tested.
    """

    title: str
    captions: Mapping[str, Line]
    status: Mapping[str, Line]
    workers: Sequence[WorkerSpec]
    picked: Sequence[int]
    lost: Sequence[int]
    model_size: Text
    curves: Mapping[int, CurveSpec]
    updates: Sequence[UpdateSpec]
    weighed: Sequence[UpdateSpec]
    sent: Sequence[Sequence[Metric]]
    tested: Mapping[int, Text]
    federated: Sequence[Metric]
    blank_plate: Plate
    first_plate: Plate
    new_plate: Plate
    changes: Text | None
    first_reading: Reading
    before_and_after: tuple[Number, Number, Line] | None


def tell(runs: Sequence[Run]) -> OneRoundSpec:
    """Return what the chapter shows of the first run that trained in a first round.

    Raises:
        UntoldError: none did, or it is not known how many workers there were.
    """
    run, round_ = _spec_run(runs), TOLD_ROUND
    sent = updates(run, round_)
    first = plate(run, 0)
    return OneRoundSpec(
        title=text("One round"),
        captions=_captions(run, round_),
        status={phase: status(run, round_, name) for phase, name in _phases().items()},
        workers=workers(run),
        picked=picked(run, round_),
        lost=_lost(run, round_),
        model_size=model_packet(run),
        curves=_curves(run, round_),
        updates=sent,
        weighed=sent if _weights_known(run, round_) else (),
        sent=_sent(run, round_),
        tested=_tested(run, round_),
        federated=_federated(run, round_),
        blank_plate=NO_PLATE if first[0] is None else (0 * first[0], first[1]),
        first_plate=first,
        new_plate=plate(run, round_),
        changes=None if first[0] is None else text("what changed most"),
        first_reading=reading(run, 0),
        before_and_after=_before_and_after(run, round_),
    )


def _spec_run(runs: Sequence[Run]) -> Run:
    for run in runs:
        try:
            train_of(run, TOLD_ROUND)
        except NotRecordedError as error:
            reason = error
        else:
            return run
    raise reason


def _captions(run: Run, round_: int) -> dict[str, Line]:
    """Return each phase's caption; a phase of which nothing is known has none."""
    captions = {
        "initialise": _initialise(run),
        "sample": _sample(run, round_),
        "distribute": _distribute(run),
        "train": _train(run, round_),
        "collect": _collect(run, round_),
        "aggregate": _aggregate(run, round_),
        "report": _report(run, round_),
    }
    if _tested(run, round_):
        captions["evaluate"] = _evaluate(run, round_)
    return captions


def _phases() -> dict[str, str]:
    """Return what each phase is called on screen."""
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


# --- what the phases show


def _lost(run: Run, round_: int) -> tuple[int, ...]:
    """Return the workers that were asked and sent nothing back."""
    answered = {reply.client for reply in train_of(run, round_).replies}
    return tuple(client for client in picked(run, round_) if client not in answered)


def _curves(run: Run, round_: int) -> dict[int, CurveSpec]:
    """Return the loss of each worker that answered, batch by batch, where it is known."""
    path = f"rounds[{round_}].train.replies"
    spec = {}
    for i, reply in enumerate(train_of(run, round_).replies):
        if reply.loss_curve:
            first = read(run, f"{path}[{i}].loss_curve[0]", decimal)
            last = read(run, f"{path}[{i}].loss_curve[-1]", decimal)
            named = line("loss {x}", x=first)
            spec[reply.client] = CurveSpec(reply.loss_curve, named, first, last)
    return spec


def _sent(run: Run, round_: int) -> list[list[Metric]]:
    """Return the overlay after each arrival of updates, empty where their sizes are unknown."""
    replies = train_of(run, round_).replies
    trips = arrivals(len(replies), round(num_workers(run).value))
    if any(reply.bytes_up is None for reply in replies):
        return [[] for _ in trips]
    paths = [f"rounds[{round_}].train.replies[{i}].bytes_up" for i in range(len(replies))]
    return [
        [
            Metric(total(run, paths[:arrived], size), text("sent by workers"), theme.UPDATE),
            Metric(text("none"), text("photos sent"), theme.INK),
        ]
        for arrived in trips
    ]


def _weights_known(run: Run, round_: int) -> bool:
    return all(reply.weight is not None for reply in train_of(run, round_).replies)


def _tested(run: Run, round_: int) -> dict[int, Text]:
    """Return what each worker sampled for evaluation measured on its own photos."""
    evaluate = _evaluation(run, round_)
    if evaluate is None:
        return {}
    scores: dict[int, Text] = {}
    for i, reply in enumerate(evaluate.replies):
        path = f"rounds[{round_}].evaluate.replies[{i}].metrics"
        score = _score(run, path, reply.metrics)
        if score is not None:
            scores[reply.client] = score
    return scores


def _score(run: Run, path: str, metrics: Metrics | None) -> Number | None:
    """Return an accuracy, or a loss where there is none, or nothing."""
    if metrics is None:
        return None
    if metrics.accuracy is not None:
        return read(run, f"{path}.accuracy", percent)
    return None if metrics.loss is None else read(run, f"{path}.loss", decimal)


def _evaluation(run: Run, round_: int) -> Evaluate | None:
    return run.rounds[round_].evaluate


def _federated(run: Run, round_: int) -> list[Metric]:
    """Return the overlay with the federated evaluation of a round, as far as it is known."""
    evaluate = _evaluation(run, round_)
    if evaluate is None or evaluate.metrics is None:
        return []
    path = f"rounds[{round_}].evaluate.metrics"
    names = (text("accuracy"), text("loss"))
    if evaluate.averaged:
        names = (text("mean accuracy"), text("mean loss"))
    shown = []
    if evaluate.metrics.accuracy is not None:
        shown.append(Metric(read(run, f"{path}.accuracy", percent), names[0], theme.INK))
    if evaluate.metrics.loss is not None:
        shown.append(Metric(read(run, f"{path}.loss", decimal), names[1], theme.INK))
    return shown


def _before_and_after(run: Run, round_: int) -> tuple[Number, Number, Line] | None:
    """Return the same measure before and after a round, and what to call the new one."""
    old, _ = reading(run, round_ - 1)
    new, note = reading(run, round_)
    same = _measure(old) == _measure(new)
    return (old, new, note) if new.text and same else None


def _measure(figure: Number) -> str:
    return figure.source.rpartition(".")[2]


# --- what the captions say


def _initialise(run: Run) -> Line:
    """Say where everyone starts, and what the tiles are."""
    if run.network is None:
        return plural(
            num_workers(run),
            "A first model for {n} worker.",
            "One first model for all {n} workers.",
        )
    weights = read(run, "network.num_parameters", integer)
    if run.filters is None:
        return line("All start from one model: {weights} weights.", weights=weights)
    drawn = float(run.filters[0].size)
    return line(
        "All start from one model: {weights} weights; {drawn} are drawn as squares.",
        weights=weights,
        drawn=Number(integer(drawn), "count of filters[0]", drawn),
    )


def _sample(run: Run, round_: int) -> Line:
    """Say who was picked, and why not everyone."""
    some = _number_picked(run, round_)
    if everyone(run, round_):
        return plural(
            num_workers(run),
            "A round begins. {n} worker takes part in it.",
            "A round begins. All {n} workers take part in it.",
        )
    if train_of(run, round_).sampled is None:
        return line("This round: {some} of the {n} workers.", some=some, n=num_workers(run))
    return line(
        "Workers may be busy, so a round asks only some: {some} of {n}, at random.",
        some=some,
        n=num_workers(run),
    )


def _number_picked(run: Run, round_: int) -> Number:
    if train_of(run, round_).sampled is not None:
        return count(run, f"rounds[{round_}].train.sampled")
    number = float(len(picked(run, round_)))
    return Number(integer(number), f"count of clients in rounds[{round_}].train", number)


def _distribute(run: Run) -> Line:
    """Say what goes out."""
    if run.network is None:
        return line("Each of them receives a copy of the model.")
    return line("Each of them receives a copy of the model, {size}.", size=model_size(run))


def _train(run: Run, round_: int) -> Line:
    """Say what training does: that the loss falls, where it fell for everyone."""
    replies = train_of(run, round_).replies
    curves = [reply.loss_curve or () for reply in replies]
    if not all(curves):
        return line("Each trains its copy on its own photos, which never leave it.")
    if crowded(num_workers(run).value):
        return line("Each trains on its own photos. A line is one worker's error, the loss.")
    course = _course(curves)
    if any(reply.num_examples is None for reply in replies):
        return _loss(course)
    path = f"rounds[{round_}].train.replies"
    each = [read(run, f"{path}[{i}].num_examples", integer) for i in range(len(replies))]
    return _photos_and_loss(each, course)


def _course(curves: Sequence[Sequence[float]]) -> Course:
    """Return how curves go: a step up that others make good again makes a fall wobble."""
    if any(curve[-1] >= curve[0] for curve in curves):
        return "open"
    ups = sum(later > one for curve in curves for one, later in pairwise(curve))
    return "wobbles" if ups else "falls"


def _loss(course: Course) -> Line:
    if course == "wobbles":
        return line("Each trains on its own photos. Its error, the loss, wobbles and falls.")
    if course == "falls":
        return line("Each trains on its own photos. Batch by batch its error, the loss, falls.")
    return line("Each trains on its own photos. Its error, the loss, batch by batch.")


def _photos_and_loss(each: Sequence[Number], course: Course) -> Line:
    """Say how many photos each trains on, one number where it is the same for all."""
    least, most = min(each, key=lambda n: n.value), max(each, key=lambda n: n.value)
    if least.value < most.value:
        return _range_and_loss(least, most, course)
    if course == "wobbles":
        return line(
            "Each trains on its own {n} photos. Its error, the loss, wobbles and falls.", n=least
        )
    if course == "falls":
        return line(
            "Each trains on its own {n} photos. Batch by batch its error, the loss, falls.", n=least
        )
    return line("Each trains on its own {n} photos. Its error, the loss, by batch.", n=least)


def _range_and_loss(least: Number, most: Number, course: Course) -> Line:
    if course == "wobbles":
        return line(
            "They train on {least} to {most} photos each. The error, the loss, wobbles and falls.",
            least=least,
            most=most,
        )
    if course == "open":
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
    """Say what comes back, and of how many nothing does."""
    lost = float(len(_lost(run, round_)))
    if not lost:
        return line("Only the trained weights travel back. The photos stay.")
    source = f"count of rounds[{round_}].train.sampled without a reply"
    return plural(
        Number(integer(lost), source, lost),
        "{n} worker does not answer. The others send weights, never photos.",
        "{n} workers do not answer. The others send weights, never photos.",
    )


def _aggregate(run: Run, round_: int) -> Line:
    """Say what the average does, and how much each counts: the same, or more with more photos."""
    if not _averages(run, round_):
        return line("From all of these, the coordinator makes the new model.")
    if not _weights_known(run, round_):
        return line("Their average is the new model.")
    each = shares(run, round_)
    if len(each) == 1:
        return line("Only one came in, {share} of the average: it is the new model.", share=each[0])
    if len({share.text for share in each}) == 1:
        return line("Each counts the same, {share}. Their average is the new model.", share=each[0])
    return line(
        "More photos count more: {least} to {most}. Their average is the new model.",
        least=min(each, key=lambda share: share.value),
        most=max(each, key=lambda share: share.value),
    )


def _averages(run: Run, round_: int) -> bool:
    """Whether the new model is the mean of what came in, as far as is known."""
    if run.probes:
        return train_of(run, round_).weighted_mean is not None
    return run.strategy is None or run.strategy in AVERAGING


def _evaluate(run: Run, round_: int) -> Line:
    """Say how the new model is tested."""
    if _kept_apart(run, round_):
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


def _kept_apart(run: Run, round_: int) -> bool:
    """Whether everyone who tested the model holds photos that it does not train on."""
    evaluate = _evaluation(run, round_)
    if evaluate is None or not run.partitions:
        return False
    return all(run.partitions[reply.client].num_validation for reply in evaluate.replies)


def _report(run: Run, round_: int) -> Line:
    """Say what came of it."""
    spec = _before_and_after(run, round_)
    if spec is None:
        return line("The round is over. The next one begins with the new model.")
    old, new, _ = spec
    if _measure(new) == "loss":
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
        n=read(run, "dataset.num_test", integer),
        old=old,
        new=new,
    )
