"""The hash of the code covers what a run used, and nothing else."""

import ast
import re
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest

from fl_sim.app import provenance
from fl_sim.app.provenance import code_hash
from fl_sim.app.settings import Settings, Value

RUNS = {
    "plain": Settings(),
    "fedprox": Settings.of({"strategy": "fedprox"}),
    "fedyogi": Settings.of({"strategy": "fedyogi"}),
    "alone": Settings.of({"strategy": "local-only"}),
    "dirichlet": Settings.of({"partitioning": "dirichlet"}),
    "faults": Settings(hang_rate=0.1),
    "large": Settings.of({"network": "resnet20", "augment": True}),
    "masked": Settings(secure_aggregation=True),
    "noised": Settings(dp_noise=1.0),
}
ALL = set(RUNS)

Change = Callable[[str, str, str], None]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Return a copy of the app's code."""
    return Path(shutil.copytree(provenance.FOLDER, tmp_path / "app"))


def changed(app: Path, module: str, old: str, new: str) -> set[str]:
    """Return the runs whose hash another text in a module changes."""
    before = {name: code_hash(settings) for name, settings in RUNS.items()}
    path = app / f"{module}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return {name for name, settings in RUNS.items() if code_hash(settings, app) != before[name]}


NEW_STRATEGY = """class FedNew(StrategyChoice):
    \"\"\"A new one.\"\"\"

    def make(self, settings): ...


STRATEGIES: """


@pytest.mark.parametrize(
    ("module", "old", "new", "runs"),
    [
        ("task", "EVALUATION_BATCH = 500", "EVALUATION_BATCH = 501", ALL),
        ("cohort", "sorted(Random(seed)", "list(Random(seed)", ALL),
        ("descent", "maximize=False", "maximize=True", ALL),
        ("client_app", '"validation-loss": validation.loss', '"validation-loss": 0.0', ALL),
        ("strategies", "else 1", "else 3", ALL),
        ("strategies", "return local_only.LocalOnly()", "return None", {"alone"}),
        ("strategies", "proximal_mu: NotNegative", "proximal_mu: Positive", {"fedprox"}),
        ("strategies", "tau: Positive = 0.001", "tau: Positive = 0.002", {"fedyogi"}),
        ("local_only", "return None, None", "return arrays, None", {"alone"}),
        ("partitioners", "positions.tensor_split", "labels.tensor_split", ALL - {"dirichlet"}),
        ("partitioners", "seed=settings.seed\n", "seed=0\n", {"dirichlet"}),
        ("lenet", "F.max_pool2d(self.conv1(x), 2, 2)", "self.conv1(x)", ALL - {"large"}),
        ("resnet", "GROUPS = 8", "GROUPS = 4", {"large"}),
        ("augmentation", "MARGIN = 4", "MARGIN = 2", {"large"}),
        ("faults", "if chance < rate", "if chance <= rate", {"faults"}),
        ("secagg", "STEP = 2.0**-32", "STEP = 2.0**-31", {"masked"}),
        ("secagg_mod", "os.urandom(32)", "bytes(32)", {"masked"}),
        ("secagg_strategy", "len(messages) // 2", "len(messages) // 3", {"masked"}),
        ("privacy", "noise / 2 if local", "noise / 3 if local", {"noised"}),
        ("mods", "reply.has_error() or shown", "shown", {"masked", "noised"}),
    ],
)
def test_what_a_run_uses_counts(app: Path, module: str, old: str, new: str, runs: set[str]) -> None:
    assert changed(app, module, old, new) == runs


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("lenet", "class Net(nn.Module):", "# a comment\nclass Net(nn.Module):"),
        ("lenet", "A LeNet for", "Another docstring for"),
        ("task", "def initial_model(seed: int,", "def initial_model(\n    seed: int,"),
        ("lenet", "class Net(nn.Module):", "def unused(): ...\n\n\nclass Net(nn.Module):"),
        ("strategies", "STRATEGIES: ", NEW_STRATEGY),
        ("strategies", '"fedavg": FedAvg,', '"fedavg": FedAvg, "mean": FedAvg,'),
        ("strategies", "learning rate of the server", "another description"),
        ("settings", "class Setting:", "EXTRA = 1\n\n\nclass Setting:"),
        ("settings", 'keep: Literal["all"', 'extra: int = 1\n    keep: Literal["all"'),
        ("resume", "self._done = done", "self._done = done + 0"),
    ],
)
def test_what_it_does_not_use_does_not(app: Path, module: str, old: str, new: str) -> None:
    assert changed(app, module, old, new) == set()


@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
def test_every_module_of_the_app_counts_for_some_run(settings: Settings) -> None:
    modules = {path.stem for path in provenance.FOLDER.glob("*.py")} - {"__init__"}
    apart = provenance.APART | {"strategies", "partitioners", "networks"}
    reached = {module for module, _ in provenance.definitions(settings)}
    optional = {
        *("augmentation", "faults", "lenet", "local_only", "mods", "privacy", "resnet"),
        *("secagg", "secagg_mod", "secagg_strategy"),
    }
    assert modules - apart - optional <= reached


def test_other_numbers_of_a_run_are_not_code() -> None:
    settings: dict[str, Value] = {"seed": 7, "learning-rate": 0.5, "eta": 0.5}
    assert code_hash(Settings.of(settings)) == code_hash(Settings())


def test_it_is_a_sha256() -> None:
    assert re.fullmatch("[0-9a-f]{64}", code_hash(Settings()))


def test_code_is_parsed_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 fails to parse in two, where a collector of garbage lets the other go on."""
    busy = Lock()

    def alone(text: str) -> ast.Module:
        assert busy.acquire(blocking=False), "two threads parse"
        try:
            time.sleep(0.001)
            return parse(text)
        finally:
            busy.release()

    parse = ast.parse
    monkeypatch.setattr("fl_sim.app.provenance.ast.parse", alone)
    provenance._parsed.cache_clear()
    files = sorted(provenance.FOLDER.glob("*.py"))
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(provenance._parsed, files))) == len(files)
