"""Workers that fail: their cards go dark behind a dashed edge, and their wires break."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import (
    DL,
    UR,
    Animation,
    AnimationGroup,
    Create,
    DashedVMobject,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    Succession,
    VGroup,
    VMobject,
    Wait,
)

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame
from scenes.drawing.marks import cross
from scenes.drawing.panel import THIN
from scenes.drawing.text import Words
from scenes.stage.stage import Stage
from scenes.stage.wires import Packet, Trail, Travel, journey
from scenes.story.specs import FailureSpec
from scenes.text.lines import Text

WORKING = 1  # beats for which a worker trains before it fails
DASHES, DASH = 34, 0.5  # around a card; the part that is drawn
STUB, STUB_DASH = 0.62, 24  # the part of a wire that is left at most, and pixels between dashes
AT = np.linspace(0, 1, 60)  # where along a wire it is looked whether a text is in its way
CLEAR = 10  # pixels kept clear around the note
ABOVE = 20  # pixels between a card and the note over it


class Report(Packet):
    """A word on its way: it carries no model, so it has no colour but an outline in ink."""

    def __init__(self, text: Text, frame: Frame) -> None:
        super().__init__(text, theme.GROUND, frame)
        self.words.set_color(theme.INK)
        self.body.set_stroke(theme.INK, THIN)

    def set_fill(self, *args: Any, **kwargs: Any) -> Self:
        """Fade the outline along with what it is around."""
        super().set_fill(*args, **kwargs)
        self.body.set_stroke(opacity=self.body.get_fill_opacity())
        return self


class Outages:
    """What shows that some workers failed. It stays until ``everything`` is taken away."""

    def __init__(self, spec: Sequence[FailureSpec], stage: Stage) -> None:
        self.spec = spec
        self.stage = stage
        self.frame = stage.frame
        self.edges = VGroup()
        self.crosses = VGroup()
        self.stubs = VGroup()
        self.notes = VGroup()

    @property
    def everything(self) -> Group:
        """All that stands on the stage because of the failures."""
        return Group(self.edges, self.crosses, self.stubs, self.notes)

    def strike(self) -> Animation:
        """Let the workers train for a while; then, one after the other, they go dark."""
        working: list[Animation] = []
        for outage in self.spec:
            worker = self.stage.workers[outage.worker]
            working += [worker.pulse(WORKING), *worker.look(WORKING * theme.MOVE)]
        dark = [self._darken(outage.worker) for outage in self.spec]
        return Succession(AnimationGroup(*working), LaggedStart(*dark, lag_ratio=0.5))

    def cut(self) -> Animation:
        """Let errors reach the coordinator, then break the wires to all workers that failed.

        A note over each card says how it did, once there is no wire in its place.
        """
        wires = [self.stage.wires[outage.worker] for outage in self.spec]
        self.notes.add(*(note for outage in self.spec if (note := self._note(outage))))
        self.stubs.add(*(_stub(wire, self._left_of(wire), self.frame) for wire in wires))
        reports = [self._report(outage) for outage in self.spec if outage.reported]
        gone = [wire.animate.set_stroke(opacity=0) for wire in wires]
        steps = [
            *([LaggedStart(*reports, lag_ratio=0.4)] if reports else []),
            AnimationGroup(*gone, *map(FadeIn, self.stubs), run_time=theme.SWAP),  # type: ignore[arg-type]
            *([FadeIn(self.notes, run_time=theme.SWAP)] if len(self.notes) else []),
        ]
        return Succession(*steps)

    def _report(self, outage: FailureSpec) -> Animation:
        """Send a worker's last word along its wire to the coordinator."""
        wire = self.stage.wires[outage.worker]
        path = journey(wire.copy().reverse_direction())
        seconds = 1.4 * theme.MOVE
        note = Report(outage.note, self.frame)
        return AnimationGroup(
            Travel(note, path, disappears=True, run_time=seconds), Trail(path, theme.MUTED, seconds)
        )

    def _darken(self, client: int) -> Animation:
        worker = self.stage.workers[client]
        packet, worker.packet = worker.packet, None
        edge = DashedVMobject(_outline(worker.panel), num_dashes=DASHES, dashed_ratio=DASH)
        mark = cross(worker.dock, self.frame)
        self.edges.add(edge.set_z_index(layers.RECESSES))
        self.crosses.add(mark.set_z_index(layers.PACKETS))
        gone = [FadeOut(packet)] if packet else []
        return AnimationGroup(
            *gone,
            *worker.step_back(),
            worker.panel.animate.set_stroke(opacity=0),  # type: ignore[arg-type]
            FadeIn(edge),
            Succession(Wait(theme.MOVE / 2), Create(mark, run_time=theme.MOVE / 2)),
        )

    def _note(self, outage: FailureSpec) -> Words | None:
        """Return the word for how a worker failed, over its card, or nothing without room."""
        worker = self.stage.workers[outage.worker]
        words = Words(outage.note, self.frame)
        up = self.frame.px(ABOVE + theme.LABEL / 2)
        words.put(worker.slot.at(0.5, 1) + np.array([0.0, up, 0.0]))
        fits = words.width <= worker.slot.width
        return words if fits and self._free(words) else None

    def _free(self, words: Words) -> bool:
        """Whether no wire to a worker that answers, and no card, is where a text is."""
        failed = {outage.worker for outage in self.spec}
        low, high = self._around(words)
        for client, (wire, worker) in enumerate(
            zip(self.stage.wires, self.stage.workers, strict=True)
        ):
            crossed = self._crosses(wire, words).any()
            over = worker.slot.bottom < high[1] and worker.slot.top > low[1]
            if over or (crossed and client not in failed):
                return False
        return True

    def _around(self, words: VMobject) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the lower left and the upper right corner of what a text keeps clear."""
        pad = self.frame.px(CLEAR)
        return words.get_corner(DL)[:2] - pad, words.get_corner(UR)[:2] + pad

    def _crosses(self, wire: VMobject, words: VMobject) -> npt.NDArray[np.bool_]:
        """Return at which places of ``AT`` a wire is where a text is."""
        low, high = self._around(words)
        points = np.array([wire.point_from_proportion(at) for at in AT])[:, :2]
        return np.asarray(((points > low) & (points < high)).all(axis=1))

    def _left_of(self, wire: VMobject) -> float:
        """Return the part of a broken wire that is left: it ends before any note."""
        crossings = [self._crosses(wire, note) for note in self.notes]
        met = [float(AT[crossed.argmax()]) for crossed in crossings if crossed.any()]
        return max(float(AT[1]), min([STUB, *met]))


def _outline(panel: VMobject) -> VMobject:
    return panel.copy().set_fill(opacity=0).set_stroke(theme.MUTED, 1.5 * THIN)


def _stub(wire: VMobject, part: float, frame: Frame) -> VMobject:
    """Return what is left of a wire: dashes that come from the coordinator and end on the way."""
    left = VMobject(stroke_color=theme.MUTED, stroke_width=2)
    left.pointwise_become_partial(wire, 0, part)
    dashes = max(2, round(left.get_arc_length() / frame.px(STUB_DASH)))
    return DashedVMobject(left, num_dashes=dashes).set_z_index(layers.WIRES)
