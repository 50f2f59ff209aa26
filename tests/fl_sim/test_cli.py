"""The command line: what it prints, and one clear line where something is wrong."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from tiny_record import tiny_run

from fl_sim import interrupted, record
from fl_sim.app.settings import OWN, SETTINGS, TABLES
from fl_sim.cli import _tell_result, cli, main
from fl_sim.interrupted import CONFIG_FILE, JOURNAL, LOCK, place_of
from fl_sim.running import launch

OLD = Path(__file__).parents[1] / "data" / "record-v2"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of runs with one in it, `tiny`, that takes the place of the project's."""
    folder = tmp_path / "runs"
    record.save(tiny_run(), folder / "tiny")
    monkeypatch.setattr(record, "RUNS", folder)
    return folder


def invoke(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli, arguments)


@pytest.mark.parametrize(
    "command",
    [[], ["run"], ["settings"], ["list"], ["show"], ["diff"], ["upgrade"], ["check"], ["schema"]],
)
def test_help_shows_examples(command: list[str]) -> None:
    result = invoke(*command, "--help")
    assert result.exit_code == 0
    assert f"Examples:\n  fl-sim {' '.join(command)}" in result.stdout


def test_version(fl_sim: Run) -> None:
    assert fl_sim("--version").stdout.startswith("fl-sim, version ")


def test_settings_shows_every_setting_and_every_choice() -> None:
    found = [line.split() for line in invoke("settings").stdout.splitlines()]
    first = {words[0] for words in found if words}
    assert first >= SETTINGS.keys() - set(OWN)
    assert first >= {name for table in TABLES.values() for name in table}


def test_list(runs: Path) -> None:
    result = invoke("list")
    assert result.exit_code == 0
    assert result.stdout.split()[-5:] == ["tiny", "FedAvg", "2", "1", "50.0%"]


def test_list_says_where_it_looked(runs: Path) -> None:
    assert (
        invoke("list").stderr == f"These are in {runs}; for those elsewhere: fl-sim list FOLDER\n"
    )


def test_list_of_a_folder(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "RUNS", tmp_path / "others")
    for folder in (runs, runs / "tiny"):
        assert [line.split()[0] for line in invoke("list", str(folder)).stdout.splitlines()] == [
            "run",
            "tiny",
        ]
    missing = invoke("list", str(tmp_path / "none"))
    assert (missing.exit_code, "does not exist" in missing.stderr) == (2, True)


def test_a_list_of_nothing_says_so(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = invoke("list", str(tmp_path / "empty"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        f"There is no record in {tmp_path / 'empty'}; make one with: fl-sim run NAME; for those "
        "elsewhere: fl-sim list FOLDER\n"
    )


def test_an_interrupted_run_elsewhere_is_listed_with_its_folder(
    runs: Path, begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RUNS", tmp_path / "others")
    said = invoke("list", str(runs)).stdout.splitlines()[-1]
    assert said == f"{LEFT} --out {runs / 'long'}"


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        ("tiny", "list records inside with: fl-sim list {}"),
        (None, "list those that are known with: fl-sim list"),
    ],
)
def test_a_folder_of_other_files_is_no_place_to_train_into(
    runs: Path, content: str | None, advice: str
) -> None:
    folder = runs if content else runs.with_name("data")
    if not content:
        folder.mkdir()
        (folder / "train.parquet").touch()
    assert invoke("show", str(folder)).stderr == (
        f"fl-sim: {folder}: holds other files, and no run.json.gz; {advice.format(folder)}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show"], "Missing argument 'NAME'. See: fl-sim show --help"),
        (["shw"], "No such command 'shw'. Did you mean 'show'? See: fl-sim --help"),
        (["run", "a", "--on", "ry"], "'superlink'. Did you mean ray? See: fl-sim run --help"),
        (["suite", "--jobs", "0"], "0 is not in the range x>=1. See: fl-sim suite --help"),
    ],
)
def test_a_wrong_use_is_one_line(
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["fl-sim", *arguments])
    with pytest.raises(SystemExit) as status:
        main()
    line, *rest = capsys.readouterr().err.splitlines()
    assert (status.value.code, rest) == (2, [])
    assert line.startswith("fl-sim: ")
    assert line.endswith(said)


