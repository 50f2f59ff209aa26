"""Many rounds: the same again, faster each time, until the history can be seen at a glance."""

from scenes import story
from scenes.explainer import Explainer
from scenes.stage.history import History


class ManyRounds(Explainer):
    """Rounds repeat; participation and the curves of accuracy and loss grow together."""

    title = "Many rounds"

    def construct(self) -> None:
        """Tell the chapter."""
        self.repeat()
        self.remember()

    def repeat(self) -> None:
        """Show the next rounds on the stage, each faster than the one before."""
        run, stage = self.run, self.stage
        told = story.told_round(run)
        self.play(self.open_stage(told), self.chrome.title(self.title))
        for round_, pace in story.swift_rounds(run):
            caption = story.swift(run, round_)
            with self.beat("again", caption, self.status(round_, "again")):
                picked, size = story.picked(run, round_), story.model_size(run)
                plate = story.plate(run, round_)
                for animation in stage.swift_round(picked, size, plate, pace):
                    self.play(animation)
                self.play(stage.front_end.read(*story.reading(run, round_)))

    def remember(self) -> None:
        """Lay all rounds side by side."""
        run, chrome = self.run, self.chrome
        history = History(story.history(run), self.layout.figure, self.frame)
        shown = story.last_on_stage(run)
        with self.beat("grid", story.grid(run), *chrome.hide("status")):
            self.play(self.stage.become_rows(history.rows))
            self.play(history.enter())
            for round_, seconds in story.first_rounds(run, shown):
                self.play(history.advance(round_, run_time=seconds))
            self.play(chrome.overlay(story.so_far(run, shown), alone=True))
        with self.beat("grow", story.grow(run)):
            for round_, seconds in story.paced_rounds(run, shown):
                chrome.tick(story.so_far(run, round_), alone=True)
                self.play(history.advance(round_, run_time=seconds))
            self.play(history.finish())
        with self.beat("chance", story.against_chance(run)):
            self.play(history.compare())
        with self.beat("one_worker", story.one_worker(run)):
            self.play(history.single_out(story.told_worker(run)))
        with self.beat("moved", story.moved(run)):
            self.play(history.leave(), *chrome.hide("overlay"))
            self.play(self.show_summary(story.summary(run)))
