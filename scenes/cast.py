"""Who takes part, and what each of them holds."""

from scenes import story
from scenes.explainer import Explainer


class Cast(Explainer):
    """Workers, coordinator and front end enter, each with one sentence."""

    title = "The cast"

    def construct(self) -> None:
        """Tell the chapter."""
        run, stage = self.run, self.stage
        worker = story.told_worker(run)
        with self.beat("task", story.cast_task(run), self.chrome.title(self.title)):
            self.play(stage.headline(story.headline(run)))
            self.play(stage.enter_workers())
        with self.beat("photos", story.cast_photos(run)):
            self.play(stage.headline(story.photos_held(run)))
            self.play(stage.visit_photos(worker))
        with self.beat("labels", story.cast_labels(run)):
            self.play(stage.enter_labels(), stage.list_labels(story.label_chart(run), worker))
        with self.beat("coordinator", story.cast_coordinator(run)):
            self.play(stage.clear_above())
            self.play(stage.enter_coordinator())
            self.play(stage.show_plate(*story.first_plate(run)))
        with self.beat("wires", story.cast_wires(run)):
            self.play(stage.connect())
            self.play(stage.distribute(story.told_pair(run), story.model_size(run)))
            self.play(stage.change(worker))
            self.play(stage.bring_back(worker))
        with self.beat("front_end", story.cast_front_end(run)):
            self.play(stage.clear_packets(), stage.enter_front_end())
            self.play(stage.front_end.read(*story.first_reading(run)))
