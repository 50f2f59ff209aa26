"""Files of Flower's older interface, of trackers and of users' own become records."""

import os
import sys
import tomllib
from json import dumps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from result_files import FILES, LAYOUTS, mutated

from fl_sim import record
from fl_sim.record import Metrics
from fl_sim.recording.imports import import_run
from fl_sim.recording.meaning import Choice
from fl_sim.recording.results import ImportFileError, Layout

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"

# What was measured after round 1 and after round 2: by clients in training, by clients in
# evaluation, and by the server.
Found = list[tuple[Metrics | None, Metrics | None, Metrics | None]]


def acc(value: float) -> Metrics:
    return Metrics(accuracy=value)


def loss(value: float) -> Metrics:
    return Metrics(loss=value)


HISTORY: Found = [
    (loss(2.5), Metrics(loss=2.0, accuracy=0.25), Metrics(loss=1.75, accuracy=0.375)),
    (loss(1.0), Metrics(loss=1.5, accuracy=0.5), Metrics(loss=1.25, accuracy=0.625)),
]
TRAIN_AND_TEST: Found = [(loss(2.0), None, acc(0.25)), (loss(1.0), None, acc(0.5))]
TEST: Found = [(None, None, acc(0.25)), (None, None, acc(0.5))]
FOUND: dict[str, tuple[str, Found]] = {
    "history.json": ("a Flower History", HISTORY),
    "history-inside.json": ("a Flower History", HISTORY),
    "by-tag.json": (
        "JSON",
        [
            (None, Metrics(loss=2.0, accuracy=0.25), acc(0.375)),
            (None, Metrics(loss=1.5, accuracy=0.5), None),
        ],
    ),
    "per-round.json": ("JSON", TRAIN_AND_TEST),
    "training-history.json": ("JSON", TRAIN_AND_TEST),
    "flat.json": ("JSON", TRAIN_AND_TEST),
    "lines.jsonl": ("JSON", TRAIN_AND_TEST),
    "wandb-chart.csv": ("CSV", TEST),
    "wandb-history.csv": ("CSV", TRAIN_AND_TEST),
    "run-.-tag-test_accuracy.csv": ("CSV of TensorBoard", TEST),
    "mlflow.csv": ("CSV of MLflow", TRAIN_AND_TEST),
    "epochs.csv": ("CSV", TRAIN_AND_TEST),
}


def put(folder: Path, name: str, content: str | bytes = "") -> Path:
    path = folder / name
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    path.write_bytes(data)
    return path


def imported(path: Path, choice: Choice | None = None, **layout: Any) -> record.Run:
    return import_run(path, "theirs", choice=choice, layout=Layout(**layout))


def refused(path: Path, choice: Choice | None = None, **layout: Any) -> str:
    with pytest.raises(ImportFileError) as found:
        imported(path, choice, **layout)
    return str(found.value).removeprefix(f"{path}: ")


def measured(run: record.Run) -> Found:
    return [
        (r.train and r.train.metrics, r.evaluate and r.evaluate.metrics, r.central)
        for r in run.rounds[1:]
    ]


@pytest.mark.parametrize("name", FOUND)
def test_a_file_of_another_program(name: str, tmp_path: Path) -> None:
    source, found = FOUND[name]
    run = import_run(put(tmp_path, name, FILES[name]), "theirs", layout=LAYOUTS.get(name))
    assert run.provenance.source == f"imported from {source}"
    assert measured(run) == found


def test_the_state_before_training(tmp_path: Path) -> None:
    run = imported(put(tmp_path, "history.json", FILES["history.json"]))
    assert run.rounds[0] == record.Round(number=0, central=Metrics(loss=2.25, accuracy=0.125))


def test_a_line_for_each_client(tmp_path: Path) -> None:
    path = put(tmp_path, "clients.csv", FILES["clients.csv"])
    said = "round 1 is there twice; keep one of them; of a line for each client, say "
    assert refused(path, measured_by="clients") == f"{said}--client-column client"
    run = imported(path, clients="client")
    assert run.num_clients == 2
    first = run.rounds[1]
    # The client 9 comes before 10.
    assert [(reply.num_examples, reply.weight) for reply in first.train.replies] == [
        (3, 0.75),
        (1, 0.25),
    ]
    assert [reply.train for reply in first.train.replies] == [loss(2.5), loss(2.0)]
    assert [reply.metrics for reply in first.evaluate.replies] == [acc(0.5), acc(0.25)]
    assert (first.train.metrics, first.evaluate.metrics, first.central) == (None,) * 3


