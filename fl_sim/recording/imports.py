"""The import of results that a run left without a recorder.

JSON, CSV and what trackers keep are read; see the readers. What they do not say is absent from the
record, and what can be meant in two ways is refused.
"""

import codecs
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import ValidationError

from fl_sim import record
from fl_sim.recording.documents import read_json
from fl_sim.recording.meaning import (
    ACCURACY,
    LOSS,
    Choice,
    Doubt,
    interpret,
    measure_of,
    names_in,
    words_of,
)
from fl_sim.recording.measures import is_mean, rounded
from fl_sim.recording.results import MISSING, ImportFileError, Layout, Results, is_round, listed
from fl_sim.recording.tables import read_table
from fl_sim.recording.trackers import read_tracker
from fl_sim.schema.model import MOST_NOUN

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SAVE_ANEW = "save what it holds as JSON or CSV"
# How files begin that no text is in, and what they are.
MAGIC = {
    b"\x80": "a pickle; load it where it was made, and save vars(history) as JSON",
    b"PK": f"an archive, such as .npz, .pt or .xlsx; {SAVE_ANEW}",
    b"PAR1": f"a Parquet table; {SAVE_ANEW}",
    b"\x1f\x8b": "a file that gzip has packed; unpack it",
    b"SQLite": f"a database, such as MLflow's; {SAVE_ANEW}",
    b"\x89HDF": f"an HDF5 file; {SAVE_ANEW}",
    b"\x93NUMPY": f"a NumPy array; {SAVE_ANEW}",
}
NUM_EXAMPLES = (["num", "examples"], ["num", "samples"], ["n", "samples"], ["examples"], ["n"])

Tell = Callable[[str], None]


def import_run(  # noqa: PLR0913  # one parameter an option
    path: Path,
    name: str,
    *,
    strategy: str | None = None,
    clients: int | None = None,
    examples: str | None = None,
    metric: str | None = None,
    choice: Choice | None = None,
    layout: Layout | None = None,
    tell: Tell = lambda text: None,
) -> record.Run:
    """Return a record of what a file says.

    Args:
        path: of JSON, of a table as CSV, or of what a tracker left.
        name: of the run.
        strategy: class name of the Flower strategy, which no such file holds.
        clients: how many there were.
        examples: what films call the examples, such as patients.
        metric: name of the metric that films show first.
        choice: which metrics are loss and accuracy, where their names leave a doubt.
        layout: how the file is written, where it leaves a doubt.
        tell: called with what was taken for granted, in a line.

    Raises:
        ImportFileError: it cannot be read, is no such file, or contradicts itself.
    """
    try:
        choice = choice or Choice()
        chosen = {LOSS: choice.loss, ACCURACY: choice.accuracy}
        said = replace(layout or Layout(), chosen=chosen, percent=choice.percent)
        results = _read(path, said)
        rounds = _interpreted(_rounds(results), choice, metric, tell)
        _tell_assumed(results, choice, tell)
        num_clients = clients or _num_clients(results)
        if num_clients is None:
            tell("how many clients there were is not known, and the film needs it: say --clients N")
        run = record.Run(
            name=name,
            strategy=strategy,
            provenance=record.Provenance(source=f"imported from {results.source}"),
            num_clients=num_clients,
            examples=examples,
            metric=metric,
            rounds=rounds,
        )
        if examples and not _counts_examples(rounds):
            tell(f"--examples {quote(examples)}: no film says it, since no client counts any")
        return run
    except ValidationError as error:
        raise ImportFileError(_reason(path, error)) from error
    except ImportFileError as error:
        raise ImportFileError(f"{path}: {' '.join(str(error).split())}") from error


def _reason(path: Path, error: ValidationError) -> str:
    """Return what a record cannot hold: an option that a user has given, or else a number."""
    first = error.errors(include_url=False)[0]
    option, *_ = (*first["loc"], "")
    if option == "examples":
        return f"--examples {quote(first['input'])}: a noun has 1 to {MOST_NOUN} characters"
    return f"{path}: {first['msg']}"


