"""Records as tables or JSON in a terminal."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fl_sim import terminal
from fl_sim.headline import ACCURACY, headline
from fl_sim.record import Failure, Metrics, Round, Run
from fl_sim.recording.measures import LARGE
from fl_sim.wording import count, percent

ABSENT = "-"

# Who measures: clients together, as the strategy aggregates it, or each by itself.
BY_WHOM = (
    SERVER, EVALUATION, TRAINING, EACH_EVALUATED, EACH_TRAINED, EACH_VALIDATION, EACH_TEST,
) = (
    "server", "clients, evaluation", "clients, training", "each, evaluation", "each, training",
    "each, validation part", "each, test split",
)  # fmt: skip

# Values by round; of several clients there are several.
Measured = dict[tuple[str, str], dict[int, list[float]]]
WHERE = {"central": "", "evaluate": "by clients", "train": "in training"}
MOST_ROWS = 20  # of clients and of failures; more are summed up
MOST_NUMBERS = 9  # characters of a list of clients; those of a longer one are counted
BESIDE_REASON = 37  # columns of the table of failures
MOST_REASON = 43  # characters, on a narrow terminal
MOST_LOSS = 1e6  # above it a loss is written with an exponent
LEAST_CLASS = 3  # characters of a class's name; with room for fewer, classes are left out


def runs(found: Mapping[str, Run]) -> None:
    """Print one line for each run."""
    table = _table("", "run", "strategy", "clients", "rounds", "in the end")
    for name, run_ in found.items():
        clients = ABSENT if run_.num_clients is None else str(run_.num_clients)
        rounds = str(len(run_.rounds) - 1)
        _add(table, name, run_.strategy or ABSENT, clients, rounds, _result(run_))
    terminal.console().print(table)


def run(run_: Run) -> None:
    """Print a run: its settings, its clients, its rounds, its failures, as far as known."""
    console = terminal.console()
    for table in _tables(run_, console.width):
        console.print(table)
        console.print()


def divergence(run_: Run) -> str:
    """Return where a run diverged, nothing if it did not or if its record cannot tell.

    A loss that is not a finite number is absent from a record. Only where the model of round 0 has
    a loss is it known that an absent one was measured, and not even then in a file of others.
    """
    start = run_.rounds[0].central
    if run_.imported or start is None or start.loss is None:
        return ""
    for round_ in run_.rounds:
        if who := _diverged(round_):
            return f"in round {round_.number}: the loss of {who} is no finite number"
    return ""


def _diverged(round_: Round) -> str:
    """Return whose loss is missing among the metrics of a round."""
    if _lacks_loss(round_.central):
        return "the global model"
    phases = (round_.train, round_.evaluate)
    measured = [
        *((reply.client, reply.train) for reply in (phases[0].replies if phases[0] else ())),
        *((reply.client, reply.metrics) for reply in (phases[1].replies if phases[1] else ())),
    ]
    clients = sorted({client for client, metrics in measured if _lacks_loss(metrics)})
    noun = "client" if len(clients) == 1 else "clients"
    return f"{noun} {', '.join(map(str, clients))}" if clients else ""


def _lacks_loss(metrics: Metrics | None) -> bool:
    return metrics is not None and metrics.loss is None


def json_text(value: Any, indent: str = "") -> Iterator[str]:
    """Give the parts of an indented JSON text, a list of plain values on one line."""
    items = list(value.values() if isinstance(value, dict) else value) if _is_long(value) else []
    if not items:
        yield json.dumps(value, ensure_ascii=False)
        return
    named = isinstance(value, dict)
    keys = [f"{json.dumps(key, ensure_ascii=False)}: " for key in value] if named else []
    yield "{" if named else "["
    for i, item in enumerate(items):
        yield f"{',' if i else ''}\n{indent} {keys[i] if named else ''}"
        yield from json_text(item, indent + " ")
    yield f"\n{indent}" + ("}" if named else "]")


def _is_long(value: Any) -> bool:
    """Tell whether a JSON value takes more than one line."""
    listed = isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
    return isinstance(value, dict) or listed


def _tables(run_: Run, width: int) -> Iterator[RenderableType]:
    yield _settings(run_)
    if run_.partitions:
        yield _clients(run_, width)
    yield _rounds(run_)
    if measured := _measured(run_):
        yield _metrics(measured)
    failed = list(_failures(run_))
    if failed:
        yield _failures_table(failed, max(MOST_REASON, width - BESIDE_REASON))


def _settings(run_: Run) -> Table:
    table = _table(run_.name, "", "")
    table.show_header = False
    table.columns[1].justify = "left"
    for key, value in {**_about(run_), **run_.config, **_origin(run_)}.items():
        _add(table, key, str(value))
    return table


def _about(run_: Run) -> dict[str, str]:
    data, network = run_.dataset, run_.network
    rows = {"strategy": run_.strategy or ABSENT}
    if data:
        sizes = f"{_count(data.num_train)} train and {count(data.num_test, 'test example')}"
        rows["dataset"] = f"{data.name}, {sizes}"
    if network:
        size = count(network.num_parameters, "parameter")
        rows["network"] = f"{network.name}, {size}" if network.name else size
    if where := divergence(run_):
        rows["diverged"] = where
    if _is_too_large(run_):
        rows["left out"] = "comparisons of whole models of this size, unless updates=True"
    return rows


def _is_too_large(run_: Run) -> bool:
    """Tell whether a record lacks how whole models lie to each other since they are large."""
    size = run_.network.num_parameters if run_.network else None
    replies = [reply for each in run_.rounds if each.train for reply in each.train.replies]
    compared = run_.path or any(reply.update_norm is not None for reply in replies)
    return size is not None and size > LARGE and bool(replies) and not compared


def _origin(run_: Run) -> dict[str, str]:
    origin = run_.provenance
    rows = {"source": origin.source}
    if origin.finished:
        rows["finished"] = f"{origin.finished:%Y-%m-%d %H:%M} UTC"
    if origin.versions:
        rows["versions"] = ", ".join(f"{name} {found}" for name, found in origin.versions.items())
    return rows


# --- clients


def _clients(run_: Run, width: int) -> RenderableType:
    rows = [
        (str(number), _count(part.num_train), _count(part.num_validation))
        for number, part in enumerate(run_.partitions[:MOST_ROWS])
    ]
    counts = [
        [_count(count) for count in part.label_counts or ()] for part in run_.partitions[:MOST_ROWS]
    ]
    classes = run_.dataset.class_names if run_.dataset else ()
    headers = _headers(classes, counts, width - len("client train valid "))
    table = _table("clients", "client", "train", "valid", *headers)
    for row, of_classes in zip(rows, counts, strict=True):
        known = of_classes or [ABSENT] * len(headers)
        _add(table, *row, *known[: len(headers)])
    return _with_rest(table, _other_clients(run_))


def _headers(classes: Sequence[str], counts: Sequence[Sequence[str]], room: int) -> Sequence[str]:
    """Return the classes' names, cut so that all have room beside each other, or none."""
    most = max((len(count) for row in counts for count in row), default=0)
    if not most or sum(max(len(name), most) + 1 for name in classes) <= room:
        return classes if most else ()
    each = room // len(classes) - 1
    if each < max(most, LEAST_CLASS):
        return ()
    cut = [name[:each] for name in classes]
    different = len(set(cut)) == len(cut)
    return cut if different else [str(label) for label in range(len(classes))]


