"""``fedreel`` as a person uses it."""

import gzip
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from click.testing import CliRunner
from processes import finish, run, start, wait_for

from fl_sim import record
from fl_sim.record import RUN_FILE, RUNS
from scenes import FILM
from scenes.cli import CHAPTERS, cli, main

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


@pytest.mark.parametrize("name", ["", "film", "loop", "sheet", "figures", "audit", "check"])
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
    central = record.load(folder).rounds[0].central
    assert central is not None
    _replaced(folder, f'"loss":{central.loss}'.encode(), b'"loss":NaN')


def _newer(folder: Path) -> None:
    _replaced(folder, b'"schema_version":3', b'"schema_version":99')


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_missing, "no run.json.gz there"),
        (_truncated, "the file ends too early"),
        (_not_a_number, "rounds[0].central.loss"),
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
    scene = ROOT / "scenes" / "ledger.py"
    variables = {**os.environ, "FEDREEL_RUN": "nowhere"}
    done = run(sys.executable, "-m", "manim", "-ql", scene, "Ledger", env=variables)
    assert done.returncode == 2
    lines = [text for text in done.stderr.splitlines() if text.strip()]
    assert [text.startswith("fedreel: nowhere: no run.json.gz there") for text in lines] == [True]
    assert not list(tmp_path.iterdir())


def test_an_unknown_chapter_is_one_line() -> None:
    done = fedreel("film", "two_rounds")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "fedreel: there is no chapter 'two_rounds'. Did you mean one_round? Choose from: "
        f"{CHAPTERS}\n"
    )


