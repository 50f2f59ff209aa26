"""Records as tables in a terminal."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from fl_sim.record import Metrics, Round, Run

ABSENT = "-"


def runs(found: Mapping[str, Run]) -> None:
    """Print one line for each run."""
    table = _table("", "run", "strategy", "clients", "rounds", "accuracy")
    for name, run_ in found.items():
        clients = ABSENT if run_.num_clients is None else str(run_.num_clients)
        rounds = str(len(run_.rounds) - 1)
        table.add_row(name, run_.strategy or ABSENT, clients, rounds, _accuracy(_last(run_)))
    Console().print(table)


def run(run_: Run) -> None:
    """Print a run: its settings, its clients, its rounds, as far as they are known."""
    console = Console()
    tables = [_settings(run_), *([_clients(run_)] if run_.partitions else []), _rounds(run_)]
    for table in tables:
        console.print(table)
        console.print()


def _settings(run_: Run) -> Table:
    table = _table(run_.name, "", "")
    table.show_header = False
    table.columns[1].justify = "left"
    for key, value in {**_about(run_), **run_.config, **_origin(run_)}.items():
        table.add_row(key, str(value))
    return table


def _about(run_: Run) -> dict[str, str]:
    data, network = run_.dataset, run_.network
    rows = {"strategy": run_.strategy or ABSENT}
    if data:
        rows["dataset"] = f"{data.name}, {data.num_train} train and {data.num_test} test examples"
    if network:
        size = f"{network.num_parameters} parameters"
        rows["network"] = f"{network.name}, {size}" if network.name else size
    return rows


def _origin(run_: Run) -> dict[str, str]:
    origin = run_.provenance
    rows = {"source": origin.source}
    if origin.finished:
        rows["finished"] = f"{origin.finished:%Y-%m-%d %H:%M} UTC"
    if origin.versions:
        rows["versions"] = ", ".join(f"{name} {found}" for name, found in origin.versions.items())
    return rows


def _clients(run_: Run) -> Table:
    classes = run_.dataset.class_names if run_.dataset else ()
    table = _table("clients", "client", "train", "valid", *classes)
    for number, part in enumerate(run_.partitions):
        counts = (part.num_train, part.num_validation, *(part.label_counts or ()))
        known = [ABSENT if count is None else str(count) for count in counts[: 2 + len(classes)]]
        table.add_row(str(number), *known)
    return table


def _rounds(run_: Run) -> Table:
    table = _table(
        "rounds", "round", "trained", "failed", "evaluated", "federated\nloss", "\naccuracy",
        "central\nloss", "\naccuracy",
    )  # fmt: skip
    for round_ in run_.rounds:
        table.add_row(*_round(round_))
    return table


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


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title or None, title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _last(run_: Run) -> Metrics | None:
    return (run_.final and run_.final.test) or run_.rounds[-1].central


def _numbers(clients: Iterable[int]) -> str:
    return " ".join(map(str, clients)) or ABSENT


def _loss(metrics: Metrics | None) -> str:
    return ABSENT if metrics is None or metrics.loss is None else f"{metrics.loss:.3f}"


def _accuracy(metrics: Metrics | None) -> str:
    return ABSENT if metrics is None or metrics.accuracy is None else f"{metrics.accuracy:.1%}"
