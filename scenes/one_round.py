"""The chapter on one round of federated averaging, phase by phase."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from manim import Animation, AnimationGroup, FadeIn, Wait

from scenes import theme
from scenes.drawing.pace import brisk, quick
from scenes.stage.scene import StageScene
from scenes.story import one_round as story


class OneRound(StageScene):
    """The stage assembles; then one round on it, with a beat for each phase."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.spec = self.tell(story.tell)
        stage = self.set_stage(spec.stage)
        self.assemble()
        closing = self.untrained() if "untrained" in spec.captions else ()
        with self.phase("sample", *closing):
            self.play(stage.pass_light())
            self.play(stage.pick(spec.picked))
        with self.phase("distribute"):
            self.play(stage.distribute(spec.reached, spec.model_size))
        with self.phase("train"):
            self.play(stage.train(spec.curves, spec.changes))
        with self.phase("collect"):
            self.play(stage.clear_curves(), stage.drop(spec.lost))
            for trip in stage.collect(spec.updates):
                self.play(brisk(trip))
        with self.phase("aggregate"):
            self.play(brisk(stage.show_shares(spec.weighed)))
            self.play(brisk(stage.aggregate(*spec.new_plate)))
            if not spec.tests_tell:
                self.report()
        with self.phase("report"):
            self.play(stage.clear_packets(), stage.release())
        if spec.tested.each:
            self.evaluate()

    def assemble(self) -> None:
        """Show the stage, to the workers coordinator, wires and front end; then the first model."""
        spec, stage = self.spec, self.stage
        self.add(*stage.standing)
        with self.beat("assemble", spec.captions["assemble"]):
            self.play(stage.enter_coordinator(), stage.show_plate(*spec.plate))
            self.play(brisk(stage.connect()), stage.enter_front_end())
            self.play(stage.front_end.read(spec.reading))

    def untrained(self) -> Sequence[Animation]:
        """Show how well the first model does; return what removes the close view, if any."""
        spec, stage = self.spec, self.stage
        with self.beat("untrained", spec.captions["untrained"], late=True):
            view = stage.look_closely(spec.reading)
            if view is None:
                self.play(stage.front_end.pulse())
            else:
                self.play(view.grow(stage.front_end))
                self.remove(stage.everything)  # it is all behind the view
            if view is not None and spec.guess:
                self.play(brisk(view.stamp(spec.guess)))
        if view is None:
            return ()
        back = FadeIn(stage.everything, run_time=theme.SWAP)
        return (AnimationGroup(view.leave(), back, lag_ratio=1),)

    def evaluate(self) -> None:
        """Show the test of the new model by some workers."""
        spec, stage = self.spec, self.stage
        tested = tuple(spec.tested.each)
        with self.phase("evaluate", late=spec.tests_tell):
            self.play(brisk(stage.pick(tested)))
            for step in (
                stage.distribute(tested, spec.copy_size),
                stage.evaluate(tested),
                stage.send_scores(spec.tested),
            ):
                self.play(quick(step))
            if spec.tests_tell:
                self.report()

    def report(self) -> None:
        """Show the front end's new number."""
        self.play(self.stage.notify_front_end())
        self.play(self.stage.report(self.spec.new_reading))

    @contextmanager
    def phase(self, name: str, *around: Animation, late: bool = False) -> Iterator[None]:
        """Play a phase of the round: a beat, while the dial turns to it."""
        turn = self.stage.dial.turn(self.spec.dials[name])
        if around:  # not among what leaves
            turn = AnimationGroup(Wait(theme.SWAP), turn, lag_ratio=1)
        with self.beat(name, self.spec.captions[name], turn, *around, late=late):
            yield
