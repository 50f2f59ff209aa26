"""Workers fail in the middle of a round, and the round still closes."""

from manim import Animation, FadeOut, Group, LaggedStart

from scenes.charts.attendance import Attendance
from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.stage.crowd_outages import outages_of
from scenes.stage.stage import STAGGER
from scenes.story import when_workers_fail as story
from scenes.story.when_workers_fail import FailingRoundTold, WhenWorkersFailTold


class WhenWorkersFail(Explainer):
    """Some of the picked workers go dark; the others' updates are averaged; then all rounds."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        around = [self.chrome.title(told.title)]
        if told.round is not None:
            around = self.one_round(told.round, *around)
        self.all_rounds(told, *around)

    def one_round(self, told: FailingRoundTold, *around: Animation) -> list[Animation]:
        """Tell a round in which workers fail; return what takes it away again."""
        stage = self.set_stage(told.workers)
        outages = outages_of(told.outages, stage)
        with self.beat("ask", told.ask, *around, self.chrome.status(told.status)):
            self.play(brisk(stage.open(told.plate, told.reading)))
            self.play(brisk(stage.pick(told.picked)))
            self.play(brisk(stage.distribute(told.picked, told.model_size)))
        with self.beat("fail", told.fail):
            self.play(brisk(stage.train_unseen(told.trained)), brisk(outages.strike()))
            self.play(brisk(outages.cut()))
        with self.beat("close", told.close):
            self.play(LaggedStart(*map(brisk, stage.collect(told.updates)), lag_ratio=STAGGER))
            self.play(brisk(stage.aggregate(*told.new_plate)))
            self.play(brisk(stage.front_end.compare(*told.before_and_after)))
        everything = Group(stage.everything, outages.everything)
        return [brisk(FadeOut(everything)), *self.chrome.hide("status")]

    def all_rounds(self, told: WhenWorkersFailTold, *around: Animation) -> None:
        """Show who answered in all rounds, beside the accuracy."""
        attendance = Attendance(told.attendance, self.layout.whole, self.frame)
        with self.beat("all_rounds", told.all_rounds, *around):
            self.play(attendance.enter())
            self.play(attendance.run())
        if told.none_came is not None:
            with self.beat("none_came", told.none_came):
                self.play(attendance.single_out())
