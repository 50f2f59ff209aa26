"""The stage with workers as cards."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    Mobject,
    Succession,
    VGroup,
    VMobject,
    Wait,
)

from scenes import theme
from scenes.drawing.layout import Layout, Slot, box
from scenes.drawing.pace import paced
from scenes.stage.base_stage import STAGGER, BaseStage
from scenes.stage.card import Card
from scenes.stage.card_failures import CardFailures
from scenes.stage.curve_row import curve_slots
from scenes.stage.loss_curve import LossCurve, Scale
from scenes.stage.shares import Share
from scenes.stage.wires import Packet, Trail, Travel, path_back, path_out, wires
from scenes.story.specs import (
    CurveSpec,
    FailureSpec,
    QuickRoundSpec,
    ScoresSpec,
    StageSpec,
    UpdatesSpec,
)
from scenes.text.lines import Text

TRIP = 1.4  # times a move: the time of a packet between the coordinator and a worker
MOST_TRIPS = 4  # packets with this time; with more packets each takes less
CLOSE_STAGGER = 0.7  # in place of STAGGER between short wires side by side
WIRE_LAG = 0.3  # part of a wire's time after which the next one is drawn
OVERLAP = 0.6  # part of the cards' leaving time after which the chart enters
ASIDE = 40  # pixels between the edge of the safe area and the first wire


class CardStage(BaseStage):
    """The stage for a few workers: each has a card, a wire of its own and packets of its own."""

    def __init__(self, layout: Layout, spec: StageSpec) -> None:
        super().__init__(layout, spec)
        pairs = zip(spec.workers, layout.workers, strict=True)
        self.cards = [Card(worker, slot, layout.frame) for worker, slot in pairs]
        self.wires = wires(_wire_starts(layout), layout.workers)
        self.stagger = STAGGER if self.frame.wide else CLOSE_STAGGER

    @property
    def standing(self) -> Sequence[Mobject]:
        """The cards, each with its veil if it is dimmed."""
        return list(chain.from_iterable(card.standing for card in self.cards))

    @property
    def holders(self) -> Sequence[int]:
        """The workers with a packet in their dock."""
        return [i for i, card in enumerate(self.cards) if card.packet]

    def failures(self, spec: Sequence[FailureSpec]) -> CardFailures:
        return CardFailures(spec, self.cards, self.wires, self.frame)

    # --- entering and leaving

    def enter_workers(self) -> Animation:
        """Show the cards, from left to right."""
        entering = (FadeIn(card, shift=self.rise) for card in self.cards)
        return LaggedStart(*entering, lag_ratio=0.18)

    def connect(self) -> Animation:
        """Draw the wires from the coordinator to the workers, a few at a time."""
        return LaggedStart(*map(Create, self.wires), lag_ratio=WIRE_LAG, run_time=1.8 * theme.MOVE)

    def visit_photos(self, client: int) -> Animation:
        """Highlight one worker's card, and its photos one after the other."""
        card = self.cards[client]
        return AnimationGroup(*card.highlight_photos(3 * theme.MOVE), card.light(theme.DATA))

    def clear_above(self) -> Animation:
        """Remove the large numbers and all highlights."""
        old, self.figures = self.figures, VGroup()
        rest = (card.rest() for card in self.cards)
        return AnimationGroup(FadeOut(old), *rest, run_time=theme.MOVE / 2)

    def become_rows(self, rows: VGroup, beside: Animation) -> Animation:
        """Replace the stage by a chart with a row for each worker; play ``beside`` with it.

        The names on the cards leave last, while the rows enter.
        """
        names = Group(*(card.words for card in self.cards))
        parts = [part for c in self.cards for part in (c.panel, c.recess, c.photos, c.bars)]
        rest = [part for part in self.everything if part not in self.cards]
        return AnimationGroup(
            FadeOut(Group(*rest, *parts), run_time=0.8 * theme.MOVE),
            FadeOut(names, run_time=0.5 * theme.MOVE),
            AnimationGroup(FadeIn(rows, run_time=0.5 * theme.MOVE), beside),
            lag_ratio=OVERLAP,
        )

    # --- the phases of a round

    def pick(self, clients: Sequence[int]) -> Animation:
        """Highlight the sampled cards, and dim the others."""
        steps: list[Animation] = []
        for i, card in enumerate(self.cards):
            steps += card.step_forward() if i in clients else card.step_back()
            steps.append(card.light() if i in clients else card.rest())
        return AnimationGroup(*steps, run_time=theme.MOVE)

    def release(self) -> Animation:
        """Remove all highlights and dimming from the cards."""
        steps = [step for card in self.cards for step in (*card.step_forward(), card.rest())]
        return AnimationGroup(*steps, run_time=theme.MOVE / 2)

    def distribute(self, clients: Sequence[int], size: Text, pace: float = 1.0) -> Animation:
        """Send the global model to some workers; each keeps its copy in its dock."""
        run_time = TRIP * theme.MOVE * pace * _pace_of(clients)
        trips = []
        for client in self._by_row(clients, outward=True):
            packet = self.cards[client].packet = Packet(size, theme.MODEL, self.frame)
            path = path_out(self.wires[client], self.cards[client].dock)
            trip = Travel(packet, path, run_time=run_time)
            trips.append(AnimationGroup(trip, Trail(theme.MODEL, run_time, path)))
        return LaggedStart(*trips, lag_ratio=self.stagger)

    def train_without_curves(self, clients: Sequence[int]) -> Animation:
        """Let some workers train: the cards pulse, and their packets turn red."""
        seconds = theme.TRAIN / 2
        cards = [self.cards[client] for client in clients]
        steps = [step for c in cards for step in (*c.work(seconds), *c.turn_to_update(seconds))]
        return AnimationGroup(*steps) if steps else Wait(theme.SETTLE)

    def evaluate(self, clients: Sequence[int]) -> Animation:
        """Let some workers test the model in their dock on their own photos."""
        work = (self.cards[client].work(2 * theme.MOVE) for client in clients)
        return AnimationGroup(*chain.from_iterable(work))

    def drop(self, clients: Sequence[int]) -> Animation:
        """Dim the cards without a reply; their packets disappear."""
        steps: list[Animation] = []
        for card in (self.cards[client] for client in clients):
            steps += [*map(FadeOut, card.take_packet()), *card.step_back(), card.rest()]
        return AnimationGroup(*steps, run_time=theme.MOVE) if steps else Wait(theme.SWAP)

    def collect(self, updates: UpdatesSpec) -> Sequence[Animation]:
        """Send the updates to the coordinator's tray, each in an animation of its own."""
        senders = [update.worker for update in updates.each]
        slots, pace = self._tray_slots(senders), _pace_of(senders)
        return [
            self._send_to_tray(sender, self._take_packet(sender), slot, pace=pace)
            for sender, slot in zip(senders, slots, strict=True)
        ]

    def show_shares(self, updates: UpdatesSpec) -> Animation:
        """Turn the packets in the tray into bars as wide as their n_k/n, if these are known."""
        if not updates.each:
            return Wait(theme.SETTLE)
        senders = [update.worker for update in updates.each]
        slots = self._tray_slots(senders, [update.share for update in updates.each])
        changes = []
        for update, slot in zip(updates.each, slots, strict=True):
            share = Share(update.share_text, slot, self.frame)
            changes.append(_replaced(self.tray[update.worker], share))
            self.tray[update.worker] = share
        return Succession(AnimationGroup(*changes), Wait(theme.MOVE))

    def send_scores(self, scores: ScoresSpec) -> Animation:
        """Send each worker's result to the tray; its copy of the model disappears."""
        senders = list(scores.each)
        slots, pace = dict(zip(senders, self._tray_slots(senders), strict=True)), _pace_of(senders)
        trips: list[Animation] = []
        for sender in self._by_row(senders):
            leaving = FadeOut(self._take_packet(sender), run_time=0.8 * theme.SWAP)
            score = Packet(scores.each[sender], theme.INK, self.frame)
            trip = self._send_to_tray(sender, score, slots[sender], pace=pace, new=True)
            trips.append(AnimationGroup(leaving, trip, lag_ratio=1))
        return LaggedStart(*trips, lag_ratio=self.stagger)

    def clear_packets(self) -> Animation:
        """Remove all packets from the tray and the docks."""
        held = chain.from_iterable(card.take_packet() for card in self.cards)
        packets = [*self.tray.values(), *held]
        self.tray = {}
        return FadeOut(*packets) if packets else Wait(theme.SWAP)

    # --- parts of verbs

    def _train_with_curves(self, curves: Mapping[int, CurveSpec]) -> Animation:
        """Draw a loss curve above each card, or on it if there is no room above."""
        cards, scale = [self.cards[client] for client in curves], Scale.of(list(curves.values()))
        above = curve_slots([card.slot for card in cards], self._space_above(), self.frame)
        self.curves = drawn = [
            LossCurve(spec, above[i], scale, self.frame, card.slot.x)
            if above
            else LossCurve(spec, card.curve_area, scale, self.frame)
            for i, (card, spec) in enumerate(zip(cards, curves.values(), strict=True))
        ]
        return AnimationGroup(*map(_train_one, cards, drawn))

    def _space_above(self) -> Slot | None:
        """Return the space between coordinator and cards, if the cards are in one row."""
        tops, safe = {card.slot.top for card in self.cards}, self.frame.safe
        space = box(safe.left, max(tops), safe.right, self.layout.coordinator.bottom)
        return space if len(tops) == 1 else None

    def _quick_training(self, spec: QuickRoundSpec) -> Iterator[Animation]:
        yield self.distribute(spec.picked, spec.model_size, 0.7 * spec.pace)
        yield paced(AnimationGroup(*map(self._train_briefly, spec.picked)), spec.pace)
        seconds = theme.MOVE * spec.pace
        trips = [self._return_update(client, seconds) for client in self._by_row(spec.picked)]
        yield LaggedStart(*trips, lag_ratio=self.stagger)

    def _train_briefly(self, client: int) -> Animation:
        card = self.cards[client]
        pulse = card.pulse()
        return AnimationGroup(pulse, *card.turn_to_update(pulse.run_time))

    def _return_update(self, client: int, run_time: float) -> Animation:
        """Send a worker's update to the coordinator, where it disappears."""
        packet, path = self._take_packet(client), self._path_back(client)
        trip = Travel(packet, path, appears=False, disappears=True, run_time=run_time)
        return AnimationGroup(trip, Trail(theme.UPDATE, run_time, path))

    def _send_to_tray(
        self, client: int, packet: Packet, slot: Slot, *, pace: float, new: bool = False
    ) -> Animation:
        """Send a packet from a worker's dock to a place in the tray; a new one appears first."""
        self.tray[client] = packet
        path, end = self._path_back(client), slot.center
        if self.frame.wide:
            path.add_line_to(end)
        else:  # below the packets in the tray
            corner = np.array([end[0], path.get_end()[1], 0.0])
            path.add_cubic_bezier_curve_to(corner, corner, end)
        room, run_time = slot.width - self.frame.px(8), TRIP * theme.MOVE * pace
        trip = Travel(packet, path, appears=new, room=room, run_time=run_time)
        return AnimationGroup(trip, Trail(theme.INK if new else theme.UPDATE, run_time, path))

    def _path_back(self, client: int) -> VMobject:
        """Return the path from a worker's dock to the coordinator."""
        return path_back(self.cards[client].dock, self.wires[client])

    def _take_packet(self, client: int) -> Packet:
        """Return the packet in a worker's dock, which is empty from then on."""
        (packet,) = self.cards[client].take_packet()
        return packet

    def _by_row(self, clients: Sequence[int], *, outward: bool = False) -> list[int]:
        """Return workers row by row: the lower row first outward, the upper row first otherwise.

        So no packet passes over a packet in a dock.
        """
        sign = 1 if outward else -1
        return sorted(clients, key=lambda client: sign * round(self.cards[client].slot.top, 6))

    def _tray_slots(self, clients: Sequence[int], shares: Sequence[float] = ()) -> list[Slot]:
        """Split the tray equally or in proportion to shares, in the order of the wires above."""
        if not clients:
            return []
        shares = shares or [1.0] * len(clients)
        order = [int(i) for i in np.argsort([self.wires[c].get_start()[0] for c in clients])]
        slots = self.coordinator.tray.columns([shares[i] for i in order])
        return [slots[order.index(i)] for i in range(len(order))]


