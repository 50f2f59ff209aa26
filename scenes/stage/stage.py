"""The stage: all actors in their slots, and the verbs that move the story.

A verb returns animations and never plays them; the scene does. What a verb spawns, a later verb or
the verb itself takes away again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
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
    Wait,
)
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.drawing.layout import Frame, Layout, Slot, box
from scenes.drawing.panel import Pulse
from scenes.stage.card import Card
from scenes.stage.coordinator import Coordinator, Share, share_slots
from scenes.stage.curve_row import row
from scenes.stage.effects import MERGED, Merge
from scenes.stage.front_end import FrontEnd
from scenes.stage.loss_curve import LossCurve, Scale
from scenes.stage.summary import Summary
from scenes.stage.wires import Packet, Trail, Travel, journey, under_others, wires
from scenes.stage.worker import Worker
from scenes.story.specs import (
    CurveSpec,
    Metric,
    Plate,
    QuickRoundSpec,
    Reading,
    UpdateSpec,
    WorkerSpec,
)
from scenes.text.lines import Text

# Of the loss curves: the widest, the least height, and what stays free around them, pixels.
WIDEST_CURVE, LEAST_CURVE = 440, 100
BETWEEN_CURVES, OVER_CURVES, UNDER_CURVES = 56, 22, 22
MOST_TRIPS = 4  # updates that take their usual time to travel; of more, each is faster
FEW = 0.3  # part of its time after which the next of many begins, so that four move at once
STAGGER = 0.45  # a packet leaves when the one before has gone this part of its way
CLOSE_STAGGER = 0.7  # where the ways are short and lie close to each other
OVERLAP = 0.6  # what comes begins when what goes has this part of its time behind it
ASIDE = 40  # pixels between the safe area's edge and where the first wire may begin


DrawWorker = Callable[[WorkerSpec, Slot, Frame], Worker]


class Stage:
    """Front end, coordinator, workers and the wires between them."""

    def __init__(
        self, layout: Layout, workers: Sequence[WorkerSpec], draw: DrawWorker = Card
    ) -> None:
        """Put every actor in its slot; ``draw`` says how a worker looks."""
        frame = layout.frame
        self.frame = frame
        self.layout = layout
        self.workers: list[Worker] = [
            draw(spec, slot, frame) for spec, slot in zip(workers, layout.workers, strict=True)
        ]
        self.coordinator = Coordinator(layout.coordinator, frame)
        self.front_end = FrontEnd(layout.front_end, frame)
        self.wires = wires(_ports(layout), layout.workers)
        self.link = Stroke(
            *_facing(layout.coordinator, layout.front_end),
            stroke_color=theme.WIRE,
            stroke_width=2,
        )
        self.stagger = STAGGER if frame.wide else CLOSE_STAGGER
        self.tray: dict[int, Packet | Share] = {}
        self.curves: list[LossCurve] = []
        self.above = VGroup()

    @property
    def everything(self) -> Group:
        """All that stands on the stage at rest, lowest first."""
        plate = [self.coordinator.plate] if self.coordinator.plate else []
        cards = [part for worker in self.workers for part in worker.standing]
        front = [self.front_end, self.front_end.reading]
        return Group(self.wires, self.link, *cards, self.coordinator, *plate, *front)

    # --- entering

    def open(self, plate: Plate, reading: Reading) -> Animation:
        """Bring in the whole stage at rest, with these weights and this reading."""
        self.show_plate(*plate)
        self.front_end.read(*reading)
        return FadeIn(self.everything)

    def enter_workers(self) -> Animation:
        """Bring the workers' cards in, from the left to the right."""
        entering = (FadeIn(worker, shift=self._rise()) for worker in self.workers)
        return LaggedStart(*entering, lag_ratio=0.18)

    def clear_above(self) -> Animation:
        """Take away what stands above the workers, and let every card rest."""
        old, self.above = self.above, VGroup()
        rest = (worker.rest() for worker in self.workers)
        return AnimationGroup(FadeOut(old), *rest, run_time=theme.MOVE / 2)

    def enter_coordinator(self) -> Animation:
        """Bring the coordinator in."""
        return FadeIn(self.coordinator)

    def enter_front_end(self) -> Animation:
        """Bring the front end in."""
        return AnimationGroup(FadeIn(self.front_end), Create(self.link))

    def connect(self) -> Animation:
        """Draw the wires, from the coordinator to the workers, a few at a time."""
        drawing = (Create(wire) for wire in self.wires)
        return LaggedStart(*drawing, lag_ratio=FEW, run_time=1.8 * theme.MOVE)

    def show_plate(
        self, filters: npt.NDArray[np.float32] | None, limit: float, *, glow: bool = True
    ) -> Animation:
        """Show the global model's weights on the coordinator; what changes glows on the way."""
        return self.coordinator.show_plate(filters, limit, glow=glow)

    def become_rows(self, rows: VGroup, beside: Animation) -> Animation:
        """Give way to a chart, whose rows are the workers'; what comes in beside them comes along.

        The stage is never empty: the cards go first, then their names, while the rows come.
        """
        names = Group(*(worker.words for worker in self.workers))
        cards = [part for w in self.workers for part in (w.panel, w.recess, w.photos, w.bars)]
        rest = [part for part in self.everything if part not in self.workers]
        return AnimationGroup(
            FadeOut(Group(*rest, *cards), run_time=0.8 * theme.MOVE),
            FadeOut(names, run_time=0.5 * theme.MOVE),
            AnimationGroup(FadeIn(rows, run_time=0.5 * theme.MOVE), beside),
            lag_ratio=OVERLAP,
        )

    # --- the phases of a round

    def visit_photos(self, client: int) -> Animation:
        """Look at one worker's photos one by one; its card is lit from then on."""
        worker = self.workers[client]
        return AnimationGroup(*worker.look(3 * theme.MOVE), worker.light(theme.DATA))

    def headline(self, metrics: Sequence[Metric]) -> Animation:
        """Show large figures above the workers, in place of those before, if there are any."""
        if not metrics:
            return Wait(theme.SWAP)
        old, self.above = self.above, Summary(metrics, self.layout.spare, self.frame)
        entering = FadeIn(self.above, shift=self._rise())
        if not len(old):
            return entering
        return AnimationGroup(FadeOut(old, run_time=theme.SWAP), entering, lag_ratio=1)

    def pick(self, clients: Sequence[int]) -> Animation:
        """Light the picked workers; the others step back."""
        steps: list[Animation] = []
        for i, worker in enumerate(self.workers):
            steps += worker.step_forward() if i in clients else worker.step_back()
            steps.append(worker.light() if i in clients else worker.rest())
        return AnimationGroup(*steps, run_time=theme.MOVE)

    def release(self) -> Animation:
        """Bring every worker back to rest."""
        steps: list[Animation] = []
        for worker in self.workers:
            steps += [*worker.step_forward(), worker.rest()]
        return AnimationGroup(*steps, run_time=theme.MOVE / 2)

    def distribute(self, clients: Sequence[int], size: Text, pace: float = 1.0) -> Animation:
        """Send the global model to some workers; each keeps its copy in its dock."""
        trips = []
        for client in self._by_row(clients, outward=True):
            worker = self.workers[client]
            worker.packet = Packet(size, theme.MODEL, self.frame)
            path = journey(self.wires[client], worker.dock)
            run_time = 1.4 * theme.MOVE * pace * _haste(len(clients))
            trip = Travel(worker.packet, path, run_time=run_time)
            trips.append(AnimationGroup(trip, Trail(path, theme.MODEL, run_time)))
        return LaggedStart(*trips, lag_ratio=self.stagger)

    def train(self, curves: Mapping[int, CurveSpec]) -> Animation:
        """Pulse the workers that train while their loss is drawn, all to one scale."""
        if not curves:
            return self.train_unseen([i for i, w in enumerate(self.workers) if w.packet])
        self.curves = self._curves(curves)
        pairs = zip(curves, self.curves, strict=True)
        parts = [self._train_one(self.workers[client], curve) for client, curve in pairs]
        return Succession(
            self._show_wires(0),
            AnimationGroup(*(FadeIn(curve.before) for curve in self.curves), run_time=theme.SWAP),
            AnimationGroup(*parts),
        )

    def train_unseen(self, clients: Sequence[int]) -> Animation:
        """Train without a curve: the workers pulse, and their copies turn into updates."""
        seconds = theme.TRAIN / 2
        parts: list[Animation] = []
        for worker in (self.workers[client] for client in clients):
            parts += [worker.pulse(round(seconds)), *worker.look(seconds)]
            parts += self._redden(worker, seconds)
        return AnimationGroup(*parts) if parts else Wait(theme.SETTLE)

    def examine(self, clients: Sequence[int]) -> Animation:
        """Let some workers try the model in their dock on their own photos."""
        seconds = 2 * theme.MOVE
        parts: list[Animation] = []
        for worker in (self.workers[client] for client in clients):
            parts += [worker.pulse(2), *worker.look(seconds)]
        return AnimationGroup(*parts)

    def drop(self, clients: Sequence[int]) -> Animation:
        """Let workers that sent nothing back step out of the round: what they held goes."""
        steps: list[Animation] = []
        for worker in (self.workers[client] for client in clients):
            packet, worker.packet = worker.packet, None
            steps += [FadeOut(packet)] if packet else []
            steps += [*worker.step_back(), worker.rest()]
        return AnimationGroup(*steps, run_time=theme.MOVE) if steps else Wait(theme.SWAP)

    def clear_packets(self) -> Animation:
        """Take away every packet that lies in the tray or in a dock."""
        packets = [*self.tray.values(), *(w.packet for w in self.workers if w.packet)]
        self.tray = {}
        for worker in self.workers:
            worker.packet = None
        return FadeOut(*packets) if packets else Wait(theme.SWAP)

    def quick_round(self, spec: QuickRoundSpec) -> Iterator[Animation]:
        """Go through a round's training in a few animations, ``pace`` times their usual length."""
        pace = spec.pace
        yield _paced(self.pick(spec.picked), 0.6 * pace)
        yield self.distribute(spec.picked, spec.model_size, 0.7 * pace)
        yield _paced(AnimationGroup(*map(self._change, spec.picked)), pace)
        trips = [self._give_back(client, theme.MOVE * pace) for client in self._by_row(spec.picked)]
        yield LaggedStart(*trips, lag_ratio=self.stagger)
        yield _paced(
            AnimationGroup(Pulse(self.coordinator.panel), self.show_plate(*spec.plate)), 0.7 * pace
        )
        yield self.front_end.read(*spec.reading)

    def collect(self, updates: Sequence[UpdateSpec]) -> Sequence[Animation]:
        """Send the updates to the coordinator's tray: one animation each, to be played in order."""
        slots = self._places([update.worker for update in updates], [1.0] * len(updates))
        haste = _haste(len(updates))
        return [
            self._to_tray(update.worker, self._taken(update.worker), slot, haste=haste)
            for update, slot in zip(updates, slots, strict=True)
        ]

    def clear_curves(self) -> Animation:
        """Take the loss curves away, then bring the wires back."""
        gone, self.curves = self.curves, []
        if not gone:
            return Wait(theme.SWAP)
        return AnimationGroup(
            AnimationGroup(*(FadeOut(curve) for curve in gone), run_time=theme.SWAP),
            self._show_wires(1),
            lag_ratio=1,
        )

    def weigh(self, updates: Sequence[UpdateSpec]) -> Animation:
        """Turn the packets in the tray into shares as wide as their n_k/n, if these are known."""
        if not updates:
            return Wait(theme.SETTLE)
        senders = [update.worker for update in updates]
        slots = self._places(senders, [update.share for update in updates])
        changes = []
        for update, slot in zip(updates, slots, strict=True):
            share = Share(update.share_text, slot, self.frame)
            changes.append(_relabelled(self.tray[update.worker], share))
            self.tray[update.worker] = share
        return Succession(AnimationGroup(*changes), Wait(theme.MOVE))

    def aggregate(
        self, filters: npt.NDArray[np.float32] | None, limit: float, note: Text | None = None
    ) -> Animation:
        """Merge the shares into one, which becomes the new model; the coordinator pulses.

        With a ``note`` that explains it, the glow of what changed stays until ``clear_changes``.
        """
        shares = list(self.tray.values())
        self.tray = {}
        lift = self.coordinator.plate_slot.bottom - self.coordinator.tray.y
        rewrite = self.coordinator.show_plate(filters, limit, note)
        return AnimationGroup(
            Merge(shares, lift),
            Succession(
                Wait(MERGED * Merge.seconds()),
                AnimationGroup(Pulse(self.coordinator.panel), rewrite),
            ),
        )

    def clear_changes(self) -> Animation:
        """Let the glow of what changed go, and its note."""
        gone = self.coordinator.forget_changes()
        return AnimationGroup(*gone) if gone else Wait(theme.SWAP)

    def notify_front_end(self) -> Animation:
        """Send a light from the coordinator to the front end, whose edge answers."""
        light = self.link.copy().set_stroke(theme.INK, 5)
        return Succession(
            Create(light, run_time=0.6 * theme.MOVE),
            AnimationGroup(FadeOut(light), Pulse(self.front_end.panel), run_time=theme.MOVE),
        )

    def report(self, readings: tuple[Text, Text, Text] | None) -> Animation:
        """Show on the front end how good the model was and is, if it was tested."""
        return self.front_end.compare(*readings) if readings else Wait(theme.SWAP)

    def measure(self, measured: Mapping[int, Text]) -> Animation:
        """Send back what some workers measured, and nothing else: the model goes."""
        slots = self._places(list(measured), [1.0] * len(measured))
        haste = _haste(len(measured))
        trips: list[Animation] = []
        places = dict(zip(measured, slots, strict=True))
        for client in self._by_row(list(measured)):
            spec, slot = measured[client], places[client]
            gone = FadeOut(self._taken(client), run_time=0.8 * theme.SWAP)
            score = Packet(spec, theme.INK, self.frame)
            back = self._to_tray(client, score, slot, appears=True, haste=haste)
            trips.append(AnimationGroup(gone, back, lag_ratio=1))
        return LaggedStart(*trips, lag_ratio=self.stagger)

    # --- parts of verbs

    def _train_one(self, worker: Worker, curve: LossCurve) -> Animation:
        seconds = max(curve.share * theme.TRAIN, theme.MOVE)
        return AnimationGroup(
            Succession(curve.run(theme.TRAIN), curve.end()),
            worker.pulse(round(seconds)),
            *worker.look(seconds),
            *self._redden(worker, seconds),
        )

    def _change(self, client: int) -> Animation:
        """Train briefly: the worker pulses and its copy of the model turns into an update."""
        worker = self.workers[client]
        pulse = worker.pulse()
        return AnimationGroup(pulse, *self._redden(worker, pulse.run_time))

    def _give_back(self, client: int, run_time: float) -> Animation:
        """Send a worker's update to the coordinator, which takes it in."""
        packet = self._taken(client)
        path = journey(self.workers[client].dock, self.wires[client].copy().reverse_direction())
        trip = Travel(packet, path, appears=False, disappears=True, run_time=run_time)
        return AnimationGroup(trip, Trail(path, theme.UPDATE, run_time))

    def _redden(self, worker: Worker, run_time: float) -> list[Animation]:
        if worker.packet is None:
            return []
        body = worker.packet.body
        return [Transform(body, body.copy().set_fill(theme.UPDATE), run_time=run_time)]

    def _by_row(self, clients: Sequence[int], *, outward: bool = False) -> list[int]:
        """Return workers row by row, the nearest first on the way back, the farthest outward.

        What passes a row does not meet then what lies in its docks.
        """
        sign = 1 if outward else -1
        return sorted(clients, key=lambda client: sign * round(self.workers[client].slot.top, 6))

    def _places(self, clients: Sequence[int], shares: Sequence[float]) -> list[Slot]:
        """Split the tray in proportion to some shares, in the order in which wires end over it."""
        roots = [self.wires[client].get_start()[0] for client in clients]
        order = [int(i) for i in np.argsort(roots)]
        slots = share_slots(self.coordinator.tray, [shares[i] for i in order])
        return [slots[order.index(i)] for i in range(len(order))]

    def _taken(self, client: int) -> Packet:
        """Return the packet in a worker's dock, which is empty from then on."""
        worker = self.workers[client]
        packet, worker.packet = worker.packet, None
        assert packet is not None, f"worker {client} holds no model"
        return packet

    def _to_tray(
        self, client: int, packet: Packet, slot: Slot, *, appears: bool = False, haste: float = 1.0
    ) -> Animation:
        """Send a packet from a worker's dock to a place in the tray, where it stays."""
        self.tray[client] = packet
        back = self.wires[client].copy().reverse_direction()
        last = slot.center if self.frame.wide else under_others(back.get_end(), slot.center)
        path = journey(self.workers[client].dock, back, last)
        room = slot.width - self.frame.px(8)
        run_time = 1.4 * theme.MOVE * haste
        trip = Travel(packet, path, appears=appears, room=room, run_time=run_time)
        color = theme.INK if appears else theme.UPDATE  # a score starts its way here
        return AnimationGroup(trip, Trail(path, color, run_time))

    def _curves(self, spec: Mapping[int, CurveSpec]) -> list[LossCurve]:
        """Put a loss curve above each worker; without room there, over its photos."""
        scale = Scale.of(list(spec.values()))
        workers = [self.workers[client] for client in spec]
        areas = self._above(workers)
        if areas is None:
            pairs = zip(workers, spec.values(), strict=True)
            return [LossCurve(curve, w.chart_area, scale, self.frame) for w, curve in pairs]
        trios = zip(workers, spec.values(), areas, strict=True)
        return [LossCurve(curve, area, scale, self.frame, w.slot.x) for w, curve, area in trios]

    def _above(self, workers: Sequence[Worker]) -> list[Slot] | None:
        """Return where charts stand above some workers, or nothing where there is no room."""
        px, safe = self.frame.px, self.frame.safe
        low = max(worker.slot.top for worker in self.workers) + px(UNDER_CURVES)
        high = self.layout.coordinator.bottom - px(OVER_CURVES)
        one_row = len({worker.slot.top for worker in self.workers}) == 1
        if not one_row or high - low < px(LEAST_CURVE):
            return None
        middles = [worker.slot.x for worker in workers]
        ends = (safe.left, safe.right)
        width, edges = row(middles, ends, px(BETWEEN_CURVES), px(WIDEST_CURVE))
        return [box(edge, low, edge + width, high) for edge in edges]

    def _show_wires(self, opacity: float) -> Animation:
        """Let the wires go where charts stand in their place, and bring them back."""
        return Transform(
            self.wires, self.wires.copy().set_stroke(opacity=opacity), run_time=theme.SWAP
        )

    def _rise(self) -> npt.NDArray[np.float64]:
        return np.array([0.0, self.frame.px(24), 0.0])


