"""Results that were saved without a recorder become a record, or a line that says what to do."""

import json
import math
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from processes import run

from fl_sim import record
from fl_sim.cli import cli
from fl_sim.record import Metrics
from fl_sim.recording.imports import import_run
from fl_sim.recording.meaning import Choice
from fl_sim.recording.results import ImportFileError, Layout
from fl_sim.show import divergence

TRAIN, EVALUATE, CENTRAL = (
    "train_metrics_clientapp",
    "evaluate_metrics_clientapp",
    "evaluate_metrics_serverapp",
)

RESULT: dict[str, Any] = {
    TRAIN: {"1": {"train_loss": 2.25}, "2": {"train_loss": 1.75}},
    EVALUATE: {"1": {"eval_loss": 2.0, "eval_acc": 0.25, "per_class": [0.5, 0.0]}, "2": {}},
    CENTRAL: {"0": {"accuracy": 0.1, "loss": 2.5}, "2": {"accuracy": 0.5, "loss": 1.5, "f1": 0.4}},
}
AS_LIST = [
    {"round": 1, "train_metrics": {"train_loss": 2.25}, EVALUATE: RESULT[EVALUATE]["1"]},
    {
        "round": 2,
        "train_metrics": {"train_loss": 1.75},
        EVALUATE: {},
        CENTRAL: RESULT[CENTRAL]["2"],
    },
    {"round": 0, "train_metrics": {}, CENTRAL: RESULT[CENTRAL]["0"]},
]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "results"


def imported(
    path: Path,
    content: Any,
    *,
    percent: bool = False,
    loss: tuple[str, ...] = (),
    accuracy: tuple[str, ...] = (),
    metric: str | None = None,
    **layout: Any,
) -> record.Run:
    if not isinstance(content, bytes):
        text = content if isinstance(content, str) else json.dumps(content)
        content = text.encode()
    path.write_bytes(content)
    choice = Choice(loss, accuracy, percent)
    return import_run(path, "theirs", metric=metric, choice=choice, layout=Layout(**layout))


def refused(path: Path, content: Any, **options: Any) -> str:
    """Return what is said of a file, which is one line that begins with its name."""
    with pytest.raises(ImportFileError) as found:
        imported(path, content, **options)
    text = str(found.value)
    assert "\n" not in text
    assert text.startswith(f"{path}: ")
    return text.removeprefix(f"{path}: ")


# --- Flower's results


@pytest.mark.parametrize("content", [RESULT, AS_LIST], ids=["maps", "list"])
def test_a_result_of_flower(made: Path, content: Any) -> None:
    imported(made, content)
    run = import_run(made, "theirs", strategy="FedAvg", clients=10)
    assert (run.name, run.strategy, run.num_clients) == ("theirs", "FedAvg", 10)
    assert run.provenance == record.Provenance(source="imported from a Flower Result")
    zero, one, two = run.rounds
    assert zero == record.Round(number=0, central=Metrics(loss=2.5, accuracy=0.1))
    assert one == record.Round(
        number=1,
        train=record.Train(metrics=Metrics(loss=2.25)),
        evaluate=record.Evaluate(metrics=Metrics(loss=2.0, accuracy=0.25)),
    )
    assert two == record.Round(
        number=2,
        train=record.Train(metrics=Metrics(loss=1.75)),
        central=Metrics(loss=1.5, accuracy=0.5, other={"f1": 0.4}),
    )


