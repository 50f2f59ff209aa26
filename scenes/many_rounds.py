"""Many rounds: the same again, faster each time, until the history can be seen at a glance."""

from scenes.charts.history import History
from scenes.explainer import Explainer
from scenes.stage.into_rows import into_rows
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
        self.play(self.stage.open(told.plate, told.reading), self.chrome.title(told.title))
        for round_ in told.swift:
            with self.beat("again", round_.caption, self.chrome.status(round_.status)):
                for animation in self.stage.swift_round(round_):
                    self.play(animation)

    def remember(self, told: ManyRoundsTold) -> None:
        """Lay all rounds side by side."""
        chrome, history = self.chrome, self.history
        with self.beat("grid", told.grid, *chrome.hide("status")):
            for animation in into_rows(self.stage, history):
                self.play(animation)
            for step in told.first_rounds:
                self.play(history.advance(step.round, step.seconds))
            self.play(chrome.overlay(told.so_far, alone=True))
        with self.beat("grow", told.grow):
            for step in told.paced_rounds:
                chrome.tick(step.so_far, alone=True)
                self.play(history.advance(step.round, step.seconds))
            self.play(history.finish())
        with self.beat("one_worker", told.one_worker):
            self.play(history.single_out(told.worker))

    def compare(self, comparison: Comparison) -> None:
        """Draw the levels that the accuracy is to be compared with."""
        with self.beat("compare", comparison.caption, *self.history.restore()):
            for level in comparison.levels:
                self.play(self.history.compare(level))
