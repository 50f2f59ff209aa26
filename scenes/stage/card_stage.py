"""The stage with workers as cards."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    Mobject,
    Succession,
    VGroup,
    VMobject,
    Wait,
)
from manim.typing import Point3D

from scenes import theme
from scenes.drawing import layers
from scenes.drawing.layout import Frame, Layout, Slot, box
from scenes.drawing.pace import paced
from scenes.drawing.pictures import Pixels, tiles_of
from scenes.drawing.text import Words
from scenes.stage.base_stage import STAGGER, BaseStage
from scenes.stage.bench import Bench
from scenes.stage.card import Card, Change, Work
from scenes.stage.card_failures import CardFailures
from scenes.stage.loss_curve import LossCurve, Scale
from scenes.stage.parcel import HEIGHT, WIDTH, Carry, Parcel
from scenes.stage.places import worker_places
from scenes.stage.pose import Pose
from scenes.stage.wires import (
    Packet,
    Trail,
    Travel,
    Wire,
    path_back,
    path_out,
    ports,
    wire_steps,
)
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

TRIP = 1.4  # times a move: the time of a parcel between the coordinator and a worker
MOST_TRIPS = 4  # parcels with this time; with more parcels each takes less
LIGHT_LAG = 0.25  # part of a card's light after which the next one begins
WIRE_LAG = 0.3  # part of a wire's time after which the next one is drawn
OVERLAP = 0.6  # part of the cards' leaving time after which the chart enters
APART = 8  # pixels between two parcels at least
IN_TRAY = 0.92  # part of its place in the tray that a parcel fills
STRIP, STRIP_SIDE = 88, 3  # pixels: height of the loss on a card, and free space beside it
TAG_UP, TAG_STEP, TAG_CLEAR = 34, 16, 10  # of the size: above a parcel, from place to place, around
NOTES = 60  # pixels of the notes on failures above the cards
NAME = 0.8  # part of the distance of two cards that a name may fill
LEAST_STRIP = 60  # pixels of width of a card with a loss on it


class Rearrange(AnimationGroup):
    """The animation of the whole row of workers, with its wires, into other poses."""


class CardStage(BaseStage):
    """The stage for a few workers: each has a card, a wire of its own and parcels of its own."""

    def __init__(self, layout: Layout, spec: StageSpec) -> None:
        super().__init__(layout, spec)
        self.count = len(spec.workers)
        self.size = 1.0  # of the parcels of the present round
        self.places = worker_places(layout.workers, self.count, self.frame)
        self.fixed = False  # whether marks lie on the cards, which then stay where they are
        poses = self.places.resting()
        pairs = zip(spec.workers, poses, strict=True)
        self.cards = [Card(worker, pose, layout.frame) for worker, pose in pairs]
        self.ports = ports(layout.coordinator, self.count, self.frame)
        self.wires = VGroup(*(Wire(a, b) for a, b in zip(self.ports, self.ports, strict=True)))
        for wire, points in zip(self.wires, self._wire_points(poses), strict=True):
            wire.set_points(points)
        self.docked: dict[int, Parcel] = {}
        self.tray: dict[int, Parcel | Packet] = {}
        self.tag = VGroup()
        self.bench = Bench(self._bench_slot(), self.frame)

    @property
    def standing(self) -> Sequence[Mobject]:
        """The cards."""
        return self.cards

    @property
    def holders(self) -> Sequence[int]:
        """The workers with a parcel above their card."""
        return sorted(self.docked)

    def failures(self, spec: Sequence[FailureSpec]) -> CardFailures:
        self.fixed = True
        self.bench.area = self._bench_slot(NOTES)
        return CardFailures(spec, self, self.frame)

    # --- entering and leaving

    def connect(self) -> Animation:
        """Draw the wires from the coordinator to the workers, a few at a time."""
        return LaggedStart(*map(Create, self.wires), lag_ratio=WIRE_LAG, run_time=1.8 * theme.MOVE)

    def become_rows(self, rows: VGroup, beside: Animation) -> Animation:
        """Replace the stage by a chart with a row for each worker; play ``beside`` with it."""
        return AnimationGroup(
            FadeOut(self.everything, run_time=0.8 * theme.MOVE),
            AnimationGroup(FadeIn(rows, run_time=0.5 * theme.MOVE), beside),
            lag_ratio=OVERLAP,
        )

    # --- the phases of a round

    def pass_light(self) -> Animation:
        """Let a light pass over the cards, from left to right."""
        passing = (Work(card, theme.SWAP) for card in self.cards)
        return LaggedStart(*passing, lag_ratio=LIGHT_LAG)

    def pick(self, clients: Sequence[int]) -> Animation:
        """Let the sampled workers grow and step forward; the others recede in the same move."""
        poses = self.places.chosen(clients)
        places = [poses[i].x for i in sorted(clients)]
        apart = min((b - a for a, b in pairwise(places)), default=self.frame.width)
        px = self.frame.px
        highest = self.places.parcel_size(poses, self.layout.coordinator)
        self.size = min((apart - px(APART)) / px(WIDTH), highest)
        fits = all(self._fits(self.cards[i], poses) for i in clients)
        for card in self.cards:
            card.named = fits
        expecting = self.coordinator.expect(self.coordinator.tray.columns([1.0] * len(clients)))
        return AnimationGroup(self._rearranged(poses), expecting)

    def release(self) -> Animation:
        """Let all workers return to rest."""
        return AnimationGroup(self._rearranged(self.places.resting()), self.coordinator.expect([]))

    def distribute(self, clients: Sequence[int], size: Text, pace: float = 1.0) -> Animation:
        """Send the global model to some workers; each keeps its copy above its card."""
        run_time = TRIP * theme.MOVE * pace * _pace_of(clients)
        trips = []
        for client in clients:
            small = self.places.leaving_size(self.wires[client], self.size)
            parcel = Parcel(self.coordinator.tiles, theme.MODEL, self.frame, small)
            self.docked[client] = parcel
            path = path_out(self.wires[client])
            trips.append(self._carry(parcel, path, self.size, run_time, appears=True))
        steps = [LaggedStart(*trips, lag_ratio=STAGGER)] if trips else []
        return Succession(*steps, *self._show_tag(size, clients, theme.MODEL), Wait(theme.SWAP))

    def train_without_curves(
        self, clients: Sequence[int], changes: Mapping[int, Plate] = NO_CHANGES
    ) -> Animation:
        """Let some workers train: the cards pulse, and their parcels turn red."""
        seconds = theme.TRAIN / 2
        work = (Work(self.cards[client], seconds) for client in clients)
        turns = (self._turn(client, changes, seconds) for client in clients)
        steps = [*work, *chain.from_iterable(turns), *self._hide_tag()]
        return AnimationGroup(*steps) if steps else Wait(theme.SETTLE)

    def evaluate(self, clients: Sequence[int]) -> Animation:
        """Let some workers test the model that they hold on their own photos."""
        work = [Work(self.cards[client], 2 * theme.MOVE) for client in clients]
        return AnimationGroup(*work, *self._hide_tag())

    def drop(self, clients: Sequence[int]) -> Animation:
        """Dim the cards without a reply; their parcels disappear."""
        if not clients:
            return Wait(theme.SWAP)
        poses = [card.pose for card in self.cards]
        for client in clients:
            poses[client] = poses[client]._replace(chosen=0.0, dim=1.0)
        leaving = [FadeOut(self.docked.pop(client)) for client in clients if client in self.docked]
        return AnimationGroup(self._rearranged(poses), *leaving)

    def collect(self, updates: UpdatesSpec) -> Sequence[Animation]:
        """Send the updates to the coordinator's tray, each in an animation of its own."""
        senders = [update.worker for update in updates.each]
        slots, pace = self._tray_slots(senders), _pace_of(senders)
        trips: list[Animation] = []
        for sender, slot in zip(senders, slots, strict=True):
            parcel = self.tray[sender] = self.docked.pop(sender)
            path = path_back(self.wires[sender]).add_line_to(slot.center)
            size = _fitting(slot, self.frame)
            seconds = TRIP * theme.MOVE * pace
            trips.append(self._carry(parcel, path, size, seconds))
        tag = self._show_tag(updates.size, senders, theme.UPDATE)
        if tag:
            trips[0] = Succession(
                *tag, Wait(theme.SETTLE), AnimationGroup(*self._hide_tag(), trips[0])
            )
        return trips

    def show_shares(self, updates: UpdatesSpec) -> Animation:
        """Lay the updates side by side below the coordinator, each with its n_k/n, if known."""
        if not updates.each:
            return Wait(theme.SETTLE)
        shares = {update.worker: update.share_text for update in updates.each}
        return Succession(
            AnimationGroup(*self._make_way(), self.bench.lay(self._parcels())),
            self.bench.label([shares.get(worker, "") for worker in self.tray]),
            Wait(theme.MOVE),
        )

    def send_scores(self, scores: ScoresSpec) -> Animation:
        """Send each worker's result to the tray; its copy of the model disappears."""
        senders = list(scores.each)
        pace = _pace_of(senders)
        trips: list[Animation] = []
        for sender, slot in zip(senders, self._tray_slots(senders), strict=True):
            leaving = FadeOut(self.docked.pop(sender), run_time=0.8 * theme.SWAP)
            score = self.tray[sender] = Packet(scores.each[sender], theme.INK, self.frame)
            path = path_back(self.wires[sender]).add_line_to(slot.center)
            seconds = TRIP * theme.MOVE * pace
            trip = Travel(score, path, room=slot.width, run_time=seconds)
            going = AnimationGroup(trip, Trail(theme.INK, seconds, path))
            trips.append(AnimationGroup(leaving, going, lag_ratio=1))
        return LaggedStart(*trips, lag_ratio=STAGGER)

    def clear_packets(self) -> Animation:
        """Remove all parcels from the tray and the workers."""
        parcels = [*self.tray.values(), *self.docked.values(), *self.tag]
        self.tray, self.docked, self.tag = {}, {}, VGroup()
        return FadeOut(*parcels) if parcels else Wait(theme.SWAP)

    # --- parts of verbs

    def _train_with_curves(
        self, curves: Mapping[int, CurveSpec], changes: Mapping[int, Plate]
    ) -> Animation:
        """Draw a loss curve on each card."""
        cards = {client: self.cards[client] for client in curves}
        scale = Scale.of(list(curves.values()))
        self.curves = drawn = [
            LossCurve(spec, self._strip(cards[client]), scale, self.frame)
            for client, spec in curves.items()
            if cards[client].slot.width >= self.frame.px(LEAST_STRIP)
        ]
        work = [Work(card, theme.TRAIN) for card in cards.values()]
        turns = chain.from_iterable(
            self._turn(client, changes, theme.TRAIN) for client in self.holders
        )
        lines = [curve.run(theme.TRAIN) for curve in drawn]
        return AnimationGroup(*work, *turns, *lines, *self._hide_tag())

    def _strip(self, card: Card) -> Slot:
        """Return the place of the loss on a card."""
        px, slot = self.frame.px, card.slot
        side = px(STRIP_SIDE)
        left, bottom = slot.left + side, slot.bottom + side
        return box(left, bottom, slot.right - side, bottom + min(px(STRIP), slot.height / 3))

    def _turn(self, client: int, changes: Mapping[int, Plate], seconds: float) -> list[Animation]:
        """Turn the model above a card into an update, if it is there."""
        if client not in self.docked:
            return []
        tiles = _tiles(changes.get(client))
        return [self.docked[client].wipe(tiles, theme.UPDATE, seconds)]

    def _merge(self, model: Animation) -> Animation:
        """Slide all updates onto each other; the new model comes from there."""
        parcels, self.tray = self._parcels(), {}
        goal = self.coordinator.plate_slot.center
        slide = self.bench.merge(parcels, self.coordinator.tiles, goal)
        empty = self.coordinator.expect([])
        return Succession(
            AnimationGroup(*self._make_way(), slide),
            AnimationGroup(model, empty, self._set_wires(1)),
        )

    def _make_way(self) -> list[Animation]:
        """Return the animations that hide the wires and dim all cards, unless they are hidden."""
        poses = [card.pose for card in self.cards]
        if self.fixed:
            poses = [pose._replace(dim=1.0) for pose in poses]
        else:
            poses = self.places.aside(poses)
        if all(card.pose == pose for card, pose in zip(self.cards, poses, strict=True)):
            return []
        return [self._rearranged(poses), self._set_wires(0)]

    def _parcels(self) -> list[Parcel]:
        return [parcel for parcel in self.tray.values() if isinstance(parcel, Parcel)]

    def _quick_training(self, spec: QuickRoundSpec) -> Iterator[Animation]:
        yield self.distribute(spec.picked, "", 0.7 * spec.pace)
        yield paced(AnimationGroup(*map(self._train_briefly, spec.picked)), spec.pace)
        seconds = theme.MOVE * spec.pace
        trips = [self._return_update(client, seconds) for client in spec.picked]
        yield LaggedStart(*trips, lag_ratio=STAGGER)

    def _train_briefly(self, client: int) -> Animation:
        work = Work(self.cards[client], theme.MOVE)
        return AnimationGroup(work, *self._turn(client, {}, theme.MOVE))

    def _return_update(self, client: int, run_time: float) -> Animation:
        """Send a worker's update to the coordinator, where it disappears."""
        parcel, path = self.docked.pop(client), path_back(self.wires[client])
        path.add_line_to(self.coordinator.tray.center)
        size = _fitting(self.coordinator.tray, self.frame)
        return self._carry(parcel, path, size, run_time, disappears=True)

    def _carry(
        self,
        parcel: Parcel,
        path: VMobject,
        size: float,
        run_time: float,
        *,
        appears: bool = False,
        disappears: bool = False,
    ) -> Animation:
        """Move a parcel along a path, which is lit behind it."""
        carry = Carry(parcel, path, size, run_time, appears=appears, disappears=disappears)
        carry.growing = self.places.growing(path, out=appears)
        return AnimationGroup(carry, Trail(parcel.edge, run_time, path))

    # --- the size of a parcel

    def _show_tag(self, text: Text, clients: Sequence[int], color: str) -> list[Animation]:
        """Write the size of a parcel beside the last of some workers, where it is free."""
        if not str(text) or not clients:
            return []
        words = Words(text, self.frame, color=color, weight="SEMIBOLD")
        place = self._free_place(
            words, self._dock(max(clients, key=lambda i: self.cards[i].pose.x))
        )
        if place is None:
            return []
        self.tag = VGroup(words.put(place).set_z_index(layers.PACKET_TEXT))
        return [FadeIn(self.tag, run_time=theme.SWAP)]

    def _hide_tag(self) -> list[Animation]:
        old, self.tag = self.tag, VGroup()
        return [FadeOut(old, run_time=theme.SWAP)] if len(old) else []

    def _free_place(self, words: Words, dock: Point3D) -> Point3D | None:
        """Return the lowest place above a dock where no wire is, up to the coordinator."""
        px, safe = self.frame.px, self.frame.safe
        half = words.width / 2
        x = min(max(dock[0], safe.left + half), safe.right - half)
        low = dock[1] + px(HEIGHT * self.size / 2 + TAG_UP)
        lines = np.concatenate([wire_steps(wire) for wire in self.wires])
        for y in np.arange(low, self.layout.coordinator.bottom - px(TAG_UP), px(TAG_STEP)):
            for aside in (0.0, half + px(TAG_UP)):
                near = np.abs(lines - [min(x + aside, safe.right - half), y]) < [
                    half + px(TAG_CLEAR),
                    px(theme.LABEL / 2 + TAG_CLEAR),
                ]
                if not near.all(axis=1).any():
                    return np.array([min(x + aside, safe.right - half), y, 0.0])
        return None

    # --- places

    def _rearranged(self, poses: Sequence[Pose]) -> Animation:
        """Return the animation of all cards and wires into poses."""
        wires = self._wire_points(poses)
        four = zip(self.cards, self.wires, poses, wires, strict=True)
        return Rearrange(*(Change(*one, crosses=self.places.crosses) for one in four))

    def _wire_points(self, poses: Sequence[Pose]) -> list[np.ndarray]:
        return self.places.wires(self.ports, poses, self.size)

    def _dock(self, client: int) -> Point3D:
        """Return the place of a parcel above a worker's card."""
        bend: Point3D = self.wires[client].points[-5]
        return bend

    def _fits(self, card: Card, poses: Sequence[Pose]) -> bool:
        """Whether there is room for a card's name below it, up to its neighbours'."""
        here = poses[self.cards.index(card)]
        slot = here.slot(self.frame)
        beside = (pose for pose in poses if pose.slot(self.frame).bottom < slot.top)
        apart = (abs(pose.x - here.x) for pose in beside if pose.x != here.x)
        return card.words.width <= NAME * min(apart, default=self.layout.workers.width)

    def _bench_slot(self, above: float = 0.0) -> Slot:
        """Return the space below the coordinator, and some pixels above the workers."""
        clear = self.frame.px(above)
        return self.places.bench(self.layout.coordinator, clear, fixed=self.fixed)

    def _tray_slots(self, clients: Sequence[int]) -> list[Slot]:
        """Return a place in the tray for each client, in the order of the wires above."""
        if not clients:
            return []
        order = sorted(clients, key=lambda client: float(self.ports[client][0]))
        slots = self.coordinator.tray.columns([1.0] * len(order))
        return [slots[order.index(client)] for client in clients]


def _tiles(plate: Plate | None) -> Pixels | None:
    """Return the tiles of weights, or None where they are not known."""
    if plate is None or plate[0] is None:
        return None
    return tiles_of(*plate)  # type: ignore[arg-type]


def _fitting(slot: Slot, frame: Frame) -> float:
    """Return the size of a parcel in a place of the tray."""
    across, up = slot.width / frame.px(WIDTH), slot.height / frame.px(HEIGHT)
    return IN_TRAY * min(across, up)


def _pace_of(clients: Sequence[int]) -> float:
    """Return the part of its usual time that each of many parcels takes."""
    return min(1.0, MOST_TRIPS / max(len(clients), 1))
