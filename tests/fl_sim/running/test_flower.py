"""Flower's programs: started apart, judged by what they leave, ended with all they started."""

import ast
import logging
import os
import shutil
import signal
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import pytest
from flwr.app import Context, RecordDict
from flwr.supercore.constant import (
    APP_PUBLISH_INCLUDE_PATTERNS,
    MAX_FILE_BYTES,
    MAX_FILE_COUNT,
    MAX_TOTAL_BYTES,
)
from house import House
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from processes import PATIENCE, run, wait_for

import fl_sim
from fl_sim import published
from fl_sim.app.settings import defaults, override
from fl_sim.running import superlink
from fl_sim.running.app_folder import dependencies, publish, stage, to_toml
from fl_sim.running.flower import (
    FlowerError,
    Programs,
    ended_by_sigterm,
    environment,
    private_home,
)
from fl_sim.running.progress import bars
from fl_sim.running.superlink import Address, LogWatch, Status, SuperLink, judge
from fl_sim.running.target import LaunchError


def lives(pid: int) -> bool:
    listing = run("ps", "-o", "stat=", "-p", pid).stdout
    return bool(listing) and not listing.startswith("Z")


def eventually(path: Path) -> str:
    """Return the text of a file when it has a whole line."""
    wait_for(lambda: path.is_file() and path.read_text().endswith("\n"), f"a line in {path}")
    return path.read_text()


# --- programs


def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    with Programs(tmp_path) as programs:
        program = programs.start("parent", "sh", "-c", "sleep 600 & echo $!; wait")
        child = int(eventually(program.log))
        assert lives(child)
        programs.check()
    assert not lives(child)
    assert not lives(program.process.pid)


def test_a_program_that_ignores_sigterm_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fl_sim.running.flower.GRACE", 0.1)
    with Programs(tmp_path) as programs:
        stubborn = programs.start("stubborn", "sh", "-c", "trap '' TERM; echo up; sleep 600")
        eventually(stubborn.log)
    assert stubborn.process.returncode == -signal.SIGKILL


def test_programs_end_when_their_owner_fails(tmp_path: Path) -> None:
    programs = Programs(tmp_path)

    def fail() -> None:
        with programs:
            programs.start("sleeper", "sleep", "600")
            pids.extend(program.process.pid for program in programs)
            raise ZeroDivisionError

    pids: list[int] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert not any(map(lives, pids))


def test_a_program_that_ends_early_is_told_with_a_log_that_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with Programs(home) as programs:
        programs.start("broken", "sh", "-c", "echo one; echo two; exit 7").process.wait(PATIENCE)
        with pytest.raises(FlowerError, match=r"broken ended early, with status 7: two") as told:
            programs.check()
    kept = Path(str(told.value).rpartition("log: ")[2])
    try:
        assert not kept.is_relative_to(home)
        assert kept.read_text() == "one\ntwo\n"
    finally:
        kept.unlink()


def test_each_program_has_a_home_of_its_own_and_asks_nobody(tmp_path: Path) -> None:
    with Programs(tmp_path) as programs:
        program = programs.start("told", "env")
        program.process.wait(PATIENCE)
    said = dict(line.split("=", 1) for line in program.log.read_text().splitlines() if "=" in line)
    assert said["FLWR_HOME"] == str(tmp_path / "told")
    assert said["FLWR_TELEMETRY_ENABLED"] == "0"
    assert said["FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION"] == "1"
    assert said["RAY_TMPDIR"] == str(tmp_path)


def test_the_users_own_home_of_flower_stays_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLWR_HOME", "/home/somebody/flower")
    assert environment(None)["FLWR_HOME"] == "/home/somebody/flower"


def test_a_private_home_has_a_short_path_and_goes() -> None:
    with private_home() as home:
        assert len(str(home)) < 30
        (home / "file").touch()
    assert not home.exists()


@pytest.mark.parametrize(("given", "status"), [(None, 128 + signal.SIGTERM), (0, 0)])
def test_sigterm_unwinds(given: int | None, status: int) -> None:
    def be_ended() -> None:
        with ended_by_sigterm(given):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(PATIENCE)

    with pytest.raises(SystemExit) as left:
        be_ended()
    assert left.value.code == status
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


# --- the app's folder


def test_plain_values_survive_toml() -> None:
    values = {"name": 'a "b" \\ ü', "rate": 1e-05, "many": 1e22, "rounds": 3, "all": True}
    assert tomllib.loads(to_toml(values)) == values


