"""``fl-sim sweep``: which runs a grid has, and how they are made."""

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from quick_run import SMALL

from fl_sim import grid as grids
from fl_sim import record
from fl_sim.app import cifar10
from fl_sim.app.settings import SettingError
from fl_sim.cli import cli
from fl_sim.grid import Axis, Choice, Grid, GridError
from fl_sim.running import jobs, sweep

QUICK = ("--set", "num-partitions=4", "--set", "fraction-train=0.5", "--set", "num-server-rounds=1")
OVER = ("--over", "partitioning=iid,unequal", "--over", "seed=1,2")
NAMES = ["iid_1", "iid_2", "unequal_1", "unequal_2"]


def invoke(folder: Path, *arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(cli, ["sweep", str(folder), *arguments])


def small(folder: Path, *arguments: str) -> Result:
    """Sweep with images of the tests."""
    return invoke(folder, "--data", str(SMALL), *arguments)


def lines(result: Result) -> list[str]:
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the commands that are run from now on, each in this process; the third is stopped."""
    made: list[list[str]] = []

    def run(listed: Mapping[str, Sequence[str]], at_a_time: int) -> Generator[jobs.Ended]:
        for name, command in listed.items():
            made.append(list(command[3:]))
            if len(made) == 3:
                raise KeyboardInterrupt
            here = [word for word in made[-1] if word not in ("--on", "ray")]  # without its start
            done = CliRunner().invoke(cli, here)
            yield jobs.Ended(name, 1.0, done.exit_code, done.output)

    monkeypatch.setattr(jobs, "run", run)
    return made


# --- the declaration


def test_options_declare_a_grid() -> None:
    over = ["partitioning=iid,dirichlet:dirichlet-alpha=0.5", "local-epochs=1,5"]
    assert sweep.declared(over, ["augment=true"]) == Grid(
        [
            Axis(
                "partitioning",
                [
                    Choice({"partitioning": "iid"}),
                    Choice({"partitioning": "dirichlet", "dirichlet-alpha": 0.5}),
                ],
            ),
            Axis("local-epochs", [Choice({"local-epochs": 1}), Choice({"local-epochs": 5})]),
        ],
        {"augment": True},
    )
    assert sweep.declared(over, []).axes[0].choices[1].text == "dirichlet:dirichlet-alpha=0.5"


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ("seed", "'seed' is not of the form key=value,value"),
        ("sed=1,2", "there is no setting 'sed'. Did you mean seed?"),
        ("seed=1,x", "seed is a whole number, not 'x'"),
        ("seed=1:eta", "'eta' is not of the form key=value"),
    ],
)
def test_options_that_declare_none(tmp_path: Path, over: str, said: str) -> None:
    with pytest.raises(SettingError) as caught:
        sweep.declared([over], [])
    assert str(caught.value).startswith(said)
    assert invoke(tmp_path / "grid", "--over", over).stderr == f"fl-sim: {caught.value}\n"


def test_runs_are_small_unless_the_grid_says_otherwise() -> None:
    (one,) = sweep.entries(sweep.declared(["seed=7"], ["confusion-every=2"]))
    assert one.name == "7"
    assert {key: one.config[key] for key in ("seed", "keep", "predictions", "confusion-every")} == {
        "seed": 7,
        "keep": "numbers",
        "predictions": "none",
        "confusion-every": 2,
    }


@pytest.mark.parametrize(
    ("over", "settings", "said"),
    [
        ({}, {}, "nothing varies; "),
        ({"seed": [1]}, {"seed": 2}, "seed is set in two places of the grid"),
        ({"seed": [1], "eta": [{"eta": 1.0, "seed": 2}]}, {}, "seed is set in two places"),
        ({"sed": [1]}, {}, "sed is no setting of a grid. Did you mean seed?"),
        ({"dataset": ["a"]}, {}, "dataset is no setting of a grid."),
        ({"seed": [1, 1]}, {}, "1-"),
        ({"dirichlet-alpha": [1.0, 2.0]}, {}, "1-0 and 2-0 would be the same run"),
        ({"seed": [-1]}, {}, "1: seed is -1; it must be 0 or more"),
        ({"reveal-round": [1]}, {}, "1: reveal-round shows what secure-aggregation=true hides"),
    ],
)
def test_a_grid_that_cannot_work_is_refused(
    tmp_path: Path, over: dict[str, list[object]], settings: dict[str, int], said: str
) -> None:
    axes = [
        Axis(key, [Choice(one if isinstance(one, dict) else {key: one}) for one in values])  # type: ignore[dict-item]
        for key, values in over.items()
    ]
    with pytest.raises(GridError) as caught:
        sweep.entries(Grid(axes, settings))
    assert str(caught.value).startswith(said)
    (tmp_path / grids.FILE).write_text(Grid(axes, settings).as_toml())
    assert invoke(tmp_path, "--list").stderr == f"fl-sim: {caught.value}\n"


# --- making


def test_what_is_missing_is_made_after_a_stop_and_all_of_it_once(
    tmp_path: Path, commands: list[list[str]]
) -> None:
    folder = tmp_path / "grid"
    stopped = small(folder, *OVER, *QUICK)
    assert stopped.exit_code == 130
    assert stopped.stderr.splitlines()[-1] == "fl-sim: stopped; the runs that were made stay"
    assert [path.name for path in record.inside(folder)] == NAMES[:2]
    done = small(folder)
    assert (done.exit_code, [words[1] for words in commands]) == (0, [*NAMES[:3], *NAMES[2:]])
    assert [row.split()[0] for row in lines(done)[1:]] == NAMES
    assert (small(folder).exit_code, len(commands)) == (0, 5)

    run = record.load(folder / "unequal_2")
    assert (run.config["partitioning"], run.provenance.seed, run.num_clients) == ("unequal", 2, 4)
    assert (run.final and run.final.file, run.rounds[1].confusion, run.test_labels) == (None,) * 3
    grid = grids.read(folder)
    assert [point.name for point, _ in grids.loaded(folder, grid)] == NAMES

    record.save(run, folder / "iid_1")
    record.save(run, folder / "other")
    listed = invoke(folder, "--list")
    assert (listed.exit_code, lines(listed)[1].split(maxsplit=3)[3]) == (
        2,
        "stale: made with another seed, partitioning",
    )
    assert listed.stderr.splitlines() == [
        "1 run stale; --force makes such runs again",
        "no point of this grid, and not shown with it: other",
    ]
    assert (small(folder, "--on", "ray", "--force").exit_code, len(commands)) == (0, 6)
    assert commands[-1][:6] == ["run", "iid_1", "--out", str(folder / "iid_1"), "--on", "ray"]


def test_a_dry_run_counts_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "TRIED", 0.0)
    result = small(tmp_path / "grid", *OVER, *QUICK, "--dry-run")
    # 4 runs of a round with 2 clients, of 80 images in 3 batches of 32 each.
    assert lines(result) == [
        f"{tmp_path / 'grid'}: 4 runs, 4 of them to make",
        "24 gradient steps: about 1 s of one core as tried now, besides each run's start",
    ]
    assert not (tmp_path / "grid").exists()


def test_an_estimate_is_of_steps_and_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "_tried", lambda settings, data: sweep._Pace(100.0, 0.01))
    over = sweep.declared(["local-epochs=1,2"], ["num-partitions=4", "num-server-rounds=3"])
    data = cifar10.load(str(SMALL))
    assert (len(data.train), len(data.test)) == (400, 100)
    work = sweep.work(sweep.entries(over), data)
    # One of 4 clients a round: 3 rounds of 3 steps, and of twice as many. A round tests the 100 of
    # the server and, of 20 each, those of the client that trained and of one that evaluates.
    assert work.steps == 27
    assert work.seconds == pytest.approx(27 * 100 + 2 * 0.01 * (4 * 100 + 3 * 2 * 20))
    assert str(work).startswith("27 gradient steps: about 45 min of one core")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "seed=1"), "--set goes with --over, which declares a grid"),
        (("--over", "seed=3,4"), "grid.toml declares another grid; edit it and leave --over"),
        (("--data", "/no/such"), "/no/such: no such folder"),
    ],
)
def test_options_that_do_not_go_with_the_grid_that_is_there(
    tmp_path: Path, commands: list[list[str]], options: Sequence[str], said: str
) -> None:
    sweep.declare(tmp_path, sweep.declared(["seed=1,2"], []))
    result = invoke(tmp_path, *options)
    assert (result.exit_code, commands, said in result.stderr) == (2, [], True), result.stderr


def test_images_that_cannot_be_dealt_out_are_refused_before_training(
    tmp_path: Path, commands: list[list[str]]
) -> None:
    result = small(tmp_path / "grid", "--over", "num-partitions=4,400")
    assert (result.exit_code, commands) == (2, [])
    assert result.stderr.startswith("fl-sim: 400: client 0 would hold 1 image, too few to train")
    assert not (tmp_path / "grid").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, commands: list[list[str]]) -> None:
    (tmp_path / "notes").touch()
    result = small(tmp_path, "--over", "seed=1,2")
    assert (result.exit_code, commands) == (2, [])
    assert result.stderr == f"fl-sim: {tmp_path} holds other files; name another folder\n"
