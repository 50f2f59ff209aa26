"""The photo rule: no photo crosses the border of its worker's card."""

from collections.abc import Iterator

from manim import Mobject

from scenes.check.boxes import Box
from scenes.check.finding import Fault, Rule
from scenes.check.moment import VISIBLE, Moment
from scenes.stage.card import Card

TOLERANCE = 0.5  # pixels


class PhotosStay(Rule):
    """Every photo stays inside its worker's card at every moment.

    The card is the panel at its present place, or its slot on the stage.
    """

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the workers whose photos extend beyond their card."""
        drawn = {id(part.mobject): part for part in moment.parts if part.opacity >= VISIBLE}
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
                    if beyond > TOLERANCE:
                        about = f"photos of {worker.words.string}"
                        faults.append(Fault("photos stay", about, beyond, 0, "px", (box, *cards)))
        return faults


def workers(moment: Moment) -> list[Card]:
    """Return the workers of the stage, and any others on the scene."""
    stage = getattr(moment.scene, "stage", None)
    found = {id(worker): worker for worker in getattr(stage, "cards", ())}
    for mobject in moment.scene.mobjects:
        found.update({id(worker): worker for worker in _in(mobject)})
    return list(found.values())


def _in(mobject: Mobject) -> Iterator[Card]:
    if isinstance(mobject, Card):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from _in(part)