def test_flower_takes_the_same_app_from_the_checkout_and_from_what_is_installed(
    tmp_path: Path,
) -> None:
    staged = bundle(stage(tmp_path), tmp_path / "staged")
    house = House(tmp_path / "house").folder
    shutil.copy(Path(fl_sim.__file__).parents[1] / "pyproject.toml", house)
    checkout = bundle(house, tmp_path / "checkout")
    assert staged.keys() == checkout.keys()
    code = {name for name in staged if name.endswith(".py")}
    assert "fl_sim/app/server_app.py" in code
    assert {name: staged[name] for name in code} == {name: checkout[name] for name in code}
    ours, theirs = (tomllib.loads(each["pyproject.toml"].decode()) for each in (staged, checkout))
    assert ours["tool"]["flwr"] == theirs["tool"]["flwr"]
    assert ours["project"]["version"] == theirs["project"]["version"]


def test_flower_builds_the_published_app_and_its_hub_takes_it(tmp_path: Path) -> None:
    files = publish(tmp_path / "my-app", "ada", override(defaults(), ["num-partitions=4"]))
    built = bundle(tmp_path / "my-app", tmp_path / "work")
    code = {str(file.relative_to(tmp_path / "my-app")) for file in files} - {"README.md"}
    assert code < built.keys()
    assert built["LICENSE"].startswith(b"MIT License")
    project = tomllib.loads(built["pyproject.toml"].decode())
    app = project["tool"]["flwr"]["app"]
    assert (project["project"]["name"], app["publisher"]) == ("my-app", "ada")
    assert app["flwr-version-target"] == version("flwr")
    assert app["config"]["num-partitions"] == 4
    sizes = [file.stat().st_size for file in files]
    assert len(sizes) < MAX_FILE_COUNT
    assert max(sizes) < MAX_FILE_BYTES
    assert sum(sizes) < MAX_TOTAL_BYTES
    kinds = {pattern.rpartition("*")[2] for pattern in APP_PUBLISH_INCLUDE_PATTERNS}
    assert {file.suffix for file in files if file.name != "LICENSE"} == {".py", ".toml", ".md"}
    assert {".py", ".toml", ".md", "/LICENSE"} < kinds | set(APP_PUBLISH_INCLUDE_PATTERNS)


def test_the_published_app_has_what_it_imports_and_asks_for_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "my-app"
    code = [file for file in publish(folder, "ada", defaults()) if file.suffix == ".py"]
    names = {name for file in code for name in imported(file)}
    ours = {name for name in names if name.startswith("fl_sim.")}
    assert not [name for name in ours if not is_there(folder, name)]
    asked = {canonicalize_name(Requirement(text).name) for text in dependencies()}
    known = packages_distributions()
    others = {name.partition(".")[0] for name in names - ours} - {
        "fl_sim",
        *sys.stdlib_module_names,
    }
    needed = {top: {canonicalize_name(name) for name in known[top]} for top in others - OPTIONAL}
    assert not {top for top, names in needed.items() if not names & asked}


# What is imported only by the terminal, and what comes with another package.
OPTIONAL = {"click", "rich", "pydantic_core"}


def imported(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def is_there(folder: Path, name: str) -> bool:
    """Whether a module is among the files of a folder."""
    place = folder.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


@pytest.mark.parametrize("name", ["-app", "my app", "a" * 33, "used"])
def test_a_folder_that_can_be_no_app_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LaunchError, match=r"is no name for a Flower app|is there already"):
        publish(tmp_path / name, "ada", defaults())
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("publisher", ["A B", "", "a/b", "a.b", 'a"b'])
def test_an_account_that_flower_does_not_take_is_refused(tmp_path: Path, publisher: str) -> None:
    with pytest.raises(LaunchError, match=r"is no name of an account at Flower's hub: use letters"):
        publish(tmp_path / "app", publisher, defaults())
    assert not (tmp_path / "app").exists()


def test_the_published_app_says_where_the_record_is_and_how_to_film_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outs = []
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(
        "fl_sim.app.server_app.main", lambda _, context: outs.append(context.run_config["out"])
    )
    monkeypatch.setattr(logging.getLogger("flwr"), "propagate", True)
    caplog.set_level(logging.INFO, logger="flwr")
    grid: Any = None
    for out in ("", "/elsewhere"):
        published.main(grid, Context(7, 1, {}, RecordDict(), {"out": out}))
    assert outs == [str(tmp_path / "flower-records" / "7"), "/elsewhere"]
    assert f"film it with: fedreel film --run {outs[0]}" in caplog.messages


def bundle(app: Path, work: Path) -> dict[str, bytes]:
    """Return the files of the bundle that Flower builds of an app."""
    work.mkdir()
    done = run("flwr", "build", "--app", app, cwd=work, env=environment(work / "h"))
    assert done.returncode == 0, done.stderr
    (path,) = work.glob("*.fab")
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


