"""A photo never crosses its worker's border."""

from collections.abc import Iterator

from manim import Mobject

from scenes.check.boxes import Box
from scenes.check.finding import Fault, Glance
from scenes.check.moment import SEEN, Moment
from scenes.stage.worker import Worker

LOOSE = 0.5  # pixels


class PhotosStay(Glance):
    """Every photo of a worker's card is inside the card, in every moment.

    The card is its panel where it stands now, or the slot that it has on the stage.
    """

    def see(self, moment: Moment) -> list[Fault]:
        """Look at every worker's photos."""
        drawn = {id(part.mobject): part for part in moment.parts if part.opacity >= SEEN}
        faults = []
        for worker in workers(moment):
            panel = drawn.get(id(worker.panel))
            slot = worker.slot
            cards = [Box(slot.left, slot.bottom, slot.right, slot.top)]
            cards += [panel.box] if panel else []
            for photo in worker.photos.get_family():
                if id(photo) in drawn:
                    box = drawn[id(photo)].box
                    beyond = moment.px(min(box.beyond(card) for card in cards))
                    if beyond > LOOSE:
                        about = f"photos of {worker.words.string}"
                        faults.append(Fault("photos stay", about, beyond, 0, "px", (box, *cards)))
        return faults


def workers(moment: Moment) -> list[Worker]:
    """Return the workers' cards: those of the stage, and any others on the scene."""
    stage = getattr(moment.scene, "stage", None)
    found = {id(worker): worker for worker in getattr(stage, "workers", ())}
    for mobject in moment.scene.mobjects:
        found.update({id(worker): worker for worker in _in(mobject)})
    return list(found.values())


def _in(mobject: Mobject) -> Iterator[Worker]:
    if isinstance(mobject, Worker):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from _in(part)
