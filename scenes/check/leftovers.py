"""The leftover rule: no invisible or duplicate mobject stays on the scene."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from manim import Animation, AnimationGroup, Mobject

from scenes.check.boxes import Box
from scenes.check.film import is_chapter
from scenes.check.finding import Fault, Rule
from scenes.check.moment import VISIBLE, Moment
from scenes.check.names import name_of
from scenes.check.parts import Part, is_drawn
from scenes.check.views import of_camera

RULE = "left over"
CLEAR = 0.01  # opacity below which a mobject is invisible
LARGE = 24.0  # pixels: smaller shapes may coincide, as dots of a chart do


class LeftOver(Rule):
    """No empty or transparent mobject stays on the scene, and none is there twice.

    A transparent mobject that becomes visible later is not left over. Only the mobjects of the
    scene itself count, not the parts of a partly visible group, and not what is never drawn: a
    camera's frame, a tracker of a number, and the empty mobjects that Manim adds for each wait and
    for each group of animations. A mobject with an updater may be empty at times, and outside of
    chapters a group may be: Manim leaves some, and they draw nothing.
    """

    def __init__(self) -> None:
        self._hidden: dict[int, tuple[Mobject, Fault]] = {}
        self._manims: dict[int, Mobject] = {}
        self._members: dict[int, Mobject] = {}  # of groups, which Manim may take apart

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return nothing; forget the mobjects that have become visible again."""
        for mobject in _of_groups(moment.scene.animations or []):
            self._manims[id(mobject)] = mobject
        for mobject in moment.scene.mobjects if moment.still else ():
            self._members.update((id(part), part) for part in mobject.get_family()[1:])
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

    def check_beat(self, last: Moment) -> list[Fault]:
        """Return the duplicates; remember the invisible mobjects."""
        drawn = {id(part.mobject): part for part in last.parts}
        aside = {*self._manims, *of_camera(last.scene)}
        ours = is_chapter(last.scene)
        for mobject in last.scene.mobjects:
            if id(mobject) in aside or not is_drawn(mobject) or mobject.get_family_updaters():
                continue
            parts = [drawn[id(part)] for part in mobject.get_family() if id(part) in drawn]
            if all(part.opacity <= CLEAR for part in parts) and id(mobject) not in self._hidden:
                if not parts and (id(mobject) in self._members or not ours):
                    continue
                kind = "transparent" if parts else "empty"
                about = f"{kind} {name_of(mobject, last.scene)}"
                boxes = tuple(part.box for part in parts)
                place = last.beat, last.time
                fault = Fault(RULE, about, 1, 0, "mobject", boxes, place=place)
                self._hidden[id(mobject)] = mobject, fault
        return _twice(last)

    def check_scene(self, last: Moment) -> list[Fault]:
        """Return the mobjects that stayed invisible: one fault for each kind and beat."""
        faults = [fault for _, fault in self._hidden.values()]
        counts = Counter((fault.about, fault.place) for fault in faults)
        return [
            Fault(RULE, f"{about} in {place[0]}", count, 0, "mobjects", boxes, place=place)
            for (about, place), count in counts.items()
            if place is not None
            for boxes in [_boxes(faults, about, place)]
        ]


def _of_groups(animations: Iterable[Animation]) -> Iterator[Any]:
    """Yield the mobjects that animation groups create for themselves."""
    for animation in animations:
        if isinstance(animation, AnimationGroup):
            yield animation.mobject
            yield from _of_groups(animation.animations)


def _boxes(faults: list[Fault], about: str, place: tuple[str, float]) -> tuple[Box, ...]:
    same = (fault for fault in faults if (fault.about, fault.place) == (about, place))
    return tuple(box for fault in same for box in fault.boxes)


def _twice(moment: Moment) -> list[Fault]:
    """Return the texts, images and large shapes that are drawn twice at the same place."""
    seen: set[tuple[object, ...]] = set()
    faults = []
    large = moment.units(LARGE)
    for part in moment.parts:
        if part.opacity < VISIBLE or max(part.box.width, part.box.height) < large:
            continue
        key = _key(part)
        if key in seen:
            about = f"{name_of(part.mobject, moment.scene)} twice"
            faults.append(Fault(RULE, about, 2, 1, "copies", (part.box,)))
        seen.add(key)
    return faults


def _key(part: Part) -> tuple[object, ...]:
    image: Any = part.mobject
    pixels = image.get_pixel_array().tobytes() if part.is_image else b""
    place = tuple(np.round(part.box, 3))
    colours = (*part.fill_colors[:1].ravel().round(2), *part.stroke_colors[:1].ravel().round(2))
    opacities = round(part.fill, 2), round(part.stroke, 2)
    return type(part.mobject), len(part.mobject.points), place, colours, opacities, pixels
