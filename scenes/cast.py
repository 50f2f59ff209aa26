"""The chapter on the cast: workers, coordinator and front end."""

from scenes.drawing.pace import brisk
from scenes.stage.scene import StageScene
from scenes.story import cast as story


class Cast(StageScene):
    """Workers, coordinator and front end enter, each with a caption."""

    def construct(self) -> None:
        """Play the beats of the chapter."""
        spec = self.tell(story.tell)
        stage = self.set_stage(spec.stage)
        with self.beat("task", spec.task, self.chrome.title(spec.title)):
            self.play(stage.headline(spec.headline))
            self.play(stage.enter_workers())
        with self.beat("photos", spec.photos):
            self.play(stage.headline(spec.held))
            self.play(stage.visit_photos(spec.worker))
        with self.beat("coordinator", spec.coordinator):
            self.play(stage.clear_above())
            self.play(stage.enter_coordinator(), stage.show_plate(*spec.plate))
            self.play(brisk(stage.connect()))
        with self.beat("front_end", spec.front_end):
            self.play(stage.enter_front_end())
            self.play(stage.front_end.read(spec.reading))
