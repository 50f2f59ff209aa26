"""Chapters rendered on a Ray cluster of two nodes: the same files, whatever is lost on the way."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import ray_cluster
from click.testing import CliRunner
from processes import run, wait_for

from scenes.cli import cli
from scenes.fast.scheduler import DONE
from scenes.render import on_ray as distribution
from scenes.render.clips import PlannedClip, inputs_of, is_stored, load_or_render
from scenes.render.digests import maker_code
from scenes.render.jobs import jobs
from scenes.render.looks import Look
from scenes.render.on_ray import (
    RemoteTask,
    check_same,
    files_of,
    on_ray,
    packed_record,
    render_remotely,
    store_files,
)
from scenes.render.store import Store
from scenes.text.errors import ChapterFailedError, FitError, ReleaseError

pytestmark = pytest.mark.xdist_group("on ray")

CLUSTER = Path(ray_cluster.__file__)
ATTEMPTS = 3  # to start it: on a busy machine Ray gives up
SOON = {"RAY_health_check_period_ms": "500"}  # a lost node is noticed in seconds
CHAPTERS = ("masks", "ledger", "credits")
Follow = Callable[[str, str], None]


@dataclass
class Nodes:
    """A cluster: its address, the processes that keep its nodes, and its temporary folder."""

    address: str
    keepers: list[int]
    folder: Path

    def at_work(self) -> dict[int, int]:
        """Return the processes that render, and the one that keeps the node of each."""
        found = [int(path.name.split("-")[1]) for path in self.folder.glob("fedreel-*-*")]
        listed = ",".join(map(str, found))
        table = run("ps", "-o", "pid=,ppid=", "-p", listed).stdout
        return {int(one): int(keeper) for one, keeper in map(str.split, table.splitlines())}


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """Start a cluster of two nodes, each with one processor."""
    pytest.importorskip("ray")
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:  # sockets need short paths
        for _ in range(ATTEMPTS):
            variables = {**os.environ, "TMPDIR": folder, "RAY_TMPDIR": folder, **SOON}
            with subprocess.Popen(
                [sys.executable, str(CLUSTER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=variables,
            ) as process:
                assert process.stdout
                if spec := process.stdout.readline():
                    yield Nodes(**json.loads(spec), folder=Path(folder))
                    return
        pytest.fail("Ray does not start")


@pytest.fixture
def cluster(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> Nodes:
    """Make the cluster the one that work is spread over."""
    monkeypatch.setenv("RAY_ADDRESS", nodes.address)
    return nodes


def planned(*names: str) -> list[PlannedClip]:
    return [PlannedClip(job, inputs_of(job)) for job in jobs(names, look=Look("low"))]


@pytest.fixture(scope="module")
def made_here(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Render the chapters here, one of them with figures."""
    store = Store(tmp_path_factory.mktemp("here"))
    todo = planned(*CHAPTERS)
    load_or_render(todo, store, lambda *news: None, todo[-1:])
    return store


def contents(store: Store) -> dict[str, bytes]:
    """Return what is in a store. Cairo numbers an SVG's groups on and on in a process."""
    return {name: re.sub(rb"surface\d+", b"", content) for name, content in files_of(store)}


def test_a_film_made_there_is_the_same_and_lost_work_is_done_again(
    cluster: Nodes, made_here: Store, tmp_path: Path
) -> None:
    store, todo = Store(tmp_path / "store"), planned(*CHAPTERS)
    news: list[tuple[str, str]] = []
    before = signal.getsignal(signal.SIGTERM)

    def follow(name: str, beat: str) -> None:
        assert signal.getsignal(signal.SIGTERM) is before  # Ray puts its own there
        news.append((name, beat))
        if beat == DONE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_or_render(todo, store, follow, todo[-1:], on_ray)
    first, _ = news[-1]
    assert [one.name for one in todo if is_stored(store, one)] == [first]
    wait_for(lambda: not cluster.at_work(), "the end of the cancelled tasks")
    left = set(cluster.folder.glob("fedreel-*"))  # by a worker that was ended before it had tidied

    again: list[tuple[str, str]] = []
    lost: list[int] = []

    def follow_again(name: str, beat: str) -> None:
        again.append((name, beat))
        if beat != DONE and not lost:
            lost.extend(cluster.at_work())
            for worker in lost:
                os.kill(worker, signal.SIGKILL)

    made = load_or_render(todo, store, follow_again, todo[-1:], on_ray)
    assert lost
    assert again[0] == (first, DONE)
    begun, _ = again[1]
    for one, clip in zip(todo, made, strict=True):
        if one.name != first:
            beats = [beat for name, beat in again if name == one.name]
            spec = [beat.name for beat in clip.beats]
            assert beats[-len(spec) - 1 :] == [*spec, DONE]
            assert (one.name != begun) or beats[: -len(spec) - 1] == spec[:1]
    assert contents(store) == contents(made_here)
    assert not left & set(cluster.folder.glob("fedreel-*"))