def test_what_nobody_says_is_absent(made: Path) -> None:
    run = imported(made, {CENTRAL: {"1": {"loss": 1.0}, "2": {"loss": None}}, "arrays": 1})
    assert (run.strategy, run.num_clients, run.network, run.dataset) == (None,) * 4
    assert run.rounds[0] == record.Round(number=0)
    assert run.rounds[2] == record.Round(number=2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not readable as JSON (Expecting property name"),
        ('{"a": 1, "a": 2}', "'a' is there twice in one object; keep one of them"),
        ("[" * 100_000, "is not readable as JSON (maximum recursion depth"),
        ("[1" + "0" * 5000 + "]", "is not readable as JSON (Exceeds the limit"),
        ({}, "is JSON with nothing, and speaks of no rounds; a Flower Result or History would do"),
        ({"lr": 0.1, "a": [1]}, "is JSON with 'lr', 'a', and speaks of no rounds; a Flower Result"),
        ({"losses": [1, 2]}, "has no column round, but 'losses'; if one of them counts rounds"),
        ([{"epoch": 1, "acc": 0.5}], "if one of them counts rounds, say --round-column epoch"),
        ({TRAIN: [1.0]}, "train_metrics_clientapp is no map from rounds to metrics"),
        ({TRAIN: {"1": 2.0}}, "train_metrics_clientapp, round 1: holds no map of metrics"),
        ({TRAIN: {}}, "holds no number but those of rounds"),
        ({CENTRAL: {"0": {}, "1": {}}}, "holds no number but those of rounds"),
        ([], "is JSON with a list, and speaks of no rounds"),
        ([3], "is JSON with a list, and speaks of no rounds"),
        ([{"train_metrics": {}}], "has no column round, but 'train_metrics'; if one of them"),
        ([{"round": 1}], "holds no number but those of rounds"),
        ({CENTRAL: {"one": {}}}, "round 'one' is no whole number from 0"),
        ({CENTRAL: {"-1": {}}}, "round '-1' is no whole number from 0"),
        ({CENTRAL: {"1.5": {}}}, "round '1.5' is no whole number from 0"),
        ([{"round": True}], "round True is no whole number from 0"),
        ([{"round": None}], "round None is no whole number from 0"),
        ([{"round": 10**400}], "round 1000000000000000000000000000"),
        ({CENTRAL: {"1": {}, "01": {}}}, "round 1 is there twice; keep one of them"),
        (AS_LIST + AS_LIST[:1], "round 1 is there twice; keep one of them"),
        (
            {CENTRAL: {"1": {"loss": 1.0}, "4": {}}},
            'round 2 is missing; a record has every round: add it to one of the maps, such as "2"',
        ),
        (
            [{"round": r, "train_metrics": {"loss": 1.0}} for r in (1, 3)],
            'round 2 is missing; a record has every round: add it to the list, such as {"round": 2',
        ),
        ({CENTRAL: {"5": {"loss": 1.0}}}, "begins with round 5; number rounds from 1, or from 0"),
        ({TRAIN: {"0": {"loss": 1.0}}}, "clients have measured something in round 0, which is"),
        (
            {CENTRAL: {"1": {"loss": "1.5e+00"}}},
            "evaluate_metrics_serverapp, round 1: loss is '1.5e+00'; a metric is a finite number",
        ),
        ({CENTRAL: {"1": {"ok": False}}}, "round 1: ok is False; a metric is"),
        ({CENTRAL: {"1": {"all": {"a": 1}}}}, "round 1: all is {'a': 1}; a metric is"),
        ({CENTRAL: {"1": {"\ud800": 1.0}}}, r"'\ud800' is no name that can be written"),
        ({CENTRAL: {"1": {"x" * 1001: 1.0}}}, ""),
    ],
)  # fmt: skip
def test_what_is_no_result(made: Path, content: Any, said: str) -> None:
    if said:
        assert said in refused(made, content)


# --- tables


def test_a_table(made: Path) -> None:
    table = "round,loss,accuracy,f1,train_loss\n1,2.0,0.25,0.125,2.5\n2,1.5,,,2e0\n"
    run = imported(made, table)
    assert run.provenance.source == "imported from CSV"
    zero, one, two = run.rounds
    assert zero == record.Round(number=0)
    assert one.central == Metrics(loss=2.0, accuracy=0.25, other={"f1": 0.125})
    assert (one.train, one.evaluate) == (record.Train(metrics=Metrics(loss=2.5)), None)
    assert two.central == Metrics(loss=1.5)
    assert two.train.metrics == Metrics(loss=2.0)


