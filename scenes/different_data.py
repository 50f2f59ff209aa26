"""The chapter on different data: a deal, what is learned from it, and why."""

from collections.abc import Callable

from manim import Animation, AnimationGroup

from scenes.charts.client_drift import ClientDrift
from scenes.charts.deal import Deal, over_strip
from scenes.charts.kinds_wall import KindsWall, one_over_the_other
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import different_data as story
from scenes.story.different_data import (
    DifferentDataSpec,
    EndsSpec,
    LearnedSpec,
    LostSpec,
    RoundSpec,
)
from scenes.story.update_arrows import DriftSpec


class DifferentData(Explainer):
    """Photos dealt unevenly, what a model then knows of each kind, and how updates part."""

    leaving: list[Callable[[], Animation]]

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        above, strip = over_strip(self.layout.untitled, self.frame)
        self.deal = Deal(spec.deal, self.layout.untitled, strip, self.frame)
        self.leaving = [self.deal.leave]
        self.deal_out(spec)
        if spec.learned:
            self.learn(spec.learned, KindsWall(spec.learned.wall, above, self.frame))
        if spec.drift:
            self.drift(spec.drift)
        if spec.ends:
            self.end(spec.ends)

    def deal_out(self, spec: DifferentDataSpec) -> None:
        """Deal the photos, and set off the most uneven worker."""
        with self.beat("dealt", spec.dealt, self.deal.enter()):
            self.play(self.deal.deal_anew())
        with self.beat("uneven", spec.uneven, late=True):
            self.play(self.deal.set_off())

    def learn(self, spec: LearnedSpec, wall: KindsWall) -> None:
        """Show round by round what the model gets right, kind by kind."""
        self.leaving.append(wall.leave)
        entered = AnimationGroup(self.deal.make_room(), wall.enter(), lag_ratio=0.6)
        with self.beat("learned", spec.starts, entered):
            if not spec.called:
                self.play(self.after(spec.first, wall))
        if spec.called:
            with self.beat("called", spec.called, late=True):
                self.play(self.after(spec.first, wall))
        if spec.rounds:
            with self.beat("rounds", spec.go_by):
                for round_ in spec.rounds:
                    self.deal.mark(round_.workers)
                    self.play(wall.tick(round_.shown))
        if spec.lost:
            self.lose(spec.lost, wall)

    def lose(self, spec: LostSpec, wall: KindsWall) -> None:
        """Show a round in which a kind is lost, and who was asked in it."""
        with self.beat("lost", spec.lost, late=True):
            self.play(self.after(spec.round, wall))
            self.play(wall.set_off(spec.kind))
        with self.beat("asked", spec.asked, late=True):
            self.play(self.deal.ask(spec.held, spec.kind, wall.under(spec.kind)))

    def after(self, round_: RoundSpec, wall: KindsWall) -> Animation:
        """Show what the model gets right after a round, and who trained in it."""
        self.deal.mark(round_.workers)
        return wall.change(round_.shown)

    def drift(self, spec: DriftSpec) -> None:
        """Show in which directions the updates of a round point."""
        arrows = ClientDrift(spec.arrows, self.layout.untitled, self.frame)
        entering = self.then(arrows.enter(spec.start), arrows.grow_alike())
        with self.beat("updates", spec.updates, entering):
            pass
        with self.beat("apart", spec.apart, late=True):
            self.play(brisk(arrows.grow_uneven()))
        self.leaving = [arrows.leave]

    def end(self, spec: EndsSpec) -> None:
        """Show both models at their end, and the kind that the second knows least of."""
        both = one_over_the_other(spec.walls, self.layout.untitled, self.frame)
        with self.beat("ends", spec.ends, self.then(*(wall.enter() for wall in both))):
            self.play(*map(KindsWall.change, both, spec.last))
        with self.beat("known", spec.known, late=True):
            self.play(both[1].set_off(spec.kind))

    def then(self, *entering: Animation) -> Animation:
        """Remove what is on screen, and let something else enter."""
        gone = AnimationGroup(*(leave() for leave in self.leaving))
        return AnimationGroup(gone, AnimationGroup(*entering), lag_ratio=1)
