"""One round of federated averaging, phase by phase."""

from scenes import story
from scenes.explainer import Explainer


class OneRound(Explainer):
    """The heart of the film: what leaves a worker, what comes back, and what becomes of it."""

    title = "One round"

    def construct(self) -> None:
        """Tell the chapter."""
        run, stage, chrome = self.run, self.stage, self.chrome
        told = story.told_round(run)
        updates = story.updates(run, told)
        with self.beat("initialise", story.initialise(run), chrome.title(self.title)):
            self.play(self.open_blank_stage(), self.status(told, "initialise"))
            self.play(stage.show_plate(*story.first_plate(run)))
        with self.beat("sample", story.sample(run, told), self.status(told, "sample")):
            self.play(stage.pick(story.picked(run, told)))
        with self.beat("distribute", story.distribute(run), self.status(told, "distribute")):
            self.play(stage.distribute(story.picked(run, told), story.model_size(run)))
        with self.beat("train", story.train(run, told), self.status(told, "train")):
            self.play(stage.train(story.curves(run, told)))
        with self.beat("collect", story.collect(run), self.status(told, "collect")):
            self.play(stage.clear_curves())
            for trip, sent in zip(stage.collect(updates), story.sent(run, told), strict=True):
                self.play(trip)
                self.play(chrome.overlay(sent))
        with self.beat("aggregate", story.aggregate(run, told), self.status(told, "aggregate")):
            self.play(stage.weigh(updates))
            self.play(stage.aggregate(*story.plate(run, told)))
            self.play(stage.tell_front_end())
        with self.beat("evaluate", story.evaluate(run, told), self.status(told, "evaluate")):
            tested = story.tested(run, told)
            self.play(*chrome.hide("overlay"), stage.pick(tuple(tested)))
            self.play(stage.distribute(tuple(tested), story.model_size(run)))
            self.play(stage.measure(tested))
            self.play(chrome.overlay(story.federated(run, told)))
        with self.beat("report", story.report(run, told), self.status(told, "report")):
            self.play(*chrome.hide("overlay"), stage.clear_packets(), stage.release())
            self.play(stage.front_end.compare(*story.before_and_after(run, told)))