def _counts_examples(rounds: Iterable[record.Round]) -> bool:
    phases = (phase for each in rounds for phase in (each.train, each.evaluate) if phase)
    return any(reply.num_examples is not None for phase in phases for reply in phase.replies)


def _tell_assumed(results: Results, choice: Choice, tell: Tell) -> None:
    chosen = {*choice.loss, *choice.accuracy}
    names = [name for name in results.assumed if name in chosen or measure_of(name)]
    if names:
        tell(
            f"taken as measured by the server: {', '.join(names)}; if clients did, say "
            "--measured-by clients"
        )


def _read(path: Path, layout: Layout) -> Results:
    tracked = read_tracker(path, layout)
    if tracked is not None:
        return tracked
    if path.is_dir():
        raise ImportFileError(
            "is a folder without events of TensorBoard, runs of W&B or a store of MLflow; name a "
            "file of JSON or CSV"
        )
    text = _text(path)
    if text.lstrip()[0] in "{[":
        return read_json(text, layout)
    return read_table(text, path.stem, layout)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportFileError(f"cannot be read ({error.strerror})") from error
    encoding = next((MARKS[mark] for mark in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        known = next((MAGIC[start] for start in MAGIC if content.startswith(start)), None)
        raise ImportFileError(
            f"seems to be {known}" if known else "is not UTF-8 text; save it as UTF-8"
        ) from error
    if not text.strip():
        raise ImportFileError("is empty")
    return text


# --- what was measured


def _interpreted(
    rounds: tuple[record.Round, ...], choice: Choice, metric: str | None, tell: Tell
) -> tuple[record.Round, ...]:
    """Return rounds with loss and accuracy, of which one has to be known, or the metric."""
    names = names_in(rounds)
    chosen = {LOSS: choice.loss, ACCURACY: choice.accuracy}
    for option, said in {**chosen, "metric": [metric] if metric else []}.items():
        for name in said:
            if name not in names:
                raise ImportFileError(f"--{option} {name}: it has no {name}, but {listed(names)}")
    found, doubts = interpret(rounds, choice)
    for doubt in doubts:
        if not chosen.get(doubt.option):
            raise ImportFileError(_remedy(doubt))
        tell(f"{doubt.found}, and none is recorded as such; say --{doubt.option} for it as well")
    if metric is None and not any(_is_measured(each) for each in found):
        raise ImportFileError(
            f"has no loss and no accuracy by name, but {listed(names)}; say which one is, by "
            "--loss NAME, --accuracy NAME or, of another kind, --metric NAME"
        )
    return found


def _remedy(doubt: Doubt) -> str:
    if not doubt.option:
        return f"{doubt.found}; leave --percent away, or correct it"
    if doubt.option == "percent":
        return (
            f"{doubt.found}; say --percent if all accuracies are in percent, or give what is no "
            "accuracy another name"
        )
    return f"{doubt.found}; say --{doubt.option} {quote(doubt.value)}"


def _is_measured(round_: record.Round) -> bool:
    phases = [round_.central]
    for phase in (round_.train, round_.evaluate):
        replies: Any = phase.replies if phase else ()
        phases += [phase.metrics] if phase else []
        phases += [
            getattr(each, "metrics", None) or getattr(each, "train", None) for each in replies
        ]
    return any(each and not each.loss is each.accuracy is None for each in phases)


# --- rounds


def _rounds(results: Results) -> tuple[record.Round, ...]:
    """Return every round from 0, the state before training, of which a file may not speak."""
    phases = (results.train, results.evaluate, results.central)
    measured = any(metrics for phase in phases for metrics in phase.values())
    if not measured and not any(results.clients.values()):
        raise ImportFileError("holds no number but those of rounds")
    first, last = _range(results)
    shift = 0 if results.layout.first is None else results.layout.first - first
    return tuple(_round(results, number, number - shift) for number in range(last + shift + 1))


def _range(results: Results) -> tuple[int, int]:
    """Return the first and the last round, if none is missing between them."""
    numbers = sorted(results.rounds)
    if not numbers:
        raise ImportFileError("holds no round")
    if numbers[0] > 1 and results.layout.first is None:
        raise ImportFileError(
            f"begins with round {numbers[0]}; number rounds from 1, or from 0 for the state before "
            "training, or say --first-round 1"
        )
    for before, after in pairwise(numbers):
        if after > before + 1:
            raise ImportFileError(
                f"round {before + 1} is missing; a record has every round: "
                + results.remedy.replace(MISSING, str(before + 1))
            )
    if numbers[0] == 0 and results.layout.first is None and not is_round(results.counted):
        raise ImportFileError(
            f"{results.counted} begins with 0, which may be the state before training or the first "
            "round; say --first-round 0 or --first-round 1"
        )
    return numbers[0], numbers[-1]


def _round(results: Results, number: int, found: int) -> record.Round:
    train, evaluate = (_replies(results, phase, found) for phase in ("train", "evaluate"))
    metrics = {
        phase: _metrics(getattr(results, phase).get(found))
        for phase in ("train", "evaluate", "central")
    }
    if number == 0 and (metrics["train"] or metrics["evaluate"] or train or evaluate):
        raise ImportFileError(
            "clients have measured something in round 0, which is the state before training; "
            "number rounds from 1, or say --first-round 1"
        )
    return record.Round(
        number=number,
        train=_train(metrics["train"], train),
        evaluate=_evaluate(metrics["evaluate"], evaluate),
        central=metrics["central"],
    )


def _metrics(values: Mapping[str, float] | None) -> record.Metrics | None:
    other = {name: rounded(value) for name, value in (values or {}).items()}
    return record.Metrics(other=other) if other else None


# --- single clients


def _replies(results: Results, phase: str, number: int) -> dict[int, dict[str, Any]]:
    """Return the fields of the reply of each client that measured something in a phase."""
    counts = _counts(results, number)
    by_client = results.clients.get(phase, {}).get(number, {})
    known = {client: _metrics(_uncounted(values)) for client, values in sorted(by_client.items())}
    measured = {client: metrics for client, metrics in known.items() if metrics is not None}
    total = sum(counts.get(client, 0) for client in measured)
    all_counted = total > 0 and measured.keys() <= counts.keys()
    return {
        client: {
            "client": client,
            "num_examples": counts.get(client),
            "weight": counts[client] / total if all_counted else None,
            "train" if phase == "train" else "metrics": metrics,
        }
        for client, metrics in measured.items()
    }


def _counts(results: Results, number: int) -> dict[int, int]:
    """Return how many examples each client has, as far as a column says."""
    found = {}
    for by_round in results.clients.values():
        for client, values in by_round.get(number, {}).items():
            for name in values.keys() - _uncounted(values).keys():
                value = values[name]
                if value != int(value) or not 0 <= value < 2**53:
                    where = f"{name} is {value:g} in round {number}"
                    raise ImportFileError(f"{where}, which is no number of examples")
                found[client] = int(value)
    return found


def _uncounted(values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if words_of(name) not in NUM_EXAMPLES}


def _train(
    metrics: record.Metrics | None, replies: Mapping[int, dict[str, Any]]
) -> record.Train | None:
    if metrics is None and not replies:
        return None
    answers = tuple(record.TrainReply(**each) for each in replies.values())
    return record.Train(metrics=metrics, replies=answers, sampled=tuple(replies) or None)


def _evaluate(
    metrics: record.Metrics | None, replies: Mapping[int, dict[str, Any]]
) -> record.Evaluate | None:
    if metrics is None and not replies:
        return None
    answers = tuple(record.EvaluateReply(**each) for each in replies.values())
    return record.Evaluate(
        metrics=metrics,
        replies=answers,
        sampled=tuple(replies) or None,
        averaged=is_mean(metrics, answers),
    )


def _num_clients(results: Results) -> int | None:
    numbers = [
        client
        for by_round in results.clients.values()
        for by_client in by_round.values()
        for client in by_client
    ]
    return max(numbers) + 1 if numbers else None
