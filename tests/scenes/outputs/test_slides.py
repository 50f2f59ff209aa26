"""A film becomes a deck: one HTML file, in which each beat is a slide that stops at its end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import fake_voice
import numpy as np
import pytest
from av.video.frame import PictureType
from browser import Opened, opened
from manim import Create, Square, tempconfig
from pptx import Presentation

from scenes import FILM
from scenes.explainer import Explainer, PlayedBeat
from scenes.outputs.slides import CutError, cut, deck
from scenes.render.jobs import Clip
from scenes.render.looks import Look
from scenes.render.voices import voice_named
from scenes.sound.effects import TimedSpeech

RATE = 25
STEP = 10  # between the shades of two frames
LOOK = Look("low")
HOSTILE = "</title></h1></p><img src=x onerror='broken=1'> & \"quoted\" {{ 7 * 7 }}"
Movie = Callable[..., Clip]
# The movie of the slide that is shown.
PLAYER = "document.querySelector('.now video')"
# The stretches of it that were played, seconds.
PLAYED = f"""() => Array.from(
  {{ length: {PLAYER}.played.length }}, (_, i) => [{PLAYER}.played.start(i), {PLAYER}.played.end(i)]
)"""
# The shade in the middle of its picture.
SHADE = f"""() => {{
  const context = document.createElement('canvas').getContext('2d');
  context.drawImage({PLAYER}, 0, 0);
  return context.getImageData(20, 20, 1, 1).data[0];
}}"""


@pytest.fixture
def movie(tmp_path: Path) -> Movie:
    """Return a function that writes a movie whose shade of grey is the frame's number.

    It takes the number of frames, the captions with their first frames, which frames are key
    frames, the rate by which the beats are timed, and settings of the encoder.
    """

    def make(
        frames: int, starts: dict[str, int], keys: Sequence[int], rate: float = RATE, **coder: str
    ) -> Clip:
        path = tmp_path / f"movie {len(list(tmp_path.iterdir()))}.mp4"
        options = {"crf": "1", "forced-idr": "1", "bf": "3", **coder}
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264", rate=RATE, options=options)
            stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
            for i in range(frames):
                pixels = np.full((90, 160, 3), STEP * i, np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pict_type = PictureType.I if i in keys else PictureType.NONE
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        ends = [*starts.values(), frames][1:]
        beats = [
            PlayedBeat(f"beat {first}", caption, first / rate, end / rate, shown=first / rate)
            for (caption, first), end in zip(starts.items(), ends, strict=True)
        ]
        return Clip(FILM[0], path, tuple(beats), frames / rate)

    return make


def frames(path: Path) -> list[Any]:
    """Return the brightness of every pixel of every frame."""
    with av.open(str(path)) as source:
        return [frame.to_ndarray(format="gray") for frame in source.decode(video=0)]


def shades(path: Path) -> list[int]:
    """Return the number of every frame, by its shade."""
    return [round(float(frame.mean()) / STEP) for frame in frames(path)]


def length(path: Path) -> tuple[float, float]:
    """Return where a movie's pictures begin and how long they last, seconds."""
    with av.open(str(path)) as source:
        video = source.streams.video[0]
        assert video.start_time is not None
        assert video.duration is not None
        assert video.time_base is not None
        return float(video.start_time * video.time_base), float(video.duration * video.time_base)


def folder(tmp_path: Path) -> Path:
    made = tmp_path / "cut"
    made.mkdir()
    return made


def test_a_cut_holds_the_frames_of_its_beat(movie: Movie, tmp_path: Path) -> None:
    clip = movie(12, {"a": 0, "b": 3, "c": 8}, keys=(0, 3, 5, 8))
    parts = cut(clip, folder(tmp_path))
    assert [shades(part) for part in parts] == [[0, 1, 2], [3, 4, 5, 6, 7], [8, 9, 10, 11]]
    assert [length(part) for part in parts] == [(0, pytest.approx(own / RATE)) for own in (3, 5, 4)]