def _relabelled(packet: VGroup, share: Share) -> Animation:
    """Return the change of a packet into its share: one label goes before the other comes."""
    return Succession(
        FadeOut(packet[1:], run_time=0.6 * theme.SWAP),
        AnimationGroup(FadeOut(packet[0]), FadeIn(share.body), run_time=theme.SWAP),
        FadeIn(share[1:], run_time=0.6 * theme.SWAP),
    )


def _facing(first: Slot, second: Slot) -> tuple[Point3D, Point3D]:
    """Return the ends of a straight line from a slot to another, beside or above it."""
    low, high = max(first.bottom, second.bottom), min(first.top, second.top)
    if low < high:
        y = (low + high) / 2
        to_right = second.x > first.x
        xs = (first.right, second.left) if to_right else (first.left, second.right)
        return np.array([xs[0], y, 0.0]), np.array([xs[1], y, 0.0])
    x = (max(first.left, second.left) + min(first.right, second.right)) / 2
    return np.array([x, first.top, 0.0]), np.array([x, second.bottom, 0.0])


def _haste(count: int) -> float:
    """Return the part of its usual time that each of many takes."""
    return min(1.0, MOST_TRIPS / max(count, 1))


def _paced(animation: Animation, pace: float) -> Animation:
    """Stretch an animation."""
    animation.run_time *= pace
    return animation


def _ports(layout: Layout) -> Slot:
    """Return where wires begin: a packet there stays inside the safe area."""
    coordinator, safe, aside = layout.coordinator, layout.frame.safe, layout.frame.px(ASIDE)
    left, right = (
        max(coordinator.left, safe.left + aside),
        min(coordinator.right, safe.right - aside),
    )
    return box(left, coordinator.bottom, right, coordinator.top)