@pytest.mark.parametrize(
    ("cell", "said"),
    [("1.5", "num_examples is 1.5 in round 1, which is no number of examples"), ("", "")],
)
def test_examples_of_a_client(cell: str, said: str, tmp_path: Path) -> None:
    table = f"round,client,accuracy,num_examples\n1,a,0.5,{cell}\n1,b,0.5,2\n"
    path = put(tmp_path, "clients.csv", table)
    if said:
        assert refused(path, clients="client") == said
        return
    replies = imported(path, clients="client").rounds[1].evaluate.replies
    assert [(reply.num_examples, reply.weight) for reply in replies] == [(None, None), (2, None)]


def test_a_client_twice(tmp_path: Path) -> None:
    path = put(tmp_path, "clients.csv", "round,client,loss\n1,a,1\n1,a,2\n")
    said = "client a is there twice in round 1; keep one line"
    assert refused(path, clients="client") == said
    assert refused(path, clients="cid").startswith("has no column 'cid', but 'round', 'client'")


# --- doubts

CHART = '"Step","red - acc","blue one - acc"\n"0","0.25","0.5"\n"1","0.75","1"\n'


def test_one_of_several_runs(tmp_path: Path) -> None:
    path = put(tmp_path, "chart.csv", CHART)
    assert refused(path) == "holds several runs, 'red', 'blue one'; say --run red"
    assert refused(path, run="green") == "has no run 'green', but 'red', 'blue one'"
    assert refused(path, run="blue one") == (
        "Step begins with 0, which may be the state before training or the first round; say "
        "--first-round 0 or --first-round 1"
    )
    for first, found in ((0, [0.5, 1.0]), (1, [None, 0.5, 1.0])):
        run = imported(path, run="blue one", first=first)
        assert [r.central.accuracy if r.central else None for r in run.rounds] == found


def test_runs_in_mlflow_s_form(tmp_path: Path) -> None:
    path = put(tmp_path, "runs.csv", "run_id,key,value,step\na,acc,0.5,1\nb,acc,0.25,1\n")
    assert refused(path) == "holds several runs, 'a', 'b'; say --run a"
    assert imported(path, run="b").rounds[1].central == acc(0.25)


@pytest.mark.parametrize("name", ["eval_acc", "valAcc", "validation/accuracy"])
def test_who_measured(name: str, tmp_path: Path) -> None:
    path = put(tmp_path, "table.csv", f"round,{name}\n1,0.5\n")
    assert refused(path) == (
        f"{name} may be what the server measured, or the mean of what clients did; say "
        "--measured-by server or --measured-by clients"
    )
    assert measured(imported(path, measured_by="server")) == [(None, None, acc(0.5))]
    assert measured(imported(path, measured_by="clients")) == [(None, acc(0.5), None)]


@pytest.mark.parametrize(
    ("name", "phase"),
    [
        ("train_accuracy", 0),
        ("fitAcc", 0),
        ("accuracy_distributed", 1),
        ("federated_eval_acc", 1),
        ("clients/accuracy", 1),
        ("accuracy_centralized", 2),
        ("server_val_acc", 2),
        ("acc_top1", 2),
        ("test_acc", 2),
        ("testACC", 2),
    ],
)
def test_whose_column_it_is(name: str, phase: int, tmp_path: Path) -> None:
    run = imported(put(tmp_path, "table.csv", f"round,{name},f1\n1,0.5,0.25\n"))
    found = measured(run)[0]
    other = {"f1": 0.25}
    assert found[phase] == (Metrics(accuracy=0.5, other=other) if phase == 2 else acc(0.5))
    rest = [each for i, each in enumerate(found) if i != phase and each]
    assert rest == ([] if phase == 2 else [Metrics(other=other)])


