"""The runs of a list: which are there, and which are made."""

import json
import math
import shutil
import signal
import sys
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from processes import finish, run, start, wait_for
from quick_run import SMALL
from tiny_record import tiny_run

from fl_sim import record
from fl_sim.app.provenance import code_hash
from fl_sim.app.settings import PLACES, Settings
from fl_sim.cli import cli
from fl_sim.interrupted import CONFIG_FILE, JOURNAL
from fl_sim.running import jobs, suite
from fl_sim.running.run_folder import RunFolder
from fl_sim.running.suite import Entry, SuiteError

LIST = """
[short]
num-server-rounds = 1
num-partitions = 4
fraction-train = 0.5

[long]
like = "short"
num-server-rounds = 2
keep = "numbers"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a list of two quick runs that takes the place of the project's."""
    path = tmp_path / "suite.toml"
    path.write_text(LIST)
    monkeypatch.setattr(suite, "FILE", path)
    return path


@pytest.fixture
def runs(file: Path) -> Path:
    return file.parent


def invoke(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(cli, ["suite", *arguments])


def keep(entry: Entry, runs: Path, code: str = "", **changes: object) -> None:
    """Save a record as an entry's run leaves it, or with other settings or by other code."""
    config = {key: value for key, value in entry.config.items() if key not in PLACES}
    run = tiny_run()
    code = code or code_hash(Settings.of(entry.config))
    origin = run.provenance.model_copy(update={"code_hash": code})
    update = {"name": entry.name, "config": {**config, **changes}, "provenance": origin}
    record.save(run.model_copy(update=update), runs / entry.name)


# --- the list


def test_a_run_has_what_the_one_that_it_is_like_changes(file: Path) -> None:
    entries = suite.read(file)
    assert list(entries) == ["short", "long"]
    assert entries["short"].changes["num-server-rounds"] == 1
    assert entries["long"].changes == {
        "num-server-rounds": 2,
        "num-partitions": 4,
        "fraction-train": 0.5,
        "keep": "numbers",
    }
    assert (entries["long"].config["batch-size"], entries["long"].config["keep"]) == (32, "numbers")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a]\nsed = 1", "a: there is no setting 'sed'. Did you mean seed?"),
        ("[a]\nkeep = 'all of it'", "a: keep is 'all of it'; it must be one of all, numbers"),
        ("[a]\nseed = -1", "a: seed is -1; it must be 0 or more"),
        ("[a]\nseed = 1.5", "a: seed is a whole number, not '1.5'"),
        ("[a]\nlike = 'b'\n[b]", "a: it is like 'b', but no run of that name stands above it"),
        ("a = 1", "a: it is no table of settings"),
        ("[a", "not readable: "),
    ],
)
def test_a_list_that_cannot_be_used(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(SuiteError) as caught:
        suite.read(file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert invoke().stderr == f"fl-sim: {caught.value}\n"


def test_no_list(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"suite\.toml: not readable: "):
        suite.read(tmp_path / "suite.toml")


def test_names_choose_in_the_order_of_the_list(file: Path) -> None:
    entries = suite.read(file)
    assert [entry.name for entry in suite.choose(entries, [])] == ["short", "long"]
    assert [entry.name for entry in suite.choose(entries, ["long", "short"])] == ["short", "long"]
    assert [entry.name for entry in suite.choose(entries, ["long"])] == ["long"]


def test_a_name_that_is_not_in_the_list(file: Path) -> None:
    result = invoke("shorn")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "fl-sim: there is no run 'shorn' in the suite. Did you mean short? "
        "List all with: fl-sim suite --list\n"
    )


# --- what is there


def test_how_a_record_stands(runs: Path, file: Path) -> None:
    entry = suite.read(file)["short"]

    def stands() -> tuple[str, str]:
        standing = suite.inspect(entry, runs)
        return standing.state, standing.why

    assert stands() == ("missing", "")
    keep(entry, runs)
    assert stands() == ("there", "")
    keep(entry, runs, seed=7)
    assert stands() == ("stale", "made with another seed")
    keep(entry, runs, a=1, b=2, c=3, d=4, e=5)
    assert stands() == ("stale", "made with another a, b, c, d and 1 more")
    keep(entry, runs, code="0" * 64)
    assert stands() == ("stale", "made by other code")
    (runs / "short" / "run.json.gz").write_text("{")
    state, why = stands()
    assert (state, "not readable as JSON" in why) == ("stale", True)


def test_a_setting_that_is_new_or_not_used_makes_nothing_stale(runs: Path, file: Path) -> None:
    entry = suite.read(file)["short"]
    keep(entry, runs, eta=0.5)
    assert suite.inspect(entry, runs).state == "there"
    folder = runs / entry.name
    old = record.load(folder)
    config = {key: value for key, value in old.config.items() if key != "confusion-every"}
    record.save(old.model_copy(update={"config": config}), folder)
    assert suite.inspect(entry, runs).state == "there"


def lines(result: Result) -> list[str]:
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_a_list_makes_nothing(runs: Path, file: Path) -> None:
    entries = suite.read(file)
    keep(entries["long"], runs)
    result = invoke("--list")
    assert result.exit_code == 2
    assert lines(result) == [
        "run rounds accuracy state",
        "short - - missing",
        "long 1 50.0% up to date",
    ]
    keep(entries["short"], runs, seed=7)
    assert lines(invoke("--list", "short"))[1] == "short 1 50.0% stale: made with another seed"
    assert invoke("--list", "long").exit_code == 0


# --- which are made


@pytest.fixture
def made(runs: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the runs that are made from now on, at once and by nobody."""
    names: list[str] = []

    def run(commands: Mapping[str, Sequence[str]], at_a_time: int) -> Generator[jobs.Ended]:
        for name in commands:
            keep(suite.read(file)[name], runs)
            names.append(name)
            yield jobs.Ended(name, 12.3, 0, "")

    monkeypatch.setattr(jobs, "run", run)
    return names


def test_what_is_missing_is_made_once(made: list[str]) -> None:
    result = invoke()
    assert (result.exit_code, made) == (0, ["short", "long"])
    assert result.stderr == "short: made (12 s)\nlong: made (12 s)\n"
    assert lines(result)[1:] == ["short 1 50.0% 12 made", "long 1 50.0% 12 made"]
    again = invoke()
    assert (again.exit_code, made) == (0, ["short", "long"])
    assert lines(again)[1:] == ["short 1 50.0% up to date", "long 1 50.0% up to date"]


def test_what_is_stale_is_made_again_only_by_force(made: list[str], runs: Path, file: Path) -> None:
    entries = suite.read(file)
    keep(entries["short"], runs, seed=7)
    keep(entries["long"], runs)
    assert (invoke().exit_code, made) == (2, [])
    assert (invoke("--force", "long").exit_code, made) == (0, [])
    assert (invoke("--force").exit_code, made) == (0, ["short"])


def test_only_those_that_are_named_are_made(made: list[str]) -> None:
    assert (invoke("long").exit_code, made) == (0, ["long"])


def test_no_such_dataset(file: Path) -> None:
    assert "/no/such: no such folder" in invoke("--data", "/no/such").stderr


# --- attacks

ATTACKED = (
    LIST
    + """
[attacked]
num-partitions = 4
attacks = ["members", "invert --clients 1 --steps 2"]

[like]
like = "attacked"
"""
)


def test_a_run_has_attacks_of_its_own(file: Path) -> None:
    file.write_text(ATTACKED)
    entries = suite.read(file)
    members, invert = entries["attacked"].attacks
    assert (members.name, members.options, members.goes_on) == ("members", (), False)
    assert invert.options == ("--clients", "1", "--steps", "2")
    assert (invert.chosen["steps"], invert.chosen["restarts"], invert.goes_on) == (2, 4, True)
    assert entries["like"].attacks == ()
    assert "attacks" not in entries["attacked"].changes


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ('"members"', 'attacks is a list of texts, such as ["invert --clients 3"]'),
        ('["member"]', "there is no attack 'member'. Did you mean members? Attacks: invert,"),
        ('[""]', "there is no attack ''. Attacks: invert, members"),
        ('["invert --step 2"]', "attack 'invert --step 2': No such option"),
        ('["invert --steps 0"]', "attack 'invert --steps 0': Invalid value for '--steps'"),
    ],
)
def test_attacks_that_cannot_be_made(file: Path, listed: str, said: str) -> None:
    file.write_text(f"[a]\nattacks = {listed}")
    with pytest.raises(SuiteError) as caught:
        suite.read(file)
    assert str(caught.value).startswith(f"{file}: a: {said}")


def told(folder: Path, run: str = "", **changes: Any) -> None:
    """Keep what attacks found about a record, or about another one, with these options."""
    about = run or record.fingerprint(record.load(folder))
    if changes:
        likeness = record.Likeness(psnr=1.0, ssim=0.5)
        chance = record.Chance(client=0, label=0, mean=likeness, grey=likeness, nearest=likeness)
        one = record.Inversion(
            client=0, label=0, model="trained", num_photos=1, num_steps=1, restarts=1,
            num_rebuilt=1, num_features=0, distance=0.0, start_psnr=1.0, likeness=likeness,
            photo=np.zeros((2, 2, 3), np.uint8),
        )  # fmt: skip
        whole = {"steps": 2, "restarts": 4, "every": 1, "chance": (chance,), "found": (one,) * 12}
        options: dict[str, Any] = {"seed": 0, **whole, **changes}
        record.save_attack(record.Inversions(run=about, knows=(), **options), folder)
    else:
        record.save_attack(record.Memberships(run=about, seed=0, knows=()), folder)


def test_how_attacks_stand(runs: Path, file: Path) -> None:
    file.write_text(ATTACKED)
    entry, folder = suite.read(file)["attacked"], runs / "attacked"
    keep(entry, runs)

    def stand() -> list[tuple[str, str]]:
        each = [suite.inspect_attack(attack, entry, runs) for attack in entry.attacks]
        return [(one.state, one.why.partition(": ")[2] or one.why) for one in each]

    assert stand() == [("missing", ""), ("missing", "")]
    told(folder)
    told(folder, steps=2)
    assert stand() == [("there", ""), ("there", "")]
    told(folder, found=())
    assert stand()[1] == ("missing", "")
    told(folder, steps=3)
    assert stand()[1] == ("stale", "made with other options")
    told(folder, run="0" * 64)
    state, why = stand()[0]
    assert (state, why.startswith("it is about another record than the one there")) == (
        "stale", True
    )  # fmt: skip
    assert lines(invoke("--list", "attacked"))[1:] == [
        "attacked 1 50.0% up to date",
        f"attack members on attacked - - stale: {folder}/memberships.json.gz: it is about another "
        f"record than the one there. Make it again with: fl-sim attack members {folder}",
        "attack invert on attacked - - stale: made with other options",
    ]


@pytest.fixture
def attacking(
    runs: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, list[str]]]:
    """Return the commands that are run from now on; a run leaves a record, an attack what it is."""
    file.write_text(ATTACKED)
    commands_: list[tuple[str, list[str]]] = []

    def run(commands: Mapping[str, Sequence[str]], at_a_time: int) -> Generator[jobs.Ended]:
        for name, command in commands.items():
            commands_.append((name, list(command[3:])))
            if name == "attacked":
                shutil.rmtree(runs / name, ignore_errors=True)
                keep(suite.read(file)[name], runs)
            else:
                told(runs / "attacked", **({"steps": 2} if "invert" in command else {}))
            yield jobs.Ended(name, 1.0, 0, "")

    monkeypatch.setattr(jobs, "run", run)
    return commands_


def test_attacks_are_made_after_their_run_and_with_it_anew(
    attacking: list[tuple[str, list[str]]], runs: Path, file: Path
) -> None:
    folder = str(runs / "attacked")
    result = invoke("attacked", "--data", str(SMALL))
    assert result.exit_code == 0, result.stdout
    names = ["attacked", "attack members on attacked", "attack invert on attacked"]
    assert [name for name, _ in attacking] == names
    invert = ["attack", "invert", folder, "--clients", "1", "--steps", "2", "--data", str(SMALL)]
    assert attacking[2][1] == invert
    del attacking[:]
    assert (invoke("attacked").exit_code, attacking) == (0, [])

    told(runs / "attacked", steps=3)
    assert (invoke("attacked").exit_code, attacking) == (2, [])
    assert invoke("attacked", "--force").exit_code == 0
    assert attacking == [("attack invert on attacked", [*invert[:-2], "--force"])]
    del attacking[:]

    run = record.load(folder)
    other = run.provenance.model_copy(update={"code_hash": "0" * 64})
    record.save(run.model_copy(update={"provenance": other}), folder)
    assert invoke("attacked", "--force").exit_code == 0
    assert [name for name, _ in attacking] == names


# --- in earnest, in a process of its own


def command(file: Path, *arguments: object) -> tuple[object, ...]:
    """Return the command that makes the runs of a list."""
    program = (
        "import sys; from pathlib import Path; from fl_sim import cli; "
        "from fl_sim.running import suite; suite.FILE = Path(sys.argv.pop(1)); cli.main()"
    )
    return sys.executable, "-c", program, file, "suite", "--data", SMALL, *arguments


def test_runs_are_made_by_fl_sim_run(runs: Path, file: Path) -> None:
    done = run(*command(file, "--jobs", 2))
    assert (done.returncode, "short: made" in done.stderr) == (0, True), done.stderr
    short, long = (record.load(runs / name) for name in ("short", "long"))
    assert (len(short.rounds), len(long.rounds)) == (2, 3)
    assert (long.name, long.config["num-partitions"], long.config["keep"]) == ("long", 4, "numbers")
    assert invoke("--list").exit_code == 0


def test_a_run_that_fails_is_reported_and_the_others_are_made(runs: Path, file: Path) -> None:
    file.write_text(LIST.replace("num-partitions = 4", "num-partitions = 400", 1) + "[last]\n")
    (runs / "last").mkdir()
    (runs / "last" / "notes").touch()
    done = run(*command(file, "short", "last"))
    assert done.returncode == 2
    assert "short: failed: client 0 would hold 1 image, too few to train" in done.stderr
    assert f"last: failed: {runs / 'last'} holds other files" in done.stderr
    assert "failed: client 0 would hold 1 image" in done.stdout


def test_ctrl_c_leaves_what_is_finished(runs: Path, file: Path) -> None:
    file.write_text(LIST.replace("num-server-rounds = 2", "num-server-rounds = 1000000"))
    with start(*command(file)) as child:
        wait_for(lambda: list(runs.glob(".long*")), "the second run", child=child)
        child.send_signal(signal.SIGINT)
        stdout, stderr = finish(child)
    assert child.returncode == 130, stderr
    assert stderr.splitlines()[-1] == "fl-sim: stopped; the runs that were made stay"
    assert [line.split()[-1] for line in stdout.splitlines()[1:]] == ["made", "missing"]
    assert {path.name for path in runs.iterdir()} >= {"suite.toml", "short"}
    assert not (runs / "long" / "run.json.gz").exists()


@pytest.fixture
def begun(runs: Path, file: Path) -> RunFolder:
    """Return where the run `long` was interrupted after its first round."""
    run_folder = RunFolder(runs / "long")
    journal = run_folder.new / JOURNAL
    journal.parent.mkdir(parents=True)
    journal.write_text("header\nround 0\nround 1\n")
    config = {**suite.read(file)["long"].config, "dataset": "/where/it/was"}
    (journal.parents[2] / CONFIG_FILE).write_text(json.dumps(config))
    assert run_folder.rounds_done() == 1
    return run_folder


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Return the words after `fl-sim run` with which runs are made from now on, by nobody."""
    seen: dict[str, list[str]] = {}

    def run(commands: Mapping[str, Sequence[str]], at_a_time: int) -> Generator[jobs.Ended]:
        seen.update({name: list(command[4:]) for name, command in commands.items()})
        yield from ()

    monkeypatch.setattr(jobs, "run", run)
    return seen


def test_an_interrupted_run_goes_on(
    begun: RunFolder, commands: dict[str, list[str]], runs: Path
) -> None:
    invoke("--data", str(SMALL))
    assert commands["long"] == ["long", "--out", str(runs / "long"), "--resume"]
    assert commands["short"][:4] == ["short", "--out", str(runs / "short"), "--force"]
    assert commands["short"][-2:] == ["--data", str(SMALL)]
    assert commands["short"][4:-2] == [
        *("--set", "num-server-rounds=1"),
        *("--set", "num-partitions=4"),
        *("--set", "fraction-train=0.5"),
    ]


def test_by_force_it_begins_anew(begun: RunFolder, commands: dict[str, list[str]]) -> None:
    invoke("--force")
    assert "--resume" not in commands["long"]
    assert "--force" in commands["long"]


def test_one_with_other_settings_begins_anew(
    begun: RunFolder, commands: dict[str, list[str]], file: Path
) -> None:
    file.write_text(LIST + "seed = 7\n")
    invoke()
    assert "--resume" not in commands["long"]
    assert commands["long"][-2:] == ["--set", "seed=7"]


# --- the project's own


def steps(config: Mapping[str, object], clients: int) -> int:
    """Return the gradient steps of so many clients a round, on 50,000 images."""
    images = 50_000 / config["num-partitions"] * (1 - config["validation-fraction"])
    batches = math.ceil(round(images) / config["batch-size"])
    return config["num-server-rounds"] * clients * config["local-epochs"] * batches


def test_the_baselines_take_as_many_steps_as_the_federated_run() -> None:
    entries = suite.read(suite.FILE)
    assert steps(entries["iid-30"].config, clients=3) == 11_250
    assert steps(entries["centralised"].config, clients=1) == 11_250
    # Each of its ten clients.
    assert steps(entries["local-only"].config, clients=1) == 11_250


def test_the_projects_own_list() -> None:
    entries = suite.read(suite.FILE)
    assert entries["reference"].changes == {"close-up": 125}
    assert {"iid-drift", "dirichlet-drift", "unequal", "dropouts"} <= set(entries)
    for name in ("dirichlet-30", "fedprox-30", "fedyogi-30", "fedavgm-30"):
        repeats = [entry for key, entry in entries.items() if key.startswith(name)]
        assert [entry.config["seed"] for entry in repeats] == [42, 43, 44]
        assert len({entry.config["strategy"] for entry in repeats}) == 1
        assert {entry.config["dirichlet-alpha"] for entry in repeats} == {0.1}
        assert {entry.config["partitioning"] for entry in repeats} == {"dirichlet"}
