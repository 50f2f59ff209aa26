"""The chapter on training alone: what a worker learns by itself, and what all data would give."""

from manim import FadeOut

from scenes.charts.contest import Contest
from scenes.charts.known_and_new import KnownAndNew
from scenes.explainer import Explainer
from scenes.story import alone as story
from scenes.story.alone import BestSpec, PooledSpec


class Alone(Explainer):
    """One worker's case and a wall of new examples; then all workers, and all data in one place."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        self.contest = Contest(spec.race, spec.gauge, self.layout.untitled, self.frame)
        known = self.know(spec.best) if spec.best else None
        with self.beat("others", spec.others, late=True):
            if known and spec.best:
                self.play(known.leave())
                self.play(*self.contest.take(known, spec.best.right))
                self.play(FadeOut(known.case))
            else:
                self.play(self.contest.enter(), self.contest.gauge.enter())
            self.play(self.contest.run())
            self.play(self.contest.compare())
        if spec.pooled:
            self.pool(spec.pooled)

    def know(self, spec: BestSpec) -> KnownAndNew:
        """Show what the best worker knows, of its own examples and of new ones."""
        area = self.layout.untitled
        known = KnownAndNew(spec.case, spec.known, spec.wall, spec.tested, area, self.frame)
        with self.beat("own", spec.own, late=True):
            self.play(known.draw_back())
        with self.beat("new", spec.new, late=True):
            self.play(known.make_room())
            self.play(known.light(spec.right))
            self.play(known.tell())
        return known

    def pool(self, spec: PooledSpec) -> None:
        """Show what all data in one place would give, and the question that is left."""
        contest = self.contest
        with self.beat("pooled", spec.pooled, late=True):
            self.play(contest.clear())
            self.play(contest.pour(spec.accuracy))
            self.play(contest.gauge.mark(1))
        with self.beat("apart", spec.apart, contest.snap_back()):
            self.play(contest.note(spec.tried))
        if spec.question:
            with self.beat("question", spec.question):
                self.play(contest.gauge.ask(spec.mark))
