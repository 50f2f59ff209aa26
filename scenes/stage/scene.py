"""The base scene of chapters with a stage."""

from scenes.drawing.layout import layout
from scenes.explainer import Explainer
from scenes.stage.factory import stage_for
from scenes.stage.stage import Stage
from scenes.story.specs import StageSpec


class StageScene(Explainer):
    """A chapter with a stage."""

    stage: Stage

    def set_stage(self, spec: StageSpec) -> Stage:
        """Create and return the stage, with a slot for each worker or for a crowd."""
        self.layout = layout(self.frame)
        self.stage = stage_for(self.layout, spec)
        return self.stage
