"""A film's sound is where its pictures are, in every format, and leaves the pictures alone."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import av
import fake_voice
import numpy as np
import numpy.typing as npt
import pytest

from scenes import Beat, Chapter
from scenes.explainer import PlayedBeat
from scenes.outputs.cues import starts
from scenes.outputs.film import Piece, join_captioned
from scenes.outputs.joins import JOIN
from scenes.outputs.soundtrack import NOTHING_HEARD, Heard, silences, soundtrack
from scenes.outputs.targets import sounding
from scenes.release.products import Film, chapter_files
from scenes.render.clips import ClipInputs, PlannedClip
from scenes.render.jobs import Clip, Job
from scenes.render.looks import Look
from scenes.render.store import Store
from scenes.render.voices import voice_named
from scenes.sound.effects import ALL, EFFECTS, SILENT, TimedEffect, TimedSpeech, click, tone
from scenes.sound.loudness import loudness
from scenes.sound.samples import RATE
from scenes.text.lines import text
from scenes.text.naming import Naming
from scenes.theme import MODEL

FRAMES = 10  # a second
CODECS = {".mp4": "aac", ".mov": "aac", ".webm": "opus"}
AGREE = 0.05  # seconds
PLAIN = {"g": f"{FRAMES}", "bf": "0"}  # of an encoder: frames are stored as they are shown
Movie = Callable[..., Clip]


@pytest.fixture
def movie(tmp_path: Path) -> Movie:
    """Return a function that writes a grey movie, and returns it as a clip with effects."""

    def make(seconds: int, *effects: TimedEffect, suffix: str = ".mp4") -> Clip:
        path = tmp_path / f"{seconds}{suffix}"
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264" if suffix != ".webm" else "libvpx-vp9", rate=FRAMES)
            stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
            stream.options = PLAIN  # it can be cut at each second
            for i in range(seconds * FRAMES):
                grey = np.full((36, 64, 3), i % 256, np.uint8)
                out.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
            out.mux(stream.encode(None))
        chapter = Chapter("one", "One", (Beat("heard", "."), Beat("still", ".", silent=True)))
        half = seconds / 2
        beats = PlayedBeat("heard", "a", 0, half), PlayedBeat("still", "b", half, seconds)
        return Clip(chapter, path, beats, seconds, effects)

    return make


def joined(clips: list[Clip], path: Path, heard: Heard) -> Path:
    """Join clips into a film with a sound."""
    pieces = [[Piece(clip.movie)] for clip in clips]
    origins = list(starts([clip.seconds for clip in clips]))
    join_captioned(clips, pieces, origins, path, {}, heard)
    return path


def decoded(path: Path) -> npt.NDArray[np.float32]:
    """Return the sound of a movie from its first picture on, shape (samples,)."""
    with av.open(str(path)) as source:
        frames = [
            frame for frame in source.decode(audio=0) if frame.time is not None and frame.time >= 0
        ]
    return np.concatenate([frame.to_ndarray().mean(axis=0) for frame in frames])


def onsets(samples: npt.NDArray[np.float32]) -> list[float]:
    """Return when sounds begin, seconds: where it is loud after a tenth of a second of silence."""
    loud = np.flatnonzero(np.abs(samples) > 0.03)
    first = np.diff(loud, prepend=-RATE) > RATE / 10
    return [float(place) / RATE for place in loud[first]]


@pytest.mark.parametrize("suffix", CODECS)
def test_sounds_are_at_their_time(suffix: str, movie: Movie, tmp_path: Path) -> None:
    one = movie(3, TimedEffect(1.0, tone(0.5)), suffix=suffix)
    two = movie(2, TimedEffect(0.5, click(MODEL)), suffix=suffix)
    path = joined([one, two], tmp_path / f"film{suffix}", Heard(EFFECTS))
    with av.open(str(path)) as source:
        (audio,) = source.streams.audio
        assert (audio.codec_context.name, audio.rate, audio.layout.name) == (
            CODECS[suffix],
            RATE,
            "stereo",
        )
    found = decoded(path)
    assert onsets(found) == pytest.approx([1.0, 3.5], abs=AGREE)
    assert len(found) / RATE == pytest.approx(5, abs=AGREE)
    assert 0.1 < np.abs(found).max() < 0.9


def pictures(path: Path) -> list[tuple[bytes, float]]:
    """Return the encoded pictures of a movie with their times."""
    with av.open(str(path)) as source:
        video = source.streams.video[0]
        return [(bytes(one), float(one.pts * video.time_base)) for one in source.demux(video)
                if one.pts is not None and video.time_base is not None]  # fmt: skip


def test_the_pictures_are_the_same_with_any_sound(movie: Movie, tmp_path: Path) -> None:
    clips = [movie(3, TimedEffect(1.0, tone(0.5))), movie(2)]
    silent, low = (joined(clips, tmp_path / f"{one}.mp4", Heard(one)) for one in (SILENT, ALL))
    assert pictures(silent) == pictures(low) != []
    with av.open(str(silent)) as source:
        assert not source.streams.audio


def test_sound_is_written_beside_the_pictures(movie: Movie, tmp_path: Path) -> None:
    path = joined([movie(15)], tmp_path / "film.mp4", Heard(ALL))
    times = []
    with av.open(str(path)) as source:
        for packet in source.demux():
            if packet.pts is not None and packet.time_base is not None:
                times.append((packet.pos or 0, float(packet.pts * packet.time_base)))
    by_place = [time for _, time in sorted(times)]
    assert max(before - after for before, after in pairwise(by_place)) < 1


@pytest.mark.parametrize("sound", [SILENT, ALL])
def test_a_voice_is_at_its_time_and_above_the_rest(
    sound: str, movie: Movie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_voice.use(monkeypatch)
    voice = voice_named(fake_voice.NAME, "en")
    clips = [
        replace(movie(4), speeches=(TimedSpeech(0.5, "one caption"), TimedSpeech(2.5, "another"))),
        replace(movie(5), speeches=(TimedSpeech(1.0, "the last caption"),)),
    ]
    path = joined(clips, tmp_path / "film.mp4", Heard(sound, voice))
    with av.open(str(path)) as source:
        assert source.streams.audio[0].metadata["language"] == "eng"
    found = decoded(path)
    assert onsets(found) == pytest.approx([0.5, 2.5, 5.0], abs=AGREE)
    assert np.abs(found).max() < 0.99
    spoken = found[round(0.55 * RATE) : round(1.0 * RATE)]
    between = found[round(3.2 * RATE) : round(4.8 * RATE)]
    assert level(spoken) == pytest.approx(-16, abs=1.5)
    assert level(between) < -29


def level(samples: npt.NDArray[np.float32]) -> float:
    """Return the loudness of samples of one channel, LUFS."""
    return loudness(np.repeat(samples[:, None], 2, axis=1))


def test_nothing_is_made_for_no_sound(movie: Movie) -> None:
    assert soundtrack([movie(1)], [0.0], 1.0, NOTHING_HEARD) is None


def test_a_silent_beat_is_silent_where_the_film_has_it(movie: Movie) -> None:
    clips = [movie(8), movie(10)]
    assert silences(clips, [1.0, 9.0]) == [(5.0, 9.0), (14.0, 19.0)]
    heard = soundtrack(clips, [1.0, 9.0], 24.0, Heard(ALL))
    assert heard is not None
    assert not heard.samples[5 * RATE : 9 * RATE].any()
    assert heard.samples[3 * RATE : 4 * RATE].any()


def test_silent_beats_that_follow_each_other_are_one_silence(movie: Movie) -> None:
    clip = movie(4)
    chapter = Chapter("one", "One", (Beat("heard", ".", silent=True), *clip.chapter.beats[1:]))
    assert silences([Clip(chapter, clip.movie, clip.beats, 4)], [0.0]) == [(0.0, 4.0)]


def test_a_movie_says_who_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_voice.use(monkeypatch)
    heard = Heard(ALL, voice_named(fake_voice.NAME, "en"))
    assert heard.about == {"comment": "Spoken by beeps 1. Licence: none."}
    assert Heard(ALL).about == {}


def test_a_chapter_of_a_release_speaks(
    movie: Movie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_voice.use(monkeypatch)
    monkeypatch.setattr("scenes.outputs.joins._options", lambda: PLAIN)
    beats = (PlayedBeat("heard", "a", start=1, end=4),)
    clip = replace(movie(4), beats=beats, speeches=(TimedSpeech(1.5, "one caption"),))
    job = Job(clip.chapter, ("reference",), Look("low"), tmp_path)
    heard = Heard(ALL, voice_named(fake_voice.NAME, "en"))
    told = SimpleNamespace(title=text("One"))
    planned = PlannedClip(job, ClipInputs("", {}, {}, {}))
    film = Film([planned], [clip], Store(tmp_path / "store"), [told], Naming(), heard)
    made = chapter_files(film)
    for suffix in (".mp4", ".webm"):
        path, _ = made[f"chapters/one{suffix}"]
        assert onsets(decoded(path)) == pytest.approx([1.5 + JOIN], abs=AGREE)
    silent = chapter_files(replace(film, heard=NOTHING_HEARD))
    with av.open(str(silent["chapters/one.mp4"][0])) as source:
        assert not source.streams.audio
    with av.open(str(made["chapters/one.mp4"][0])) as source:
        assert source.metadata["comment"] == "Spoken by beeps 1. Licence: none."


def test_a_voice_has_a_name_of_its_own() -> None:
    named = sounding(Path("film.mp4"), ALL, "piper:/voices/my.onnx")
    assert named.name == "film-sound-all-voice-my.mp4"
    assert sounding(Path("film.mp4"), EFFECTS, "auto").name == "film-voice-auto.mp4"


def test_another_sound_has_another_name() -> None:
    assert [sounding(Path("film.mp4"), sound).name for sound in (EFFECTS, SILENT, ALL)] == [
        "film.mp4",
        "film-sound-none.mp4",
        "film-sound-all.mp4",
    ]
