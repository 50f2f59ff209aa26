"""The meaning of an app's metrics: which of them is the loss and which the accuracy of a model.

It is decided once for a whole run, from all its values, so that no round is read in another way
than the rest. What can be meant in two ways is a doubt, and is left as it is.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import is_not
from typing import Any

from fl_sim import record
from fl_sim.recording.measures import is_mean, rounded

LOSS, ACCURACY = "loss", "accuracy"
MEASURES = {
    "loss": LOSS, "losses": LOSS, "logloss": LOSS,
    "accuracy": ACCURACY, "accuracies": ACCURACY, "acc": ACCURACY, "accs": ACCURACY,
}  # fmt: skip

# Words in the names of metrics that say what was measured, and who did it.
TRAINING = frozenset({"train", "training", "trained", "fit"})
TESTING = frozenset({"test", "testing"})
VALIDATING = frozenset({"val", "valid", "validation", "eval", "evaluate", "evaluation"})
SERVER = frozenset(
    {"central", "centralized", "centralised", "cen", "server", "serverapp", "global"}
)
CLIENTS = frozenset(
    {"client", "clients", "clientapp", "distributed", "federated", "fed", "local", "aggregated"}
)  # fmt: skip
# Words that leave a measure what it is.
PLAIN = frozenset(
    {"avg", "average", "averaged", "mean", "weighted", "top", "1", "at", "model", "overall"}
    | {"total", "ce", "cross", "entropy", "crossentropy", "categorical", "sparse", "metrics"}
).union(TRAINING, TESTING, VALIDATING, SERVER, CLIENTS)
# Words that make another measure of it.
OTHER = frozenset(
    {"balanced", "std", "stdev", "var", "variance", "min", "max", "median", "gap", "diff", "delta"}
    | {"worst", "best", "class", "backdoor", "attack", "poisoned", "personal", "personalized"}
)

UNITS = frozenset({"percent", "percentage", "pct"})  # in names of what stays in percent

# What a phase does not measure: the phases are where metrics stand in a record.
FOREIGN: Mapping[str, frozenset[str]] = {
    "train": TESTING | VALIDATING | SERVER,
    "evaluate": TRAINING | SERVER,
    "central": TRAINING | CLIENTS,
    "validation": frozenset(),
    "test": frozenset(),
}
WHO = {
    "train": "clients in training",
    "evaluate": "clients in evaluation",
    "central": "the server",
    "validation": "clients for their validation part",
    "test": "clients for the test split",
}

IN_A_REPLY = ("train", "validation", "test")  # of a client that has trained

Values = dict[str, list[tuple[int, float]]]  # with the round, by name
Names = dict[str, dict[str, str | None]]  # of each measure, by phase
Change = Callable[[str, record.Metrics], record.Metrics]
Rounds = Sequence[record.Round]


@dataclass(frozen=True)
class Choice:
    """What a user says of the metrics of an app.

    Args:
        loss: names of metrics that are the loss of the model.
        accuracy: names of metrics that are its accuracy.
        percent: all accuracies are in percent, not shares of 1.
    """

    loss: Collection[str] = ()
    accuracy: Collection[str] = ()
    percent: bool = False


@dataclass(frozen=True)
class Doubt:
    """What can be meant in two ways.

    Args:
        found: what was found.
        option: that decides it, none if none does.
        value: of the option, such as the name of a metric.
    """

    found: str
    option: str
    value: str = ""


def words_of(name: str) -> list[str]:
    """Return the words of a name: ``valAcc`` has two, and so has ``val/acc``."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def measure_of(name: str) -> str | None:
    """Return the measure that a name tells, or None if it tells none or another one."""
    words = words_of(name)
    found = {MEASURES[word] for word in words if word in MEASURES}
    if len(found) != 1 or OTHER & set(words):
        return None
    last = max(i for i, word in enumerate(words) if word in MEASURES)
    numbers = {word for word in words if word.isdigit()}
    plain_end = PLAIN.issuperset(words[last + 1 :])
    return found.pop() if plain_end and ("top" not in words or numbers <= {"1"}) else None


def is_accuracy(name: str) -> bool:
    """Tell whether a metric is an accuracy of any kind that says nothing of its unit."""
    words = set(words_of(name))
    return {MEASURES[word] for word in words & MEASURES.keys()} == {ACCURACY} and not words & UNITS


class Meaning:
    """The meaning of the metrics of a run that grows: what was read stays, if nothing decides anew.

    Args:
        choice: what a user says.
    """

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._forget()

    def _forget(self) -> None:
        self._values: dict[str, Values] = defaultdict(lambda: defaultdict(list))
        self._names: Names = {}
        self._seen: list[record.Round] = []
        self._read: list[record.Round] = []

    def read(self, rounds: Rounds) -> tuple[tuple[record.Round, ...], list[Doubt]]:
        """Return rounds in which loss and accuracy are known, and what is doubtful.

        Args:
            rounds: all until now, with each metric under its own name, in ``other``.
        """
        if len(rounds) < len(self._seen) or any(map(is_not, self._seen, rounds)):
            self._forget()
        for each in rounds[len(self._seen) :]:
            self._seen.append(each)
            for phase, metrics in _metrics_in(each):
                for name, value in metrics.other.items():
                    self._values[phase][name].append((each.number, value))
        names, doubts = _decide(self._values, self._choice)
        if names != self._names:
            self._names = names
            self._read = []

        percent = self._choice.percent and all(doubt.option for doubt in doubts)

        def change(phase: str, metrics: record.Metrics) -> record.Metrics:
            return _with_measures(metrics, names[phase], percent)

        self._read += [_changed(each, change) for each in rounds[len(self._read) :]]
        return tuple(self._read), doubts


