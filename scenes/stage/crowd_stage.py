"""The stage with workers as a crowd."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Group,
    Mobject,
    Succession,
    Transform,
    VGroup,
    VMobject,
    Wait,
)

from scenes import theme
from scenes.drawing.layout import Layout, Slot, box
from scenes.drawing.raster import Floats
from scenes.drawing.text import Words
from scenes.stage import crowd as marks
from scenes.stage.base_stage import BaseStage
from scenes.stage.crowd import Crowd
from scenes.stage.crowd_failures import CrowdFailures
from scenes.stage.curve_bundle import CurveBundle
from scenes.stage.shares import MERGED, Merge, Shares
from scenes.stage.wire_tree import DrawTree, WireTree
from scenes.stage.wires import Packet, Trail, Travel
from scenes.story.specs import (
    NO_CHANGES,
    CurveSpec,
    FailureSpec,
    Plate,
    QuickRoundSpec,
    ScoresSpec,
    StageSpec,
    UpdatesSpec,
)
from scenes.text.lines import Text

BESIDE = 20  # pixels between the crowd and the names at its ends
ABOVE = 176  # pixels between coordinator and crowd at least
BELOW = 50  # pixels of the note under the crowd
UNDER = 14  # pixels of free space under the crowd
AROUND_CURVES = 22
WIDEST_CURVES = 1240
STREAM = 1.2  # times a move: the time of a packet along the trunk or of the light in the branches
OVERLAP = 0.55  # part of one movement after which the next one begins


class CrowdStage(BaseStage):
    """The stage for many workers: each is a mark, and one packet carries what all of them send."""

    def __init__(self, layout: Layout, spec: StageSpec) -> None:
        super().__init__(layout, spec)
        workers = spec.workers
        first, last = Words(workers[0].label, self.frame), Words(workers[-1].number, self.frame)
        self.crowd = self._crowd(first.width, last.width)
        self.names = VGroup(*self._names(first, last))
        grid = self.crowd.grid
        self.tree = WireTree(layout.coordinator, grid.area, grid.columns, self.frame)
        self.wires = VGroup(self.tree)
        self.tray: list[Packet | Shares] = []

    @property
    def standing(self) -> Sequence[Mobject]:
        """The crowd, and the names at its ends."""
        return [self.crowd, self.names]

    @property
    def holders(self) -> Sequence[int]:
        return [int(i) for i in np.flatnonzero(self.crowd.contents == marks.MODEL)]

    def failures(self, spec: Sequence[FailureSpec]) -> CrowdFailures:
        return CrowdFailures(spec, self.crowd, self.frame)

    # --- entering and leaving

    def connect(self) -> Animation:
        """Draw the wires from the coordinator to the crowd."""
        return DrawTree(self.tree, 1.4 * theme.MOVE)

    def become_rows(self, rows: VGroup, beside: Animation) -> Animation:
        """Replace the crowd by the rows of a chart; play ``beside`` at the end."""
        rest = Group(*(part for part in self.everything if part is not self.crowd))
        flat = self.crowd.copy().stretch_to_fit_width(rows.width)
        flat.stretch_to_fit_height(rows.height).move_to(rows)
        return Succession(
            FadeOut(rest, run_time=0.7 * theme.MOVE),
            Transform(self.crowd, flat, run_time=0.8 * theme.MOVE),
            AnimationGroup(FadeOut(self.crowd), FadeIn(rows), run_time=0.3 * theme.MOVE),
            beside,
        )

    # --- the phases of a round

    def pass_light(self) -> Animation:
        """Let all marks pulse in a wave from left to right."""
        lefts = [self.crowd.slot(int(worker)).left for worker in self.crowd.everyone]
        return self.crowd.change(order=_scaled(lefts), beats=1, run_time=theme.MOVE)

    def pick(self, clients: Sequence[int]) -> Animation:
        self.crowd.states[:] = marks.DIM
        self.crowd.states[list(clients)] = marks.LIT
        return self.crowd.change()

    def release(self) -> Animation:
        """Remove all highlights and dimming from the marks."""
        self.crowd.states[:] = marks.REST
        return self.crowd.change(run_time=theme.MOVE / 2)

    def distribute(self, clients: Sequence[int], size: Text, pace: float = 1.0) -> Animation:
        """Send the global model along the trunk and the branches; the marks turn blue."""
        self.crowd.contents[list(clients)] = marks.MODEL
        seconds, trunk = STREAM * theme.MOVE * pace, self.tree.trunk
        packet = Packet(size, theme.MODEL, self.frame)
        trip = Travel(packet, trunk, disappears=True, run_time=seconds)
        return AnimationGroup(
            AnimationGroup(trip, Trail(theme.MODEL, seconds, trunk)),
            Trail(theme.MODEL, seconds, *self._branches_to(clients)),
            self.crowd.change(clients, self._from_fork(clients), run_time=seconds),
            lag_ratio=OVERLAP,
        )

    def train_without_curves(
        self, clients: Sequence[int], changes: Mapping[int, Plate] = NO_CHANGES
    ) -> Animation:
        """Let some workers train: the marks pulse and turn red."""
        return self.crowd.train(clients, theme.TRAIN / 2)

    def evaluate(self, clients: Sequence[int]) -> Animation:
        return self.crowd.pulse(clients, 2, 2 * theme.MOVE)

    def drop(self, clients: Sequence[int]) -> Animation:
        """Dim the marks without a reply; their copies of the model disappear."""
        return self.crowd.drop(clients)

    def collect(self, updates: UpdatesSpec) -> Sequence[Animation]:
        """Send all updates as one packet to the coordinator's tray, in one animation."""
        senders = [update.worker for update in updates.each]
        return [self._send_to_tray(senders, updates.together, theme.UPDATE)] if senders else []

    def show_shares(self, updates: UpdatesSpec) -> Animation:
        """Cut the packet in the tray into bars as wide as the n_k/n, if these are known."""
        if not updates.each:
            return Wait(theme.SETTLE)
        packet = self.tray[0]
        slots = self.coordinator.tray.columns([update.share for update in updates.each])
        shares = Shares([update.share_text for update in updates.each], slots, self.frame)
        self.tray = [shares]
        widened = Transform(packet[0], shares.whole)
        return Succession(
            AnimationGroup(widened, FadeOut(packet[1:]), run_time=theme.MOVE),
            AnimationGroup(FadeOut(packet[0]), FadeIn(shares), run_time=theme.SWAP),
            Wait(theme.MOVE),
        )

    def send_scores(self, scores: ScoresSpec) -> Animation:
        """Send all results as one packet to the tray; the copies of the model disappear."""
        return self._send_to_tray(list(scores.each), scores.together, theme.INK)

    def clear_packets(self) -> Animation:
        """Remove the packet in the tray and the contents of all marks."""
        packets, self.tray = self.tray, []
        self.crowd.contents[:] = marks.NOTHING
        leaving = [FadeOut(*packets)] if packets else []
        change = self.crowd.change()
        return AnimationGroup(*leaving, change, run_time=theme.MOVE)

    # --- parts of verbs

    def _merge(self, model: Animation) -> Animation:
        updates, self.tray = self.tray, []
        lift = self.coordinator.plate_slot.bottom - self.coordinator.tray.y
        wait = Wait(MERGED * Merge.seconds())
        return AnimationGroup(Merge(updates, lift), Succession(wait, model))

    def _set_aside(self, opacity: float) -> Sequence[Animation]:
        return [self._set_wires(opacity)]

    def _train_with_curves(
        self, curves: Mapping[int, CurveSpec], changes: Mapping[int, Plate]
    ) -> Animation:
        """Draw all losses in one plot."""
        bundle = self._bundle(curves)
        self.curves = [bundle]
        self.crowd.contents[list(curves)] = marks.UPDATE
        pulse = self.crowd.pulse(list(curves), round(theme.TRAIN), theme.TRAIN)
        return AnimationGroup(bundle.run(theme.TRAIN), pulse)

    def _quick_training(self, spec: QuickRoundSpec) -> Iterator[Animation]:
        yield self.distribute(spec.picked, spec.model_size, 0.8 * spec.pace)
        yield self.crowd.train(spec.picked, theme.MOVE * spec.pace)
        packet = Packet(spec.model_size, theme.UPDATE, self.frame)
        yield self._send(spec.picked, packet, theme.UPDATE, STREAM * theme.MOVE * spec.pace)

    def _send_to_tray(self, clients: Sequence[int], text: Text, color: str) -> Animation:
        """Send one packet from some workers to the coordinator's tray, where it stays."""
        packet = Packet(text, color, self.frame)
        self.tray = [packet]
        return self._send(clients, packet, color, STREAM * theme.MOVE, self.coordinator.tray)

    def _send(
        self,
        clients: Sequence[int],
        packet: Packet,
        color: str,
        run_time: float,
        end: Slot | None = None,
    ) -> Animation:
        """Send one packet from some workers to a slot; without a slot it disappears."""
        self.crowd.contents[list(clients)] = marks.NOTHING
        path = self.tree.trunk.copy().reverse_direction()
        if end:
            path.add_line_to(end.center)
        room = end.width - self.frame.px(8) if end else None
        trip = Travel(packet, path, disappears=end is None, room=room, run_time=run_time)
        back = [branch.reverse_direction() for branch in self._branches_to(clients)]
        return AnimationGroup(
            self.crowd.change(clients, 1 - self._from_fork(clients), run_time=run_time),
            Trail(color, run_time, *back),
            AnimationGroup(trip, Trail(color, run_time, path)),
            lag_ratio=OVERLAP,
        )

    def _branches_to(self, clients: Sequence[int]) -> list[VMobject]:
        return self.tree.branches_to([self.crowd.slot(client).x for client in clients])

    def _from_fork(self, clients: Sequence[int]) -> Floats:
        """Return the distance of each mark from the fork, scaled to 0 to 1."""
        places = (self.crowd.slot(client).center for client in clients)
        return _scaled([float(np.linalg.norm(place - self.tree.fork)) for place in places])

    def _bundle(self, curves: Mapping[int, CurveSpec]) -> CurveBundle:
        """Return the plot between coordinator and crowd; the first worker's curve has a name."""
        px, safe = self.frame.px, self.frame.safe
        low = self.crowd.grid.area.top + px(AROUND_CURVES)
        high = self.layout.coordinator.bottom - px(AROUND_CURVES)
        half = min(safe.width, px(WIDEST_CURVES)) / 2
        (client, first), *others = curves.items()
        name = self.spec.workers[client].name
        area = box(-half, low, half, high)
        return CurveBundle(name, first, [curve for _, curve in others], area, self.frame)

    # --- layout

    def _crowd(self, left: float, right: float) -> Crowd:
        """Return the crowd in its slot, with room for names of these widths at its ends."""
        px, slot = self.frame.px, self.layout.workers
        if self.frame.wide:  # in the middle, under the coordinator
            left = right = max(left, right)
        top = min(slot.top, self.layout.coordinator.bottom - px(ABOVE))
        gap, photos = px(BESIDE), [worker.photos for worker in self.spec.workers]
        low = slot.bottom + px(UNDER)
        area = box(slot.left + left + gap, low, slot.right - right - gap, top)
        crowd = Crowd(photos, area, self.frame)
        if crowd.grid.per_mark == 1:
            return crowd
        area = box(area.left, area.bottom + px(BELOW), area.right, area.top)
        return Crowd(photos, area, self.frame)

    def _names(self, first: Words, last: Words) -> list[Words]:
        """Put the names beside the first and the last mark; explain marks for several workers."""
        gap, grid = self.frame.px(BESIDE), self.crowd.grid
        start, end = grid.slot(0), grid.slot(grid.num_marks - 1)
        # A name taller than a row would overlap the row above a shorter last one.
        right = grid.area.right if end.height < last.height else end.right
        first.put(np.array([start.left - gap, start.y, 0.0]), 1)
        last.put(np.array([right + gap, end.y, 0.0]), -1)
        if grid.per_mark == 1:
            return [first, last]
        whole = grid.num_workers % grid.per_mark == 0
        per_mark = self.spec.per_mark if whole else self.spec.at_most
        note = Words(per_mark.with_value("n", grid.per_mark), self.frame)
        under = np.array([grid.area.x, grid.area.bottom - self.frame.px(BELOW / 2), 0.0])
        return [first, last, note.put(under)]


def _scaled(values: Sequence[float]) -> Floats:
    """Scale values linearly to 0 for the least and 1 for the greatest."""
    array = np.array(values, np.float32)
    scaled: Floats = (array - array.min()) / max(float(np.ptp(array)), 1e-6)
    return scaled
