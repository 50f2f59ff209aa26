"""The chapter on failures: one round with failing workers, and all rounds of the run."""

from manim import Animation, AnimationGroup, FadeOut, Group

from scenes.charts.replies import Replies
from scenes.drawing.pace import brisk
from scenes.stage.scene import StageScene
from scenes.story import when_workers_fail as story
from scenes.story.when_workers_fail import FailingRoundSpec, WhenWorkersFailSpec


class WhenWorkersFail(StageScene):
    """One round in which sampled workers fail; then the replies in all rounds."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        around = [] if spec.round is None else self.one_round(spec.round)
        self.all_rounds(spec, *around)

    def one_round(self, spec: FailingRoundSpec) -> list[Animation]:
        """Play a round in which workers fail; return the animations that remove the stage."""
        stage = self.set_stage(spec.stage)
        failures = stage.failures(spec.failures)
        stage.open(spec.plate, spec.reading)
        self.add(stage.everything)
        with self.beat("ask", spec.ask, stage.dial.turn(spec.dial)):
            self.play(brisk(stage.pick(spec.picked)))
            self.play(brisk(stage.distribute(spec.reached, spec.model_size)))
        with self.beat("fail", spec.fail):
            training = stage.train_without_curves(spec.trained)
            self.play(brisk(training), brisk(failures.train_and_fail()))
            self.play(brisk(failures.break_wires()))
        with self.beat("close", spec.close):
            self.play(brisk(stage.collect_together(spec.updates)))
            self.play(brisk(stage.aggregate(*spec.new_plate)))
            self.play(brisk(stage.report(spec.new_reading)))
        return [brisk(FadeOut(Group(stage.everything, failures.everything)))]

    def all_rounds(self, spec: WhenWorkersFailSpec, *around: Animation) -> None:
        """Show the replies in all rounds, with the accuracy."""
        replies = Replies(spec.replies, self.layout.untitled, self.frame)
        with self.beat("all_rounds", spec.all_rounds, late=spec.twin is None):
            self.play(AnimationGroup(*around, replies.enter(), lag_ratio=0.7))
            self.play(replies.run())
        if spec.twin is not None:
            with self.beat("twin", spec.twin.caption, replies.compare(spec.twin.level)):
                pass
        if spec.none_came is not None:
            with self.beat("none_came", spec.none_came):
                self.play(replies.highlight_empty_rounds())
