"""Movies become a film, a GIF and a contact sheet."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from hand import saved
from PIL import Image

from fl_sim.record import Metrics, Round, Run
from scenes import FILM
from scenes.cli import _all_jobs
from scenes.drawing.ground import ground_of
from scenes.explainer import PlayedBeat
from scenes.outputs import loop
from scenes.outputs.audit import AuditedNumber, _numbers, table, write
from scenes.outputs.cues import starts
from scenes.outputs.film import Extras, Piece, join_captioned, join_movies
from scenes.outputs.joins import JOIN, Picture, Way, dissolve, film_lengths, film_origins
from scenes.outputs.sheet import LABEL, STILL_WIDTH, moments, sheet, stills
from scenes.render.jobs import Clip, jobs, renderable
from scenes.render.looks import Look
from scenes.text.errors import ChapterError, LoopSizeError
from scenes.text.numbers import Number
from scenes.text.sources import Source

RATE = 10
Movie = Callable[..., Clip]


@pytest.fixture
def movie(tmp_path: Path) -> Movie:
    """Return a function that writes a movie whose shade of grey is the frame's number."""

    def make(name: str, frames: int = 10, noise: bool = False) -> Clip:
        path = tmp_path / f"{name}.mp4"
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264", rate=RATE, options={"crf": "1"})
            stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
            rng = np.random.default_rng(0)
            for i in range(frames):
                shade = (
                    rng.integers(0, 256, (720, 1280, 3))
                    if noise
                    else np.full((720, 1280, 3), 10 * i)
                )
                frame = av.VideoFrame.from_ndarray(shade.astype(np.uint8), format="rgb24")
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        beat = PlayedBeat("only", name, 0.1, frames / RATE - 0.1, shown=0.1)
        return Clip(FILM[0], path, (beat,), frames / RATE)

    return make


def join(clips: Sequence[Clip], path: Path, about: Mapping[str, str]) -> Path:
    """Join clips as they were rendered into a movie, and return its path."""
    pieces = [[Piece(clip.movie)] for clip in clips]
    origins = list(starts([clip.seconds for clip in clips]))
    movie, _ = join_captioned(clips, pieces, origins, path, about)
    return movie


def shades(path: Path) -> list[int]:
    """Return the shade of every frame of a movie."""
    with av.open(str(path)) as source:
        return [
            round(float(frame.to_ndarray(format="gray").mean())) for frame in source.decode(video=0)
        ]


def test_a_join_goes_from_the_last_picture_to_the_first(movie: Movie, tmp_path: Path) -> None:
    one, two = movie("one", 20), movie("two", 5)
    dissolve(Picture(one.movie), Picture(two.movie, 0.2), "light", tmp_path / "join.mp4")
    start, end = shades(one.movie)[-1], shades(two.movie)[2]
    middle = float(ground_of("light", 1280, 720)[..., :3].mean())
    parts = [(i + 1) / (round(JOIN * RATE) + 1) for i in range(round(JOIN * RATE))]
    wanted = [middle + abs(1 - 2 * p) * ((start if p < 0.5 else end) - middle) for p in parts]
    assert shades(tmp_path / "join.mp4") == pytest.approx(wanted, abs=2)
    card = one.card  # before the first beat
    assert film_lengths([one, two]) == [20 / RATE - card + JOIN, 5 / RATE - card]
    assert film_origins([one, two]) == pytest.approx([-card, 20 / RATE - 2 * card + JOIN])


def test_what_both_pictures_share_stays_in_a_join() -> None:
    start, end, ground = (np.full((72, 48), shade, np.uint8) for shade in (100, 100, 50))
    end[:48, :8] = 200
    way = Way(*(planes.ravel() for planes in (start, end, ground)), (48, 48))
    before, middle, after = (way.at(part).reshape(72, 48)[:48] for part in (0.25, 0.5, 0.75))
    assert [int(picture[20, 2]) for picture in (before, middle, after)] == [75, 50, 125]
    assert (middle[:, 40:] == 100).all()