def not_there(*brought: object) -> None:
    """Be in a module that the nodes do not have."""


def test_another_fedreel_on_a_node_is_an_error(
    cluster: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ledger,) = planned("ledger")
    versions = {**ledger.inputs.versions, "manim": "0.1"}
    other = replace(ledger, inputs=replace(ledger.inputs, versions=versions))
    wrong = r"ledger was not rendered on .+: manim is \d\S+ there and 0\.1 here\. Install the"
    with pytest.raises(ReleaseError, match=wrong):
        load_or_render([other], Store(tmp_path / "store"), lambda *news: None, renderer=on_ray)
    monkeypatch.setattr(distribution, "render_remotely", not_there)
    with pytest.raises(
        ReleaseError, match=r"the cluster has no fedreel or another version\. Install"
    ):
        load_or_render([ledger], Store(tmp_path / "store"), lambda *news: None, renderer=on_ray)
    assert not list((tmp_path / "store").glob("*/*"))


def test_the_command_says_nothing_of_ray(cluster: Nodes, made_here: Store, tmp_path: Path) -> None:
    command = ["-m", "scenes.cli", "film", "ledger", "--quality", "low", "--on", "ray"]
    done = run(sys.executable, *command, cwd=tmp_path)
    assert done.returncode == 0
    assert re.fullmatch(r"film: ledger, 1 of 1, \d+ s\n", done.stderr)
    assert done.stdout.splitlines()[-1].startswith("film: media/film/fedreel-ledger-low.mp4, ")
    (ledger,) = planned("ledger")
    there = contents(Store(tmp_path / "media" / "store"))  # with what joins the clip and its card
    clip = {
        name: there[name]
        for name in there
        if name.startswith(f"{ledger.key[:2]}/{ledger.key[2:]}.")
    }
    assert clip
    assert clip.items() < contents(made_here).items()


def test_what_a_lost_node_was_at_is_done_by_another(
    cluster: Nodes, made_here: Store, tmp_path: Path
) -> None:
    store, todo = Store(tmp_path / "store"), planned("masks", "ledger")
    finished: list[str] = []
    killed: list[int] = []
    _, lost = cluster.keepers

    def follow(name: str, beat: str) -> None:
        there = [worker for worker, keeper in cluster.at_work().items() if keeper == lost]
        if there and not killed:
            killed.extend([lost, *there])
            for process in killed:
                os.kill(process, signal.SIGKILL)
        finished.extend([name] if beat == DONE else [])

    load_or_render(todo, store, follow, renderer=on_ray)
    assert killed
    assert sorted(finished) == ["ledger", "masks"]
    assert contents(store).items() < contents(made_here).items()


# --- without a cluster


@pytest.mark.parametrize(
    ("given", "address", "closed"),
    [(None, "local", "0"), ("local", "local", "0"), ("192.0.2.1:6379", None, None)],
)
def test_ray_listens_on_loopback_unless_a_cluster_is_named(
    monkeypatch: pytest.MonkeyPatch, given: str | None, address: str | None, closed: str | None
) -> None:
    environment = {"RAY_ADDRESS": given} if given else {}
    asked: dict[str, object] = {}
    stub = SimpleNamespace(init=asked.update, shutdown=lambda: None, _private=MagicMock())
    monkeypatch.setattr(os, "environ", environment)
    monkeypatch.setattr(distribution, "import_module", lambda _: stub)
    with distribution._connected():
        assert asked["address"] == address
    assert environment.get("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER") == closed


