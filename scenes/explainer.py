"""The base class of chapters: runs, language and theme, stage, and beats."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from manim import (
    Animation,
    DecimalNumber,
    Mobject,
    MovingCameraScene,
    RendererType,
    config,
)
from manim import Text as ManimText

from fl_sim import record
from scenes import FILM, LOOP, Chapter, theme
from scenes.drawing import camera, ground
from scenes.drawing.camera import CameraMove
from scenes.drawing.chrome import Chrome, caption_block, title_card
from scenes.drawing.layout import Frame, Slot, layout
from scenes.drawing.text import Words
from scenes.fast.scene import FastScene, in_movie
from scenes.render.voices import voice_named
from scenes.sound.effects import ALL, SILENT, TimedEffect, TimedSpeech, sound_named
from scenes.sound.files import sound_file
from scenes.sound.heard import effects_of
from scenes.sound.loudness import UNDER, at_most
from scenes.sound.samples import Samples
from scenes.sound.synthesis import score
from scenes.story import titles
from scenes.story.build import build_spec
from scenes.text import languages
from scenes.text.errors import BeatError, ChapterError, FlagError
from scenes.text.faults import line_of
from scenes.text.language import ENGLISH
from scenes.text.lines import Text, in_language
from scenes.text.naming import Naming
from scenes.text.numbers import Number
from scenes.voice.spoken import spoken

RUN_VARIABLE = "FEDREEL_RUN"  # names or paths, separated like PATH
THEME_VARIABLE = "FEDREEL_THEME"
LANGUAGE_VARIABLE = "FEDREEL_LANGUAGE"
TITLE_VARIABLE = "FEDREEL_TITLE"
SOUND_VARIABLE = "FEDREEL_SOUND"
VOICE_VARIABLE = "FEDREEL_VOICE"
NO_MOVIE = ("png", "png-sequence", "none")  # Manim's formats without an encoder
Spec = TypeVar("Spec")


@dataclass
class PlayedBeat:
    """A played beat: its name, caption, times in seconds, and all texts on screen.

    ``shown`` is when its caption appears. ``texts`` has each text with its numbers, and the time of
    its first appearance.
    """

    name: str
    line: Text
    start: float
    end: float = 0.0
    shown: float = 0.0
    texts: dict[tuple[str, tuple[Number, ...]], float] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        """The caption's text."""
        return str(self.line)