def test_what_is_taken_for_granted_is_said(tmp_path: Path) -> None:
    path = put(tmp_path, "table.csv", "round,loss,accuracy,lr\n1,2,0.5,0.1\n")
    said: list[str] = []
    import_run(path, "theirs", tell=said.append)
    assert said == [
        "taken as measured by the server: loss, accuracy; if clients did, say --measured-by "
        "clients",
        "how many clients there were is not known, and the film needs it: say --clients N",
    ]
    known = Layout(measured_by="clients")
    run = import_run(path, "theirs", layout=known, clients=3, tell=said.append)
    assert (len(said), run.rounds[1].central) == (2, None)


def test_two_accuracies(tmp_path: Path) -> None:
    path = put(tmp_path, "keras.csv", "epoch,accuracy,val_accuracy\n1,0.5,0.25\n")
    assert refused(path) == (
        "has no column round, but 'epoch', 'accuracy', 'val_accuracy'; if one of them counts "
        "rounds, say --round-column epoch"
    )
    known = {"rounds": "epoch", "measured_by": "server"}
    said = "accuracy and val_accuracy of the server may each be the accuracy; say --accuracy "
    assert refused(path, **known) == f"{said}accuracy"
    run = imported(path, Choice(accuracy=("val_accuracy",)), **known)
    assert run.rounds[1].central == Metrics(accuracy=0.25, other={"accuracy": 0.5})


@pytest.mark.parametrize(
    ("header", "chosen", "said"),
    [
        pytest.param(
            "round,test_accuracy,val_accuracy",
            "test_accuracy",
            "taken as measured by the server: test_accuracy, val_accuracy; if clients did, say "
            "--measured-by clients",
            id="of nobody in particular",
        ),
        pytest.param(
            "round,server_accuracy,client_acc,client_top1_acc,skipped",
            "server_accuracy",
            "client_acc and client_top1_acc of clients in evaluation may each be the accuracy, and "
            "none is recorded as such; say --accuracy for it as well",
            id="of others",
        ),
    ],
)
def test_who_has_chosen_an_accuracy_is_asked_for_no_other(
    header: str, chosen: str, said: str, tmp_path: Path
) -> None:
    cells = ",".join(str(1 / (2 + i)) for i in range(header.count(",")))
    path = put(tmp_path, "results.csv", f"{header}\n1,{cells}\n")
    told: list[str] = []
    run = import_run(path, "theirs", choice=Choice(accuracy=(chosen,)), clients=2, tell=told.append)
    assert run.rounds[1].central is not None
    assert run.rounds[1].central.accuracy == 0.5
    assert said in told


def test_the_one_that_was_chosen_still_needs_its_measurer(tmp_path: Path) -> None:
    path = put(tmp_path, "results.csv", "round,accuracy,val_accuracy\n1,0.5,0.25\n")
    assert refused(path, Choice(accuracy=("val_accuracy",))).startswith(
        "val_accuracy may be what the server measured, or the mean of what clients did; say "
    )


def test_maps_inside_a_round(tmp_path: Path) -> None:
    text = '[{"round": 1, "train": {"loss": 2}, "val": {"acc": 0.25}, "test": {"acc": 0.5}}]'
    path = put(tmp_path, "rounds.json", text)
    assert refused(path).startswith("val_acc may be what the server measured, or the mean of what")
    run = imported(path, measured_by="server")
    central = Metrics(accuracy=0.5, other={"val_acc": 0.25})
    assert measured(run) == [(loss(2.0), None, central)]


def test_maps_far_inside_are_left_out(tmp_path: Path) -> None:
    text = '[{"round": 1, "loss": 2, "a": ' + '{"a": ' * 400 + "1" + "}" * 400 + "}]"
    assert imported(put(tmp_path, "deep.json", text)).rounds[1].central == loss(2.0)


def test_names_with_blanks_are_quoted(tmp_path: Path) -> None:
    path = put(tmp_path, "table.csv", "my epoch,test acc,acc\n1,0.5,0.25\n")
    assert refused(path).endswith("say --round-column 'my epoch'")
    assert refused(path, rounds="my epoch").endswith("say --accuracy 'test acc'")


def test_a_metric_without_a_name(tmp_path: Path) -> None:
    path = put(tmp_path, "mine.csv", "Wall time,Step,Value\n1.7e9,1,0.5\n")
    assert refused(path).startswith("has no loss and no accuracy by name, but 'mine'; say which")
    assert imported(path, Choice(accuracy=("mine",))).rounds[1].central == acc(0.5)


