"""The stage: all actors in their slots, and the verbs that move the story.

A verb returns animations and never plays them; the scene does. What a verb spawns, a later verb or
the verb itself takes away again.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

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
    ReplacementTransform,
    Succession,
    Transform,
    VGroup,
    VMobject,
    Wait,
    linear,
)
from manim import Line as Stroke
from manim.typing import Point3D

from scenes import theme
from scenes.figures import Told
from scenes.stage.coordinator import Coordinator, Share, share_slots
from scenes.stage.front_end import FrontEnd
from scenes.stage.label_chart import LabelChart
from scenes.stage.layout import Layout, Slot, box
from scenes.stage.loss_curve import LossCurve
from scenes.stage.panel import Pulse
from scenes.stage.summary import Summary
from scenes.stage.wires import Packet, Trail, Travel, journey, wires
from scenes.stage.worker import Attend, Worker
from scenes.told import (
    CurveTold,
    LabelChartTold,
    Metric,
    Plate,
    Reading,
    SwiftTold,
    UpdateTold,
    WorkerTold,
)

ROOMS = (2.0, 1.8, 1.6, 1.4, 1.2)  # widths of a loss curve, in cards, widest first
THIN_ROW = 0.02  # height of a card that has become a row
STAGGER = 0.45  # a packet leaves when the one before has gone this part of its way


class Stage:
    """Front end, coordinator, workers and the wires between them."""

    def __init__(self, layout: Layout, workers: Sequence[WorkerTold]) -> None:
        frame = layout.frame
        self.frame = frame
        self.layout = layout
        self.workers = [
            Worker(told, slot, frame) for told, slot in zip(workers, layout.workers, strict=True)
        ]
        self.coordinator = Coordinator(layout.coordinator, frame)
        self.front_end = FrontEnd(layout.front_end, frame)
        self.wires = wires(layout.coordinator, layout.workers)
        self.link = Stroke(
            *_facing(layout.coordinator, layout.front_end),
            stroke_color=theme.WIRE,
            stroke_width=2,
        )
        self.tray: dict[int, Packet | Share] = {}
        self.curves: list[LossCurve] = []
        self.above = VGroup()

    @property
    def everything(self) -> Group:
        """All that stands on the stage at rest, lowest first."""
        plate = [self.coordinator.plate] if self.coordinator.plate else []
        cards = [part for w in self.workers for part in (w, *([w.veil] if w.dimmed else []))]
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
        parts = (Group(w.panel, w.recess, w.photos, w.words) for w in self.workers)
        return LaggedStart(*(FadeIn(p, shift=self._rise()) for p in parts), lag_ratio=0.18)

    def enter_labels(self) -> Animation:
        """Grow the label bars out of their floor."""
        return LaggedStart(
            *(FadeIn(w.bars, shift=self._rise()) for w in self.workers), lag_ratio=0.1
        )

    def list_labels(self, told: LabelChartTold | None, client: int) -> Animation:
        """Spell one worker's label bars out above the workers, in place of what stood there."""
        if told is None:
            return Pulse(self.workers[client].panel, theme.DATA)
        old, self.above = self.above, LabelChart(told, self.layout.spare, self.frame)
        rows = (FadeIn(row, shift=self._rise()) for row in self.above)
        return AnimationGroup(FadeOut(old), LaggedStart(*rows, lag_ratio=0.12), lag_ratio=0.3)

    def clear_above(self) -> Animation:
        """Take away what stands above the workers, and let every card rest."""
        old, self.above = self.above, VGroup()
        rest = (Transform(worker.panel, worker.panel.unlit()) for worker in self.workers)
        return AnimationGroup(FadeOut(old), *rest, run_time=theme.MOVE / 2)

    def become_rows(self, rows: VGroup) -> Animation:
        """Flatten every worker's card into its row; everything else goes first."""
        rest = Group(*(part for part in self.everything if part not in self.workers))
        contents = Group(*(Group(w.recess, w.photos, w.bars, w.words) for w in self.workers))
        panels = VGroup(*(worker.panel for worker in self.workers))
        flat = VGroup(*(_flattened(p, row) for p, row in zip(panels, rows, strict=True)))
        return Succession(
            AnimationGroup(FadeOut(rest), FadeOut(contents), run_time=0.7 * theme.MOVE),
            Transform(panels, flat, run_time=0.8 * theme.MOVE),
            AnimationGroup(FadeOut(panels), FadeIn(rows), run_time=0.3 * theme.MOVE),
        )

    def enter_coordinator(self) -> Animation:
        """Bring the coordinator in."""
        return FadeIn(self.coordinator)

    def enter_front_end(self) -> Animation:
        """Bring the front end in."""
        return AnimationGroup(FadeIn(self.front_end), Create(self.link))

    def connect(self) -> Animation:
        """Draw the wires, from the coordinator to the workers."""
        return LaggedStart(*(Create(wire) for wire in self.wires), lag_ratio=0.08)

    def show_plate(self, filters: npt.NDArray[np.float32], limit: float) -> Animation:
        """Show the global model's weights on the coordinator."""
        return self.coordinator.show_plate(filters, limit)

    # --- the phases of a round

    def visit_photos(self, client: int) -> Animation:
        """Look at one worker's photos one by one; its card is lit from then on."""
        worker = self.workers[client]
        seconds = 3 * theme.MOVE
        look = [Attend(worker.photo_slots, seconds)] if worker.photo_slots else []
        lit = Transform(worker.panel, worker.panel.lit(theme.DATA), run_time=theme.MOVE)
        return AnimationGroup(*look, lit)

    def headline(self, metrics: Sequence[Metric]) -> Animation:
        """Show large figures above the workers, in place of those before."""
        old, self.above = self.above, Summary(metrics, self.layout.spare, self.frame)
        entering = FadeIn(self.above, shift=self._rise())
        return AnimationGroup(FadeOut(old), entering) if len(old) else entering

    def pick(self, clients: Sequence[int]) -> Animation:
        """Light the picked workers; the others step back."""
        steps: list[Animation] = []
        for i, worker in enumerate(self.workers):
            steps += worker.step_forward() if i in clients else worker.step_back()
            target = worker.panel.lit() if i in clients else worker.panel.unlit()
            steps.append(Transform(worker.panel, target))
        return AnimationGroup(*steps, run_time=theme.MOVE)

    def release(self) -> Animation:
        """Bring every worker back to rest."""
        steps: list[Animation] = []
        for worker in self.workers:
            steps += [*worker.step_forward(), Transform(worker.panel, worker.panel.unlit())]
        return AnimationGroup(*steps, run_time=theme.MOVE / 2)

    def distribute(self, clients: Sequence[int], size: Told, pace: float = 1.0) -> Animation:
        """Send the global model to some workers; each keeps its copy in its dock."""
        trips = []
        for client in clients:
            worker = self.workers[client]
            worker.packet = Packet(size, theme.MODEL, self.frame)
            path = journey(self.wires[client], worker.dock)
            run_time = 1.4 * theme.MOVE * pace
            trip = Travel(worker.packet, path, run_time=run_time)
            trips.append(AnimationGroup(trip, Trail(path, theme.MODEL, run_time)))
        return LaggedStart(*trips, lag_ratio=STAGGER)

    def train(self, curves: Mapping[int, CurveTold]) -> Animation:
        """Pulse the workers that train while their loss runs down above them."""
        values = [value for told in curves.values() for value in told.values]
        span = (min(values), max(values))
        parts: list[Animation] = []
        room = self._room(tuple(curves))
        for client, told in curves.items():
            worker = self.workers[client]
            curve = self._curve(worker, told, span, room)
            self.curves.append(curve)
            parts.append(self._train_one(worker, curve))
        return Succession(
            AnimationGroup(
                self.wires.animate.set_stroke(opacity=0),  # type: ignore[arg-type]
                *(FadeIn(curve.before) for curve in self.curves),
                run_time=theme.MOVE / 2,
            ),
            AnimationGroup(*parts),
            AnimationGroup(*(FadeIn(curve.after) for curve in self.curves), run_time=theme.SWAP),
        )

    def change(self, client: int) -> Animation:
        """Train briefly: the worker pulses and its copy of the model turns into an update."""
        worker = self.workers[client]
        pulse = Pulse(worker.panel)
        return AnimationGroup(pulse, *self._redden(worker, pulse.run_time))

    def give_back(self, client: int, run_time: float = 1.4 * theme.MOVE) -> Animation:
        """Send a worker's update to the coordinator, which takes it in."""
        packet = self._taken(client)
        path = journey(self.workers[client].dock, self.wires[client].copy().reverse_direction())
        trip = Travel(packet, path, appears=False, disappears=True, run_time=run_time)
        return AnimationGroup(trip, Trail(path, theme.UPDATE, run_time))

    def bring_back(self, client: int) -> Animation:
        """Send a worker's update to the coordinator's tray, where it stays."""
        tray = self.coordinator.tray
        return self._to_tray(client, self._taken(client), tray)

    def clear_packets(self) -> Animation:
        """Take away every packet that lies in the tray or in a dock."""
        packets = [*self.tray.values(), *(w.packet for w in self.workers if w.packet)]
        self.tray = {}
        for worker in self.workers:
            worker.packet = None
        return FadeOut(*packets) if packets else Wait(theme.SWAP)

    def swift_round(self, told: SwiftTold) -> Iterator[Animation]:
        """Go through a round's training in a few animations, ``pace`` times their usual length."""
        pace = told.pace
        yield _paced(self.pick(told.picked), 0.6 * pace)
        yield self.distribute(told.picked, told.model_size, 0.7 * pace)
        yield _paced(AnimationGroup(*(self.change(client) for client in told.picked)), pace)
        trips = [self.give_back(client, theme.MOVE * pace) for client in told.picked]
        yield LaggedStart(*trips, lag_ratio=STAGGER)
        yield _paced(
            AnimationGroup(Pulse(self.coordinator.panel), self.show_plate(*told.plate)), 0.7 * pace
        )
        yield self.front_end.read(*told.reading)

    def collect(self, updates: Sequence[UpdateTold]) -> Sequence[Animation]:
        """Send the updates to the coordinator's tray: one animation each, to be played in order."""
        slots = _evenly(self.coordinator.tray, len(updates))
        return [
            self._to_tray(update.worker, self._taken(update.worker), slot)
            for update, slot in zip(updates, slots, strict=True)
        ]

    def clear_curves(self) -> Animation:
        """Take the loss curves away and bring the wires back."""
        gone, self.curves = self.curves, []
        return AnimationGroup(
            *(FadeOut(curve) for curve in gone),
            self.wires.animate.set_stroke(opacity=1),  # type: ignore[arg-type]
            run_time=theme.MOVE / 2,
        )

    def weigh(self, updates: Sequence[UpdateTold]) -> Animation:
        """Turn the packets in the tray into shares as wide as their n_k/n."""
        slots = share_slots(self.coordinator.tray, [update.share for update in updates])
        changes = []
        for update, slot in zip(updates, slots, strict=True):
            share = Share(update.share_told, slot, self.frame)
            packet = self.tray[update.worker]
            changes.append(
                AnimationGroup(
                    ReplacementTransform(packet[0], share.body),
                    FadeOut(packet[1:]),
                    FadeIn(share[1:]),
                )
            )
            self.tray[update.worker] = share
        return Succession(AnimationGroup(*changes, run_time=theme.MOVE), Wait(2 * theme.MOVE))

    def aggregate(self, filters: npt.NDArray[np.float32], limit: float) -> Animation:
        """Merge the shares into the plate of weights, which changes; the coordinator pulses."""
        shares = VGroup(*self.tray.values())
        self.tray = {}
        lift = 0.6 * (self.coordinator.plate_slot.y - self.coordinator.tray.y)
        return AnimationGroup(
            FadeOut(shares, shift=np.array([0.0, lift, 0.0]), run_time=theme.MOVE),
            Pulse(self.coordinator.panel),
            self.coordinator.show_plate(filters, limit),
        )

    def tell_front_end(self) -> Animation:
        """Send a light from the coordinator to the front end, whose edge answers."""
        light = self.link.copy().set_stroke(theme.INK, 5)
        return Succession(
            Create(light, run_time=0.6 * theme.MOVE),
            AnimationGroup(FadeOut(light), Pulse(self.front_end.panel), run_time=theme.MOVE),
        )

    def measure(self, measured: Mapping[int, Told]) -> Animation:
        """Send back what some workers measured, and nothing else: the model goes."""
        slots = _evenly(self.coordinator.tray, len(measured))
        trips: list[Animation] = []
        for (client, told), slot in zip(measured.items(), slots, strict=True):
            gone = FadeOut(self._taken(client), run_time=theme.MOVE / 2)
            score = Packet(told, theme.INK, self.frame)
            back = self._to_tray(client, score, slot, appears=True)
            trips.append(AnimationGroup(gone, back, lag_ratio=0.3))
        return LaggedStart(*trips, lag_ratio=STAGGER)

    # --- parts of verbs

    def _train_one(self, worker: Worker, curve: LossCurve) -> Animation:
        parts: list[Animation] = [
            Create(curve.curve, run_time=theme.TRAIN, rate_func=linear),
            Pulse(worker.panel, beats=round(theme.TRAIN)),
        ]
        if worker.photo_slots:
            parts.append(Attend(worker.photo_slots, theme.TRAIN))
        return AnimationGroup(*parts, *self._redden(worker, theme.TRAIN))

    def _redden(self, worker: Worker, run_time: float) -> list[Animation]:
        if worker.packet is None:
            return []
        body = worker.packet.body
        return [Transform(body, body.copy().set_fill(theme.UPDATE), run_time=run_time)]

    def _taken(self, client: int) -> Packet:
        """Return the packet in a worker's dock, which is empty from then on."""
        worker = self.workers[client]
        packet, worker.packet = worker.packet, None
        assert packet is not None, f"worker {client} holds no model"
        return packet

    def _to_tray(
        self, client: int, packet: Packet, slot: Slot, *, appears: bool = False
    ) -> Animation:
        """Send a packet from a worker's dock to a place in the tray, where it stays."""
        self.tray[client] = packet
        back = self.wires[client].copy().reverse_direction()
        path = journey(self.workers[client].dock, back, slot.center)
        room = slot.width - self.frame.px(8)
        run_time = 1.4 * theme.MOVE
        trip = Travel(packet, path, appears=appears, room=room, run_time=run_time)
        color = theme.INK if appears else theme.UPDATE  # a score starts its way here
        return AnimationGroup(trip, Trail(path, color, run_time))

    def _curve(
        self, worker: Worker, told: CurveTold, span: tuple[float, float], room: float
    ) -> LossCurve:
        """Put a loss curve above a card; where cards stand in rows, over its photos."""
        gap = self.frame.px(16)
        if worker.compact:
            return LossCurve(told, worker.area, span, self.frame, labelled=False)
        left, right = self._above(worker.slot, room)
        area = box(left, worker.slot.top + gap, right, self.layout.coordinator.bottom - gap)
        return LossCurve(told, area, span, self.frame)

    def _above(self, slot: Slot, room: float) -> tuple[float, float]:
        """Return the ends of a stretch above a card, ``room`` cards wide, inside the frame."""
        width, safe = room * slot.width, self.frame.safe
        left = min(max(slot.x - width / 2, safe.left), safe.right - width)
        return left, left + width

    def _room(self, clients: Sequence[int]) -> float:
        """Return how many cards wide the curves can be without touching each other."""
        apart = self.frame.px(28)
        for room in ROOMS:
            ends = sorted(self._above(self.workers[client].slot, room) for client in clients)
            if all(one[1] + apart <= other[0] for one, other in pairwise(ends)):
                return room
        return 1.0

    def _rise(self) -> npt.NDArray[np.float64]:
        return np.array([0.0, self.frame.px(24), 0.0])


def _flattened(panel: VMobject, row: VMobject) -> VMobject:
    """Return a panel stretched into a thin row."""
    flat = (
        panel.copy()
        .set_stroke(theme.EDGE)
        .stretch_to_fit_width(row.width)
        .stretch_to_fit_height(THIN_ROW)
    )
    return flat.move_to(row)


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


def _paced(animation: Animation, pace: float) -> Animation:
    """Stretch an animation."""
    animation.run_time *= pace
    return animation


def _evenly(area: Slot, count: int) -> list[Slot]:
    """Split an area into equal slots side by side."""
    width = area.width / count
    return [Slot(area.left + (i + 0.5) * width, area.y, width, area.height) for i in range(count)]
