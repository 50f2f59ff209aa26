"""Captions as cues: when they stand, and how they are written."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from scenes.outputs.cues import Cue, as_srt, as_vtt, cues, starts
from scenes.outputs.film import Extras, Piece, join_movies
from scenes.outputs.text_tracks import Track


@dataclass
class Beat:
    """What a cue takes from a beat."""

    caption: str
    shown: float
    end: float


SHOWN = [Cue(0.5, 2.0, "One & two"), Cue(3723.25, 3725.0, "<b>Last</b> --> end")]


def test_cues_of_clips_follow_one_another() -> None:
    spec = [[Beat("a", 0.0, 1.0), Beat("b", 1.0, 2.5)], [Beat("c", 0.25, 1.0)]]
    assert cues(spec, [0.0, 2.5]) == [
        Cue(0.0, 1.0, "a"),
        Cue(1.0, 2.5, "b"),
        Cue(2.75, 3.5, "c"),
    ]
    assert list(starts([2.5, 1, 4])) == [0.0, 2.5, 3.5]


def test_subrip() -> None:
    assert as_srt(SHOWN) == (
        "1\n00:00:00,500 --> 00:00:02,000\nOne & two\n\n"
        "2\n01:02:03,250 --> 01:02:05,000\n<b>Last</b> --> end\n\n"
    )


def test_webvtt_takes_no_text_for_markup() -> None:
    assert as_vtt(SHOWN, "de") == (
        "WEBVTT\nLanguage: de\n\n"
        "00:00:00.500 --> 00:00:02.000\nOne &amp; two\n\n"
        "01:02:03.250 --> 01:02:05.000\n&lt;b&gt;Last&lt;/b&gt; --&gt; end\n"
    )


@pytest.mark.parametrize(
    ("suffix", "codec", "text_codec"),
    [(".mp4", "libx264", "mov_text"), (".webm", "libsvtav1", "webvtt")],
)
def test_text_tracks_can_be_read_back(
    tmp_path: Path, suffix: str, codec: str, text_codec: str
) -> None:
    clip = tmp_path / f"clip{suffix}"
    with av.open(str(clip), "w") as out:
        stream = out.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(30):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    # The last two touch, as beats do, at a time that is no whole number of milliseconds.
    touching = [Cue(5.75, 5.8666, "then"), Cue(5.8666, 5.9334, "end")]
    tracks = [
        Track("en", [Cue(0.5, 2.0, "Two"), Cue(2.0, 5.75, "and"), *touching]),
        Track("de", [Cue(0.5, 2.0, "Zwei, „ü“")]),
    ]
    target = tmp_path / f"film{suffix}"
    extras = Extras({"title": "A film", "comment": "of a run"}, ["one", "two"], tracks)
    assert join_movies([[Piece(clip)], [Piece(clip)]], target, extras) == [3, 3]
    with av.open(str(target)) as film:
        about = {key.lower(): text for key, text in film.metadata.items()}
        assert (about["title"], about["comment"]) == ("A film", "of a run")
        texts = film.streams.subtitles
        assert [text.metadata["language"] for text in texts] == ["eng", "deu"]
        assert [text.codec_context.name for text in texts] == [text_codec] * 2
        assert [mark["metadata"]["title"] for mark in film.chapters()] == ["one", "two"]
    assert written(target, 0) == [
        (0.5, 1.5, "Two"),
        (2.0, 3.75, "and"),
        (5.75, 0.117, "then"),
        (5.867, 0.066, "end"),
    ]
    assert written(target, 1) == [(0.5, 1.5, "Zwei, „ü“")]


def written(movie: Path, number: int) -> list[tuple[float, float, str]]:
    """Return when each text of a track starts, how long it stands, and the text."""
    found = []
    with av.open(str(movie)) as film:
        track = film.streams.subtitles[number]
        for packet in film.demux(track):
            text = bytes(packet)[2 if movie.suffix == ".mp4" else 0 :].decode()
            if packet.pts is not None and text:
                times = packet.pts * track.time_base, packet.duration * track.time_base
                found.append((float(times[0]), float(times[1]), text))
    return found
