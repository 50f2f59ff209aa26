"""Who takes part, and what each of them holds."""

from scenes.drawing.pace import brisk
from scenes.explainer import Explainer
from scenes.story import cast as story


class Cast(Explainer):
    """Workers, coordinator and front end enter, each with one sentence."""

    def construct(self) -> None:
        """Tell the chapter."""
        told = story.tell(self.runs)
        stage = self.set_stage(told.workers)
        with self.beat("task", told.task, self.chrome.title(told.title)):
            self.play(stage.headline(told.headline))
            self.play(stage.enter_workers())
        with self.beat("photos", told.photos):
            self.play(stage.headline(told.held))
            self.play(stage.visit_photos(told.worker))
        with self.beat("coordinator", told.coordinator):
            self.play(stage.clear_above())
            self.play(stage.enter_coordinator(), stage.show_plate(*told.plate))
            self.play(brisk(stage.connect()))
        with self.beat("front_end", told.front_end):
            self.play(stage.enter_front_end())
            self.play(stage.front_end.read(*told.reading))