def test_list_shows_what_it_can(runs: Path) -> None:
    record.save(tiny_run(), runs / "torn")
    (runs / "torn" / "run.json.gz").write_text("{")
    result = invoke("list")
    assert (result.exit_code, "tiny" in result.stdout) == (2, True)
    assert result.stderr.startswith(
        f"fl-sim: {runs / 'torn' / 'run.json.gz'}: not readable as JSON"
    )


def test_show(runs: Path) -> None:
    result = invoke("show", "tiny")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    for expected in (
        "learning-rate 0.5",
        "dataset dots, 6 train and 2 test examples",
        "client train valid even odd",
        "1 3 1 2 2",
        "0 - - - - - 2.000 0.0%",
        "1 0 1 - 1 1.500 100.0% 1.000 50.0%",
    ):
        assert expected in lines


def test_show_as_json(runs: Path) -> None:
    result = invoke("show", "tiny", "--json")
    assert json.loads(result.stdout) == record.plain(runs / "tiny")
    assert '"weighted_mean": [4.0, 5.0, 0.0]\n' in result.stdout


def test_a_file_is_shown_as_json_without_its_arrays(runs: Path, tmp_path: Path) -> None:
    """Git gives a file alone, under a name of its own, to what prints it for a diff."""
    alone = shutil.copy(runs / "tiny" / "run.json.gz", tmp_path / "Yx4_run.json.gz")
    assert json.loads(invoke("show", str(alone), "--json").stdout) == record.plain("tiny")


def test_diff(runs: Path) -> None:
    other = tiny_run().model_copy(update={"name": "other", "strategy": "Mine"})
    record.save(other, runs / "other")
    result = invoke("diff", "tiny", "other")
    assert (result.exit_code, result.stdout) == (1, 'strategy: "FedAvg" -> "Mine"\n')
    result = invoke("diff", "tiny", "other", "--all")
    assert result.stdout.splitlines()[0] == 'name: "tiny" -> "other"'
    result = invoke("diff", "tiny", "tiny")
    assert (result.exit_code, result.stdout) == (0, "tiny and tiny: no difference\n")


def test_upgrade(runs: Path) -> None:
    shutil.copytree(OLD, runs / "old")
    for done in ("upgraded to", "already of"):
        result = invoke("upgrade", str(runs / "old"), "tiny")
        lines = f"{runs / 'old'}: {done} schema 3\ntiny: already of schema 3\n"
        assert (result.exit_code, result.stdout) == (0, lines)
    result = invoke("upgrade", "tiny", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "tiny: already of schema 3\n")


def test_check(runs: Path) -> None:
    result = invoke("check", str(runs / "tiny" / "run.json.gz"))
    assert result.stdout == f"{runs / 'tiny'}: valid. FedAvg, 1 round, 2 clients\n"
    rounds = (record.Round(number=0), record.Round(number=1))
    record.save(record.Run(name="poor", rounds=rounds), runs / "poor")
    poor = invoke("check", "poor")
    assert poor.stdout == f"{runs / 'poor'}: valid. strategy unknown, 1 round\n"


def test_schema() -> None:
    assert json.loads(invoke("schema").stdout) == record.schema()


# --- runs that have not ended


@pytest.fixture
def begun(runs: Path) -> Path:
    """Return the hidden folder of a run `long` that has ended round 3."""
    place = place_of(runs / "long")
    journal = place / "long" / JOURNAL
    journal.parent.mkdir(parents=True)
    journal.write_text("a line\n" * 5)
    (place / CONFIG_FILE).write_text('{"name": "long"}')
    return place


LEFT = "long was interrupted after round 3; go on with: fl-sim run long --resume"


def test_an_interrupted_run_is_listed(runs: Path, begun: Path) -> None:
    result = invoke("list")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, LEFT)
    assert [str(found) for found in interrupted.find_all(runs, runs)] == [LEFT]


def test_a_run_that_is_being_made_is_listed(begun: Path) -> None:
    with FileLock(begun / LOCK):
        said = invoke("list").stdout.splitlines()[-1]
    assert said == "long is being made, and has ended round 3"


def test_a_folder_that_is_of_no_run_is_not_listed(runs: Path, begun: Path) -> None:
    begun.rename(runs / ".long.12345678")
    (runs / ".git.12345678").mkdir()
    assert list(interrupted.find_all(runs, runs)) == []