def test_ray_that_is_not_installed_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribution, "find_spec", lambda name: None)
    for command in (["film", "ledger", "--on", "ray"], ["release", "--on", "ray", "site"]):
        done = CliRunner().invoke(cli, command)
        assert done.exit_code == 2
        assert done.output == (
            "fedreel: --on ray needs Ray. Install it with: pip install 'fedreel[ray]'\n"
        )


def test_what_differs_on_a_node_is_named(hand: Callable[..., str]) -> None:
    (job,) = jobs(("ledger",), (hand(step=0),), Look("low"))
    here = inputs_of(job)
    check_same(PlannedClip(job, here), maker_code())
    for code, kept, named in (
        (dict.fromkeys(("a.py", "b.py")), maker_code(), "a.py, b.py"),
        (dict.fromkeys("abcde"), maker_code(), "a, b, c and 2 more files"),
        ({}, maker_code() | {"scenes/render/store.py": "0"}, "scenes/render/store.py"),
    ):
        changed = replace(here, code={**here.code, **dict.fromkeys(code, "0")})
        with pytest.raises(ReleaseError, match=f"these files differ: {named}. Install the same"):
            check_same(PlannedClip(job, changed), kept)
    other = inputs_of(replace(job, runs=(hand(step=1),)))
    with pytest.raises(ReleaseError, match="its texts or numbers differ"):
        check_same(PlannedClip(job, other), maker_code())


class Deaf:
    """An actor that gets no reports."""

    put = None


def test_a_record_travels_with_what_it_is_read_from(hand: Callable[..., str]) -> None:
    folder = Path(hand(step=0))
    (folder / "model.safetensors").write_bytes(b"a model")
    name, files = packed_record(str(folder))
    assert name == folder.name
    assert sorted(Path(file).suffix for file in files) == [".gz", ".npz"]
    assert files == {file: (folder / file).read_bytes() for file in files}


def test_a_scene_that_ends_the_program_ends_as_an_error(
    hand: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def render(task: object, channel: object) -> None:
        raise SystemExit(2) from FitError("too many workers")

    monkeypatch.setattr("scenes.render.clips.render", render)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    run = hand(step=0)
    (job,) = jobs(("ledger",), (run,), Look("low"))
    shipped = RemoteTask(PlannedClip(job, inputs_of(job)), False, maker_code())
    with pytest.raises(ChapterFailedError, match="too many workers"):
        render_remotely(shipped, Deaf(), packed_record(run))
    assert not list((tmp_path / "temporary").iterdir())


class Cluster:
    """Tasks that end when they were cancelled the given number of times."""

    def __init__(self, **lives: int) -> None:
        self.lives = lives

    def wait(self, tasks: list[str], **options: object) -> tuple[list[str], list[str]]:
        return [], [task for task in tasks if self.lives[task] > 0]

    def cancel(self, task: str) -> None:
        self.lives[task] -= 1


def test_a_task_that_goes_on_is_cancelled_again() -> None:
    cluster = Cluster(done=0, ends=1, deaf=3)
    distribution._cancel(cluster, ["done", "ends", "deaf"])
    assert cluster.lives == {"done": 0, "ends": 0, "deaf": 0}


def test_a_task_that_is_cancelled_again_still_tidies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def once_more(folder: tempfile.TemporaryDirectory[str]) -> None:
        signal.raise_signal(signal.SIGINT)
        remove(folder)

    remove, before = tempfile.TemporaryDirectory.cleanup, signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(tempfile.TemporaryDirectory, "cleanup", once_more)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with distribution._task_folder() as folder:
        (folder / "store").mkdir()
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signal.SIGINT) is before


def test_files_come_from_a_store_with_their_lists_last(tmp_path: Path) -> None:
    one, other = Store(tmp_path / "one"), Store(tmp_path / "other")
    for suffix in (".json", ".mp4", ".figures.json", ".svg"):
        one.get("abcdef", suffix, lambda path, suffix=suffix: path.write_text(suffix))
    files = files_of(one)
    assert [name for name, _ in files] == [
        "ab/cdef.mp4", "ab/cdef.svg", "ab/cdef.figures.json", "ab/cdef.json",
    ]  # fmt: skip
    store_files(files, other)
    assert files_of(other) == files
    assert other.path("abcdef", ".figures.json").read_text() == ".figures.json"
