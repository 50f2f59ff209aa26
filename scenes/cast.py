"""Who takes part, and what each of them holds."""

from scenes.explainer import Explainer
from scenes.story import cast as story
from scenes.story.cast import CastTold


class Cast(Explainer):
    """Workers, coordinator and front end enter, each with one sentence."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        self.set_stage(told.workers)
        self.meet_workers(told)
        self.meet_the_rest(told)

    def meet_workers(self, told: CastTold) -> None:
        """Show the workers, and what one of them holds."""
        stage = self.stage
        with self.beat("task", told.task, self.chrome.title(told.title)):
            self.play(stage.headline(told.headline))
            self.play(stage.enter_workers())
        with self.beat("photos", told.photos):
            self.play(stage.headline(told.held))
            self.play(stage.visit_photos(told.worker))
        if told.labels:
            with self.beat("labels", told.labels):
                self.play(stage.enter_labels())
                self.play(stage.list_labels(told.label_chart, told.worker))

    def meet_the_rest(self, told: CastTold) -> None:
        """Show the coordinator, what travels, and the front end."""
        stage = self.stage
        with self.beat("coordinator", told.coordinator):
            self.play(stage.clear_above())
            self.play(stage.enter_coordinator())
            self.play(stage.show_plate(*told.plate))
        with self.beat("wires", told.wires):
            self.play(stage.connect())
            self.play(stage.distribute(told.pair, told.model_size))
            self.play(stage.change(told.worker))
            self.play(stage.bring_back(told.worker))
        with self.beat("front_end", told.front_end):
            self.play(stage.clear_packets(), stage.enter_front_end())
            self.play(stage.front_end.read(*told.reading))