def _other_clients(run_: Run) -> str:
    others = run_.partitions[MOST_ROWS:]
    counts = [part.num_train for part in others if part.num_train is not None]
    about = f" with {min(counts)} to {count(max(counts), 'train example')}" if counts else ""
    return f"and {len(others)} more{about}" if others else ""


# --- rounds


def _rounds(run_: Run) -> RenderableType:
    more = {
        title: cells
        for title, cell in (
            ("updates'\ncosine", _cosine),
            ("updates", _form),
            ("epsilon", _epsilon),
        )
        if any(cells := [cell(round_) for round_ in run_.rounds])
    }
    table = _table(
        "rounds", "round", "trained", "failed", "evaluated", "federated\nloss", "\naccuracy",
        "central\nloss", "\naccuracy", *more,
    )  # fmt: skip
    rows = [_round(round_) for round_ in run_.rounds]
    for row, *cells in zip(rows, *more.values(), strict=True):
        _add(table, *row, *(cell or ABSENT for cell in cells))
    counted = any(cell.startswith("(") for row in rows for cell in row)
    return _with_rest(table, "(n): n clients" if counted else "")


def _round(round_: Round) -> tuple[str, ...]:
    train, evaluate = round_.train, round_.evaluate
    federated = evaluate.metrics if evaluate else None
    return (
        str(round_.number),
        _numbers(reply.client for reply in train.replies) if train else ABSENT,
        _numbers(failure.client for failure in train.failures) if train else ABSENT,
        _numbers(reply.client for reply in evaluate.replies) if evaluate else ABSENT,
        _loss(federated),
        _accuracy(federated),
        _loss(round_.central),
        _accuracy(round_.central),
    )


def _cosine(round_: Round) -> str:
    """Return the mean cosine between two updates of a round, none for fewer, or one of zero."""
    gram = round_.train.gram if round_.train else None
    if gram is None or len(gram) < 2 or any(gram[i][i] <= 0 for i in range(len(gram))):
        return ""
    norms = [math.sqrt(gram[i][i]) for i in range(len(gram))]
    pairs = [(i, j) for i in range(len(gram)) for j in range(i)]
    return f"{math.fsum(gram[i][j] / norms[i] / norms[j] for i, j in pairs) / len(pairs):.3f}"


def _form(round_: Round) -> str:
    """Return in which form updates left the clients, if that is worth telling."""
    return round_.train.form if round_.train and round_.train.form != "plain" else ""


def _epsilon(round_: Round) -> str:
    """Return what is spent of privacy so far, if it was counted."""
    privacy = round_.train.privacy if round_.train else None
    return "" if privacy is None or privacy.epsilon is None else f"{privacy.epsilon:.2f}"


# --- metrics


