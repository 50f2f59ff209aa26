"""The chapter on many rounds: the wall and the gauge round by round, or the whole history."""

from scenes.charts.climb import Climb
from scenes.charts.history import History
from scenes.explainer import Explainer
from scenes.story import many_rounds as story
from scenes.story.many_rounds import ManyRoundsSpec
from scenes.story.specs import ClimbSpec


class ManyRounds(Explainer):
    """Lights, a gauge and participants by round; without answers, participants and curves."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        if spec.climb:
            self.climb(spec, spec.climb)
        else:
            self.show_history(spec)

    def climb(self, spec: ManyRoundsSpec, climb: ClimbSpec) -> None:
        """Let the lights change and the gauge rise, with a stop where it passes its first mark."""
        chart = Climb(climb, self.layout.untitled, self.frame)
        self.add(*chart.at_first())
        with self.beat("again", spec.again):
            for step in climb.first:
                self.play(chart.advance(step))
        if spec.passed:
            with self.beat("passed", spec.passed):
                self.play(chart.stop())
        with self.beat("on", spec.ended, late=True):
            for step in climb.rest:
                self.play(chart.advance(step))
            self.play(chart.close())

    def show_history(self, spec: ManyRoundsSpec) -> None:
        """Show the history of all rounds."""
        chrome, history = self.chrome, History(spec.history, self.layout.figure, self.frame)
        with self.beat("grid", spec.grid):
            self.play(history.enter())
            for step in spec.first_rounds:
                self.play(history.advance(step.round, step.seconds))
        with self.beat("grow", spec.grow, chrome.overlay(spec.so_far, alone=True)):
            for step in spec.paced_rounds:
                chrome.tick(step.so_far, alone=True)
                self.play(history.advance(step.round, step.seconds))
            self.play(history.finish())
        with self.beat("compare", spec.ended):
            for level in spec.levels:
                self.play(history.compare(level))