# --- what is none of them


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("h.pkl", b"\x80\x04\x95\xff", "seems to be a pickle; load it where it was made, and save"),
        ("m.npz", b"PK\x03\x04\xff", "seems to be an archive, such as .npz"),
        ("m.parquet", b"PAR1\xff", "seems to be a Parquet table; save what it holds as"),
        ("a.log", "INFO: [ROUND 1]\nINFO: (1, 2.0, {'accuracy': 0.3})\n", "seems to be plain text"),
        ("c.yaml", "rounds: 3\nlr: 0.1\n", "seems to be plain text, neither JSON nor a table; a"),
        ("c.json", '{"lr": 0.1}', "is JSON with 'lr', and speaks of no rounds; a Flower Result or"),
        ("h.json", '{"losses_distributed": [1.5]}', "losses_distributed: 1.5 is no pair of a"),
        ("h.json", '{"metrics_distributed": [1]}', "metrics_distributed is no map from names to"),
        ("h.json", '{"losses_centralized": [[1, 2], [1, 3]]}', "round 1 is there twice; keep one"),
        ("c.json", '{"round": [1, 2], "loss": [1]}', "has 2 rounds, and 1 value of loss"),
        ("r.json", '[{"round": 1, "loss": "low"}]', "round 1: loss is 'low'; write a finite"),
    ],
)  # fmt: skip
def test_a_refusal_names_what_it_seems_to_be(
    name: str, content: str | bytes, said: str, tmp_path: Path
) -> None:
    assert refused(put(tmp_path, name, content)).startswith(said)


@pytest.mark.parametrize(
    ("place", "package"),
    [
        ("events.out.tfevents.17.host", "tensorboard"),
        ("wandb/run-1/run-1.wandb", "wandb"),
        ("mlruns/0/meta.yaml", "mlflow"),
    ],
)
def test_a_tracker_s_reader_that_is_not_here(
    place: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    put(tmp_path, place, "x")
    monkeypatch.setitem(sys.modules, package, None)
    assert refused(tmp_path).startswith(
        f"is read by the package {package}, which is not here in a version that can; install it "
        f"with: pip install 'fedreel[{package}]', or "
    )
    extras = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]
    assert extras[package][0].startswith(package)


def stub(monkeypatch: pytest.MonkeyPatch, module: str, **contents: Any) -> None:
    monkeypatch.setitem(sys.modules, module, SimpleNamespace(**contents))


class Events:
    """TensorBoard's accumulator, as far as it is used."""

    def __init__(self, path: str, size_guidance: dict[str, int]) -> None:
        assert size_guidance == {"scalars": 0, "tensors": 0}
        self.path = path

    def Reload(self) -> None:  # noqa: N802  # TensorBoard's
        assert Path(self.path).exists()

    def Tags(self) -> dict[str, list[str]]:  # noqa: N802
        return {"scalars": ["test/accuracy"], "tensors": ["train_loss"]}

    def Scalars(self, tag: str) -> list[SimpleNamespace]:  # noqa: N802
        return [SimpleNamespace(step=r, value=0.25 * r) for r in (1, 2)]

    def Tensors(self, tag: str) -> list[SimpleNamespace]:  # noqa: N802
        return [SimpleNamespace(step=r, tensor_proto=np.array(3.0 - r)) for r in (1, 2)]


def test_events_of_tensorboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "tensorboard.backend.event_processing.event_accumulator"
    stub(monkeypatch, module, EventAccumulator=Events)
    stub(monkeypatch, "tensorboard.util.tensor_util", make_ndarray=lambda proto: proto)
    path = put(tmp_path, "events.out.tfevents.1", "x")
    for each in (path, tmp_path):
        run = imported(each)
        assert (run.provenance.source, measured(run)) == (
            "imported from TensorBoard",
            TRAIN_AND_TEST,
        )


class Store:
    """W&B's file of a run, as far as it is used."""

    def open_for_scan(self, path: str) -> None:
        assert Path(path).exists()
        self.left = [{"_step": 0, "round": 1, "train_loss": 2.0, "_runtime": 3.5}]
        self.left += [{"_step": 1, "round": 1, "test/acc": 0.25}, {"system": 1.0}]
        self.left += [{"_step": 2, "round": 2, "train_loss": 1.0, "test/acc": 0.5, "note": "x"}]

    def scan_data(self) -> dict[str, Any] | None:
        return self.left.pop(0) if self.left else None


