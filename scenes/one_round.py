"""One round of federated averaging, phase by phase."""

from collections.abc import Iterator
from contextlib import contextmanager

from manim import Animation

from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import one_round as story


class OneRound(Explainer):
    """The heart of the film: what leaves a worker, what comes back, and what becomes of it."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = self.told = story.tell(self.runs)
        stage, chrome = self.set_stage(told.workers), self.chrome
        with self.phase("initialise", chrome.title(told.title)):
            self.play(stage.open(told.blank_plate, told.first_reading))
            self.play(stage.show_plate(*told.first_plate, glow=False))
        with self.phase("sample"):
            self.play(stage.pick(told.picked))
        with self.phase("distribute"):
            self.play(stage.distribute(told.picked, told.model_size))
        with self.phase("train"):
            self.play(stage.train(told.curves))
        with self.phase("collect"):
            self.play(stage.clear_curves(), stage.drop(told.lost))
            for trip, arrived in zip(stage.collect(told.updates), ((), *told.sent), strict=False):
                self.play(brisk(trip), chrome.tally(arrived))
            self.play(chrome.tally(told.sent[-1]))
        with self.phase("aggregate"):
            self.play(stage.weigh(told.weighed))
            self.play(stage.aggregate(*told.new_plate, told.changes))
        if told.tested:
            self.evaluate()
        with self.phase("report"):
            gone = stage.clear_changes(), stage.clear_packets(), stage.release()
            self.play(*chrome.hide("overlay"), *gone)
            self.play(brisk(stage.tell_front_end()))
            self.play(stage.report(told.before_and_after))

    def evaluate(self) -> None:
        """Let some workers test the new model."""
        told, stage, chrome = self.told, self.stage, self.chrome
        tested = tuple(told.tested)
        with self.phase("evaluate"):
            self.play(*chrome.hide("overlay"), stage.clear_changes(), stage.pick(tested))
            self.play(brisk(stage.distribute(tested, told.model_size)))
            self.play(brisk(stage.examine(tested)))
            self.play(brisk(stage.measure(told.tested)))
            self.play(chrome.tally(told.federated))

    @contextmanager
    def phase(self, name: str, *around: Animation) -> Iterator[None]:
        """Tell a phase of the round: a beat whose name stands under the title."""
        status = self.chrome.status(self.told.status[name])
        with self.beat(name, self.told.captions[name], status, *around):
            yield
