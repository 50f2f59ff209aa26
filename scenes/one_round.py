"""The chapter on one round of federated averaging, phase by phase."""

from collections.abc import Iterator
from contextlib import contextmanager

from manim import Animation

from scenes.drawing.pace import brisk
from scenes.stage.scene import StageScene
from scenes.story import one_round as story


class OneRound(StageScene):
    """One round on the stage, with a beat for each phase."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.spec = self.tell(story.tell)
        stage, chrome = self.set_stage(spec.stage), self.chrome
        with self.phase("initialise", chrome.title(spec.title)):
            self.play(stage.open(spec.blank_plate, spec.first_reading))
            self.play(stage.show_plate(*spec.first_plate, glow=False))
        with self.phase("sample"):
            self.play(stage.pick(spec.picked))
        with self.phase("distribute"):
            self.play(stage.distribute(spec.reached, spec.model_size))
        with self.phase("train"):
            self.play(stage.train(spec.curves))
        with self.phase("collect"):
            self.play(stage.clear_curves(), stage.drop(spec.lost))
            for trip, arrived in zip(stage.collect(spec.updates), ((), *spec.sent), strict=False):
                self.play(brisk(trip), chrome.tally(arrived))
            self.play(chrome.tally(spec.sent[-1]))
        with self.phase("aggregate"):
            self.play(stage.show_shares(spec.weighed))
            self.play(stage.aggregate(*spec.new_plate, spec.changes))
        if spec.tested.each:
            self.evaluate()
        with self.phase("report"):
            gone = stage.clear_changes(), stage.clear_packets(), stage.release()
            self.play(*chrome.hide("overlay"), *gone)
            self.play(brisk(stage.notify_front_end()))
            self.play(stage.report(spec.before_and_after, spec.new_reading))

    def evaluate(self) -> None:
        """Show the test of the new model by some workers."""
        spec, stage, chrome = self.spec, self.stage, self.chrome
        tested = tuple(spec.tested.each)
        with self.phase("evaluate"):
            self.play(*chrome.hide("overlay"), stage.clear_changes(), stage.pick(tested))
            self.play(brisk(stage.distribute(tested, spec.model_size)))
            self.play(brisk(stage.evaluate(tested)))
            self.play(brisk(stage.send_scores(spec.tested)))
            self.play(chrome.tally(spec.federated))

    @contextmanager
    def phase(self, name: str, *around: Animation) -> Iterator[None]:
        """Play a phase of the round: a beat with a status line under the title."""
        status = self.chrome.status(self.spec.status[name])
        with self.beat(name, self.spec.captions[name], status, *around):
            yield
