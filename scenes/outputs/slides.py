"""Slides: the film in one HTML, PowerPoint or PDF file, with a slide for every beat."""

from collections.abc import Sequence
from contextlib import redirect_stderr
from io import StringIO
from itertools import chain, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import av
from manim_slides.config import PresentationConfig, SlideConfig
from manim_slides.convert import PowerPoint, RevealJS
from pptx import Presentation

from scenes.drawing.palettes import PALETTES, Palette
from scenes.outputs.film import Beside
from scenes.outputs.sheet import BEFORE_END, stills
from scenes.outputs.soundtrack import Sound, add_sound, speech_in
from scenes.outputs.targets import whole
from scenes.render.jobs import Clip
from scenes.render.looks import Look
from scenes.text.errors import SceneError

if TYPE_CHECKING:
    from scenes.render.voices import Voice

TEMPLATE = Path(__file__).with_name("slides.html")


class CutError(SceneError):
    """A movie that cannot be cut at its beats without transcoding."""


class Deck(RevealJS):
    """The HTML converter of manim-slides with our own template.

    The original loads reveal.js from another host, renders notes as Markdown, and replays a slide
    when one goes back to it.
    """

    template: Path | str | None = TEMPLATE
    one_file: bool = True
    language: str
    palette: Palette
    chapters: list[str]
    spoken: bool


def deck(
    clips: Sequence[Clip],
    path: Path,
    title: str,
    chapters: Sequence[str],
    look: Look,
    voice: "Voice | None" = None,
) -> Path:
    """Write clips as slides into one self-contained file, and return its path.

    In a PDF, which has no movies, a slide is the last picture of its beat.

    Args:
        clips: rendered chapters; they are cut at their beats without transcoding.
        path: the file; its suffix is one of ``SLIDES_FORMATS``.
        title: the page's title.
        chapters: the clips' titles.
        look: the clips' look, whose language and colours the page uses.
        voice: speaks each slide's caption, if the clips have a voice.

    Raises:
        CutError: a beat does not start with a key frame; nothing was written.
    """
    with whole(path) as partial, TemporaryDirectory() as folder:
        if path.suffix == ".pdf":
            _write_pdf(clips, partial, title)
            return path
        slides = [_slides(clip, Path(folder, str(i)), look, voice) for i, clip in enumerate(clips)]
        if path.suffix == ".pptx":
            _write_powerpoint(slides, partial, title, look)
            return path
        Deck(
            presentation_configs=slides,
            title=title,
            language=look.language,
            palette=PALETTES[look.theme],
            chapters=list(chapters),
            spoken=voice is not None,
        ).convert_to(partial)
    return path


def _write_pdf(clips: Sequence[Clip], path: Path, title: str) -> None:
    ends = ([beat.end - BEFORE_END for beat in clip.beats] for clip in clips)
    first, *others = chain.from_iterable(map(stills, (clip.movie for clip in clips), ends))
    first.save(path, "PDF", save_all=True, append_images=others, title=title)


def _write_powerpoint(slides: list[PresentationConfig], path: Path, title: str, look: Look) -> None:
    width, height = look.pixels
    with redirect_stderr(StringIO()):  # it prints a progress bar for each chapter
        PowerPoint(presentation_configs=slides, width=width, height=height).convert_to(path)
    presentation = Presentation(str(path))
    presentation.core_properties.title = title
    presentation.core_properties.author = ""  # of the template
    presentation.save(str(path))


def _slides(clip: Clip, folder: Path, look: Look, voice: "Voice | None") -> PresentationConfig:
    """Return a clip's beats as slides, with their captions as notes."""
    folder.mkdir()
    slides = [
        # The page needs no reversed movie.
        SlideConfig(file=movie, rev_file=movie, notes=beat.caption, dedent_notes=False)
        for beat, movie in zip(clip.beats, cut(clip, folder, voice), strict=True)
    ]
    ground = PALETTES[look.theme].ground
    return PresentationConfig(slides=slides, resolution=look.pixels, background_color=ground)


def cut(clip: Clip, folder: Path, voice: "Voice | None" = None) -> list[Path]:
    """Copy each beat, up to the start of the next one, into a movie in ``folder``.

    With a voice, the movie has what is spoken in the beat.

    A beat starts a new encoded segment, so its packets need no frame of another beat.

    Raises:
        CutError: a beat does not start with a key frame.
    """
    movies = []
    with av.open(str(clip.movie)) as source:
        video = source.streams.video[0]
        packets = [packet for packet in source.demux(video) if packet.pts is not None]
        # Frames are counted: in a joined movie the error of times grows with each joint.
        rate = len(packets) / clip.seconds
        marks = [*(round(beat.start * rate) for beat in clip.beats), len(packets)]
        by_time = sorted(packets, key=_time)
        for number, (beat, (first, end)) in enumerate(
            zip(clip.beats, pairwise(marks), strict=True)
        ):
            # A key frame can be stored before frames that precede it on screen.
            if not packets[first].is_keyframe or packets[first] is not by_time[first]:
                raise CutError(
                    f"the beat {beat.name!r} cannot be cut out of {clip.movie}: frame {first} is "
                    "no key frame. Render the chapter again"
                )
            span = first / rate, end / rate
            heard = None if voice is None else speech_in(clip, *span, voice)
            movies.append(_copy(packets[first:end], video, folder / f"{number}.mp4", heard))
    return movies


def _time(packet: "av.Packet[Any]") -> int:
    assert packet.pts is not None
    return packet.pts


def _copy(
    packets: "Sequence[av.Packet[Any]]", video: av.VideoStream, path: Path, heard: Sound | None
) -> Path:
    """Write packets to a movie with times from zero, and return its path."""
    start = _time(packets[0])
    with av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(video, opaque=True)
        beside = Beside(out, [] if heard is None else add_sound(out, heard, path.suffix))
        for packet in packets:
            assert packet.dts is not None
            packet.pts = _time(packet) - start
            packet.dts -= start
            packet.stream = stream
            beside.mux(packet)
        beside.mux_rest()
    return path