class Message:
    """W&B's message, as far as it is used."""

    def ParseFromString(self, data: dict[str, Any]) -> None:  # noqa: N802  # W&B's
        items = [
            SimpleNamespace(key="" if "/" in key else key, nested_key=[key], value_json=dumps(each))
            for key, each in data.items()
        ]
        self.kind = "history" if "round" in data else "stats"
        self.history = SimpleNamespace(item=items, step=SimpleNamespace(num=0))

    def WhichOneof(self, name: str) -> str:  # noqa: N802
        return self.kind


def test_a_run_of_wandb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, "wandb.sdk.internal.datastore", DataStore=Store)
    stub(monkeypatch, "wandb.proto.wandb_internal_pb2", Record=Message)
    run = imported(put(tmp_path, "run-1.wandb", "x"))
    assert (run.provenance.source, measured(run)) == ("imported from W&B", TRAIN_AND_TEST)


class Client:
    """MLflow's client, as far as it is used."""

    def __init__(self, tracking_uri: str) -> None:
        assert tracking_uri.endswith(("/mlruns", "/mlflow.db"))
        assert tracking_uri.startswith("sqlite:////" if "mlflow.db" in tracking_uri else "file:///")

    def search_experiments(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(experiment_id="0")]

    def search_runs(self, experiments: list[str]) -> list[SimpleNamespace]:
        metrics = {"train_loss": 1.0, "test_accuracy": 0.5}
        return [
            SimpleNamespace(
                info=SimpleNamespace(run_id=name), data=SimpleNamespace(metrics=metrics)
            )
            for name in ("a", "b")
        ]

    def get_metric_history(self, run: str, key: str) -> list[SimpleNamespace]:
        assert run == "b"
        values = {"train_loss": (2.0, 1.0), "test_accuracy": (0.25, 0.5)}[key]
        return [SimpleNamespace(step=i, value=value) for i, value in enumerate(values, 1)]


def test_a_run_in_mlflow_s_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, "mlflow.tracking", MlflowClient=Client)
    monkeypatch.delenv("MLFLOW_ALLOW_FILE_STORE", raising=False)
    folders, database = tmp_path / "mlruns", tmp_path / "db" / "mlflow.db"
    for place in (folders / "0", database.parent):
        place.mkdir(parents=True)
    put(folders / "0", "meta.yaml")
    put(database.parent, database.name, b"SQLite format 3\x00")
    assert refused(tmp_path) == "holds several runs, 'a', 'b'; say --run a"
    for path in (tmp_path, folders, database.parent, database):
        run = imported(path, run="b")
        assert (run.provenance.source, measured(run)) == ("imported from MLflow", TRAIN_AND_TEST)
    assert os.environ["MLFLOW_ALLOW_FILE_STORE"] == "true"


def test_a_tracker_s_reader_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "tensorboard.backend.event_processing.event_accumulator"
    stub(monkeypatch, module, EventAccumulator=None)
    said = refused(put(tmp_path, "events.out.tfevents.1", "x"))
    assert said.startswith("is not readable by TensorBoard (TypeError: 'NoneType' object is not")


def test_several_runs_of_a_tracker(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        put(tmp_path / name, "events.out.tfevents.1", "x")
    said = refused(tmp_path)
    places = ", ".join(str(tmp_path / name) for name in ("a", "b"))
    assert said == f"holds several runs, {places}; name the file or folder of one"


# --- files that went wrong


@pytest.mark.parametrize("seed", range(48))
def test_a_mutated_file_gives_a_record_or_one_line(seed: int, tmp_path: Path) -> None:
    check_mutated(seed, tmp_path)


def check_mutated(seed: int, folder: Path) -> bool:
    """Check one file, and tell whether a record came of it."""
    name, text, layout, choice = mutated(seed)
    path = put(folder, name, text)
    try:
        found = import_run(path, "theirs", layout=layout, choice=choice)
    except ImportFileError as error:
        said = str(error)
    else:
        said = ""
    assert len(said.splitlines()) <= 1
    if said:
        return False
    record.save(found, folder / "saved")
    loaded = record.load(folder / "saved")
    assert loaded == found.model_copy(update={"arrays": loaded.arrays})
    return True
