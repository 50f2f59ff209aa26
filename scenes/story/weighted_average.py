"""The chapter on the weighted average: the arithmetic of one weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from fl_sim.record import Probe, Run
from scenes.story.common import check_answered, round_number, worker_number
from scenes.story.one_weight import WeightChoice, choices, format_value
from scenes.story.specs import AverageSpec, AverageWords, Quantity, TermSpec
from scenes.text.errors import NotRecordedError
from scenes.text.language import Language
from scenes.text.lines import Line, line, plural, text
from scenes.text.numbers import (
    Cursor,
    Form,
    Number,
    at,
    computed,
    number,
    place,
    quote,
    total,
)
from scenes.text.sources import Source

# Kinds of parameters by their number of dimensions.
FILTER, LINK, OFFSET = 4, 2, 1
RUN_NAME = 14  # characters of the run's name under the title
# The source of a sum over replies; the second field is the index of the weight.
PRODUCTS = "sum of {} times their probes[{}]"

Drawn = tuple[Number, float]  # a number, and its value to scale


@dataclass(frozen=True)
class WeightedAverageSpec:
    """The contents of the chapter; captions have the names of their beats.

    ``unequal`` is None if all workers have the same number of photos.
    """

    title: Line
    status: Line
    unequal: Line | None
    weight: Line
    sent: Line
    shares: Line
    sum: Line
    alike: Line
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


def _reason(run: Run) -> NotRecordedError:
    """Return the error that says why no average of a run can be shown."""
    check_answered(run)
    phases = [round_.train for round_ in run.rounds if round_.train is not None]
    forms = {train.form for train in phases}
    if forms and "plain" not in forms:
        return NotRecordedError(
            f"the workers of the run {run.name!r} sent {max(forms)} updates, and their own values "
            "are not known. Record a run with secure-aggregation=false, and without dp-where=local"
        )
    if any(train.privacy for train in phases):
        return NotRecordedError(
            f"noise for privacy is in the model of the run {run.name!r}, so that it is no weighted "
            "average of the workers' models. Use a run without dp-noise"
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
        "Record a run with an averaging strategy: fl-sim run NAME"
    )


# --- the arithmetic


def _average(choice: WeightChoice) -> AverageSpec:
    rest = [_others(choice)] if choice.others else []
    server, summed = _server(choice), _sum_of_products(choice)
    return AverageSpec(
        terms=[*(_term(choice, i) for i in choice.own_rows), *rest],
        photos=line("all {n} photos", n=_all_photos(choice)),
        sum=(summed, choice.mean),
        server=server,
        agrees=server.text == summed.text,
        before=_before(choice),
        alike=_plain(choice),
        words=AverageWords(
            photos=text("photos"),
            share=text("share"),
            value=text("value"),
            product=text("product"),
            coordinator=text("Coordinator"),
            old_weight=text("old weight"),
            new_weight=text("new weight"),
            smaller=text("smaller"),
            larger=text("larger"),
            before=text("before"),
            equal_shares=text("equal shares"),
            weighted=text("weighted"),
        ),
    )


def _sum_of_products(choice: WeightChoice) -> Number:
    """Return the weighted mean of the sent values."""
    weights = choice.replies_at[:].weight
    return computed(choice.mean, choice.form, PRODUCTS, weights, str(choice.probe))


def _term(choice: WeightChoice, i: int) -> TermSpec:
    reply = choice.replies_at[i]
    sent = reply.probes[choice.probe]
    return TermSpec(
        name=line("worker {n}", n=worker_number(choice.run, choice.replies[i].client)),
        photos=_photos(number(reply.num_examples, Language.integer)),
        share=_drawn(number(reply.weight, format_value)),
        value=_drawn(number(sent, choice.form)),
        product=computed(choice.summed([i]), choice.form, "{} times {}", reply.weight, sent),
    )


def _others(choice: WeightChoice) -> TermSpec:
    """Return the term of all replies without their own rows."""
    others, each = choice.others, choice.replies_at[:]
    words = "count of {} without the largest"
    n = computed(len(others), Language.integer, words, choice.replies_at)
    photos = sum(choice.replies[i].num_examples or 0 for i in others)
    share, summed = fsum(choice.shares[i] for i in others), choice.summed(others)
    return TermSpec(
        name=plural(n, "{n} other", "{n} others"),
        photos=_photos(_of_others(photos, Language.integer, "sum of {}", each.num_examples)),
        share=_drawn(_of_others(share, format_value, "sum of {}", each.weight)),
        value=(text("their own"), summed / share if share else choice.mean),
        product=_of_others(summed, choice.form, PRODUCTS, each.weight, str(choice.probe)),
        workers=len(others),
    )


def _of_others(value: float, form: Form, words: str, *parts: Cursor | str) -> Number:
    """Return a number computed from the replies that share a row."""
    return computed(value, form, f"{words} without those with a row of their own", *parts)


def _photos(photos: Number) -> Quantity:
    return plural(photos, "{n} photo", "{n} photos"), photos.value


def _drawn(drawn: Number) -> Drawn:
    return drawn, drawn.value


def _before(choice: WeightChoice) -> Drawn | None:
    """Return the weight before the round, if known."""
    before = choice.round_ - 1
    if choice.run.rounds[before].probes is None:
        return None
    return _drawn(number(at(choice.run).rounds[before].probes[choice.probe], choice.form))


def _server(choice: WeightChoice) -> Number:
    """Return the server's own value after the round."""
    round_ = at(choice.run).rounds[choice.round_]
    known = choice.run.rounds[choice.round_].probes is not None
    held = round_.probes if known else round_.train.weighted_mean
    return number(held[choice.probe], choice.form)