@pytest.mark.parametrize("name", ["film", "sheet", "audit", "check", "slides", "watch"])
def test_the_help_names_the_chapters_of_the_error(name: str) -> None:
    words = " ".join(CliRunner().invoke(cli, [name, "--help"]).stdout.split())
    assert f"of {CHAPTERS}" in words
    assert CHAPTERS.split(", ")[-1] == "loop"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["film", "--language", "deu"],
            "Invalid value for '--language': 'deu' is not one of 'en', 'de', 'es', 'fr'. "
            "Did you mean de? See: fedreel film --help",
        ),
        (
            ["sheet", "--theme", "lihgt"],
            "Invalid value for '--theme': 'lihgt' is not one of 'dark', 'light'. "
            "Did you mean light? See: fedreel sheet --help",
        ),
        (
            ["film", "--langage", "de"],
            "No such option '--langage'. Did you mean '--language'? See: fedreel film --help",
        ),
        (
            ["slides", "--sound", "all"],
            "No such option '--sound'. Of: fedreel film, fedreel release. "
            "See: fedreel slides --help",
        ),
        (["flim"], "No such command 'flim'. Did you mean 'film'? See: fedreel --help"),
        (
            ["release", "site", "--quality", "\x1b[31m"],
            "Invalid value for '-q' / '--quality': '\\x1b[31m' is not one of 'low', 'medium', "
            "'high'. See: fedreel release --help",
        ),
    ],
)
def test_a_wrong_word_is_one_line(
    words: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["cli.py", *words])
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr() == ("", f"fedreel: {says}\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["film", "-o", "x.txt"],
            "x.txt: .txt files cannot be made. Name one that ends in .mp4, .mov, .webm or .gif",
        ),
        (
            ["film", "-o", "x.gif"],
            f"x.gif: a GIF holds one chapter, and there are {len(FILM)}. Name one chapter, or a "
            "file that ends in .mp4, .mov or .webm",
        ),
        (
            ["film", "ledger", "-o", "x.gif", "--voice"],
            "x.gif: a GIF has no sound. Leave out --voice, or name a file that ends in .mp4, .mov "
            "or .webm",
        ),
        (
            ["film", "--language", "de", "--voice", "hibari"],
            "hibari speaks English alone. For German use --voice espeak-ng or --voice "
            "piper:VOICE.onnx",
        ),
        (
            ["loop", "-o", "x.png"],
            "x.png: .png files cannot be made. Name one that ends in .gif, .mp4, .mov or .webm",
        ),
        (
            ["sheet", "-o", "x.mp4"],
            "x.mp4: .mp4 files cannot be made. Name one that ends in .png or .jpg",
        ),
        (
            ["slides", "-o", "x"],
            "x: a file without a suffix cannot be made. Name one that ends in .html, .pptx or .pdf",
        ),
        (
            ["film", "-o", "file/x.mp4"],
            "file is no folder. Name another place",
        ),
        (["film", "-o", "folder.mp4"], "folder.mp4 is there and is no file. Name another one"),
        (["film", "-o", "folder.mov"], "folder.srt is there and is no file. Name another one"),
        (["loop", "-o", "folder.gif"], "folder.mp4 is there and is no file. Name another one"),
        (
            ["audit", "--json", "file/x"],
            "file is no folder. Name another place",
        ),
        (["check", "--json", "folder.mp4"], "folder.mp4 is there and is no file. Name another one"),
        (
            ["check", "-o", "file/x"],
            "file is no folder. Name another place",
        ),
        (
            ["watch", "-o", "file/x"],
            "file is no folder. Name another place",
        ),
    ],
)
def test_what_cannot_be_made_is_said_before(words: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for suffix in (".mp4", ".srt"):
        (tmp_path / "folder").with_suffix(suffix).mkdir()
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(cli, words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"fedreel: {says}\n"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_disk_that_takes_no_more_is_one_line_and_nothing_is_half_made(tmp_path: Path) -> None:
    limit = (40_000, 40_000)  # bytes of a file; a section has more
    done = run(
        *command("film", "credits", "-q", "low", "-o", "out/x.mp4"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"fedreel: .*/uncached_0\d+\.mp4: file too large\. Allow larger files with: ulimit -f "
        r"unlimited\n",
        done.stderr,
    )
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_chapters_are_rendered_and_joined(tmp_path: Path) -> None:
    done = fedreel("film", "ledger", "masks", "credits", "--quality", "low")
    assert done.returncode == 0, done.stderr
    film = tmp_path / "media" / "film" / "fedreel-masks+ledger+credits-low.mp4"
    captions = film.with_suffix(".srt")
    assert done.stdout.startswith(f"film: {film.relative_to(tmp_path)}, ")
    assert done.stdout.endswith(f" s, captions: {captions.relative_to(tmp_path)}\n")
    assert sorted(film.parent.iterdir()) == [film, captions]
    said = [re.sub(r"\d+ s$", "... s", line) for line in done.stderr.splitlines()]
    assert sorted(said[i].split(",")[0] for i in range(3)) == [
        "film: credits", "film: ledger", "film: masks",
    ]  # fmt: skip
    *rendered, joined = said
    assert [line.split(", ", 1)[1] for line in rendered] == [f"{i} of 3, ... s" for i in (1, 2, 3)]
    assert joined == f"film: {film.name}, 4 of 4, ... s"
    with av.open(str(film)) as movie:
        video = movie.streams.video[0]
        assert (video.width, video.height) == (854, 480)
        seconds = (movie.duration or 0) / 1e6
        shown = sum(1 for _ in movie.decode(video=0))
    assert seconds >= 30
    assert shown / 15 == pytest.approx(seconds, abs=0.5)
    texts = captions.read_text("utf-8")
    assert texts.count("-->") == 3 + 3 + 2
    assert texts.index("What travels is a masked copy") < texts.index("not one photo")


@pytest.mark.parametrize(
    ("chapters", "kill", "number"),
    [([], os.killpg, signal.SIGINT), (["one_round"], os.kill, signal.SIGTERM)],
    ids=["whole", "split"],
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


def test_a_stopped_release_says_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(request: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scenes.release.plan.plan", stopped)
    result = CliRunner().invoke(cli, ["release", "site"])
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == (
        "fedreel: stopped. No release was made: site is as it was; finished clips are in the "
        "cache\n"
    )


def alive(group: int) -> bool:
    """Return whether a process of a group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
