"""The choice of a stage for a number of workers."""

from scenes.drawing.layout import Layout
from scenes.stage.card_stage import CardStage
from scenes.stage.crowd_stage import CrowdStage
from scenes.stage.stage import Stage
from scenes.story.crowds import crowded
from scenes.story.specs import StageSpec


def stage_for(layout: Layout, spec: StageSpec) -> Stage:
    """Return a stage with cards, or with a crowd if there are too many workers for cards."""
    return CrowdStage(layout, spec) if crowded(len(spec.workers)) else CardStage(layout, spec)
