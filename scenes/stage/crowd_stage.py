"""The stage with a crowd: the same verbs for more workers than there is room for cards.

What many do at once is one movement: the model goes out in one stream that spreads, and updates
come back in another. A verb returns animations, as those of ``Stage`` do.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    Succession,
    Transform,
    VGroup,
    VMobject,
    Wait,
)
from manim import Line as Stroke

from scenes import theme
from scenes.drawing.layout import Layout, Slot, box
from scenes.drawing.panel import THICK, Pulse
from scenes.drawing.text import Words
from scenes.stage import crowd as marks
from scenes.stage.card import Card
from scenes.stage.coordinator import share_slots
from scenes.stage.crowd import AT_ONCE, Course, Crowd, Floats, Indices, Relight
from scenes.stage.curve_bundle import CurveBundle
from scenes.stage.slices import Slices
from scenes.stage.stage import Stage
from scenes.stage.strands import Flood, Spread, Strands, backwards
from scenes.stage.wires import Packet, Trail, Travel, journey
from scenes.story.crowds import count_of, crowded, each_stands_for, stream
from scenes.story.specs import (
    CurveSpec,
    QuickRoundSpec,
    UpdateSpec,
    WorkerSpec,
)
from scenes.text.lines import Line, Number, Text, line, plural

BESIDE = 20  # pixels between the crowd and what names its ends
ABOVE = 176  # pixels between the coordinator and the crowd at least, for strands and curves
BELOW = 50  # pixels that a note under the crowd takes
UNDER = 14  # pixels that stay free under the crowd
AROUND_CURVES = 22
LENS = 220  # width of the card of one worker above the crowd
WIDEST_CURVES = 1240
STREAM = 1.2  # seconds that a stream takes from end to end, in times of a move
STREAM_KEY = 0  # under which the tray holds what came in one stream
STAGGER = 0.55  # part of one movement after which the next one begins


class CrowdStage(Stage):
    """Front end, coordinator, a crowd of workers, and the strands between them."""

    def __init__(self, layout: Layout, workers: Sequence[WorkerSpec]) -> None:
        super().__init__(layout, [])
        self.spec = workers
        first, last = Words(workers[0].label, self.frame), Words(workers[-1].number, self.frame)
        self.crowd = self._drawn(first.width, last.width)
        self.names = VGroup(*self._placed(first, last))
        grid = self.crowd.grid
        self.strands = Strands(layout.coordinator, grid.area, grid.columns, self.frame)
        self.wires = VGroup(self.strands)
        self.bundle: CurveBundle | None = None
        self.lens: Card | None = None
        self.tie = VGroup()

    @property
    def everything(self) -> Group:
        """All that stands on the stage at rest, lowest first."""
        plate = [self.coordinator.plate] if self.coordinator.plate else []
        front = [self.front_end, self.front_end.reading]
        still = [self.wires, self.link, self.crowd, self.names]
        return Group(*still, self.coordinator, *plate, *front)

    # --- entering

    def enter_workers(self) -> Animation:
        """Bring the marks in as a wave from the left to the right."""
        everyone = np.arange(len(self.spec))
        self.crowd.looks[:, marks.PRESENT] = 0
        self.crowd.paint(everyone)
        wave = self._relit(everyone, Course(self._from_left(everyone)), 2 * theme.MOVE)
        return AnimationGroup(wave, FadeIn(self.names, run_time=2 * theme.MOVE))

    def clear_above(self) -> Animation:
        """Take away what stands above the crowd, and let every mark rest."""
        old = Group(self.above, self.tie, *([self.lens] if self.lens else []))
        self.above, self.tie, self.lens = VGroup(), VGroup(), None
        self.crowd.loads[:] = marks.NOTHING
        return AnimationGroup(FadeOut(old), self._relit(), run_time=theme.MOVE / 2)

    def become_rows(self, rows: VGroup, beside: Animation) -> Animation:
        """Squeeze the crowd into its rows; everything else goes first, and the rest comes last."""
        rest = Group(*(part for part in self.everything if part is not self.crowd))
        flat = self.crowd.copy().stretch_to_fit_width(rows.width)
        flat.stretch_to_fit_height(rows.height).move_to(rows)
        return Succession(
            FadeOut(rest, run_time=0.7 * theme.MOVE),
            Transform(self.crowd, flat, run_time=0.8 * theme.MOVE),
            AnimationGroup(FadeOut(self.crowd), FadeIn(rows), run_time=0.3 * theme.MOVE),
            beside,
        )

    def connect(self) -> Animation:
        """Draw the strands, from the coordinator to the crowd."""
        return Spread(self.strands, 1.4 * theme.MOVE)

    # --- the phases of a round

    def visit_photos(self, client: int) -> Animation:
        """Point one worker out: its mark turns gold, and its card shows what it holds.

        The card comes only where there is room for it above the crowd.
        """
        self.crowd.loads[client] = marks.DATA
        lit = self._relit(np.array([client]), Course(beats=2), 2 * theme.MOVE)
        if not self.frame.wide or self.lens:
            return lit
        self.lens, self.tie = card, tie = self._enlarged(client)
        card.panel.set_stroke(theme.DATA)
        look = card.look(2 * theme.MOVE)
        enter = AnimationGroup(Create(tie), FadeIn(card, shift=self._rise()))
        return AnimationGroup(lit, LaggedStart(enter, *look, lag_ratio=0.8))

    def pick(self, clients: Sequence[int]) -> Animation:
        """Light the picked workers; the others step back."""
        self.crowd.stances[:] = marks.DIM
        self.crowd.stances[list(clients)] = marks.LIT
        return self._relit(run_time=theme.MOVE)

    def release(self) -> Animation:
        """Bring every worker back to rest."""
        self.crowd.stances[:] = marks.REST
        return self._relit(run_time=theme.MOVE / 2)

    def distribute(self, clients: Sequence[int], size: Text, pace: float = 1.0) -> Animation:
        """Send the global model to some workers: a stream that spreads, and lights them up."""
        workers = np.array(clients, int)
        self.crowd.loads[workers] = marks.MODEL
        seconds = STREAM * theme.MOVE * pace
        packet = Packet(size, theme.MODEL, self.frame)
        trunk = self.strands.trunk
        wave = self._relit(workers, Course(self._from_fork(workers)), seconds)
        return AnimationGroup(
            AnimationGroup(
                Travel(packet, trunk, disappears=True, run_time=seconds),
                Trail(trunk, theme.MODEL, seconds),
            ),
            Flood(self._ways(workers), theme.MODEL, seconds),
            wave,
            lag_ratio=STAGGER,
        )

    def train(self, curves: Mapping[int, CurveSpec]) -> Animation:
        """Pulse the workers that train while all their losses are drawn in one plot."""
        if not curves:
            return self.train_unseen(np.flatnonzero(self.crowd.loads == marks.MODEL).tolist())
        self.bundle = self._bundled(curves)
        workers = np.array(list(curves), int)
        self.crowd.loads[workers] = marks.UPDATE
        seconds = theme.TRAIN
        return Succession(
            self._show_wires(0),
            FadeIn(self.bundle.before, run_time=theme.SWAP),
            AnimationGroup(
                self.bundle.run(seconds),
                self._relit(workers, Course(beats=round(seconds)), seconds),
            ),
        )

    def train_unseen(self, clients: Sequence[int]) -> Animation:
        """Train without a curve: the workers pulse, and what they hold turns into updates."""
        return self._trained(clients, theme.TRAIN / 2)

    def examine(self, clients: Sequence[int]) -> Animation:
        """Let some workers try the model that they hold on their own photos."""
        return self._relit(np.array(clients, int), Course(beats=2), 2 * theme.MOVE)

    def drop(self, clients: Sequence[int]) -> Animation:
        """Let workers that sent nothing back step out of the round: what they held goes."""
        if not len(clients):
            return Wait(theme.SWAP)
        workers = np.array(clients, int)
        self.crowd.loads[workers] = marks.NOTHING
        self.crowd.stances[workers] = marks.DIM
        return self._relit(workers, run_time=theme.MOVE)

    def clear_packets(self) -> Animation:
        """Take away every packet that lies in the tray, and what the workers hold."""
        packets = list(self.tray.values())
        self.tray = {}
        self.crowd.loads[:] = marks.NOTHING
        gone = [FadeOut(*packets)] if packets else []
        return AnimationGroup(*gone, self._relit(), run_time=theme.MOVE)

    def quick_round(self, spec: QuickRoundSpec) -> Iterator[Animation]:
        """Go through a round's training in a few animations, ``pace`` times their usual length."""
        pace = spec.pace
        yield _paced(self.pick(spec.picked), 0.6 * pace)
        yield self.distribute(spec.picked, spec.model_size, 0.8 * pace)
        yield self._trained(spec.picked, theme.MOVE * pace)
        yield self._returned(spec.picked, spec.model_size, None, STREAM * theme.MOVE * pace)
        written = AnimationGroup(Pulse(self.coordinator.panel), self.show_plate(*spec.plate))
        yield _paced(written, 0.7 * pace)
        yield self.front_end.read(*spec.reading)

    def collect(self, updates: Sequence[UpdateSpec]) -> Sequence[Animation]:
        """Send all updates to the coordinator's tray in one stream: one animation."""
        if not updates:
            return []
        spec = stream([update.size for update in updates])
        senders = [update.worker for update in updates]
        return [self._returned(senders, spec, self.coordinator.tray)]

    def clear_curves(self) -> Animation:
        """Take the loss curves away and bring the strands back."""
        gone, self.bundle = self.bundle, None
        if gone is None:
            return Wait(theme.SWAP)
        gone_out = FadeOut(gone, run_time=theme.SWAP)
        return AnimationGroup(gone_out, self._show_wires(1), lag_ratio=1)

    def weigh(self, updates: Sequence[UpdateSpec]) -> Animation:
        """Cut the stream's packet in the tray into shares as wide as their n_k/n, if known."""
        if not updates:
            return Wait(theme.SETTLE)
        packet = next(iter(self.tray.values()))
        slots = share_slots(self.coordinator.tray, [update.share for update in updates])
        slices = Slices([update.share_text for update in updates], slots, self.frame)
        self.tray = {STREAM_KEY: slices}
        return Succession(
            AnimationGroup(
                Transform(packet[0], slices.whole), FadeOut(packet[1:]), run_time=theme.MOVE
            ),
            AnimationGroup(FadeOut(packet[0]), FadeIn(slices), run_time=theme.SWAP),
            Wait(theme.MOVE),
        )

    def measure(self, measured: Mapping[int, Text]) -> Animation:
        """Send back what some workers measured, and nothing else: the model goes."""
        spec = _scores(list(measured.values()))
        return self._returned(list(measured), spec, self.coordinator.tray, color=theme.INK)

    # --- parts of verbs

    def _relit(
        self,
        workers: Indices | None = None,
        course: Course = AT_ONCE,
        run_time: float = theme.MOVE,
    ) -> Relight:
        """Return the change to how some workers, or all, are meant to look."""
        workers = np.arange(len(self.spec)) if workers is None else workers
        self.crowd.note_state()
        return Relight(self.crowd, workers, self.crowd.meant()[workers], course, run_time)

    def _trained(self, clients: Sequence[int], run_time: float) -> Animation:
        workers = np.array(clients, int)
        held = workers[self.crowd.loads[workers] == marks.MODEL]
        self.crowd.loads[held] = marks.UPDATE
        return self._relit(workers, Course(beats=max(1, round(run_time))), run_time)

    def _returned(
        self,
        clients: Sequence[int],
        text: Text,
        slot: Slot | None,
        run_time: float = STREAM * theme.MOVE,
        *,
        color: str | None = None,
    ) -> Animation:
        """Send what some workers hold as one packet to a slot; without one it is taken in."""
        color = color or theme.UPDATE
        workers = np.array(clients, int)
        self.crowd.loads[workers] = marks.NOTHING
        order = 1 - self._from_fork(workers)
        packet = Packet(text, color, self.frame)
        up = self.strands.trunk.copy().reverse_direction()
        path = journey(up) if slot is None else journey(up, slot.center)
        room = None if slot is None else slot.width - self.frame.px(8)
        trip = Travel(packet, path, disappears=slot is None, room=room, run_time=run_time)
        if slot is not None:
            self.tray[STREAM_KEY] = packet
        return AnimationGroup(
            self._relit(workers, Course(order), run_time),
            Flood(backwards(self._ways(workers)), color, run_time),
            AnimationGroup(trip, Trail(path, color, run_time)),
            lag_ratio=STAGGER,
        )

    def _ways(self, workers: Indices) -> list[VMobject]:
        return self.strands.toward([self.crowd.slot(worker).x for worker in workers])

    def _from_fork(self, workers: Indices) -> Floats:
        """Return how far each mark is from the fork, 0 to 1."""
        fork = self.strands.fork
        away = [float(np.linalg.norm(self.crowd.slot(w).center - fork)) for w in workers]
        return _spread(away)

    def _from_left(self, workers: Indices) -> Floats:
        return _spread([self.crowd.slot(worker).left for worker in workers])

    def _enlarged(self, client: int) -> tuple[Card, VGroup]:
        """Return a worker's card above its mark, and the line between the two."""
        mark, spare, safe = self.crowd.slot(client), self.layout.spare, self.frame.safe
        half = self.frame.px(LENS / 2)
        # At the edge, beside the large figures in the middle.
        x = safe.left + half if mark.x < spare.x else safe.right - half
        card = Card(self.spec[client], Slot(x, spare.y, 2 * half, spare.height), self.frame)
        ends = np.array([x, spare.bottom, 0.0]), np.array([mark.x, mark.top, 0.0])
        return card, VGroup(Stroke(*ends, stroke_color=theme.DATA, stroke_width=THICK))

    def _bundled(self, curves: Mapping[int, CurveSpec]) -> CurveBundle:
        """Return the plot between coordinator and crowd; the first worker's curve is named."""
        px, safe = self.frame.px, self.frame.safe
        client = next(iter(curves))
        low = self.crowd.grid.area.top + px(AROUND_CURVES)
        high = self.layout.coordinator.bottom - px(AROUND_CURVES)
        half = min(safe.width, px(WIDEST_CURVES)) / 2
        area = box(-half, low, half, high)
        others = {other: spec for other, spec in curves.items() if other != client}
        return CurveBundle(_called(self.spec[client]), curves[client], others, area, self.frame)

    # --- laying out

    def _drawn(self, left: float, right: float) -> Crowd:
        """Return the crowd in its slot, with this much room for the names at its ends."""
        px, slot = self.frame.px, self.layout.crowd
        if self.frame.wide:  # in the middle, under the coordinator
            left = right = max(left, right)
        top = min(slot.top, self.layout.coordinator.bottom - px(ABOVE))
        gap, photos = px(BESIDE), [spec.photos for spec in self.spec]
        low = slot.bottom + px(UNDER)
        area = box(slot.left + left + gap, low, slot.right - right - gap, top)
        crowd = Crowd(photos, area, self.frame)
        if crowd.grid.per_mark == 1:
            return crowd
        area = box(area.left, area.bottom + px(BELOW), area.right, area.top)
        return Crowd(photos, area, self.frame)

    def _placed(self, first: Words, last: Words) -> list[Words]:
        """Put the names beside the first and the last mark; say what a mark stands for."""
        gap, grid = self.frame.px(BESIDE), self.crowd.grid
        start, end = grid.slot(0), grid.slot(grid.num_marks - 1)
        # A name that is taller than a row would reach into the row above a shorter last one.
        right = grid.area.right if end.height < last.height else end.right
        first.put(np.array([start.left - gap, start.y, 0.0]), 1)
        last.put(np.array([right + gap, end.y, 0.0]), -1)
        if grid.per_mark == 1:
            return [first, last]
        note = Words(each_stands_for(grid.num_workers, grid.per_mark), self.frame)
        under = np.array([grid.area.x, grid.area.bottom - self.frame.px(BELOW / 2), 0.0])
        return [first, last, note.put(under)]


def stage_for(layout: Layout, workers: Sequence[WorkerSpec]) -> Stage:
    """Return the stage for some workers: as cards, or as a crowd where they are too many."""
    return CrowdStage(layout, workers) if crowded(len(workers)) else Stage(layout, workers)


def _called(spec: WorkerSpec) -> Text:
    """Return a worker's full name."""
    if spec.label != spec.number or isinstance(spec.number, Line):
        return spec.label
    return line("worker {n}", n=spec.number)


def _scores(spec: Sequence[Text]) -> Text:
    """Return what many scores are called together: how many there are."""
    figures = [one for one in spec if isinstance(one, Number)]
    if len(spec) == 1 or len(figures) < len(spec):
        return spec[0]
    return plural(count_of(figures), "{n} score", "{n} scores")


def _spread(values: Sequence[float]) -> Floats:
    """Map values to 0 for the least and 1 for the greatest."""
    array = np.array(values, np.float32)
    spread: Floats = (array - array.min()) / max(float(np.ptp(array)), 1e-6)
    return spread


def _paced(animation: Animation, pace: float) -> Animation:
    """Stretch an animation."""
    animation.run_time *= pace
    return animation