@pytest.mark.parametrize(
    "table",
    [
        "Server Round;Test Loss;Test Acc\n1;2;0.5\n",
        "round\tloss\taccuracy\n1\t2\t.5\n",
        "round|loss|accuracy\r\n1|2|5E-1\r\n\r\n",
        '"round", "loss", "accuracy"\n"1", "+2.", "0.50"',
        ",round,loss,accuracy\n0,1,2,0.5\n",  # as pandas writes it, with its index
        "round,loss,accuracy,when,seed\n1.0,2,0.5,2026-11-22 10:00,\n",
        "\ufeffround,loss,accuracy\n1,2,0.5\n",
        "\n\nround,loss,accuracy\n\n1,2,0.5\n,,\n",
    ],
)
def test_tables_of_all_kinds(made: Path, table: str) -> None:
    assert imported(made, table).rounds[1].central == Metrics(loss=2.0, accuracy=0.5)


def test_a_table_with_round_0(made: Path) -> None:
    run = imported(made, "loss,round\n3.0,1\n4.0,0\n")
    assert [round_.central.loss for round_ in run.rounds] == [4.0, 3.0]


def test_a_table_of_utf_16(made: Path) -> None:
    run = imported(made, "round,loss\n1,2\n".encode("utf-16"))
    assert run.rounds[1].central.loss == 2.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        ("\ufeff \n", "is empty"),
        ("round,lo\xdf\n1,2\n".encode("latin-1"), "is not UTF-8 text; save it as UTF-8"),
        (b"\xff\xfe\x00", "is not UTF-8 text; save it as UTF-8"),
        ("loss,accuracy\n1,2\n", "has no column round, but 'loss', 'accuracy'"),
        ("round,loss\n", "holds no number but those of rounds"),
        ("round\n1\n", "holds no number but those of rounds"),
        ("round,loss\n1,\n", "holds no number but those of rounds"),
        ("round,loss,loss\n1,2,3\n", "has two columns loss; give them different names"),
        ("round,loss\n1,2,3\n", "line 2 has 3 cells, the header 2; a cell that is not known"),
        ("round,loss\n1\n", "line 2 has 1 cell, the header 2"),
        ('round,loss\n1,"2\n', "line 2 is not readable as CSV (unexpected end of data)"),
        ("round,loss\n,2\n", "line 2: round '' is no whole number from 0"),
        ("round,loss\n1,2\n-1,2\n", "line 3: round '-1' is no whole number from 0"),
        ("round,loss\n1,2\n1,2\n", "round 1 is there twice; keep one of them"),
        (
            "round,loss\n1,2\n3,2\n",
            "round 2 is missing; a record has every round: add a line for it, with empty cells",
        ),
        ("round,loss\n10,2\n20,1\n", "begins with round 10; number rounds from 1"),
        ("round,train_loss\n0,2\n", "clients have measured something in round 0"),
        ("round,loss\n1,nan\n2,-inf\n", "holds no number but those of rounds"),
        (
            "round,loss\n1,x\n2,1\n",
            "line 2: loss is 'x'; write a finite number such as 0.5, or leave the cell empty",
        ),
        ("round,loss\n1,1e999\n", "line 2: loss is '1e999'; write a finite number"),
        ("round;loss\n1;0,5\n", "line 2: loss is '0,5'; write a finite number such as 0.5"),
        ("round,f1\n1,0.5\n2,one\n", "line 3: f1 is 'one'; write a finite number"),
        ("round,f1\n1,1_000\n2,2\n", "line 2: f1 is '1_000'; write a finite number"),
    ],
)
def test_what_is_no_table(made: Path, content: str | bytes, said: str) -> None:
    assert said in refused(made, content)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"gone: cannot be read \(No such file"):
        import_run(tmp_path / "gone", "theirs")
    with pytest.raises(ImportFileError, match="is a folder without events of TensorBoard, runs"):
        import_run(tmp_path, "theirs")


# --- percent

PERCENT = "round,loss,accuracy\n1,56.3,56.3\n2,1,0.9\n"


