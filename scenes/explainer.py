"""The base scene: loads the run, builds the stage, and tells a chapter beat by beat."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from manim import Animation, DecimalNumber, FadeIn, Mobject, Scene, Text, config

from fl_sim import record
from scenes import FILM, story, theme
from scenes.figures import Figure, Told
from scenes.stage.camera import BoxCamera
from scenes.stage.chrome import Chrome, caption_block
from scenes.stage.layout import Frame, layout
from scenes.stage.stage import Stage
from scenes.stage.summary import Summary
from scenes.stage.text import Words
from scenes.told import Metric

RUN_VARIABLE = "FEDREEL_RUN"


@dataclass
class Beat:
    """What a beat showed: its name, its times in seconds, its caption, and every text seen."""

    name: str
    caption: str
    start: float
    end: float = 0.0
    texts: dict[tuple[str, tuple[Figure, ...]], None] = field(default_factory=dict)


class Explainer(Scene):
    """A chapter. A subclass names itself and tells its beats in ``construct``.

    The run is the one that ``FEDREEL_RUN`` names, or the film's own choice for the chapter.
    """

    title: ClassVar[str]

    def __init__(self, **kwargs: Any) -> None:
        # First of all, before Manim makes any folder.
        self.run = _load(os.environ.get(RUN_VARIABLE) or self._default_run())
        kwargs.setdefault("camera_class", BoxCamera)
        self.frame = Frame.of_config()
        config.frame_width, config.frame_height = self.frame.width, self.frame.height
        super().__init__(**kwargs)
        self.beats: list[Beat] = []
        self.on_beat: Callable[[str], None] = lambda name: None

    def setup(self) -> None:
        """Lay out the stage for the run."""
        self.layout = layout(self.frame, len(self.run.partitions))
        self.stage = Stage(self.layout, story.workers(self.run))
        self.chrome = Chrome(self.layout)

    @classmethod
    def _default_run(cls) -> str:
        return next((chapter.run for chapter in FILM if chapter.scene == cls.__name__), "reference")

    @contextmanager
    def beat(self, name: str, caption: Told, *around: Animation) -> Iterator[None]:
        """Tell one beat: a section of its own, its caption, its body, and time to read.

        Args:
            name: the section's name.
            caption: the sentence shown and written as a subtitle.
            around: other changes at the frame's edges, made together with the caption's.
        """
        self.on_beat(name)
        self.next_section(name)
        beat = Beat(name, str(caption), self.time)
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

    def open_stage(self, round_: int) -> Animation:
        """Return the animation that brings in the whole stage as it stands after a round."""
        self.stage.show_plate(*story.plate(self.run, round_))
        self.stage.front_end.read(*story.reading(self.run, round_))
        return FadeIn(self.stage.everything)

    def open_blank_stage(self) -> Animation:
        """Return the animation that brings in the stage before there is any weight."""
        self.stage.show_plate(*story.blank_plate(self.run))
        self.stage.front_end.read(*story.first_reading(self.run))
        return FadeIn(self.stage.everything)

    def show_summary(self, metrics: Sequence[Metric]) -> Animation:
        """Return the animation that shows large figures alone in the middle."""
        return FadeIn(Summary(metrics, self.layout.figure, self.frame))

    @contextmanager
    def standing(self, round_: int, name: str, caption: Told) -> Iterator[None]:
        """Tell a loop's only beat: everything stands from the first frame on, as after a round."""
        self.on_beat(name)
        self.open_stage(round_)
        self.chrome.title(self.title)
        self.chrome.caption(caption_block(caption, self.layout))
        self.add(self.stage.everything, *self.chrome.shown.values())
        self.beats.append(Beat(name, str(caption), self.time))
        yield
        self.wait(theme.SETTLE)
        self._end_beat()

    def status(self, round_: int, phase: str) -> Animation:
        """Return the change of the line under the title."""
        return self.chrome.status(story.status(self.run, round_, phase))

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Play, and note every text that is on screen afterwards."""
        super().play(*args, **kwargs)
        if self.beats:
            self.beats[-1].texts.update(dict.fromkeys(texts_of(self.mobjects)))


def _load(name: str) -> record.Run:
    """Load a run; end the program in one line where it can't be used.

    Manim answers any other exception of a scene with a traceback of many lines.
    """
    try:
        return record.load(name)
    except record.RecordError as error:
        print(f"fedreel: {error}", file=sys.stderr)
        raise SystemExit(2) from error


def reading_time(text: str) -> float:
    """Return the seconds that a caption stands."""
    return max(theme.CAPTION_AT_LEAST, theme.SWAP + len(text) / theme.CHARACTERS_A_SECOND)


def texts_of(mobjects: list[Mobject]) -> Iterator[tuple[str, tuple[Figure, ...]]]:
    """Yield each text on screen with its figures; a text that is not ``Words`` has none."""
    for mobject in mobjects:
        for part in mobject.get_family():
            if isinstance(part, Words):
                yield part.shown, part.figures
            elif isinstance(part, Text):
                yield part.original_text, ()
            elif isinstance(part, DecimalNumber):
                yield str(part.number), ()
