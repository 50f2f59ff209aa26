"""All workers' cases in small, and the pile that they can be poured into."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim import Animation, FadeIn, FadeOut, Group, VGroup

from scenes import theme
from scenes.charts.case import LIGHT, case_edge
from scenes.drawing.flight import Places, Swarm
from scenes.drawing.layout import Frame, Slot, box
from scenes.drawing.raster import pixel_of, rgb
from scenes.drawing.wall_grid import arrange
from scenes.story.crowds import crowded
from scenes.story.specs import WorkerSpec

# Pixels of a frame whose shorter side has 1080 of them.
PAD, CORNER, SPACE = 6, 9, 3
LIGHTS = 24  # gold lights of a case without photos
LEAST = 3  # the smallest picture
EDGED = 24  # the narrowest case with an edge


class SmallCases(Group):
    """Cases in slots, each with a few photos or gold lights, and a pile for all of them."""

    def __init__(
        self, workers: Sequence[WorkerSpec], slots: Sequence[Slot], pile: Slot, frame: Frame
    ) -> None:
        self.frame = frame
        edged = slots[0].width >= frame.px(EDGED)
        self.edges = VGroup(*(case_edge(slot, frame, CORNER) for slot in slots if edged))
        pad = frame.px(PAD) if edged else 0.0
        pictures, places = [], []
        for worker, slot in zip(workers, slots, strict=True):
            shown = _pictures(worker, crowded(len(workers)))
            pictures.append(shown)
            places.append(_places(slot.inset(pad), len(shown), frame))
        self.side = min(each.side for each in places)
        self.home = Places(np.concatenate([each.corners for each in places]), self.side)
        area = box(
            min(slot.left for slot in (*slots, pile)), min(slot.bottom for slot in (*slots, pile)),
            max(slot.right for slot in (*slots, pile)), max(slot.top for slot in (*slots, pile)),
        )  # fmt: skip
        whole = np.concatenate(pictures)
        self.swarm = Swarm(whole, self.home, area, frame)
        mixed = np.random.default_rng(0).permutation(len(whole))
        gathered = _places(pile.inset(frame.px(PAD)), len(whole), frame)
        self.gathered = Places(gathered.corners[mixed], gathered.side)
        self.pile = case_edge(pile, frame, CORNER)
        super().__init__(self.edges, self.swarm)

    def enter(self) -> Animation:
        """Show all cases."""
        return FadeIn(self, run_time=theme.SWAP)

    def pour(self, run_time: float) -> Sequence[Animation]:
        """Move everything that is in the cases into one pile."""
        order = np.random.default_rng(1).random(len(self.home.corners), np.float32)
        return FadeIn(self.pile, run_time=theme.SWAP), self.swarm.fly(
            self.gathered, order, run_time
        )

    def snap_back(self, run_time: float) -> Sequence[Animation]:
        """Move everything back into its own case."""
        order = np.zeros(len(self.home.corners), np.float32)
        return FadeOut(self.pile, run_time=run_time), self.swarm.fly(self.home, order, run_time)


def _pictures(worker: WorkerSpec, crowd: bool) -> npt.NDArray[np.uint8]:
    """Return what is in a case: its photos, or gold lights; in a crowd one light."""
    if worker.photos is not None and len(worker.photos) and not crowd:
        return worker.photos
    panel = rgb(theme.PANEL)
    gold = np.round(255 * (panel + LIGHT * (rgb(theme.DATA) - panel))).astype(np.uint8)
    return np.broadcast_to(gold, (1 if crowd else LIGHTS, 1, 1, 3))


def _places(area: Slot, count: int, frame: Frame) -> Places:
    """Return the places of some squares in an area, as large as they can be."""
    pixel = pixel_of(frame)
    least = max(1, int(frame.px(LEAST) / pixel))
    grid = arrange(np.zeros(count, np.uint8), area, pixel, (least, 10_000), 1, 1)
    return Places.of([grid.slot(int(grid.mark_of[i])) for i in range(count)])
