"""The weighted average: one real weight of one round, as arithmetic that a viewer can redo."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from fl_sim.record import Probe, Run
from scenes.story.common import round_number
from scenes.story.one_weight import Choice, choices, rounded, shown
from scenes.story.specs import AverageSpec, Quantity, TermSpec
from scenes.text.errors import NotRecordedError
from scenes.text.languages import integer
from scenes.text.lines import Line, Number, line, number_of, plural, quote, read, text, total

# What a weight is part of, by the number of indices that its place has.
FILTER, LINK, OFFSET = 4, 2, 1
RUN_NAME = 14  # characters of the run's name under the title

Drawn = tuple[Number, float]  # a number, and its value to scale


@dataclass(frozen=True)
class WeightedAverageSpec:
    """All that the chapter shows. The captions are called as their beats.

    There is no ``unequal`` where all hold the same number of photos.
    """

    title: str
    status: Line
    unequal: Line | None
    weight: Line
    sent: Line
    shares: Line
    sum: Line
    alike: Line
    average: AverageSpec


def tell(runs: Sequence[Run]) -> WeightedAverageSpec:
    """Return what the chapter shows of the first run in which it can be told.

    Raises:
        UntoldError: no run has a round in which several workers' weights were averaged.
    """
    known = next((found for run in runs if (found := list(choices(run)))), None)
    if known is None:
        raise NotRecordedError(
            f"the run {runs[0].name!r} followed no single weight of several workers into their "
            "weighted mean; record one of a strategy that averages, with fl-sim"
        )
    choice = max(known, key=lambda choice: choice.rank)
    average = _average(choice)
    return WeightedAverageSpec(
        title=text("The weighted average"),
        status=_status(choice),
        unequal=_unequal(choice),
        weight=_weight(choice, _before(choice)),
        sent=line("Each worker trained its own copy and sent its value back."),
        shares=_shares(choice),
        sum=_sum(choice),
        alike=_alike(choice, _plain(choice)),
        average=average,
    )


# --- the arithmetic


def _average(choice: Choice) -> AverageSpec:
    rest = [_others(choice)] if choice.others else []
    server = _server(choice)
    summed = Number(
        shown(choice.mean),
        f"sum of {choice.path}[*].weight times their probes[{choice.probe}]",
        choice.mean,
    )
    return AverageSpec(
        terms=[*(_term(choice, i) for i in choice.named), *rest],
        photos=line("all {n} photos", n=_all_photos(choice)),
        sum=(summed, choice.mean),
        server=server,
        agrees=server.text == summed.text,
        before=_before(choice),
        alike=_plain(choice),
    )


def _term(choice: Choice, i: int) -> TermSpec:
    path = f"{choice.path}[{i}]"
    weight, sent = f"{path}.weight", f"{path}.probes[{choice.probe}]"
    product = choice.summed([i])
    return TermSpec(
        name=line("worker {n}", n=number_of("partitions", choice.replies[i].client)),
        photos=_photos(read(choice.run, f"{path}.num_examples", integer)),
        share=_drawn(read(choice.run, weight, shown)),
        value=_drawn(read(choice.run, sent, shown)),
        product=Number(shown(product), f"{weight} times {sent}", product),
    )


def _others(choice: Choice) -> TermSpec:
    """Return the term in which all but the largest are gathered."""
    others, path = choice.others, choice.path
    count = Number(integer(len(others)), f"count of {path} without the largest", len(others))
    share = fsum(choice.shares[i] for i in others)
    summed = choice.summed(others)
    source = f"{path}[*].weight times their probes[{choice.probe}]"
    photos = total(choice.run, [f"{path}[{i}].num_examples" for i in others], integer)
    beyond = "without those with a row of their own"
    return TermSpec(
        name=plural(count, "{n} other", "{n} others"),
        photos=_photos(
            Number(photos.text, f"sum of {path}[*].num_examples {beyond}", photos.value)
        ),
        share=(Number(shown(share), f"sum of {path}[*].weight {beyond}", share), share),
        value=(text("their own"), summed / share if share else choice.mean),
        product=Number(shown(summed), f"sum of {source} {beyond}", summed),
        workers=len(others),
    )


def _photos(count: Number) -> Quantity:
    return plural(count, "{n} photo", "{n} photos"), count.value


def _drawn(figure: Number) -> Drawn:
    return figure, figure.value


def _before(choice: Choice) -> Drawn | None:
    """Return the weight that the round began with, where it is known."""
    if choice.run.rounds[choice.round_ - 1].probes is None:
        return None
    path = f"rounds[{choice.round_ - 1}].probes[{choice.probe}]"
    return _drawn(read(choice.run, path, shown))


def _server(choice: Choice) -> Number:
    known = choice.run.rounds[choice.round_].probes is not None
    place = "probes" if known else "train.weighted_mean"
    return read(choice.run, f"rounds[{choice.round_}].{place}[{choice.probe}]", shown)


def _plain(choice: Choice) -> Drawn | None:
    """Return the average without weights, unless it reads the same."""
    value = choice.plain
    if rounded(value) == rounded(choice.mean):
        return None
    source = f"mean of {choice.path}[*].probes[{choice.probe}], counted alike"
    return Number(shown(value), source, value), value


# --- captions


def _status(choice: Choice) -> Line:
    probe: Probe = choice.run.probes[choice.probe]
    path = f"probes[{choice.probe}]"
    place = ", ".join(str(index) for index in probe.index)
    name = f"{probe.parameter}[{place}]"
    return line(
        "run {run}  ·  round {r}  ·  {weight}",
        run=quote(choice.run, "name", RUN_NAME),
        r=round_number(choice.round_, choice.run),
        weight=Number(name, f"{path}.parameter and {path}.index"),
    )


def _unequal(choice: Choice) -> Line | None:
    """Say that this run's workers differ in how many photos they hold, if they do."""
    if _all_alike(choice):
        return None
    return line("In this run the workers hold unequal numbers of photos.")


