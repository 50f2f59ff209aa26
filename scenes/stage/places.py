"""The places of workers' cards on the stage, for the area that its layout has for them."""

from scenes.drawing.layout import Frame, Slot
from scenes.stage.pose import WIDTH
from scenes.stage.worker_row import WorkerRow
from scenes.stage.worker_steps import WorkerSteps
from scenes.story.crowds import crowded

TALL = 0.6  # height of an area in which workers stand in two rows, as a part of its width


def worker_places(area: Slot, count: int, frame: Frame) -> WorkerRow | WorkerSteps:
    """Return the places of some workers: in a row, or in a tall area in two."""
    places = WorkerSteps if area.height > TALL * area.width else WorkerRow
    return places(area, count, frame)


def place_of(worker: int, area: Slot, count: int, frame: Frame) -> Slot:
    """Return the place of a worker's card at rest; of a crowd, a square in the middle."""
    if crowded(count):
        return Slot(area.x, area.y, frame.px(WIDTH), frame.px(WIDTH))
    return worker_places(area, count, frame).resting()[worker].slot(frame)
