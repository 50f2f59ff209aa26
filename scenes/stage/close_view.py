"""The close view: the front end's wall in large, sorted by kind, with what the model says."""

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    Transform,
    VGroup,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.panel import Panel, Rounded
from scenes.drawing.redraw import Redraw
from scenes.drawing.text import Words
from scenes.drawing.wall import Wall
from scenes.stage.front_end import CORNER, MOST_SORTED, ONE_ROW, FrontEnd
from scenes.story.specs import GuessSpec, Reading, WallSpec
from scenes.text.lines import Text

# Pixels.
PAD, HEAD, FOOT = 36, 58, 104  # beside the wall, above it for names, below it for the number
ABOVE, ROOM = 23, 12  # from a block up to the middle of its name; free around a name
NUMBER = 62  # height of a digit
STAMP_PAD, SMALL_PAD, STAMP_CORNER = 14, 4, 8
HIDING = 0.25  # seconds in which a text behind fades
VIEW = layers.PACKET_TEXT + 1  # above the whole stage


def _rows(kinds: int) -> list[int]:
    """Return numbers of rows for a wall's blocks, from few to many; of full rows, if there are."""
    counts = list(range(1 if kinds <= ONE_ROW else 2, kinds + 1))
    full = [rows for rows in counts if kinds % rows == 0]
    return full if len(full) > 1 and kinds <= MOST_SORTED else counts


class CloseView(Group):
    """A large panel over the stage. Each kind has a block with its name above it.

    Args:
        spec: the wall.
        reading: what the front end shows.
        behind: the stage, whose texts are hidden before the panel covers them.
        area: the whole view.
        frame: the frame.
    """

    def __init__(
        self, spec: WallSpec, reading: Reading, behind: Group, area: Slot, frame: Frame
    ) -> None:
        self.frame, self.spec, self.hiding = frame, spec, Hide(behind)
        px = frame.px
        self.panel = Panel(area, frame, CORNER)
        screen = box(
            area.left + px(PAD), area.bottom + px(FOOT), area.right - px(PAD), area.top - px(HEAD)
        )
        self.wall, self.names = self._sorted(screen)
        if reading.right is not None:
            self.wall.show(reading.right)
        y = area.bottom + px(FOOT) / 2
        value = Words(reading.value, frame, pixels=NUMBER, weight="SEMIBOLD")
        note = Words(reading.note, frame, color=theme.MUTED)
        self.number = VGroup(
            value.put(np.array([area.right - px(PAD), y, 0.0]), 1),
            note.put(np.array([area.right - 2 * px(PAD) - value.width, y, 0.0]), 1),
        )
        self.stamps = VGroup()
        self.content = Group(self.wall, self.names, self.number)
        super().__init__(self.panel, self.content)
        for part in self.get_family():
            part.set_z_index(VIEW if part is self.panel else VIEW + 0.1)

    def grow(self, front_end: FrontEnd) -> Animation:
        """Let the front end's panel grow to the view; then show the wall."""
        target, self.panel = self.panel, front_end.panel.copy().set_z_index(VIEW)
        self.submobjects[0] = self.panel
        growing = Transform(self.panel, target, introducer=True, run_time=theme.MOVE)
        covering = AnimationGroup(self.hiding, growing)
        return AnimationGroup(covering, FadeIn(self.content), lag_ratio=0.6)

    def stamp(self, guess: GuessSpec) -> Animation:
        """Write the model's answer on every block of another kind, one after the other."""
        kinds = [kind for kind in range(len(self.spec.names)) if kind != guess.kind]
        self.stamps = VGroup(*(self._stamp(kind, guess.text) for kind in kinds))
        return LaggedStart(*(FadeIn(stamp, scale=1.3) for stamp in self.stamps), lag_ratio=0.25)

    def leave(self) -> Animation:
        """Remove the view; what was hidden is as it was."""
        self.hiding.show(1)
        return FadeOut(Group(self.panel, self.content, self.stamps), run_time=theme.SWAP)

    def _sorted(self, screen: Slot) -> tuple[Wall, VGroup]:
        """Return the wall with as few rows as let the names fit over their blocks, and the names.

        Without room between two rows of blocks there are none.
        """
        names = [Words(name, self.frame) for name in self.spec.names]
        widest = max(words.width for words in names)
        for rows in _rows(len(names)):
            wall = Wall(self.spec, screen, self.frame, rows)
            blocks = [wall.block(kind) for kind in range(len(names))]
            if min(block.width for block in blocks) >= widest:
                break
        if wall.grid.block_space * wall.grid.pixel < self.frame.px(theme.LABEL + ROOM):
            return wall, VGroup()
        up = np.array([0.0, self.frame.px(ABOVE), 0.0])
        pairs = zip(names, blocks, strict=True)
        return wall, VGroup(*(words.put(block.at(0.5, 1) + up) for words, block in pairs))

    def _stamp(self, kind: int, text: Text) -> VGroup:
        """Return an answer on a small panel in the middle of a block."""
        px = self.frame.px
        block, pad = self.wall.block(kind), STAMP_PAD
        words = Words(text, self.frame, pixels=theme.TITLE, weight="SEMIBOLD")
        if words.width > block.width - 2 * px(PAD) or words.height + 2 * px(pad) > block.height:
            words, pad = Words(text, self.frame, weight="SEMIBOLD"), SMALL_PAD
        paper = Rounded(
            corner_radius=px(STAMP_CORNER),
            width=words.width + 2 * px(pad),
            height=words.height + 2 * px(pad),
            fill_color=theme.PANEL,
            fill_opacity=1,
            stroke_color=theme.MUTED,
            stroke_width=self.frame.stroke(2),
        )
        paper.set_z_index(VIEW + 0.2)
        words.set_z_index(VIEW + 0.3)
        return VGroup(paper.move_to(block.center), words.put(block.center))


class Hide(Redraw):
    """The animation of all words of a stage that fade; they stay on the scene.

    ``shown`` are their opacities before.
    """

    def __init__(self, stage: Group) -> None:
        self.words = [part for part in stage.get_family() if isinstance(part, Words)]
        self.shown = [words.get_fill_opacity() for words in self.words]
        super().__init__(stage, run_time=HIDING)

    def interpolate_mobject(self, alpha: float) -> None:
        """Fade the words."""
        self.show(1 - min(max(alpha, 0.0), 1.0))

    def show(self, part: float) -> None:
        """Give all words a part of the opacity that they had."""
        for words, shown in zip(self.words, self.shown, strict=True):
            words.set_fill(opacity=part * shown)