def _train_one(card: Card, curve: LossCurve) -> Animation:
    """Draw one worker's loss curve while its card pulses."""
    seconds = max(curve.share * theme.TRAIN, theme.MOVE)
    return AnimationGroup(
        Succession(curve.run(theme.TRAIN), curve.end()),
        *card.work(seconds),
        *card.turn_to_update(seconds),
    )


def _replaced(packet: VGroup, share: Share) -> Animation:
    """Turn a packet into its share: one label disappears before the other appears."""
    label = [FadeIn(share[1:], run_time=0.6 * theme.SWAP)] if len(share) > 1 else []
    return Succession(
        FadeOut(packet[1:], run_time=0.6 * theme.SWAP),
        AnimationGroup(FadeOut(packet[0]), FadeIn(share.body), run_time=theme.SWAP),
        *label,
    )


def _pace_of(clients: Sequence[int]) -> float:
    """Return the part of its usual time that each of many packets takes."""
    return min(1.0, MOST_TRIPS / max(len(clients), 1))


def _wire_starts(layout: Layout) -> Slot:
    """Return the part of the coordinator with wires, where every packet is in the safe area."""
    coordinator, safe, aside = layout.coordinator, layout.frame.safe, layout.frame.px(ASIDE)
    left = max(coordinator.left, safe.left + aside)
    right = min(coordinator.right, safe.right - aside)
    return box(left, coordinator.bottom, right, coordinator.top)