def test_a_film_is_its_clips_one_after_the_other(movie: Movie, tmp_path: Path) -> None:
    one, two = movie("one", 10), movie("two", 5)
    path = join([one, two], tmp_path / "film" / "film.mp4", {"title": "A film"})
    assert shades(path) == shades(one.movie) + shades(two.movie)
    with av.open(str(path)) as film:
        assert film.duration == pytest.approx(1.5e6, abs=1e5)
        assert film.metadata["title"] == "A film"
    assert sorted(p.name for p in path.parent.iterdir()) == ["film.mp4", "film.srt"]


def test_a_webm_of_the_same_pictures_is_the_same_file(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "one.webm"), "w") as out:
        stream = out.add_stream("libvpx-vp9", rate=RATE)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        out.mux([*stream.encode(frame), *stream.encode(None)])
    made = [tmp_path / name for name in ("a.webm", "b.webm")]
    for path in made:
        join_movies([[Piece(tmp_path / "one.webm")]], path, Extras({"title": "Once"}))
    assert len({path.read_bytes() for path in made}) == 1


def test_captions_move_with_their_clip(movie: Movie, tmp_path: Path) -> None:
    path = join([movie("one"), movie("two")], tmp_path / "film.mp4", {"title": "A film"})
    lines = path.with_suffix(".srt").read_text().splitlines()
    assert lines[:3] == ["1", "00:00:00,100 --> 00:00:00,900", "one"]
    assert lines[4:7] == ["2", "00:00:01,100 --> 00:00:01,900", "two"]


def test_a_film_has_a_mark_for_each_chapter(movie: Movie, tmp_path: Path) -> None:
    path = join([movie("one", 10), movie("two", 5)], tmp_path / "film.mp4", {"title": "A film"})
    with av.open(str(path)) as film:
        found = [(mark["start"], mark["end"], mark["metadata"]) for mark in film.chapters()]
    assert found == [(0, 1000, {"title": "alone"}), (1000, 1500, {"title": "alone"})]


def test_a_film_that_cannot_be_joined_leaves_the_old_one(movie: Movie, tmp_path: Path) -> None:
    path = join([movie("one")], tmp_path / "film" / "film.mp4", {"title": "A film"})
    before = path.read_bytes()
    broken = movie("broken")
    broken.movie.unlink()
    with pytest.raises(FileNotFoundError):
        join([movie("two"), broken], path, {"title": "A film"})
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["film.mp4", "film.srt"]


def test_a_gif_has_its_own_palette_and_the_movies_length(movie: Movie, tmp_path: Path) -> None:
    path = loop.gif(movie("one", 20).movie, tmp_path / "loop.gif")
    with Image.open(path) as image:
        assert image.size == (720, 405)
        assert image.info["duration"] == 100
        assert image.n_frames == 20  # no more than the movie has
        assert image.info.get("loop") == 0
        image.seek(12)
        assert np.asarray(image.convert("L")).std() < 2