# --- how a run is judged


class StubLink:
    """Says of a run what it is told to say."""

    def __init__(self, *statuses: Status) -> None:
        self.statuses: Iterator[Status] = iter(statuses)

    def status(self, run: int) -> Status:
        return next(self.statuses)


def verdict(*statuses: Status, log: tuple[str, ...] = ()) -> None:
    stub: Any = StubLink(*statuses)
    judge(stub, 1, list(log))


def test_a_completed_run_is_fine() -> None:
    verdict(Status("finished:completed", "N/A"))


def test_one_waits_for_a_run_whose_log_broke_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superlink, "SILENCE", 0)
    verdict(Status("running", "N/A"), Status("finished:completed", ""))


@pytest.mark.parametrize("who", ["Simulation", "ServerApp"])
def test_a_failed_run_says_what_was_raised(who: str) -> None:
    with pytest.raises(FlowerError, match=r"^two clients share a number$"):
        verdict(
            Status("finished:failed", f"{who} failed with exception: two clients share a number")
        )


def test_a_superlink_that_is_gone_says_how_to_go_on() -> None:
    class Gone:
        def status(self, _: int) -> Status:
            raise FlowerError("flwr list: Connection refused")

    link: Any = Gone()
    with pytest.raises(FlowerError) as said:
        judge(link, 1, [])
    assert str(said.value) == (
        "the SuperLink answers no more (flwr list: Connection refused); once it is back, go on "
        "with the same command and --resume"
    )


def test_a_run_that_was_stopped_says_what_it_said_last() -> None:
    with pytest.raises(FlowerError, match=r"the run stopped; the last line of its log: two"):
        verdict(Status("finished:stopped", "N/A"), log=("one\n", "two\n", "\n"))


def watch(*lines: str) -> None:
    with bars(3) as shown:
        log = LogWatch(shown, "fl-sim run mine --resume")
        for line in lines:
            log(line)


@pytest.mark.parametrize(
    ("left", "numbers"),
    [
        pytest.param(3, [1, 2, 3], id="from the start"),
        pytest.param(2, [2, 3], id="resumed after round 1"),
        pytest.param(1, [3], id="resumed after round 2"),
    ],
)
def test_a_round_is_told_once(
    left: int, numbers: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    watch(*(f"INFO: [ROUND {number}/{left}]" for number in range(1, left + 1)))
    told = capsys.readouterr().err.splitlines()
    assert told == [f"round {number} of 3 is done" for number in numbers]


@pytest.mark.parametrize(
    "line",
    [
        "ray.exceptions.ActorDiedError: The actor died unexpectedly before finishing this task.",
        "> Received error in reply from node 7: <class 'ray.exceptions.ActorDiedError'>:<'The",
        "ray.exceptions.OutOfMemoryError: Task was killed due to the node running low on memory.",
    ],
)
def test_a_dead_worker_of_ray_stops_the_run_and_names_the_way_on(line: str) -> None:
    with pytest.raises(FlowerError, match=r"worker process of Ray.*fl-sim run mine --resume"):
        watch("INFO: [ROUND 1/3]\n", line)


def test_a_client_that_raises_stops_nothing() -> None:
    watch(
        "INFO :      [ROUND 2/3]",
        "INFO :      configure_train: Sampled 2 nodes (out of 4)",
        "> Received error in reply from node 7: "
        "<class 'ray.exceptions.RayTaskError(ClientAppException)'>:<'ray::ClientAppActor.run()",
    )


def test_following_a_log_looks_after_other_things_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SuperLink that died would leave the log silent for ever."""
    flwr = tmp_path / "flwr"
    flwr.write_text("#!/bin/sh\necho first\nexec sleep 600\n")
    flwr.chmod(0o755)
    monkeypatch.setattr(superlink, "SILENCE", 0.05)
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    seen: list[str] = []

    def died() -> None:
        if seen:
            raise FlowerError("it died")

    with pytest.raises(FlowerError, match="it died"):
        SuperLink("any", tmp_path).follow(1, seen.append, died)
    assert seen == ["first\n"]


def test_flowers_configuration_names_the_address(tmp_path: Path) -> None:
    authority = tmp_path / "ca.crt"
    SuperLink.at(Address("192.0.2.1:8000", authority), tmp_path)
    (config,) = tmp_path.glob("*/config.toml")
    entry = tomllib.loads(config.read_text())["superlink"]["fl-sim"]
    assert entry == {
        "address": "192.0.2.1:8000",
        "insecure": False,
        "root-certificates": str(authority),
    }