def test_percent_is_never_guessed(made: Path) -> None:
    said = refused(made, PERCENT)
    assert said == (
        "accuracy of the server is 56.3 in round 1, which is no share from 0 to 1; say --percent "
        "if all accuracies are in percent, or give what is no accuracy another name"
    )
    run = imported(made, PERCENT, percent=True)
    assert [r.central.accuracy for r in run.rounds[1:]] == [0.563, 0.009]
    assert run.rounds[1].central.loss == 56.3


@pytest.mark.parametrize("percent", [False, True])
def test_a_sign_of_percent_is_understood(made: Path, percent: bool) -> None:
    table = "round,accuracy,top5_accuracy,f1\n1,12%,50 %,40%\n2,56.5 %,,\n"
    run = imported(made, table, percent=percent)
    assert [round_.central for round_ in run.rounds[1:]] == [
        Metrics(accuracy=0.12, other={"top5_accuracy": 0.5, "f1": 0.4}),
        Metrics(accuracy=0.565),
    ]


def test_signs_of_percent_and_shares_may_be_mixed(made: Path) -> None:
    run = imported(made, "round,accuracy\n1,12%\n2,0.5\n")
    assert [round_.central for round_ in run.rounds[1:]] == [
        Metrics(accuracy=0.12), Metrics(accuracy=0.5)
    ]  # fmt: skip


def test_all_accuracies_are_in_percent(made: Path) -> None:
    table = "round,accuracy,top5_accuracy,best_acc,accuracy_percent,f1\n1,50,75,55,50,40\n"
    (_, one) = imported(made, table, percent=True).rounds
    assert one.central == Metrics(
        accuracy=0.5,
        other={"top5_accuracy": 0.75, "best_acc": 0.55, "accuracy_percent": 50.0, "f1": 40.0},
    )


def test_percent_has_limits(made: Path) -> None:
    table = "round,accuracy\n1,100\n2,100.5\n"
    said = "accuracy of the server is 100.5 in round 2, which is no percentage; leave --percent"
    assert said in refused(made, table, percent=True)


def test_another_name_keeps_it_as_it_is(made: Path) -> None:
    run = imported(made, "round,loss,accuracy_percent\n1,2,56.3\n")
    assert run.rounds[1].central == Metrics(loss=2.0, other={"accuracy_percent": 56.3})


def test_what_has_no_loss_and_no_accuracy(made: Path) -> None:
    table = "round,accuracy_percent,f1\n1,56.3,0.5\n"
    assert refused(made, table) == (
        "has no loss and no accuracy by name, but 'accuracy_percent', 'f1'; say which one is, by "
        "--loss NAME, --accuracy NAME or, of another kind, --metric NAME"
    )
    assert imported(made, table, metric="f1").metric == "f1"
    run = imported(made, table, accuracy=("accuracy_percent",), percent=True)
    assert run.rounds[1].central == Metrics(accuracy=0.563, other={"f1": 0.5})
    assert refused(made, table, loss=("los",)) == (
        "--loss los: it has no los, but 'accuracy_percent', 'f1'"
    )


# How programs write that something was not measured.
NOTHING = ["", "nan", "NaN", "-inf", "Infinity", "N/A", "NA", "<NA>", "null", "None", "-"]


@pytest.mark.parametrize("nothing", NOTHING)
def test_what_was_not_measured_is_absent(made: Path, nothing: str) -> None:
    run = imported(made, f"round,loss,f1\n1,2,{nothing}\n2,{nothing},0.5\n3,{nothing},{nothing}\n")
    assert [round_.central for round_ in run.rounds] == [
        None, Metrics(loss=2.0), Metrics(other={"f1": 0.5}), None,
    ]  # fmt: skip
    assert divergence(run) == ""


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf, "NaN", ""])
def test_what_was_not_measured_is_absent_in_json(made: Path, nothing: Any) -> None:
    expected = [None, Metrics(loss=2.0), None]
    values: list[Any] = [2.0, nothing]
    for content in (
        {CENTRAL: {"1": {"loss": 2.0}, "2": {"loss": nothing}}},
        [{"round": 1 + i, "loss": value} for i, value in enumerate(values)],
        {"round": [1, 2], "loss": values},
    ):
        assert [round_.central for round_ in imported(made, content).rounds] == expected