def interpret(rounds: Rounds, choice: Choice) -> tuple[tuple[record.Round, ...], list[Doubt]]:
    """Return a whole run in which loss and accuracy are known, and what is doubtful."""
    return Meaning(choice).read(rounds)


def names_in(rounds: Rounds) -> list[str]:
    """Return the names of all metrics of a run, as they come."""
    found = (metrics.other for each in rounds for _, metrics in _metrics_in(each))
    return list(dict.fromkeys(name for other in found for name in other))


def _metrics_in(round_: record.Round) -> Iterator[tuple[str, record.Metrics]]:
    """Give all metrics of a round, each with its phase."""
    found: list[tuple[str, record.Metrics | None]] = [("central", round_.central)]
    if round_.train is not None:
        found.append(("train", round_.train.metrics))
        for reply in round_.train.replies:
            found += [(phase, getattr(reply, phase)) for phase in IN_A_REPLY]
    if round_.evaluate is not None:
        found.append(("evaluate", round_.evaluate.metrics))
        found += [("evaluate", answer.metrics) for answer in round_.evaluate.replies]
    return ((phase, metrics) for phase, metrics in found if metrics is not None)


def _decide(values: Mapping[str, Values], choice: Choice) -> tuple[Names, list[Doubt]]:
    """Return the loss and the accuracy of each phase, None where there is none or a doubt."""
    doubts: list[Doubt] = []
    names: Names = {}
    for phase, known in values.items():
        names[phase] = {}
        for measure, chosen in ((LOSS, choice.loss), (ACCURACY, choice.accuracy)):
            found = _named(phase, measure, known, chosen)
            names[phase][measure] = found[0] if len(found) == 1 else None
            if len(found) > 1:
                doubts.append(_ambiguous(phase, measure, found))
    doubt = _no_share(names, values, choice.percent)
    if doubt is not None:
        doubts.append(doubt)
        names = {phase: {**each, ACCURACY: None} for phase, each in names.items()}
    return names, doubts


def _named(phase: str, measure: str, known: Values, chosen: Collection[str]) -> list[str]:
    """Return the metrics that may be the measure of a phase: one, if there is no doubt."""
    said = [name for name in known if name in chosen]
    found = said or [
        name
        for name in known
        if measure_of(name) == measure and not FOREIGN[phase] & set(words_of(name))
    ]
    found = [name for name in found if PLAIN.union(MEASURES).issuperset(words_of(name))] or found
    if phase == "central" and any(TESTING & set(words_of(name)) for name in found):
        found = [name for name in found if not VALIDATING & set(words_of(name))]
    same = all(known[name] == known[found[0]] for name in found)
    return found[:1] if same else found


def _ambiguous(phase: str, measure: str, names: Sequence[str]) -> Doubt:
    found = f"{' and '.join(names)} of {WHO[phase]} may each be the {measure}"
    return Doubt(found, measure, names[0])


def _no_share(names: Names, values: Mapping[str, Values], percent: bool) -> Doubt | None:
    """Return the doubt of a run in which one accuracy is none, whatever the others are."""
    top = 100 if percent else 1
    for phase, chosen in names.items():
        name = chosen[ACCURACY]
        for number, value in () if name is None else values[phase][name]:
            if not 0 <= value <= top:
                where = f"{name} of {WHO[phase]} is {value:g} in round {number}"
                what = "which is no percentage" if percent else "which is no share from 0 to 1"
                return Doubt(f"{where}, {what}", "" if percent else "percent")
    return None


def _with_measures(
    metrics: record.Metrics, names: Mapping[str, str | None], percent: bool
) -> record.Metrics:
    other = dict(metrics.other)
    loss, accuracy = (
        other.pop(name, None) if (name := names.get(each)) is not None else None
        for each in (LOSS, ACCURACY)
    )
    if percent:
        accuracy = None if accuracy is None else rounded(accuracy / 100)
        shares = {name: rounded(other[name] / 100) for name in other if is_accuracy(name)}
        other = {**other, **shares}
    return record.Metrics(loss=loss, accuracy=accuracy, other=other)


def _changed(round_: record.Round, change: Change) -> record.Round:
    """Return a round in which all metrics are changed."""
    found: dict[str, Any] = {}
    if round_.train is not None:
        found["train"] = _changed_train(round_.train, change)
    if round_.evaluate is not None:
        found["evaluate"] = _changed_evaluate(round_.evaluate, change)
    if round_.central is not None:
        found["central"] = change("central", round_.central)
    return round_.model_copy(update=found)


def _changed_train(train: record.Train, change: Change) -> record.Train:
    replies = tuple(_changed_reply(reply, change) for reply in train.replies)
    metrics = train.metrics and change("train", train.metrics)
    return train.model_copy(update={"replies": replies, "metrics": metrics})


def _changed_reply(reply: record.TrainReply, change: Change) -> record.TrainReply:
    known = {phase: getattr(reply, phase) for phase in IN_A_REPLY}
    return reply.model_copy(
        update={phase: change(phase, each) for phase, each in known.items() if each is not None}
    )


def _changed_evaluate(evaluate: record.Evaluate, change: Change) -> record.Evaluate:
    replies = tuple(
        reply.model_copy(update={"metrics": change("evaluate", reply.metrics)})
        if reply.metrics is not None
        else reply
        for reply in evaluate.replies
    )
    metrics = evaluate.metrics and change("evaluate", evaluate.metrics)
    averaged = is_mean(metrics, replies)
    return evaluate.model_copy(
        update={"replies": replies, "metrics": metrics, "averaged": averaged}
    )
