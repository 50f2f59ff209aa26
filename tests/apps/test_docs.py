"""What docs/runs.md says to write records a run."""

import re
from pathlib import Path
from typing import Any

import pytest
from apps import grid_driven, images_central
from apps.kit import CLIENTS, ROUNDS, Own, client_app, grid, sent, untrained
from flwr.app import Context, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg, Strategy

from fl_sim import record

PAGE = Path(__file__).parents[2] / "docs" / "runs.md"
PLACE = "/absolute/path/of/the/record"


def run_code(word: str, out: Path, more: str = "", **names: Any) -> dict[str, Any]:
    """Run the code of the page that has a word, and more; return what it defines."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = [block for block in blocks if word in block]
    exec(code.replace(PLACE, str(out)) + more, names)
    return names


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "mine"


@pytest.fixture
def app() -> ClientApp:
    return client_app(Own(), images_central.train, images_central.evaluate)


def test_a_strategy(app: ClientApp, out: Path) -> None:
    strategy: Strategy = run_code("record_strategy(", out, FedAvg=FedAvg)["strategy"]
    strategy.start(grid(app), sent(untrained()), ROUNDS)
    assert len(record.load(out).rounds) == ROUNDS + 1


def test_a_client(out: Path) -> None:
    assert isinstance(run_code("record_client(", out, ClientApp=ClientApp)["app"], ClientApp)


def test_a_grid(app: ClientApp, out: Path) -> None:
    server = ServerApp()
    names = {"app": server, "Grid": Grid, "Context": Context, "serve": grid_driven.serve}
    run_code("record_grid(", out, "    serve(grid)\n", **names)
    server(grid(app), Context(1, 1, {}, RecordDict(), {}))
    run = record.load(out)
    assert (run.num_clients, len(run.rounds)) == (CLIENTS, ROUNDS + 1)