def _all_alike(choice: Choice) -> bool:
    return len({reply.num_examples for reply in choice.replies}) == 1


def _weight(choice: Choice, before: Drawn | None) -> Line:
    """Say which weight it is, in plain words, and where it starts, as far as it is known."""
    run, place = choice.run, _place(choice.run.probes[choice.probe])
    if run.network is None:
        return line("Follow one weight through a round: {place}.", place=place)
    n = read(run, "network.num_parameters", integer)
    if before is None:
        return line("Follow one of {n} weights through a round: {place}.", n=n, place=place)
    return line(
        "One of {n} weights, {place}. It starts at {old}.",
        n=n,
        place=place,
        old=before[0],
    )


def _place(probe: Probe) -> str:
    weight = probe.parameter.endswith("weight")
    if weight and len(probe.index) == FILTER:
        return text("one entry of a filter")
    if weight and len(probe.index) == LINK:
        return text("a link between two neurons")
    if probe.parameter.endswith("bias") and len(probe.index) == OFFSET:
        return text("a neuron's own offset")
    return text("one of many alike")


def _shares(choice: Choice) -> Line:
    """Say by what a value is multiplied: a share, the same for all, or more for more photos."""
    if _all_alike(choice):
        return plural(
            read(choice.run, f"{choice.path}[0].num_examples", integer),
            "Each trained on {n} photo, so each value counts by the same share, {share}.",
            "Each trained on {n} photos, so each value counts by the same share, {share}.",
            share=read(choice.run, f"{choice.path}[0].weight", shown),
        )
    return line("More photos, more say: a value counts by its worker's share of all photos.")


def _all_photos(choice: Choice) -> Number:
    return total(choice.run, [f"{choice.path}[*].num_examples"], integer)


def _sum(choice: Choice) -> Line:
    """Say what the sum is, and how far it agrees with the server's own value."""
    if choice.redone:
        return line(
            "Their sum is the new weight. The coordinator has the same: {value}.",
            value=_server(choice),
        )
    return line(
        "The sum is the coordinator's own {value}, but for last digits lost in rounding.",
        value=_server(choice),
    )


def _alike(choice: Choice, plain: Drawn | None) -> Line:
    """Say what the average would be without weights."""
    if plain is not None:
        return line(
            "Equal shares would give {plain}. Weighted, every photo counts alike.",
            plain=plain[0],
        )
    if _all_alike(choice):
        return line("All shares are equal here: a plain average gives the same.")
    return line("A plain average would read the same here: the values lie close.")
