"""Many rounds: the same again, faster each time, until the history can be seen at a glance."""

from scenes.explainer import Explainer
from scenes.stage.history import History
from scenes.story import many_rounds as story
from scenes.story.many_rounds import ManyRoundsTold


class ManyRounds(Explainer):
    """Rounds repeat; participation and the curves of accuracy and loss grow together."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        self.set_stage(told.workers)
        self.repeat(told)
        self.remember(told)

    def repeat(self, told: ManyRoundsTold) -> None:
        """Show the next rounds on the stage, each faster than the one before."""
        self.play(self.stage.open(told.plate, told.reading), self.chrome.title(told.title))
        for round_ in told.swift:
            with self.beat("again", round_.caption, self.chrome.status(round_.status)):
                for animation in self.stage.swift_round(round_):
                    self.play(animation)

    def remember(self, told: ManyRoundsTold) -> None:
        """Lay all rounds side by side."""
        chrome = self.chrome
        history = History(told.history, self.layout.figure, self.frame)
        with self.beat("grid", told.grid, *chrome.hide("status")):
            self.play(self.stage.become_rows(history.rows))
            self.play(history.enter())
            for round_, seconds in told.first_rounds:
                self.play(history.advance(round_, run_time=seconds))
            self.play(chrome.overlay(told.so_far[len(told.first_rounds)], alone=True))
        with self.beat("grow", told.grow):
            for round_, seconds in told.paced_rounds:
                chrome.tick(told.so_far[round_], alone=True)
                self.play(history.advance(round_, run_time=seconds))
            self.play(history.finish())
        with self.beat("chance", told.chance):
            self.play(history.compare())
        with self.beat("one_worker", told.one_worker):
            self.play(history.single_out(told.worker))
        with self.beat("moved", told.moved):
            self.play(history.leave(), *chrome.hide("overlay"))
            self.play(self.show_summary(told.summary))
