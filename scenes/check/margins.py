"""The margin rules: text inside the safe area, everything inside the frame."""

from manim import FocusOn, VectorField
from manim.animation.creation import ShowPartial

from scenes.check.boxes import Box, around
from scenes.check.film import is_chapter, is_pinned
from scenes.check.finding import Fault, Rule
from scenes.check.moment import Moment
from scenes.check.motion import effects_of
from scenes.check.names import name_of
from scenes.check.parts import Part, TextOnScreen

TOLERANCE = 1.5  # pixels of 1080
# Capitals and baselines keep the margins; accents and descenders may extend by so many pixels.
OVERSHOOT = 12.0
FAINT = 0.05  # opacity up to which a part at the frame's edge is invisible


class SafeArea(Rule):
    """Text stays in the safe area: 5% margins; in 9:16 also clear of a phone's controls.

    A camera that has moved cuts off on purpose. In a chapter, what is fixed on the screen keeps the
    margins then as well, and once the camera stands still, the frame's edge cuts no other text.
    """

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the visible texts that extend beyond the safe area."""
        found = ((text, self._area(text, moment)) for text in moment.texts)
        return [
            Fault("safe area", text.words, beyond, TOLERANCE, "px", (text.box,))
            for text, area in found
            if area and (beyond := moment.px(text.box.beyond(area))) > TOLERANCE
        ]

    def _area(self, text: TextOnScreen, moment: Moment) -> Box | None:
        """Return the area in which a text has to be, if any."""
        if moment.moved and not is_chapter(moment.scene):
            return None
        if moment.moved and not is_pinned(text.owner):
            return moment.view if moment.still else None
        left, bottom, right, top = moment.safe
        over = moment.units(OVERSHOOT)
        return Box(left, bottom - over, right, top + over)


class InFrame(Rule):
    """No visible part extends beyond the frame.

    A camera that has moved cuts off on purpose, and what lies outside until it moves is no fault.
    Nor is a field of vectors, what goes on beyond two opposite edges, or a part of something that
    fills the frame, as a plane does.
    """

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the visible parts that extend beyond the frame."""
        if moment.moved:
            return []
        seen = [(part, part.seen(FAINT)) for part in moment.parts]
        found = [(part, box) for part, box in seen if box and _is_cut(part, box, moment)]
        grounds = _grounds(moment) if found else set()
        return [
            Fault(
                "in frame",
                name_of(part.mobject, moment.scene),
                moment.px(box.beyond(moment.view)),
                TOLERANCE,
                "px",
                (box,),
            )
            for part, box in found
            if id(part.mobject) not in grounds
        ]


def _is_cut(part: Part, box: Box, moment: Moment) -> bool:
    """Whether a part, in the box where it is seen, leaves the frame at one side of it."""
    view = moment.view
    if moment.px(box.beyond(view)) <= TOLERANCE or moment.waits_outside(box):
        return False
    if isinstance(part.pattern, VectorField) or id(part.mobject) in _unfinished(moment):
        return False
    across = box.left <= view.left and box.right >= view.right
    up = box.bottom <= view.bottom and box.top >= view.top
    return not (across or up)


def _unfinished(moment: Moment) -> set[int]:
    """Return the ids of what is being drawn, and of lights that come from all over the frame."""
    return {
        id(part)
        for one in effects_of(moment.scene.animations or [])
        if isinstance(one, FocusOn | ShowPartial) and not moment.still
        for part in one.mobject.get_family()
    }


def _grounds(moment: Moment) -> set[int]:
    """Return the ids of the mobjects that belong to something that fills the frame."""
    boxes = {id(part.mobject): part.box for part in moment.parts}
    found: set[int] = set()
    for mobject in moment.scene.mobjects:
        family = [id(part) for part in mobject.get_family() if id(part) in boxes]
        if family and moment.view.beyond(around(boxes[key] for key in family)) <= 0:
            found.update(family)
    return found
