"""Nothing is left on the scene that nobody sees."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from manim import Animation, AnimationGroup, Mobject

from scenes.check.boxes import Box
from scenes.check.finding import Fault, Glance
from scenes.check.moment import SEEN, Moment
from scenes.check.parts import Part

RULE = "left over"
CLEAR = 0.01  # opacity below which nothing at all is seen
LARGE = 24.0  # pixels: smaller shapes may fall on each other, as dots of a chart do


class LeftOver(Glance):
    """No empty or transparent mobject stays on the scene, and none stands on its own copy.

    What is transparent at a beat's end and comes back later is not left over. Only what was added
    to the scene itself counts, not the parts of a group of which others are seen, and not the empty
    mobjects that Manim itself puts there: one for each wait, and one for each group of animations.
    """

    def __init__(self) -> None:
        self._hidden: dict[int, tuple[Mobject, Fault]] = {}
        self._manims: dict[int, Mobject] = {}

    def see(self, moment: Moment) -> list[Fault]:
        """Forget what has come back."""
        for mobject in _of_groups(moment.scene.animations or []):
            self._manims[id(mobject)] = mobject
        if self._hidden:
            seen = {id(part.mobject) for part in moment.parts if part.opacity > CLEAR}
            back = [
                key
                for key, (mobject, _) in self._hidden.items()
                if any(id(part) in seen for part in mobject.get_family())
            ]
            for key in back:
                del self._hidden[key]
        return []

    def end_beat(self, last: Moment) -> list[Fault]:
        """Look at what stands on the scene."""
        drawn = {id(part.mobject): part for part in last.parts}
        for mobject in last.scene.mobjects:
            if type(mobject) is Mobject or id(mobject) in self._manims:
                continue
            parts = [drawn[id(part)] for part in mobject.get_family() if id(part) in drawn]
            if all(part.opacity <= CLEAR for part in parts) and id(mobject) not in self._hidden:
                kind = "transparent" if parts else "empty"
                about = f"{kind} {type(mobject).__name__}"
                boxes = tuple(part.box for part in parts)
                place = last.beat, last.time
                fault = Fault(RULE, about, 1, 0, "mobject", boxes, place=place)
                self._hidden[id(mobject)] = mobject, fault
        return _twice(last)

    def end(self, last: Moment) -> list[Fault]:
        """Return what never came back: one fault for each kind and beat."""
        faults = [fault for _, fault in self._hidden.values()]
        counts = Counter((fault.about, fault.place) for fault in faults)
        return [
            Fault(RULE, f"{about} in {place[0]}", count, 0, "mobjects", boxes, place=place)
            for (about, place), count in counts.items()
            if place is not None
            for boxes in [_boxes(faults, about, place)]
        ]


def _of_groups(animations: Iterable[Animation]) -> Iterator[Any]:
    """Yield the mobjects that groups of animations make up for themselves."""
    for animation in animations:
        if isinstance(animation, AnimationGroup):
            yield animation.mobject
            yield from _of_groups(animation.animations)


def _boxes(faults: list[Fault], about: str, place: tuple[str, float]) -> tuple[Box, ...]:
    same = (fault for fault in faults if (fault.about, fault.place) == (about, place))
    return tuple(box for fault in same for box in fault.boxes)


def _twice(moment: Moment) -> list[Fault]:
    """Return the texts, images and larger shapes that stand on their own copy."""
    seen: set[tuple[object, ...]] = set()
    faults = []
    large = moment.units(LARGE)
    for part in moment.parts:
        if part.opacity < SEEN or max(part.box.width, part.box.height) < large:
            continue
        key = _key(part)
        if key in seen:
            about = f"{type(part.mobject).__name__} twice"
            faults.append(Fault(RULE, about, 2, 1, "copies", (part.box,)))
        seen.add(key)
    return faults


def _key(part: Part) -> tuple[object, ...]:
    image: Any = part.mobject
    pixels = image.get_pixel_array().tobytes() if part.is_image else b""
    place = tuple(np.round(part.box, 3))
    colours = (*part.fill_colors[:1].ravel().round(2), *part.stroke_colors[:1].ravel().round(2))
    return type(part.mobject), len(part.mobject.points), place, colours, round(part.fill, 2), pixels
