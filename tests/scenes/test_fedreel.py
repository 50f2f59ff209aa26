"""``fedreel`` as a person uses it."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from processes import finish, run, start, wait_for

from fl_sim.record import RUN_FILE, RUNS

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> list[str]:
    """Return the command line that runs fedreel in this interpreter."""
    return [sys.executable, "-m", "scenes.cli", *arguments]


def fedreel(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run fedreel in the current folder."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", **variables}
    return run(*command(*arguments), env=environment)


def test_help_needs_nothing_heavy() -> None:
    code = "import sys, scenes.cli; print(*{name.split('.')[0] for name in sys.modules})"
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & {"manim", "numpy", "pydantic", "rich", "av", "PIL"}


@pytest.mark.parametrize("name", ["", "film", "loop", "sheet", "audit", "check"])
def test_help_shows_examples(name: str) -> None:
    done = fedreel(*name.split(), "--help")
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert f"fedreel {name}".strip() in done.stdout


def _missing(folder: Path) -> None:
    shutil.rmtree(folder)


def _truncated(folder: Path) -> None:
    path = folder / RUN_FILE
    path.write_bytes(path.read_bytes()[:2000])


def _replaced(folder: Path, old: bytes, new: bytes) -> None:
    path = folder / RUN_FILE
    text = gzip.decompress(path.read_bytes())
    assert old in text
    path.write_bytes(gzip.compress(text.replace(old, new)))


def _not_a_number(folder: Path) -> None:
    _replaced(folder, b'"accuracy":0.1015', b'"accuracy":NaN')


def _newer(folder: Path) -> None:
    _replaced(folder, b'"schema_version":3', b'"schema_version":99')


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_missing, "no run.json.gz there"),
        (_truncated, "the file ends too early"),
        (_not_a_number, "rounds[0].central.accuracy"),
        (_newer, "schema_version is 99"),
    ],
)
@pytest.mark.parametrize("name", ["film", "loop", "sheet", "audit", "check"])
def test_a_bad_record_is_one_line_and_nothing_is_written(
    name: str, spoil: object, says: str, tmp_path: Path
) -> None:
    folder = tmp_path / "bad"
    shutil.copytree(RUNS / "reference", folder)
    assert callable(spoil)
    spoil(folder)
    before = sorted(tmp_path.rglob("*"))
    done = fedreel(name, "--run", str(folder))
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_manims_own_command_says_so_in_one_line_too(tmp_path: Path) -> None:
    scene = ROOT / "scenes" / "cast.py"
    variables = {**os.environ, "FEDREEL_RUN": "nowhere"}
    done = run(sys.executable, "-m", "manim", "-ql", scene, "Cast", env=variables)
    assert done.returncode == 2
    lines = [text for text in done.stderr.splitlines() if text.strip()]
    assert [text.startswith("fedreel: nowhere: no run.json.gz there") for text in lines] == [True]
    assert not list(tmp_path.iterdir())


def test_an_unknown_chapter_is_one_line() -> None:
    done = fedreel("film", "two_rounds")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fedreel: there is no chapter 'two_rounds'. Choose from: opening")


def test_chapters_are_rendered_and_joined(tmp_path: Path) -> None:
    done = fedreel("film", "ledger", "opening", "credits", "--quality", "low")
    assert done.returncode == 0, done.stderr
    film = tmp_path / "media" / "film" / "fedreel.mp4"
    assert "media/film/fedreel.mp4" in done.stdout
    assert sorted(path.name for path in film.parent.iterdir()) == ["fedreel.mp4", "fedreel.srt"]
    with av.open(str(film)) as movie:
        video = movie.streams.video[0]
        assert (video.width, video.height) == (854, 480)
        seconds = (movie.duration or 0) / 1e6
        shown = sum(1 for _ in movie.decode(video=0))
    assert seconds >= 30
    assert shown / 15 == pytest.approx(seconds, abs=0.5)
    captions = film.with_suffix(".srt").read_text()
    assert captions.count("-->") == 2 + 3 + 2
    assert captions.index("This is federated learning") < captions.index("not one photo")


@pytest.mark.parametrize("chapters", [[], ["one_round"]], ids=["whole", "split"])
@pytest.mark.parametrize(
    ("kill", "number"), [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)]
)
def test_stopped_it_leaves_no_film_and_no_process(
    tmp_path: Path, chapters: list[str], kill: Callable[[int, int], None], number: int
) -> None:
    with start(*command("film", *chapters, "--quality", "low")) as process:
        wait_for(lambda: list(tmp_path.rglob("*.mp4")), "the first clip", child=process)
        kill(process.pid, number)
        _, errors = finish(process)
        # The helper of multiprocessing goes a moment later.
        wait_for(lambda: not alive(process.pid), "the end of all its processes")
    assert process.returncode == 130
    assert (
        errors.strip().splitlines()[-1]
        == "fedreel: stopped. No film was written; finished clips are in the cache"
    )
    assert not (tmp_path / "media" / "film").exists()


def alive(group: int) -> bool:
    """Return whether a process of a group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
