"""A chapter that fails is left out with its reason, and the others are made."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scenes import FILM, cli
from scenes.render import clips, jobs, workers
from scenes.render.clips import ClipInputs, PlannedClip, RenderTask, as_far_as_possible, attempt
from scenes.render.jobs import Clip, Job, renderable
from scenes.render.looks import Look
from scenes.render.store import Store
from scenes.render.workers import all_that_succeed
from scenes.text.errors import (
    ChapterFailedError,
    FitError,
    NotRecordedError,
    ReleaseError,
    UndrawnError,
    in_one_line,
)

CREDITS, LEDGER = (next(one for one in FILM if one.name == name) for name in ("credits", "ledger"))


def broken(*given: object) -> Any:
    """Fail as a mistake in a program does."""
    return {}["no such\nkey"]


def job(chapter: Any) -> Job:
    return Job(chapter, ("reference",), Look("low"), Path("media"))


def planned(chapter: Any) -> PlannedClip:
    return PlannedClip(job(chapter), ClipInputs("", {}, {}, {}))


def clip(one: PlannedClip) -> Clip:
    return Clip(one.job.chapter, Path("movie.mp4"), (), 1.0)


def test_an_error_is_one_line_with_its_place_unless_it_is_worded() -> None:
    with pytest.raises(KeyError) as caught:
        broken()
    assert in_one_line(caught.value).startswith(r"KeyError: 'no such\nkey' at test_left_out.py:")
    assert in_one_line(FitError("the caption\ndoes not fit")) == "the caption does not fit"


def test_a_chapter_that_cannot_be_told_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenes.story.ledger.tell", broken)
    told, (reason,) = renderable([job(LEDGER), job(CREDITS)])
    assert [one.chapter.name for one in told] == ["credits"]
    assert isinstance(reason, ChapterFailedError)
    assert str(reason).startswith(
        r"the chapter ledger is left out, since it failed (KeyError: 'no such\nkey' at "
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FitError("the caption does not fit"), "the caption does not fit"),
        (ValueError("1e300"), "ValueError: 1e300 at test_left_out.py:"),
    ],
)
def test_a_chapter_that_cannot_be_drawn_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception, said: str
) -> None:
    def fail(*given: object) -> None:
        if isinstance(error, FitError):  # as a scene ends after an error that a user can fix
            raise SystemExit(2) from error
        raise error

    monkeypatch.setattr(clips, "render", fail)
    task = RenderTask(planned(LEDGER), Store(tmp_path), illustrated=False)
    context: Any = None
    assert attempt(task, context).startswith(f"the chapter ledger is left out: {said}")


def test_a_full_disk_ends_all_chapters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*given: object) -> None:
        raise RuntimeError("not encoded") from OSError(28, "No space left on device", "x.mp4")

    monkeypatch.setattr(clips, "render", fail)
    context: Any = None
    with pytest.raises(OSError, match="No space left"):
        attempt(RenderTask(planned(LEDGER), Store(tmp_path), illustrated=False), context)


def test_inputs_that_change_meanwhile_end_the_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*given: object) -> None:
        raise ReleaseError("a file changed")

    monkeypatch.setattr(clips, "render", fail)
    context: Any = None
    with pytest.raises(ReleaseError, match="a file changed"):
        attempt(RenderTask(planned(LEDGER), Store(tmp_path), illustrated=False), context)


def test_what_can_be_drawn_is_made_without_the_others() -> None:
    tried = []

    def work(todo: Sequence[PlannedClip]) -> list[Clip]:
        tried.append([one.name for one in todo])
        if len(todo) > 1:
            raise UndrawnError({"ledger": "the chapter ledger is left out: why"})
        return [clip(one) for one in todo]

    made, reasons = as_far_as_possible([planned(LEDGER), planned(CREDITS)], work)
    assert [one.chapter for one in made] == [CREDITS]
    assert reasons == ["the chapter ledger is left out: why"]
    assert [len(names) for names in tried] == [2, 1]


def test_where_nothing_can_be_drawn_it_is_an_error() -> None:
    def work(todo: Sequence[PlannedClip]) -> list[Clip]:
        raise UndrawnError({one.job.chapter.name: "why" for one in todo})

    with pytest.raises(UndrawnError, match=r"^why$"):
        as_far_as_possible([planned(LEDGER)], work)


def test_what_is_built_is_listed_without_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "side_by_side", one_after_another)

    def work(one: Job, context: object) -> str:
        return one.name if one.chapter == CREDITS else broken()

    results, failed = all_that_succeed(work, [job(LEDGER), job(CREDITS)], lambda *news: None)
    assert results == [job(CREDITS).name]
    name = job(LEDGER).name
    assert list(failed) == [name]
    assert failed[name].startswith(rf"{name} cannot be built: KeyError: 'no such\nkey' at test_")
    with pytest.raises(UndrawnError, match="cannot be built"):
        all_that_succeed(work, [job(LEDGER)], lambda *news: None)


def one_after_another(work: Any, todo: Sequence[Any], on_progress: object) -> list[Any]:
    """Do the work of processes in this one."""
    return [work(each, None) for each in todo]


def without(monkeypatch: pytest.MonkeyPatch, *chapters: str) -> None:
    """Let chapters of the film, which has two, fail."""
    monkeypatch.setattr(workers, "prepare", lambda: None)
    monkeypatch.setattr(jobs, "FILM", (LEDGER, CREDITS))
    for name in chapters:
        monkeypatch.setattr(f"scenes.story.{name}.tell", unrecorded)


def unrecorded(*given: object) -> Any:
    """Fail as a story does whose data a run lacks."""
    raise NotRecordedError("no bytes")


def test_a_named_chapter_that_is_left_out_is_told_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without(monkeypatch, "ledger")
    todo, failed = cli._plan(("ledger", "credits"), (), {"quality": "low"})
    assert [one.chapter.name for one in todo] == ["credits"]
    assert failed == ["the chapter ledger is left out: no bytes"]


def test_credits_alone_are_no_film(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "ledger")
    result = CliRunner().invoke(cli.cli, ["film"])
    assert result.exit_code == 2
    assert result.output == "fedreel: the chapter ledger is left out: no bytes\n"


@pytest.mark.parametrize("command", ["film", "slides", "sheet", "audit", "check"])
def test_where_no_chapter_is_left_each_has_a_line(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "ledger", "credits")
    for words in ((), ("ledger", "credits")):
        result = CliRunner().invoke(cli.cli, [command, *words])
        assert result.exit_code == 2
        assert result.output.splitlines() == [
            f"fedreel: the chapter {name} is left out: no bytes" for name in ("ledger", "credits")
        ]


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("film", "media/film/fedreel-credits.mp4"),
        ("sheet", "media/sheet-credits.png"),
        ("slides", "media/slides-credits.html"),
    ],
)
def test_a_file_is_named_after_what_it_holds(
    command: str, file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without(monkeypatch, "ledger")
    written: list[str] = []

    def write(*given: Any) -> Any:
        written.extend(str(path) for path in given if isinstance(path, Path))
        Path(written[-1]).parent.mkdir(parents=True, exist_ok=True)
        Path(written[-1]).touch()
        return [Path(written[-1])] if command == "film" else Path(written[-1])

    for maker in ("movies.film", "sheet.sheet", "slides.deck"):
        monkeypatch.setattr(f"scenes.outputs.{maker}", write)
    monkeypatch.setattr("scenes.outputs.film.length_of", lambda path: 1)
    monkeypatch.setattr(clips, "load_or_render", lambda todo, *_, **__: [clip(todo[0])])
    result = CliRunner().invoke(cli.cli, [command, "ledger", "credits"])
    assert result.exit_code == 1, result.output
    assert written == [file]
    *_, made, left_out = result.output.splitlines()
    assert made.startswith(f"{command}: {file}")
    assert left_out == "fedreel: the chapter ledger is left out: no bytes"


def test_the_last_line_and_the_exit_code_say_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "prepare", lambda: None)
    monkeypatch.setattr(jobs, "FILM", (LEDGER, CREDITS))
    monkeypatch.setattr("scenes.story.ledger.tell", broken)
    made = [Path("media/film/fedreel.mp4"), Path("media/film/fedreel.srt")], 1.0
    undrawn = "the chapter remedies is left out: why"
    monkeypatch.setattr(cli, "_render", lambda todo, title, finish, on: (made, [undrawn]))
    result = CliRunner().invoke(cli.cli, ["film"])
    assert result.exit_code == 1, result.output
    film, told, drawn = result.output.splitlines()
    assert film.startswith("film: media/film/fedreel.mp4, 1 s")
    assert told.startswith("fedreel: the chapter ledger is left out, since it failed (")
    assert drawn == f"fedreel: {undrawn}"
