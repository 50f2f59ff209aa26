"""A deck: the film in one HTML file, where every beat is a slide that stops at its end."""

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
from manim_slides.config import PresentationConfig, SlideConfig
from manim_slides.convert import RevealJS

from scenes.render.jobs import Clip, Look
from scenes.text.errors import SceneError
from scenes.theme import PALETTES, Palette

TEMPLATE = Path(__file__).with_name("slides.html")


class CutError(SceneError):
    """A movie cannot be cut at its beats without encoding it again."""


class Deck(RevealJS):
    """manim-slides' HTML, from a template of our own.

    reveal.js would be loaded from another host, turns notes from Markdown into markup, and plays a
    slide anew when one goes back to it.
    """

    template: Path | str | None = TEMPLATE
    one_file: bool = True
    language: str
    palette: Palette
    chapters: list[str]


def deck(
    clips: Sequence[Clip], path: Path, title: str, chapters: Sequence[str], look: Look
) -> Path:
    """Write the clips to ``path`` as one HTML file, and return ``path``.

    The file appears whole or not at all, and needs nothing beside it.

    Args:
        clips: rendered chapters; they are cut at their beats, and no frame is encoded again.
        path: where it goes.
        title: of the page.
        chapters: the clips' names as they are shown.
        look: the clips' look; the page has their language and the colours of their theme.

    Raises:
        CutError: a beat's first frame is no key frame; nothing was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        with TemporaryDirectory() as folder:
            Deck(
                presentation_configs=[
                    _slides(clip, Path(folder, str(number)), look)
                    for number, clip in enumerate(clips)
                ],
                title=title,
                language=look.language,
                palette=PALETTES[look.theme],
                chapters=list(chapters),
            ).convert_to(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _slides(clip: Clip, folder: Path, look: Look) -> PresentationConfig:
    """Return a clip's beats as slides, with their captions as notes."""
    folder.mkdir()
    slides = [
        # No movie that runs backwards: the page shows none.
        SlideConfig(file=movie, rev_file=movie, notes=beat.caption, dedent_notes=False)
        for beat, movie in zip(clip.beats, cut(clip, folder), strict=True)
    ]
    ground = PALETTES[look.theme].ground
    return PresentationConfig(slides=slides, resolution=look.pixels, background_color=ground)


def cut(clip: Clip, folder: Path) -> list[Path]:
    """Copy each beat, up to the next one's start, into a movie of its own in ``folder``.

    Manim encodes each animation by itself, and a beat begins with one: its packets hold all that
    its frames are made from.

    Raises:
        CutError: a beat's first frame is no key frame.
    """
    movies = []
    with av.open(str(clip.movie)) as source:
        video = source.streams.video[0]
        packets = [packet for packet in source.demux(video) if packet.pts is not None]
        # Frames are counted: the times in a joined movie are off by a little more at each joint.
        rate = len(packets) / clip.seconds
        marks = [*(round(beat.start * rate) for beat in clip.beats), len(packets)]
        shown = sorted(packets, key=_time)
        for number, (beat, (first, end)) in enumerate(
            zip(clip.beats, pairwise(marks), strict=True)
        ):
            # A key frame can be stored before frames that are shown before it.
            if not packets[first].is_keyframe or packets[first] is not shown[first]:
                raise CutError(
                    f"{clip.movie}: beat {beat.name!r} cannot be cut out, frame {first} is no key "
                    "frame. Render the chapter again with Manim"
                )
            movies.append(_copy(packets[first:end], video, folder / f"{number}.mp4"))
    return movies


def _time(packet: "av.Packet[Any]") -> int:
    assert packet.pts is not None
    return packet.pts


def _copy(packets: "Sequence[av.Packet[Any]]", video: av.VideoStream, path: Path) -> Path:
    """Write packets to a movie that begins at zero, and return its path."""
    start = _time(packets[0])
    with av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(video, opaque=True)
        for packet in packets:
            assert packet.dts is not None
            packet.pts = _time(packet) - start
            packet.dts -= start
            packet.stream = stream
            out.mux(packet)
    return path
