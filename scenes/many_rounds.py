"""The chapter on many rounds: quick rounds on the stage, then the whole history."""

from scenes.charts.history import History
from scenes.drawing.pace import brisk
from scenes.stage.scene import StageScene
from scenes.story import many_rounds as story
from scenes.story.baselines import Comparison
from scenes.story.many_rounds import ManyRoundsSpec


class ManyRounds(StageScene):
    """Quick rounds; then participation, accuracy and loss by round."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        self.set_stage(spec.stage)
        self.repeat(spec)
        self.history = History(spec.history, self.layout.figure, self.frame)
        self.show_history(spec)
        if spec.comparison:
            self.compare(spec.comparison)

    def repeat(self, spec: ManyRoundsSpec) -> None:
        """Show the next rounds on the stage, each faster than the one before."""
        opening = self.stage.open(spec.plate, spec.reading)
        if not spec.quick_rounds:
            self.play(opening)
            return
        with self.beat("again", spec.again, opening):
            for round_ in spec.quick_rounds:
                for animation in self.stage.quick_round(round_):
                    self.play(animation)

    def show_history(self, spec: ManyRoundsSpec) -> None:
        """Show the history of all rounds."""
        chrome, history = self.chrome, self.history
        with self.beat("grid", spec.grid):
            rows = self.stage.become_rows(history.rows, history.enter())
            self.play(brisk(rows))
            self.play(chrome.title(spec.title))
            for step in spec.first_rounds:
                self.play(history.advance(step.round, step.seconds))
        with self.beat("grow", spec.grow, chrome.overlay(spec.so_far, alone=True)):
            for step in spec.paced_rounds:
                chrome.tick(step.so_far, alone=True)
                self.play(history.advance(step.round, step.seconds))
            self.play(history.finish())

    def compare(self, comparison: Comparison) -> None:
        """Draw the baselines of the accuracy."""
        with self.beat("compare", comparison.caption):
            for level in comparison.levels:
                self.play(self.history.compare(level))