def test_a_file_that_lacks_a_loss_tells_of_no_divergence(made: Path) -> None:
    """The program that wrote it may have measured the loss in some rounds alone."""
    assert divergence(imported(made, "round,loss,f1\n0,2.3,0.1\n1,,0.2\n2,1.5,0.3\n")) == ""


# --- anything at all

NAMES = st.sampled_from(["round", "loss", "train_loss", "acc", "eval_acc", "f1", "", "é"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.lists(st.floats(), max_size=2),
)  # fmt: skip
METRICS = st.dictionaries(NAMES | st.text(max_size=3), SCALARS, max_size=3)
ROUNDS = st.integers(-1, 3) | SCALARS
BY_ROUND = st.dictionaries(st.integers(-1, 3).map(str) | st.text(max_size=2), METRICS, max_size=4)
MAPS = st.dictionaries(
    st.sampled_from([TRAIN, EVALUATE, CENTRAL, "arrays"]), BY_ROUND | SCALARS, max_size=4
)
LISTS = st.lists(
    st.dictionaries(
        st.sampled_from(["round", "train_metrics", EVALUATE, CENTRAL]),
        ROUNDS | METRICS,
        max_size=4,
    ),
    max_size=4,
)
CELLS = st.one_of(
    st.integers(-1, 4).map(str), st.floats().map(str), st.text(max_size=4), st.just("")
)
TABLES = st.builds(
    lambda header, rows, mark: "\n".join(mark.join(line) for line in [header, *rows]),
    st.lists(NAMES | CELLS, max_size=4),
    st.lists(st.lists(CELLS, max_size=4), max_size=4),
    st.sampled_from(",;\t|"),
)
USUAL = st.floats(0, 1) | st.just(None)


@st.composite
def nearly_right(draw: st.DrawFn) -> str:
    """Return a file as it should be, but for a value here and there."""
    names = draw(st.lists(NAMES.filter(bool), min_size=1, max_size=4, unique=True))
    names = [name for name in names if name != "round"]
    rounds = range(draw(st.integers(0, 1)), draw(st.integers(1, 4)))
    values = {r: {name: draw(st.one_of(*[USUAL] * 9, SCALARS)) for name in names} for r in rounds}
    if draw(st.booleans()):
        halves = [draw(st.sampled_from([TRAIN, EVALUATE, CENTRAL])) for _ in range(2)]
        return json.dumps(dict.fromkeys(halves, values))
    lines = [
        [str(r), *("" if v is None else str(v) for v in row.values())] for r, row in values.items()
    ]
    return "\n".join(map(",".join, [["round", *names], *lines]))


ANY_TEXT = st.one_of(nearly_right(), MAPS.map(json.dumps), LISTS.map(json.dumps), TABLES, st.text())
ANY_FILE = ANY_TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary()


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(content=ANY_FILE, percent=st.booleans())
def test_any_file_gives_a_valid_record_or_one_line(content: bytes, percent: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            run = import_run(path, "theirs", choice=Choice(percent=percent))
        except ImportFileError as error:
            said = str(error)
        else:
            said = ""
            check_saved(run, folder)
    assert len(said.splitlines()) <= 1


def check_saved(run: record.Run, folder: str) -> None:
    record.save(run, folder)
    found = record.load(folder)
    assert found == run.model_copy(update={"arrays": found.arrays})


# --- the command


def invoke(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli, ["import", *map(str, arguments)])


def test_the_command(tmp_path: Path) -> None:
    file, out = tmp_path / "results.json", tmp_path / "new" / "theirs"
    file.write_text(json.dumps(RESULT))
    options = ("--name", "theirs", "--out", out, "--strategy", "FedAvg", "--clients", 10)
    result = invoke(file, *options)
    assert (result.exit_code, result.stdout) == (0, f"theirs: 2 rounds\nrecord: {out}\n")
    run = record.load(out)
    assert (run.strategy, run.num_clients, len(run.rounds)) == ("FedAvg", 10, 3)
    again = invoke(file, *options)
    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr == f"fl-sim: {out} holds a run already; replace it with --force\n"
    file.write_text("round,accuracy\n1,50\n")
    assert invoke(file, *options, "--force", "--percent").exit_code == 0
    assert record.load(out).rounds[1].central == Metrics(accuracy=0.5)
    assert [path.name for path in out.parent.iterdir()] == ["theirs"]
    assert {path.name for path in tmp_path.iterdir()} == {"results.json", "new"}


def test_the_command_s_options(tmp_path: Path) -> None:
    file, out = tmp_path / "table.csv", tmp_path / "theirs"
    file.write_text("epoch,who,a,b,val_acc\n0,x,3,50,40\n1,x,2,75,60\n")
    options = ["--name", "theirs", "--out", out, "--round-column", "epoch", "--first-round", 1]
    options += ["--loss", "a", "--accuracy", "b", "--measured-by", "clients", "--percent"]
    result = invoke(file, *options, "--client-column", "who")
    assert (result.exit_code, result.stderr) == (0, "")
    replies = [round_.evaluate.replies for round_ in record.load(out).rounds[1:]]
    assert [[each.metrics for each in reply] for reply in replies] == [
        [Metrics(loss=3.0, accuracy=0.5, other={"val_acc": 0.4})],
        [Metrics(loss=2.0, accuracy=0.75, other={"val_acc": 0.6})],
    ]


def test_the_command_says_what_it_takes_for_granted(tmp_path: Path) -> None:
    file, out = tmp_path / "table.csv", tmp_path / "theirs"
    file.write_text("round,loss\n1,2\n")
    result = invoke(file, "--name", "theirs", "--out", out)
    assert result.exit_code == 0
    assert result.stderr == (
        "fl-sim: taken as measured by the server: loss; if clients did, say --measured-by clients\n"
        "fl-sim: how many clients there were is not known, and the film needs it: say --clients N\n"
    )


def test_the_noun_is_one_that_films_can_say(tmp_path: Path) -> None:
    file, out = tmp_path / "table.csv", tmp_path / "theirs"
    options = ("--name", "theirs", "--out", out, "--clients", 2, "--measured-by", "clients")
    file.write_text("round,loss\n1,2\n")
    for noun, quoted in (("", "''"), ("x" * 25, "x" * 25)):
        result = invoke(file, *options, "--examples", noun)
        assert (result.exit_code, result.stderr) == (
            2, f"fl-sim: --examples {quoted}: a noun has 1 to 24 characters\n",
        )  # fmt: skip
    result = invoke(file, *options, "--examples", "patients")
    assert (result.exit_code, result.stderr) == (
        0, "fl-sim: --examples patients: no film says it, since no client counts any\n",
    )  # fmt: skip
    file.write_text("round,client,loss,num_examples\n1,a,2,10\n1,b,3,20\n")
    counted = (*options, "--examples", "patients", "--client-column", "client", "--force")
    result = invoke(file, *counted)
    assert (result.exit_code, result.stderr) == (0, "")


def test_the_command_names_what_is_wrong_and_writes_nothing(tmp_path: Path) -> None:
    file, out = tmp_path / "results.json", tmp_path / "theirs"
    result = invoke(file, "--name", "theirs", "--out", out)
    assert result.exit_code == 2
    assert result.stderr == f"fl-sim: {file}: cannot be read (No such file or directory)\n"
    file.write_text("round,loss\n1,2\n")
    result = invoke(file, "--name", "not a name", "--out", out)
    assert (result.exit_code, "is no name for a run" in result.stderr) == (2, True)
    assert not out.exists()


def test_it_needs_no_training_package() -> None:
    loaded = "import sys, fl_sim.recording.imports; print(*sys.modules)"
    done = run(sys.executable, "-c", loaded)
    assert done.returncode == 0, done.stderr
    assert not {"flwr", "torch", "manim"} & set(done.stdout.split())


def test_help_shows_examples() -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    assert "Examples:\n  fl-sim import results.json --name theirs" in result.stdout