@pytest.mark.parametrize("command", ["show", "check", "upgrade"])
def test_an_interrupted_run_is_no_record_yet(begun: Path, command: str) -> None:
    assert invoke(command, "long").stderr == f"fl-sim: {LEFT}\n"


def test_an_interrupted_run_elsewhere(begun: Path, tmp_path: Path) -> None:
    folder = tmp_path / "far off" / "away"
    folder.parent.mkdir()
    shutil.copytree(begun / "long", place_of(folder) / "away")
    (place_of(folder) / CONFIG_FILE).write_text('{"name": "mine"}')
    assert invoke("show", str(folder)).stderr == (
        "fl-sim: mine was interrupted after round 3; "
        f"go on with: fl-sim run mine --resume --out '{folder}'\n"
    )


def test_the_run_that_was_probably_meant(begun: Path) -> None:
    said = invoke("show", "tin").stderr
    assert "no run of that name. Did you mean tiny? List all with: fl-sim list. " in said
    assert invoke("run", "lonk", "--resume").stderr == (
        "fl-sim: there is no interrupted run lonk to go on with. Did you mean long? "
        "Start it with: fl-sim run lonk\n"
    )


@pytest.mark.parametrize(
    ("config", "advice"),
    [
        ({}, "a smaller learning-rate"),
        (
            {"dp-noise": 1.0},
            "a smaller dp-noise or dp-clip, and if that does not help, a smaller learning-rate",
        ),
    ],
)
def test_what_may_keep_a_run_from_diverging(
    config: dict[str, float], advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tiny_run()
    lost = run.rounds[-1].model_copy(update={"central": record.Metrics(accuracy=0.1)})
    diverged = run.model_copy(update={"config": config, "rounds": (*run.rounds[:-1], lost)})
    _tell_result(diverged)
    assert capsys.readouterr().err == (
        "the run diverged in round 1: the loss of the global model is no finite number; "
        f"try {advice}\n"
    )


@pytest.mark.parametrize("command", ["show", "check", "upgrade"])
def test_a_missing_record(fl_sim: Run, command: str, tmp_path: Path) -> None:
    result = fl_sim(command, str(tmp_path / "none"))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"fl-sim: {tmp_path / 'none'}: no run.json.gz there")
    assert result.stderr.count("\n") == 1


def test_an_unknown_command(fl_sim: Run) -> None:
    result = fl_sim("trian")
    assert (result.returncode, result.stdout) == (2, "")
    assert "No such command 'trian'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tiny"], "{runs}/tiny holds a run already; replace it with --force"),
        (
            ["../tiny"],
            "'../tiny' is no name for a run: use up to 64 letters, digits, - and _, the first a "
            "letter or digit",
        ),
        (
            [".x"],
            "'.x' is no name for a run: use up to 64 letters, digits, - and _, the first a "
            "letter or digit",
        ),
        (["new", "--set", "seed=x"], "seed is a whole number, not 'x'"),
        (["new", "--set", "seed=-1"], "seed is -1; it must be 0 or more"),
        (
            ["new", "--data", "/no/such"],
            "/no/such: no such folder; --data names a folder laid out as CIFAR-10",
        ),
        (["new", "--out", "{runs}"], "{runs} holds other files; choose another folder with --out"),
        (
            ["new", "--out", "{runs}/tiny/run.json.gz"],
            "{runs}/tiny/run.json.gz is a file, not a folder",
        ),
        (
            ["elsewhere", "--out", "{runs}/tiny/run.json.gz/below/it"],
            "{runs}/tiny/run.json.gz is a file, not a folder",
        ),
    ],
)
def test_a_run_that_cannot_start(runs: Path, arguments: list[str], message: str) -> None:
    before = sorted(runs.rglob("*"))
    result = invoke("run", *(argument.format(runs=runs) for argument in arguments))
    assert result.stderr == f"fl-sim: {message.format(runs=runs)}\n"
    assert (result.exit_code, result.stdout, sorted(runs.rglob("*"))) == (2, "", before)


def test_training_packages_that_are_missing(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "find_spec", lambda name: None)
    result = invoke("run", "new")
    assert (result.exit_code, (runs / "new").exists()) == (2, False)
    assert result.stderr == (
        "fl-sim: training needs flwr, flwr_datasets, safetensors, torch; "
        "install with: pip install 'fedreel[sim]'\n"
    )