class Explainer(FastScene, MovingCameraScene):
    """The base class of a chapter; a subclass plays its beats in ``construct``.

    ``FEDREEL_RUN`` names the runs; without it, the film's choice for the chapter is used.
    ``FEDREEL_THEME`` and ``FEDREEL_LANGUAGE`` set theme and language, ``FEDREEL_TITLE`` the title,
    ``FEDREEL_SOUND`` what is heard, ``FEDREEL_VOICE`` who speaks.
    """

    def __init__(self, renderer: Any = None, **kwargs: Any) -> None:
        # First, before Manim creates any folder.
        with one_line_errors():
            self._check_names()
            check_output()
            theme.use(os.environ.get(THEME_VARIABLE) or theme.DEFAULT)
            code = os.environ.get(LANGUAGE_VARIABLE) or ENGLISH.code
            self.language = languages.named(code)
            self.naming = Naming(os.environ.get(TITLE_VARIABLE, ""))
            self.sound = sound_named(os.environ.get(SOUND_VARIABLE, ""))
            speaker = os.environ.get(VOICE_VARIABLE)
            self.voice = voice_named(speaker, code) if speaker else None
            names = os.environ.get(RUN_VARIABLE)
            chosen = names.split(os.pathsep) if names else self._default_runs()
            self.runs = tuple(record.load_all(chosen).values())
        self.frame = Frame.of_config()
        config.frame_width, config.frame_height = self.frame.width, self.frame.height
        config.background_color = theme.GROUND
        with one_line_errors():
            try:
                super().__init__(renderer=renderer, **kwargs)
            except ValueError as error:  # what Manim says of flags that contradict each other
                raise FlagError(str(error)) from error
        ground.lay(self.camera)
        self.beats: list[PlayedBeat] = []
        self.effects: list[TimedEffect] = []
        self.heard: list[TimedEffect] = []  # those in the movie, at its seconds
        self.speeches: list[TimedSpeech] = []
        self.silences: list[tuple[float, float]] = []  # seconds of the movie
        self.on_beat: Callable[[str], None] = lambda name: None
        self.on_beat_end: Callable[[PlayedBeat], None] = lambda beat: None

    _asked: Sequence[str] = ()  # the scenes of its file that Manim was asked for

    def __init_subclass__(cls, **options: Any) -> None:
        """Note what Manim was asked for: it forgets a name that is not in the file."""
        super().__init_subclass__(**options)
        cls._asked = tuple(config.scene_names or ())

    @classmethod
    def _check_names(cls) -> None:
        """Check the names of scenes given to Manim: it renders another scene for a wrong one."""
        known = vars(sys.modules[cls.__module__])
        for name in cls._asked:
            if name not in known:
                raise ChapterError(
                    f"{config.input_file} has no scene {name}. It has {cls.__name__}, for example"
                )

    def setup(self) -> None:
        """Create the layout and the texts at the frame's edges."""
        self.layout = layout(self.frame)
        self.chrome = Chrome(self.layout, self.camera)

    def render(self, preview: bool = False) -> bool:
        """Render the scene; print errors that a user can fix in one line."""
        with one_line_errors():
            return bool(super().render(preview))

    def tell(self, story: Callable[[Sequence[record.Run]], Spec]) -> Spec:
        """Return a story's spec for the runs, in the film's language, after the title card."""
        spec = in_language(build_spec(story, self.runs, self.naming.title), self.language)
        if self._chapter() in FILM:
            self._show_card(spec)
        return spec

    def _show_card(self, spec: Any) -> None:
        """Show the card with which the chapter alone begins; the film leaves it out."""
        self.next_section("card")
        origin = in_language(titles.origin(self.naming.title), self.language)
        card = title_card(spec.title, origin, self.frame)
        self.add(card)
        self.wait(theme.CARD)
        self.remove(card)

    @classmethod
    def _default_runs(cls) -> Sequence[str]:
        chapter = cls._chapter()
        return chapter.runs if chapter else ("reference",)

    @classmethod
    def _chapter(cls) -> Chapter | None:
        """Return this chapter's declaration, or None for a user's own scene."""
        return next((chapter for chapter in (*FILM, LOOP) if chapter.scene == cls.__name__), None)

    def _check_declared(self, beat: str) -> None:
        chapter = self._chapter()
        declared = [each.name for each in chapter.beats] if chapter else [beat]
        if beat not in declared:
            raise BeatError(
                f"the beat {beat!r} of {type(self).__name__} is not declared. Add it with a "
                f"description to the chapter {getattr(chapter, 'name', '')!r} in scenes/__init__.py"
            )
        before = [declared.index(played.name) for played in self.beats if played.name in declared]
        if before and before[-1] >= declared.index(beat):
            raise BeatError(
                f"the beat {beat!r} of {type(self).__name__} is played after "
                f"{self.beats[-1].name!r}; scenes/__init__.py declares another order"
            )

    @contextmanager
    def beat(
        self, name: str, caption: Text, *around: Animation, late: bool = False
    ) -> Iterator[None]:
        """Play one beat: a section with a caption, the ``with`` block, and time to read.

        Args:
            name: the section's name.
            caption: the caption on screen, also written as a subtitle.
            around: other animations to play together with the caption's.
            late: whether the caption comes after the block, so that the picture speaks first.
        """
        self._check_declared(name)
        self.next_section(name)
        self.on_beat(name)
        beat, began = PlayedBeat(name, caption, self.time), self.movie_time
        self.beats.append(beat)
        block = caption_block(caption, self.layout)
        if late:
            if before := [*self.chrome.hide("caption"), *around]:
                self.play(*before)
            yield
        beat.shown = self.time
        needed = max(reading_time(beat.caption), self._speak(beat))
        self.play(self.chrome.caption(block), *(() if late else around))
        if not late:
            yield
        self.wait(max(theme.SETTLE, beat.shown + needed - self.time))
        self._end_beat()
        if self._silent:
            self.silences.append((began, self.movie_time))

    def _speak(self, beat: PlayedBeat) -> float:
        """Speak a beat's caption once it is on screen; return how long it then stays, seconds."""
        if self.voice is None:
            return 0.0
        text = str(spoken(beat.line, self.language))
        self.speeches.append(TimedSpeech(self.time + theme.SWAP, text))
        if self.sound != SILENT:
            self.add_sound(str(self.voice.file(text)), theme.SWAP)
        return theme.SWAP + self.voice.seconds(text) + theme.BREATH

    def _end_beat(self) -> None:
        beat = self.beats[-1]
        beat.end = self.time
        seconds = beat.end - beat.shown
        self.add_subcaption(beat.caption, duration=seconds, offset=-seconds)
        if not self.drawn_elsewhere:
            self.on_beat_end(beat)

    @contextmanager
    def static_beat(self, name: str, caption: Text, on_stage: Mobject) -> Iterator[None]:
        """Play a loop's only beat: everything is on screen from the first frame."""
        self.on_beat(name)
        self.chrome.caption(caption_block(caption, self.layout))
        self.add(on_stage, *self.chrome.on_screen.values())
        self.beats.append(PlayedBeat(name, caption, self.time, shown=self.time))
        yield
        self.wait(theme.SETTLE)
        self._end_beat()

    def camera_to(
        self, slot: Slot | None = None, *, into: Slot | None = None, run_time: float = theme.PUSH
    ) -> Animation:
        """Return the animation of the camera to a part of the scene, or back to all of it.

        Captions and what is pinned stay where they are on the screen.

        Args:
            slot: the part of the scene; None is the whole frame.
            into: where it is to be seen, a part of the whole frame; None is between the title and
                the caption.
            run_time: seconds.
        """
        return CameraMove(self.camera, self._view_onto(slot, into), run_time)

    def cut_to(self, slot: Slot | None = None, *, into: Slot | None = None) -> None:
        """Show a part of the scene at once, or all of it."""
        camera.point_at(self.camera, self._view_onto(slot, into))
        camera.follow(self.mobjects, self.camera, self.frame)

    def pin(self, mobject: Mobject) -> Mobject:
        """Fix a mobject, which was made for the whole frame, on the screen, and return it."""
        return camera.pin(mobject, self.camera, self.frame)

    def _view_onto(self, slot: Slot | None, into: Slot | None) -> Slot:
        if slot is None:
            return camera.whole(self.frame)
        return camera.view_onto(slot, into or self.layout.whole, self.frame)

    def compile_animations(self, *args: Any, **kwargs: Any) -> list[Animation]:
        """Return the animations to play; a move of the camera ends first."""
        found = super().compile_animations(*args, **kwargs)
        for one in found if not self._silent else ():
            self._hear(one)
        return sorted(found, key=lambda one: not isinstance(one, CameraMove))

    @property
    def _silent(self) -> bool:
        """Whether nothing is to be heard in the present beat."""
        chapter = self._chapter()
        return bool(chapter and self.beats and self.beats[-1].name in chapter.silent)

    def _hear(self, animation: Animation) -> None:
        """Note what is heard of an animation that begins."""
        for one in effects_of(animation):
            self.effects.append(TimedEffect(self.time + one.at, one.effect))
            if in_movie(self.renderer):
                self.heard.append(TimedEffect(self.movie_time + one.at, one.effect))

    @property
    def _sounds(self) -> Path:
        """The folder for files of sounds."""
        return Path(config.get_dir("media_dir"), "sounds")

    def tear_down(self) -> None:
        """End the last section; what is heard besides the voice goes through the whole movie."""
        if self.movie_time and (self.sound == ALL or (self.sound != SILENT and self.heard)):
            self.add_sound_to_all(str(sound_file(self._score(), self._sounds)))
        super().tear_down()

    def _score(self) -> Samples:
        """Return what is heard of the movie besides its voice, which it does not hide."""
        made = score(self.movie_time, self.heard, self.silences if self.sound == ALL else None)
        return at_most(made, UNDER) if self.voice else made

    def update_to_time(self, t: float) -> None:
        """Go to a time of a play; what is pinned stays where it is on the screen."""
        super().update_to_time(t)
        if self._camera_moves():
            camera.follow(self.mobjects, self.camera, self.frame)

    def _camera_moves(self) -> bool:
        return any(isinstance(one, CameraMove) for one in self.animations or ())

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Play animations, and record every text that is on screen afterwards."""
        super().play(*args, **kwargs)
        if self._camera_moves():
            camera.follow(self.mobjects, self.camera, self.frame)
        if self.beats:
            texts = self.beats[-1].texts
            for text in texts_of(self.mobjects):
                texts.setdefault(text, self.time)


def check_output() -> None:
    """Check that Manim's flags ask for something that can be drawn and encoded.

    Raises:
        FlagError: another renderer is asked for, or a size that the encoder cannot write.
    """
    if config.renderer != RendererType.CAIRO:
        raise FlagError(
            "a chapter is drawn by Manim's Cairo renderer only. Leave out --renderer=opengl"
        )
    width, height = config.pixel_width, config.pixel_height
    halved = config.format not in ("webm", *NO_MOVIE) and not config.transparent  # its colours
    if min(width, height) < 1:
        raise FlagError(
            f"a picture of {width}x{height} pixels cannot be drawn. Use -r 854,480, for example"
        )
    if halved and not config.dry_run and (width % 2 or height % 2):
        raise FlagError(
            f"a movie of {width}x{height} pixels cannot be encoded: width and height have to be "
            f"even. Use -r {width + width % 2},{height + height % 2}"
        )


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Print an error that a user can fix in one line, and end the program or the notebook's cell.

    Manim prints a long traceback for any other exception of a scene.
    """
    try:
        yield
    except Exception as error:
        message = line_of(error)
        if message is None:
            raise
        if _in_notebook():
            from IPython.core.error import UsageError  # noqa: PLC0415

            raise UsageError(message) from error  # IPython shows it without a traceback
        print(f"fedreel: {message}", file=sys.stderr)
        raise SystemExit(2) from error


def _in_notebook() -> bool:
    """Whether a notebook or an IPython shell runs this code."""
    ipython = sys.modules.get("IPython")  # Manim imports it where it is installed
    return ipython is not None and ipython.get_ipython() is not None


def reading_time(text: str) -> float:
    """Return the seconds that a caption stays on screen."""
    return max(theme.CAPTION_AT_LEAST, theme.SWAP + len(text) / theme.CHARACTERS_A_SECOND)


def texts_of(mobjects: list[Mobject]) -> Iterator[tuple[str, tuple[Number, ...]]]:
    """Yield each text on screen with its numbers; a text other than ``Words`` has none."""
    for mobject in mobjects:
        for part in mobject.get_family():
            if isinstance(part, Words):
                yield part.string, part.numbers
            elif isinstance(part, ManimText):
                yield part.original_text, ()
            elif isinstance(part, DecimalNumber):
                yield str(part.number), ()
