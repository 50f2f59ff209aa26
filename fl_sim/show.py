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
        clients, rounds = len(run_.partitions), len(run_.rounds) - 1
        table.add_row(name, run_.strategy, str(clients), str(rounds), _accuracy(_last(run_)))
    Console().print(table)


def run(run_: Run) -> None:
    """Print a run: its settings, its clients, its rounds."""
    console = Console()
    for table in (_settings(run_), _clients(run_), _rounds(run_)):
        console.print(table)
        console.print()


def _settings(run_: Run) -> Table:
    table = _table(run_.name, "", "")
    table.show_header = False
    table.columns[1].justify = "left"
    data, network, origin = run_.dataset, run_.network, run_.provenance
    rows: dict[str, object] = {
        "strategy": run_.strategy,
        "dataset": f"{data.name}, {data.num_train} train and {data.num_test} test examples",
        "network": f"{network.name}, {network.num_parameters} parameters",
        **run_.config,
        "finished": f"{origin.finished:%Y-%m-%d %H:%M} UTC",
        "versions": ", ".join(f"{name} {found}" for name, found in origin.versions.items()),
    }
    for key, value in rows.items():
        table.add_row(key, str(value))
    return table


def _clients(run_: Run) -> Table:
    table = _table("clients", "client", "train", "valid", *run_.dataset.class_names)
    for number, part in enumerate(run_.partitions):
        counts = (part.num_train, part.num_validation, *part.label_counts)
        table.add_row(str(number), *map(str, counts))
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
    return run_.final.test if run_.final else run_.rounds[-1].central


def _numbers(clients: Iterable[int]) -> str:
    return " ".join(map(str, clients)) or ABSENT


def _loss(metrics: Metrics | None) -> str:
    return f"{metrics.loss:.3f}" if metrics else ABSENT


def _accuracy(metrics: Metrics | None) -> str:
    return f"{metrics.accuracy:.1%}" if metrics else ABSENT
