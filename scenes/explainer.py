"""The base scene: loads the run, builds the stage, and tells a chapter beat by beat."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from manim import Animation, DecimalNumber, Mobject, config
from manim import Text as ManimText

from fl_sim import record
from scenes import FILM, theme
from scenes.drawing.chrome import Chrome, caption_block
from scenes.drawing.layout import Frame, layout
from scenes.drawing.text import Words
from scenes.fast.scene import FastScene
from scenes.stage.crowd_stage import stage_for
from scenes.stage.stage import Stage
from scenes.story.specs import WorkerSpec
from scenes.text import languages as language
from scenes.text.errors import SceneError
from scenes.text.lines import Number, Text

RUN_VARIABLE = "FEDREEL_RUN"  # names or paths, separated as in PATH
THEME_VARIABLE = "FEDREEL_THEME"
LANGUAGE_VARIABLE = "FEDREEL_LANGUAGE"


@dataclass
class Beat:
    """What a beat showed: its name, its caption, its times in seconds, and every text seen.

    ``texts`` has each text with its figures, and when it stood there for the first time.
    """

    name: str
    spec: Text
    start: float
    end: float = 0.0
    texts: dict[tuple[str, tuple[Number, ...]], float] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        """The caption's text."""
        return str(self.spec)


class Explainer(FastScene):
    """A chapter. A subclass tells its beats in ``construct``.

    The runs are those that ``FEDREEL_RUN`` names, or the film's own choice for the chapter; theme
    and language those of ``FEDREEL_THEME`` and ``FEDREEL_LANGUAGE``.
    """

    stage: Stage  # set by a chapter that has one

    def __init__(self, **kwargs: Any) -> None:
        # First of all, before Manim makes any folder.
        with one_line_errors():
            theme.use(os.environ.get(THEME_VARIABLE) or theme.DEFAULT)
            language.use(os.environ.get(LANGUAGE_VARIABLE) or language.ENGLISH)
            names = os.environ.get(RUN_VARIABLE)
            chosen = names.split(os.pathsep) if names else self._default_runs()
            self.runs = tuple(record.load(name) for name in chosen)
        self.frame = Frame.of_config()
        config.frame_width, config.frame_height = self.frame.width, self.frame.height
        config.background_color = theme.GROUND
        super().__init__(**kwargs)
        self.beats: list[Beat] = []
        self.on_beat: Callable[[str], None] = lambda name: None
        self.at_end: Callable[[Beat], None] = lambda beat: None

    def setup(self) -> None:
        """Lay out the frame's edges; a chapter that has a stage sets it up."""
        self.layout = layout(self.frame)
        self.chrome = Chrome(self.layout)

    def render(self, preview: bool = False) -> bool:
        """Render; what the runs lack or has no room ends the program in one line."""
        with one_line_errors():
            return bool(super().render(preview))

    def set_stage(self, workers: Sequence[WorkerSpec]) -> Stage:
        """Set up and return the stage, with a slot for each worker or for a crowd."""
        self.layout = layout(self.frame, len(workers))
        self.stage = stage_for(self.layout, workers)
        return self.stage

    @classmethod
    def _default_runs(cls) -> Sequence[str]:
        own = (chapter.runs for chapter in FILM if chapter.scene == cls.__name__)
        return next(own, ("reference",))

    @contextmanager
    def beat(self, name: str, caption: Text, *around: Animation) -> Iterator[None]:
        """Tell one beat: a section of its own, its caption, its body, and time to read.

        Args:
            name: the section's name.
            caption: the sentence shown and written as a subtitle.
            around: other changes at the frame's edges, made together with the caption's.
        """
        self.next_section(name)
        self.on_beat(name)
        beat = Beat(name, caption, self.time)
        self.beats.append(beat)
        block = caption_block(caption, self.layout)
        self.play(self.chrome.caption(block), *around)
        yield
        self.wait(max(theme.SETTLE, beat.start + reading_time(beat.caption) - self.time))
        self._end_beat()

    def _end_beat(self) -> None:
        beat = self.beats[-1]
        beat.end = self.time
        seconds = beat.end - beat.start
        self.add_subcaption(beat.caption, duration=seconds, offset=-seconds)
        if not self.blind:
            self.at_end(beat)

    @contextmanager
    def standing(
        self, name: str, caption: Text, *, title: Text, on_stage: Mobject
    ) -> Iterator[None]:
        """Tell a loop's only beat: everything stands from the first frame on."""
        self.on_beat(name)
        self.chrome.title(title)
        self.chrome.caption(caption_block(caption, self.layout))
        self.add(on_stage, *self.chrome.shown.values())
        self.beats.append(Beat(name, caption, self.time))
        yield
        self.wait(theme.SETTLE)
        self._end_beat()

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Play, and note every text that is on screen afterwards."""
        super().play(*args, **kwargs)
        if self.beats:
            seen = self.beats[-1].texts
            for text in texts_of(self.mobjects):
                seen.setdefault(text, self.time)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the program, or a notebook's cell, in one line where runs, theme, language can't be used.

    Manim answers any other exception of a scene with a traceback of many lines.
    """
    try:
        yield
    except (record.RecordError, SceneError) as error:
        said = " ".join(str(error).split())
        if _in_notebook():
            from IPython.core.error import UsageError  # noqa: PLC0415

            raise UsageError(said) from error  # IPython shows it without a traceback
        print(f"fedreel: {said}", file=sys.stderr)
        raise SystemExit(2) from error


def _in_notebook() -> bool:
    """Whether a cell of a notebook, or of an IPython shell, runs this."""
    ipython = sys.modules.get("IPython")  # Manim imports it where it is installed
    return ipython is not None and ipython.get_ipython() is not None


def reading_time(text: str) -> float:
    """Return the seconds that a caption stands."""
    return max(theme.CAPTION_AT_LEAST, theme.SWAP + len(text) / theme.CHARACTERS_A_SECOND)


def texts_of(mobjects: list[Mobject]) -> Iterator[tuple[str, tuple[Number, ...]]]:
    """Yield each text on screen with its figures; a text that is not ``Words`` has none."""
    for mobject in mobjects:
        for part in mobject.get_family():
            if isinstance(part, Words):
                yield part.shown, part.figures
            elif isinstance(part, ManimText):
                yield part.original_text, ()
            elif isinstance(part, DecimalNumber):
                yield str(part.number), ()
