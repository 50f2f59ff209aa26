"""Names of outputs, what is in their way, and whole files."""

import os
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest
from tiny_record import tiny_run

from fl_sim import record
from scenes import FILM
from scenes.outputs.targets import check_file, named, whole
from scenes.render.looks import Look
from scenes.text.errors import OutputError

DEFAULT = "media/film/fedreel.mp4"
OTHER = Look("low", "9:16", "light", "de")
ALL = [chapter.name for chapter in FILM]


@pytest.mark.parametrize(
    ("chapters", "runs", "look", "name"),
    [
        ([], [], Look(), "fedreel.mp4"),
        (ALL, [], Look(), "fedreel.mp4"),
        (["credits", "ledger"], [], Look(), "fedreel-ledger+credits.mp4"),
        (["loop"], [], Look(), "fedreel-loop.mp4"),
        ([], ["reference", "iid-30"], Look(), "fedreel-of-reference+iid-30.mp4"),
        ([], [], OTHER, "fedreel-low-9x16-light-de.mp4"),
        (["ledger"], ["iid-30"], OTHER, "fedreel-ledger-low-9x16-light-de-of-iid-30.mp4"),
    ],
)
def test_a_name_has_what_is_unusual(
    chapters: list[str], runs: list[str], look: Look, name: str
) -> None:
    assert named(DEFAULT, chapters, runs, look, "medium") == Path("media/film", name)


def test_different_outputs_have_different_names(tmp_path: Path) -> None:
    places = [tmp_path / "one" / "mine", tmp_path / "other" / "mine", tmp_path / "mine-light"]
    for place in places:
        record.save(tiny_run(), place)
    runs: list[list[str]] = [[], ["reference"], *([str(place)] for place in places)]
    looks = [Look(), Look("low"), Look(theme="light"), Look("low", theme="light")]
    choices = list(product([[], ["ledger"], ["ledger", "credits"]], runs, looks))
    names = {str(named(DEFAULT, chapters, run, look, "medium")) for chapters, run, look in choices}
    assert len(names) == len(choices)


def test_a_run_elsewhere_has_a_digest_of_its_place(tmp_path: Path) -> None:
    record.save(tiny_run(), tmp_path / "mine")
    digest = sha256(os.fsencode(tmp_path / "mine")).hexdigest()[:6]
    found = named("sheet.png", [], [str(tmp_path / "mine")], Look("low"), "low")
    assert found.name == f"sheet-of-mine-{digest}.png"


def test_the_name_of_many_runs_is_a_name() -> None:
    found = named(DEFAULT, ALL[:-1], record.names() * 3, OTHER, "medium")
    assert len(os.fsencode(found.name)) < 255


@pytest.mark.parametrize("name", ["x.mp4", "a/b/x.mp4"])
def test_a_check_leaves_no_trace(name: str, tmp_path: Path) -> None:
    check_file(tmp_path / name, (".mp4",))
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_too_long_is_found_before(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File name too long"):
        check_file(tmp_path / ("x" * 251 + ".mp4"))


def test_a_folder_that_cannot_be_written_to_is_found_before() -> None:
    with pytest.raises(OSError, match=r"/proc/film\.mp4"):
        check_file(Path("/proc/film.mp4"))


def test_a_read_only_file_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.mp4").write_text("mine")
    # Nothing is read-only to root, as whom tests may run.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(OutputError, match=r"x\.mp4 is read-only\. Name another file, or make it"):
        check_file(tmp_path / "x.mp4")


def test_a_link_to_nowhere_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(OutputError, match=r"link is no folder\. Name another place"):
        check_file(tmp_path / "link" / "a" / "x.mp4")


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.txt"
    with whole(path) as partial:
        partial.write_text("one")
    with pytest.raises(UnicodeEncodeError), whole(path) as partial:
        partial.write_text("two \udcff", "utf-8")
    assert path.read_text() == "one"
    assert list(path.parent.iterdir()) == [path]


def test_what_a_killed_program_left_of_a_file_goes(tmp_path: Path) -> None:
    no_process = 2**22 + 1  # above the largest number that Linux gives
    names = [f".{no_process}.x.mp4", f".{os.getppid()}.x.mp4", f".{no_process}.y.mp4"]
    for name in names:
        (tmp_path / name).touch()
    with whole(tmp_path / "x.mp4") as partial:
        partial.write_text("new")
    assert {path.name for path in tmp_path.iterdir()} == {*names[1:], "x.mp4"}


def test_a_title_of_ones_own_gives_another_name() -> None:
    usual, mine, other = (
        named(DEFAULT, (), (), Look(), "medium", title) for title in ("", "Mine", "Other")
    )
    assert usual == Path(DEFAULT)
    assert len({usual, mine, other}) == 3