def test_a_gif_over_its_budget_is_not_written(
    movie: Movie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SMALLER", (1.0, 0.7))  # the second is half a pixel too high
    clip = movie("noise", 10, noise=True)
    path = tmp_path / "out" / "loop.gif"
    path.parent.mkdir()
    with pytest.raises(LoopSizeError, match=r"bytes, but the limit is 9000\. Shorten the loop"):
        loop.gif(clip.movie, path, width=240, biggest=9_000)
    assert not list(path.parent.iterdir())


def test_a_loop_is_as_wide_as_its_budget_allows(tmp_path: Path) -> None:
    tried = []

    def write(file: Path, width: int) -> None:
        tried.append(width)
        file.write_bytes(bytes(width))

    path = loop.small_enough(tmp_path / "loop.gif", 720, 500, write)
    assert tried == [720, 612, 504, 396]
    assert path.stat().st_size == 396
    assert [file.name for file in tmp_path.iterdir()] == ["loop.gif"]
    with pytest.raises(LoopSizeError, match="would have 288 bytes, but the limit is 100"):
        loop.small_enough(path, 720, 100, write)
    assert path.stat().st_size == 396


def test_stills_are_the_frames_shown_then(movie: Movie) -> None:
    clip = movie("one", 10)
    found = [np.asarray(still).mean() for still in stills(clip.movie, [0.0, 0.45, 0.9, 5.0])]
    assert found == pytest.approx([0, 40, 90, 90], abs=3)


def test_a_sheet_has_the_middle_and_the_end_of_each_beat(movie: Movie, tmp_path: Path) -> None:
    clip = movie("one", 10)
    assert moments(clip) == [("only, middle", 0.5), ("only, end", 0.8)]
    with Image.open(sheet([clip], tmp_path / "sheet.png", columns=2)) as page:
        assert page.size == (2 * STILL_WIDTH + 3 * 12, 360 + LABEL + 2 * 12)
        middle, end = (page.getpixel((x, 200)) for x in (320, 980))
    assert middle == pytest.approx((50,) * 3, abs=4)
    assert end == pytest.approx((80,) * 3, abs=4)


def test_every_look_is_a_job_of_its_own() -> None:
    todo, _ = _all_jobs(("ledger", "credits"), (), every=True, look={})
    assert len({job.name for job in todo}) == 2 * 3 * 2 * 4
    assert len({job.folder for job in todo}) == len(todo)
    assert [job.name for job in todo[:3]] == ["ledger", "credits", "ledger-light"]
    assert todo[-1].name == "credits-1x1-light-fr"
    usual, _ = _all_jobs(("ledger",), (), every=False, look={"shape": "9:16"})
    assert [(job.name, job.look.quality) for job in usual] == [("ledger-9x16", "low")]


def test_an_unknown_chapter_is_named_with_those_there_are() -> None:
    with pytest.raises(
        ChapterError, match=r"no chapter 'two_rounds'\. Did you mean one_round\? Choose"
    ):
        jobs(("two_rounds",))


def test_chapters_come_in_the_films_order() -> None:
    chosen = jobs(("ledger", "one_round"), ("mine",))
    assert [(job.chapter.name, job.runs) for job in chosen] == [
        ("one_round", ("mine",)),
        ("ledger", ("mine",)),
    ]


def test_without_a_run_each_chapter_takes_its_own() -> None:
    (job,) = jobs(("weighted_average",))
    assert job.runs == ("unequal",)


def test_a_look_is_named_by_what_is_unusual() -> None:
    assert Look().label == ""
    assert Look(shape="9:16", theme="light", language="de").label == "-9x16-light-de"


@pytest.mark.parametrize(
    ("look", "pixels"),
    [
        (Look("low"), (854, 480)),
        (Look("medium"), (1280, 720)),
        (Look("high"), (1920, 1080)),
        (Look("high", "9:16"), (1080, 1920)),
        (Look("low", "9:16"), (480, 854)),
        (Look("medium", "1:1"), (720, 720)),
    ],
    ids=str,
)
def test_a_shape_keeps_the_qualitys_shorter_side(look: Look, pixels: tuple[int, int]) -> None:
    assert look.pixels == pixels


def test_a_chapter_is_left_out_with_the_reason(tmp_path: Path) -> None:
    bare = Run(name="bare", rounds=(Round(number=0, central=Metrics(accuracy=0.1)),))
    run = saved(tmp_path, bare)
    spec, left_out = renderable(jobs(("weighted_average", "credits"), (run,)))
    assert [job.chapter.name for job in spec] == ["credits"]
    (reason,) = left_out
    assert str(reason).startswith("the chapter weighted_average is left out: the run 'bare' ")


def test_a_digit_without_a_source_is_a_fault(tmp_path: Path) -> None:
    found = list(_numbers("ledger", "task", "about 7 workers", ()))
    assert found == [AuditedNumber("ledger", "task", "about 7 workers", None)]
    write(found, tmp_path / "audit.json")
    assert '"source": null' in (tmp_path / "audit.json").read_text()


def test_the_audit_has_a_quoted_text_where_there_is_no_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = Number("[b]cat", Source("a name")), Number("50.0%", Source("a share"), 0.5)
    found = list(_numbers("ledger", "task", "[b]cat: 50.0%", numbers))
    write(found, tmp_path / "audit.json")
    rows = json.loads((tmp_path / "audit.json").read_text(), parse_constant=pytest.fail)
    assert [row["value"] for row in rows] == ["[b]cat", 0.5]
    table(found)
    printed = capsys.readouterr().out
    assert "nan" not in printed
    assert printed.count("[b]cat") == 3