def spoken_from(path: Path) -> float:
    """Return when something is spoken in a movie, seconds."""
    with av.open(str(path)) as source:
        parts = [frame.to_ndarray().max(axis=0) for frame in source.decode(audio=0)
                 if frame.time is not None and frame.time >= 0]  # fmt: skip
        rate = source.streams.audio[0].rate
    return float(np.argmax(np.concatenate(parts) > 0.05)) / rate


def test_a_slide_has_what_is_spoken_in_its_beat(
    movie: Movie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_voice.use(monkeypatch)
    voice = voice_named(fake_voice.NAME, "en")
    clip = movie(12, {"a": 0, "b": 3, "c": 8}, keys=(0, 3, 8))
    said = TimedSpeech(4 / RATE, "one"), TimedSpeech(10 / RATE, "two")
    spoken = replace(clip, speeches=said)
    _, second, third = cut(spoken, folder(tmp_path), voice)
    assert spoken_from(second) == pytest.approx(1 / RATE, abs=0.05)
    assert spoken_from(third) == pytest.approx(2 / RATE, abs=0.05)
    assert [shades(part) for part in (second, third)] == [[3, 4, 5, 6, 7], [8, 9, 10, 11]]
    mute = (
        deck([spoken], tmp_path / "deck.html", "title", ["one"], LOOK, speaker).read_text("utf-8")
        for speaker in (None, voice)
    )
    assert ["<video muted" in page for page in mute] == [True, False]


def test_frames_are_counted_where_the_times_in_a_movie_are_off(
    movie: Movie, tmp_path: Path
) -> None:
    clip = movie(12, {"a": 0, "b": 3, "c": 8}, keys=(0, 3, 8), rate=1.25 * RATE)
    assert [len(shades(part)) for part in cut(clip, folder(tmp_path))] == [3, 5, 4]


def test_a_beat_that_begins_between_key_frames_is_not_cut(movie: Movie, tmp_path: Path) -> None:
    clip = movie(12, {"a": 0, "b": 4}, keys=(0, 3), bf="0")
    with pytest.raises(
        CutError, match=r"beat 'beat 4' cannot be cut out of .+: frame 4 is no key frame"
    ):
        cut(clip, folder(tmp_path))


def test_a_beat_is_not_cut_where_a_frame_needs_the_next_beats(movie: Movie, tmp_path: Path) -> None:
    # Frame 6 is a key frame and stored sixth, before frame 5, which is made from it.
    open_group = "open-gop=1:keyint=6:min-keyint=1:bframes=3:b-adapt=0:scenecut=0"
    clip = movie(12, {"a": 0, "b": 5}, keys=(), **{"x264-params": open_group})
    with pytest.raises(CutError, match="frame 5 is no key frame"):
        cut(clip, folder(tmp_path))


def test_a_deck_that_cannot_be_made_leaves_the_old_one(movie: Movie, tmp_path: Path) -> None:
    good, bad = movie(6, {"a": 0}, keys=(0,)), movie(6, {"b": 0, "c": 4}, keys=(0,))
    path = deck([good], tmp_path / "out" / "deck.html", "title", ["one"], LOOK)
    before = path.read_bytes()
    with pytest.raises(CutError):
        deck([good, bad], path, "title", ["one", "two"], LOOK)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["deck.html"]


def here(seen: Opened) -> tuple[int, bool]:
    """Return the number of the slide shown, and whether it stands at its end."""
    number = seen.page.inner_text("#number").split(" / ")[0]
    return int(number), bool(seen.page.evaluate(f"{PLAYER}.ended"))


def until_shade(seen: Opened, shade: int) -> None:
    """Wait until the player shows a shade: at the end of a movie, its last frame may come later."""
    seen.until(f"Math.abs(({SHADE})() - {shade}) <= 3")


def three_slides(movie: Movie, path: Path, look: Look = LOOK) -> str:
    """Make a deck of two chapters with three slides; return its address."""
    one = movie(24, {"a": 0, HOSTILE: 10}, keys=(0, 10))
    two = movie(12, {"c": 0}, keys=(0,))
    return deck([one, two], path, HOSTILE, [HOSTILE, "Two"], look).as_uri()


def test_slides_play_once_and_wait(movie: Movie, tmp_path: Path) -> None:
    with opened(three_slides(movie, tmp_path / "deck.html")) as seen:
        assert seen.page.locator("section").count() == 3
        seen.until(f"{PLAYER}.ended")
        assert here(seen) == (1, True)
        assert seen.page.evaluate(PLAYED) == [[0, pytest.approx(10 / RATE)]]
        until_shade(seen, 9 * STEP)

        seen.page.keyboard.press("ArrowRight")
        assert here(seen)[0] == 2
        assert seen.page.inner_text("#caption") == HOSTILE
        seen.until(f"{PLAYER}.ended")
        assert seen.page.evaluate(PLAYED) == [[0, pytest.approx(14 / RATE)]]
        until_shade(seen, 23 * STEP)

        seen.page.keyboard.press("ArrowRight")
        seen.page.keyboard.press("ArrowLeft")
        seen.until(f"!{PLAYER}.seeking")
        assert here(seen) == (2, True)
        until_shade(seen, 23 * STEP)
    assert (seen.errors, seen.outside) == ([], [])


def test_every_way_to_turn_the_page(movie: Movie, tmp_path: Path) -> None:
    with opened(three_slides(movie, tmp_path / "deck.html")) as seen:
        page = seen.page

        def press(*keys: str) -> int:
            for key in keys:
                page.keyboard.press(key)
            return here(seen)[0]

        def drag(start: int, end: int) -> int:
            page.mouse.move(start, 200)
            page.mouse.down()
            page.mouse.move(end, 200)
            page.mouse.up()
            return here(seen)[0]

        onward = ("ArrowRight", "ArrowDown", "PageDown", " ", "End", "Control+ArrowRight")
        assert [press("Home", key) for key in onward] == [2, 2, 2, 2, 3, 1]
        back = ("ArrowLeft", "ArrowUp", "PageUp", "Home", "Control+ArrowLeft")
        assert [press("End", key) for key in back] == [2, 2, 2, 1, 3]
        assert [press("End", "ArrowRight"), press("Home", "ArrowLeft")] == [3, 1]
        assert [drag(300, 300), drag(300, 200), drag(200, 300)] == [2, 3, 2]
        page.reload()
        assert here(seen)[0] == 2
        press("f")
        seen.until("document.fullscreenElement !== null")
        press("f")
        seen.until("document.fullscreenElement === null")
    assert (seen.errors, seen.outside) == ([], [])


def test_text_is_never_markup(movie: Movie, tmp_path: Path) -> None:
    look = Look("low", theme="light", language="de")
    address = three_slides(movie, tmp_path / "deck.html", look)
    with opened(f"{address}#2") as seen:
        page = seen.page
        assert page.title() == HOSTILE
        assert page.get_attribute("html", "lang") == "de"
        assert page.get_attribute(".now", "aria-label") == HOSTILE
        assert page.get_attribute(".now video", "aria-label") == HOSTILE
        assert page.inner_text("#chapter") == HOSTILE
        assert page.locator("img").count() == 0
        assert page.evaluate("typeof broken") == "undefined"
        ground = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(ground) == "rgb(243, 241, 236)"
    assert (seen.errors, seen.outside) == ([], [])


def test_who_wants_no_motion_sees_where_a_slide_ends(movie: Movie, tmp_path: Path) -> None:
    address = three_slides(movie, tmp_path / "deck.html")
    with opened(address, reduced_motion="reduce") as seen:
        for last_frame in (9, 23):
            seen.until(f"{PLAYER}.ended && !{PLAYER}.seeking")
            assert seen.page.evaluate(PLAYED) == []
            until_shade(seen, last_frame * STEP)
            seen.page.keyboard.press("ArrowRight")
        assert here(seen)[0] == 3
    assert (seen.errors, seen.outside) == ([], [])


def test_only_neighbours_are_loaded(movie: Movie, tmp_path: Path) -> None:
    with opened(three_slides(movie, tmp_path / "deck.html")) as seen:
        loaded = "[...document.querySelectorAll('video')].map(video => video.readyState > 0)"
        seen.until(f"{loaded}.join() === 'true,true,false'")
        seen.page.keyboard.press("End")
        seen.until(f"{loaded}.join() === 'false,true,true'")


class Tiny(Explainer):
    """Two beats, with a picture that moves and one that stands."""

    def construct(self) -> None:
        with self.beat("moves", "It moves."):
            self.play(Create(Square()), run_time=0.5)
        with self.beat("stands", "It <b>stands</b>."):
            self.wait(0.5)


def test_a_rendered_scene_is_cut_between_its_frames(tmp_path: Path) -> None:
    settings = {
        "media_dir": str(tmp_path / "manim"),
        "quality": "low_quality",
        "progress_bar": "none",
        "disable_caching": True,
    }
    with tempconfig(settings):
        scene = Tiny()
        scene.render()
    whole = Path(scene.renderer.file_writer.movie_file_path)
    clip = Clip(FILM[0], whole, tuple(scene.beats), scene.time)
    parts = [frames(part) for part in cut(clip, folder(tmp_path))]
    assert [len(part) for part in parts] == [
        round(15 * (beat.end - beat.start)) for beat in clip.beats
    ]
    assert np.array_equal(np.concatenate(parts), frames(whole))

    address = deck([clip], tmp_path / "deck.html", "Tiny", ["Tiny"], LOOK).as_uri()
    with opened(address) as seen:
        assert seen.page.locator("section").count() == 2
        seen.page.evaluate(f"{PLAYER}.playbackRate = 8")
        seen.until(f"{PLAYER}.ended")
        assert seen.page.evaluate(PLAYED) == [[0, pytest.approx(clip.beats[0].end, abs=0.01)]]
        seen.page.keyboard.press("ArrowRight")
        assert here(seen)[0] == 2
        assert seen.page.inner_text("#caption") == "It <b>stands</b>."
    assert (seen.errors, seen.outside) == ([], [])


def test_a_powerpoint_plays_each_beat_and_has_its_caption_as_notes(
    movie: Movie, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    clip = movie(12, {"one": 0, "other": 5}, keys=[0, 5])
    path = deck([clip], tmp_path / "x.pptx", "A talk", ["chapter"], LOOK)
    found = Presentation(str(path))
    assert [slide.notes_slide.notes_text_frame.text for slide in found.slides] == ["one", "other"]
    assert found.slide_width / found.slide_height == pytest.approx(854 / 480)
    movies = {part.blob for part in found.part.package.iter_parts() if "mp4" in part.content_type}
    assert sorted(len(shades(written(tmp_path, blob))) for blob in movies) == [5, 7]
    assert (found.core_properties.title, found.core_properties.author) == ("A talk", "")
    assert capfd.readouterr().err == ""


def written(folder: Path, content: bytes) -> Path:
    """Write a movie into a file, and return its path."""
    path = folder / "part.mp4"
    path.write_bytes(content)
    return path


def test_a_pdf_has_a_page_for_each_beat(movie: Movie, tmp_path: Path) -> None:
    clip = movie(12, {"one": 0, "other": 5}, keys=[0, 5])
    content = deck([clip], tmp_path / "x.pdf", "A talk", ["chapter"], LOOK).read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 2
    assert "A talk".encode("utf-16-be") in content or b"(A talk)" in content