def _plain(choice: WeightChoice) -> Drawn | None:
    """Return the average without weights, or None if its digits are the same."""
    if choice.plain_reads_alike:
        return None
    sent = choice.replies_at[:].probes[choice.probe]
    return _drawn(computed(choice.plain_mean, choice.form, "mean of {}, counted alike", sent))


# --- captions


def _status(choice: WeightChoice) -> Line:
    """Return the line under the title: the run, the round and the weight."""
    return line(
        "run {run}  ·  round {r}  ·  {weight}",
        run=quote(at(choice.run).name, RUN_NAME),
        r=round_number(choice.round_, choice.run),
        weight=_name(choice.run.probes[choice.probe], at(choice.run).probes[choice.probe]),
    )


def _name(probe: Probe, probe_at: Cursor) -> Number:
    """Return a weight's name in code: ``fc3.weight[0, 59]``."""
    index = ", ".join(map(str, probe.index))
    places = place(probe_at.parameter), place(probe_at.index)
    return Number(f"{probe.parameter}[{index}]", Source("{} and {}", places))


def _unequal(choice: WeightChoice) -> Line | None:
    """Return the caption on unequal numbers of photos, or None if they are equal."""
    if _all_alike(choice):
        return None
    return line("In this run the workers hold unequal numbers of photos.")


def _all_alike(choice: WeightChoice) -> bool:
    return len({reply.num_examples for reply in choice.replies}) == 1


def _weight(choice: WeightChoice, before: Drawn | None) -> Line:
    """Return the caption on the weight, its kind, and its first value if known."""
    run, kind = choice.run, _kind(choice.run.probes[choice.probe])
    if run.network is None:
        return line("Follow one weight through a round: {place}.", place=kind)
    n = number(at(run).network.num_parameters, Language.integer)
    if before is None:
        return line("Follow one of {n} weights through a round: {place}.", n=n, place=kind)
    return line("One of {n} weights, {place}. It starts at {old}.", n=n, place=kind, old=before[0])


def _kind(probe: Probe) -> Line:
    """Return the kind of a weight in plain words."""
    weight = probe.parameter.endswith("weight")
    if weight and len(probe.index) == FILTER:
        return text("one entry of a filter")
    if weight and len(probe.index) == LINK:
        return text("a link between two neurons")
    if probe.parameter.endswith("bias") and len(probe.index) == OFFSET:
        return text("a neuron's own offset")
    return text("one of many alike")


def _shares(choice: WeightChoice) -> Line:
    """Return the caption on equal or unequal shares."""
    if _all_alike(choice):
        first = choice.replies_at[0]
        return plural(
            number(first.num_examples, Language.integer),
            "Each trained on {n} photo, so each value counts by the same share, {share}.",
            "Each trained on {n} photos, so each value counts by the same share, {share}.",
            share=number(first.weight, format_value),
        )
    return line("More photos, more say: a value counts by its worker's share of all photos.")


def _all_photos(choice: WeightChoice) -> Number:
    return total(Language.integer, choice.replies_at[:].num_examples)


def _sum(choice: WeightChoice) -> Line:
    """Return the caption on the sum and the server's value."""
    if choice.adds_up:
        return line(
            "Their sum is the new weight. The coordinator has the same: {value}.",
            value=_server(choice),
        )
    return line(
        "The sum is the coordinator's own {value}, but for last digits lost in rounding.",
        value=_server(choice),
    )


def _alike(choice: WeightChoice, plain: Drawn | None) -> Line:
    """Return the caption on the average without weights."""
    if plain is not None:
        return line(
            "Equal shares would give {plain}. Weighted, every photo counts alike.",
            plain=plain[0],
        )
    if _all_alike(choice):
        return line("All shares are equal here: a plain average gives the same.")
    return line("A plain average would read the same here: the values lie close.")