def _metrics(measured: Measured) -> Table:
    """Return a table of every metric, with the first and the last value, or their range."""
    table = _table("metrics", "metric", "measured by", "rounds", "first", "last")
    table.columns[1].justify = "left"
    for (who, metric), by_round in measured.items():
        first, last = min(by_round), max(by_round)
        rounds = str(first) if first == last else f"{first}-{last}"
        _add(table, metric, who, rounds, *(_range(metric, by_round[i]) for i in (first, last)))
    return table


def _measured(run_: Run) -> Measured:
    """Return the values of each metric by round, by who measured it and its name."""
    found: Measured = {}
    for round_ in run_.rounds:
        for who, metrics in _by_whom(round_):
            named = {"loss": metrics.loss, "accuracy": metrics.accuracy, **metrics.other}
            for name, value in named.items():
                if value is not None:
                    by_round = found.setdefault((who, name), {})
                    by_round.setdefault(round_.number, []).append(value)
    return dict(sorted(found.items(), key=lambda item: BY_WHOM.index(item[0][0])))


def _by_whom(round_: Round) -> Iterator[tuple[str, Metrics]]:
    train, evaluate = round_.train, round_.evaluate
    found = [(SERVER, round_.central)]
    found += [(EVALUATION, evaluate.metrics)] if evaluate else []
    found += [(TRAINING, train.metrics)] if train else []
    for reply in train.replies if train else ():
        found += [(EACH_TRAINED, reply.train), (EACH_VALIDATION, reply.validation)]
        found.append((EACH_TEST, reply.test))
    found += [(EACH_EVALUATED, each.metrics) for each in (evaluate.replies if evaluate else ())]
    return ((who, metrics) for who, metrics in found if metrics is not None)


def _range(metric: str, values: Sequence[float]) -> str:
    """Return the values of several clients, or the one that there is."""
    low, high = (_number(metric, value) for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _number(metric: str, value: float) -> str:
    if metric == "accuracy":
        return percent(value)
    return _decimal(value) if metric == "loss" else f"{value:.4g}"


# --- failures


def _failures(run_: Run) -> Iterator[tuple[int, str, Failure]]:
    for round_ in run_.rounds:
        for name, phase in (("train", round_.train), ("evaluate", round_.evaluate)):
            for failure in phase.failures if phase else ():
                yield round_.number, name, failure


def _failures_table(failed: Sequence[tuple[int, str, Failure]], most: int) -> RenderableType:
    table = _table("failures", "round", "client", "while", "what", "code", "reason")
    for column in table.columns[2:]:
        column.justify = "left"
    for number, phase, failure in failed[:MOST_ROWS]:
        reason = " ".join((failure.reason or ABSENT).split())
        short = reason if len(reason) <= most else f"{reason[: most - 3]}..."
        cells = (str(failure.client), phase, failure.kind, _count(failure.code), short)
        _add(table, str(number), *cells)
    rest = len(failed) - MOST_ROWS
    return _with_rest(table, f"and {rest} more" if rest > 0 else "")


# --- cells


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(
        title=_text(title) if title else None,
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
    )
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(_text(name), justify="right", overflow="fold")
    return table


def _add(table: Table, *cells: str) -> None:
    table.add_row(*map(_text, cells))


def _with_rest(table: Table, rest: str) -> RenderableType:
    """Return a table with a line below it; as its caption, that would be cut to its width."""
    return Group(table, _text(rest)) if rest else table


def _text(text: str) -> Text:
    """Return text as it stands: no markup, nothing that would move the cursor."""
    return Text("\n".join(map(terminal.safe, text.split("\n"))))


def _result(run_: Run) -> str:
    """Return the last value of the metric by which a run is told, of a model that was trained.

    The metric has its name, unless it is an accuracy, and who measured it, unless the server did.
    """
    found = headline(run_)
    last = found.last_known(run_) if found else None
    value = found.value(run_.rounds[last]) if found and last else None
    if not found or not last or value is None:
        return ABSENT
    mean = "mean " if found.is_mean(run_) else ""
    name = found.name if mean or found.kind != ACCURACY else ""
    shown = percent(value) if found.kind == ACCURACY else f"{value:.3g}"
    when = "" if last == len(run_.rounds) - 1 else f"in round {last}"
    return " ".join(filter(None, (shown, mean + name, WHERE[found.phase], when)))


def _numbers(clients: Iterable[int]) -> str:
    known = list(clients)
    numbers = " ".join(map(str, known)) or ABSENT
    return numbers if len(numbers) <= MOST_NUMBERS else f"({len(known)})"


def _count(number: int | None) -> str:
    return ABSENT if number is None else str(number)


def _loss(metrics: Metrics | None) -> str:
    return ABSENT if metrics is None or metrics.loss is None else _decimal(metrics.loss)


def _decimal(loss: float) -> str:
    return f"{loss:.3f}" if loss < MOST_LOSS else f"{loss:.3e}"


def _accuracy(metrics: Metrics | None) -> str:
    return ABSENT if metrics is None or metrics.accuracy is None else percent(metrics.accuracy)
