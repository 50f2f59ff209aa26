"""One round of federated averaging, phase by phase."""

from collections.abc import Iterator
from contextlib import contextmanager

from manim import Animation

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
            self.play(stage.show_plate(*told.first_plate))
        with self.phase("sample"):
            self.play(stage.pick(told.picked))
        with self.phase("distribute"):
            self.play(stage.distribute(told.picked, told.model_size))
        with self.phase("train"):
            self.play(stage.train(told.curves))
        with self.phase("collect"):
            self.play(stage.clear_curves())
            for trip, sent in zip(stage.collect(told.updates), told.sent, strict=True):
                self.play(trip)
                self.play(chrome.overlay(sent))
        with self.phase("aggregate"):
            self.play(stage.weigh(told.updates))
            self.play(stage.aggregate(*told.new_plate))
            self.play(stage.tell_front_end())
        with self.phase("evaluate"):
            tested = tuple(told.tested)
            self.play(*chrome.hide("overlay"), stage.pick(tested))
            self.play(stage.distribute(tested, told.model_size))
            self.play(stage.measure(told.tested))
            self.play(chrome.overlay(told.federated))
        with self.phase("report"):
            self.play(*chrome.hide("overlay"), stage.clear_packets(), stage.release())
            self.play(stage.front_end.compare(*told.before_and_after))

    @contextmanager
    def phase(self, name: str, *around: Animation) -> Iterator[None]:
        """Tell a phase of the round: a beat whose name stands under the title."""
        status = self.chrome.status(self.told.status[name])
        with self.beat(name, self.told.captions[name], status, *around):
            yield
