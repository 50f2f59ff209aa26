"""Many rounds: the same again, faster each time, until the history can be seen at a glance."""

from scenes.charts.history import History
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import many_rounds as story
from scenes.story.in_one_place import Comparison
from scenes.story.many_rounds import ManyRoundsTold


class ManyRounds(Explainer):
    """Rounds repeat; participation and the curves of accuracy and loss grow together."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        self.set_stage(told.workers)
        self.repeat(told)
        self.history = History(told.history, self.layout.figure, self.frame)
        self.remember(told)
        if told.comparison:
            self.compare(told.comparison)

    def repeat(self, told: ManyRoundsTold) -> None:
        """Show the next rounds on the stage, each faster than the one before."""
        opening = self.stage.open(told.plate, told.reading), self.chrome.title(told.title)
        if not told.swift:
            self.play(*opening)
            return
        with self.beat("again", told.again, *opening):
            for round_ in told.swift:
                steps = self.stage.swift_round(round_)
                self.play(self.chrome.status(round_.status), next(steps))
                for animation in steps:
                    self.play(animation)

    def remember(self, told: ManyRoundsTold) -> None:
        """Lay all rounds side by side."""
        chrome, history = self.chrome, self.history
        with self.beat("grid", told.grid, *chrome.hide("status")):
            self.play(brisk(self.stage.become_rows(history.rows, history.enter())))
            for step in told.first_rounds:
                self.play(history.advance(step.round, step.seconds))
        with self.beat("grow", told.grow, chrome.overlay(told.so_far, alone=True)):
            for step in told.paced_rounds:
                chrome.tick(step.so_far, alone=True)
                self.play(history.advance(step.round, step.seconds))
            self.play(history.finish())

    def compare(self, comparison: Comparison) -> None:
        """Draw the levels that the accuracy is to be compared with."""
        with self.beat("compare", comparison.caption):
            for level in comparison.levels:
                self.play(self.history.compare(level))
