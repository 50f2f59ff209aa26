"""The motion rule: at most five groups move at once."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np
from manim import Animation, AnimationGroup

from scenes.check.boxes import Box, around
from scenes.check.finding import Fault, Rule
from scenes.check.moment import VISIBLE, Moment
from scenes.check.parts import Floats, Part

MOST = 5
SLOWEST = 30.0  # pixels a second; slower motion is not noticed
TOGETHER = 1.5  # pixels, and ...
SHARE = 0.1  # ... part of their shift by which things that move together may differ
TOUCHING = 4.0  # pixels between things that touch


@dataclass(eq=False)
class MovingThing:
    """A moving part or text: its box before and after, and the box that the eye follows."""

    before: Box
    after: Box
    place: Box
    animation: int  # the index of the animation that moves it; -1 for none
    start: tuple[float, float] | None = None  # the start of its line
    group: int = field(default=-1)

    @property
    def shift(self) -> Floats:
        """The shift of each edge, shape (4,)."""
        shift: Floats = np.array(self.after) - np.array(self.before)
        return shift


class MovingGroups(Rule):
    """At most five groups move at once.

    A part moves if an edge of its box is faster than 30 pixels a second; fading is no motion. One
    group are: the glyphs of a text; parts with the same shift; parts that touch, such as a packet
    and its label; bars that grow from one baseline; and the parts of one animation whose corners
    follow one affine map, or whose lines start at one point.
    """

    def __init__(self) -> None:
        self._last: Moment | None = None

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return a fault if too many groups have moved since the last moment of the play."""
        before, self._last = self._last, moment
        if before is None or before.play != moment.play or moment.time <= before.time:
            return []
        groups = group_boxes(movers(before, moment), moment)
        if len(groups) <= MOST:
            return []
        return [Fault("moving groups", "frame", len(groups), MOST, "groups", tuple(groups))]


def movers(before: Moment, after: Moment) -> list[MovingThing]:
    """Return the parts and texts that move between two moments."""
    least = after.units(SLOWEST) * (after.time - before.time)
    there = {id(part.mobject): part for part in before.parts}
    written = {id(text.owner): text for text in before.all_texts}
    animations = _animations(after)
    found = []
    for text in after.all_texts:
        old = written.get(id(text.owner))
        if old is not None and text.opacity >= VISIBLE and _moves(old.box, text.box, least):
            key = animations.get(id(text.parts[0].mobject), -1)
            found.append(MovingThing(old.box, text.box, text.box, key))
    for _, part in after.shapes:
        was = there.get(id(part.mobject))
        if was is not None and was is not part and _moves(was.box, part.box, least):
            place = _tip(part) if _is_drawn(was, part) else part.box
            key = animations.get(id(part.mobject), -1)
            found.append(MovingThing(was.box, part.box, place, key, _start(part)))
    return found


def _moves(before: Box, after: Box, least: float) -> bool:
    return max(abs(a - b) for a, b in zip(before, after, strict=True)) > least


def _is_drawn(before: Part, after: Part) -> bool:
    """Whether a line is being drawn: its start stays and its end moves."""
    one, other = before.strokes, after.strokes
    if not len(one) or not len(other) or after.fill >= VISIBLE:
        return False
    starts, ends = np.abs(one[0, 0] - other[0, 0]).max(), np.abs(one[-1, 1] - other[-1, 1]).max()
    return bool(starts < 1e-6 < ends)


def _start(part: Part) -> tuple[float, float] | None:
    return (
        (float(part.strokes[0, 0, 0]), float(part.strokes[0, 0, 1])) if len(part.strokes) else None
    )


def _tip(part: Part) -> Box:
    x, y = part.strokes[-1, 1]
    return Box(float(x), float(y), float(x), float(y))


def _animations(moment: Moment) -> dict[int, int]:
    """Return the index of the animation that moves each mobject, by the mobject's id."""
    found: dict[int, int] = {}
    for number, animation in enumerate(_leaves(moment.scene.animations or [])):
        for mobject in animation.mobject.get_family():
            found[id(mobject)] = number
    return found


def _leaves(animations: list[Animation]) -> list[Animation]:
    """Return all animations that are not groups, at any depth."""
    found: list[Animation] = []
    for animation in animations:
        if isinstance(animation, AnimationGroup):
            found += _leaves(list(animation.animations))
        else:
            found.append(animation)
    return found


def group_boxes(found: list[MovingThing], moment: Moment) -> list[Box]:
    """Return a box around each group of moving things."""
    for number, mover in enumerate(found):
        mover.group = number
    _join_touching(found, moment.units(TOUCHING))
    _join_parallel(found, moment.units(TOGETHER))
    _join_mapped(found, moment.units(TOGETHER))
    _join_by_key(found, moment.units(TOUCHING), _hinge)
    _join_by_key(found, moment.units(TOUCHING), _floor)
    groups: dict[int, list[Box]] = {}
    for mover in found:
        groups.setdefault(mover.group, []).append(mover.place)
    return [around(boxes) for boxes in groups.values()]


def _join(found: list[MovingThing], one: MovingThing, other: MovingThing) -> None:
    gone = other.group
    for mover in found:
        if mover.group == gone:
            mover.group = one.group


def _join_touching(found: list[MovingThing], near: float) -> None:
    for i, one in enumerate(found):
        reach = one.place.grown(near)
        for other in found[i + 1 :]:
            if other.group != one.group and reach.crosses(other.place.grown(1e-9)):
                _join(found, one, other)


def _join_parallel(found: list[MovingThing], loose: float) -> None:
    if not found:
        return
    shifts = np.array([mover.shift for mover in found])
    far = np.abs(shifts).max(axis=1)
    apart = np.abs(shifts[:, None] - shifts[None]).max(axis=-1)
    alike = apart <= loose + SHARE * np.minimum(far[:, None], far[None])
    for i, j in np.argwhere(np.triu(alike, 1)):
        if found[i].group != found[j].group:
            _join(found, found[i], found[j])


def _join_mapped(found: list[MovingThing], loose: float) -> None:
    """Join the parts of one animation whose corners follow one affine map."""
    for number in {mover.animation for mover in found} - {-1}:
        parts = [mover for mover in found if mover.animation == number]
        before = np.concatenate([_corners(mover.before) for mover in parts])
        after = np.concatenate([_corners(mover.after) for mover in parts])
        known = np.c_[before, np.ones(len(before))]
        fit = known @ np.linalg.lstsq(known, after, rcond=None)[0]
        far = max(float(np.abs(mover.shift).max()) for mover in parts)
        if np.abs(fit - after).max() <= loose + SHARE * far:
            for other in parts[1:]:
                _join(found, parts[0], other)


def _join_by_key(
    found: list[MovingThing], near: float, key_of: Callable[[MovingThing, float], Hashable]
) -> None:
    """Join the things with the same key; None is no key."""
    first: dict[Hashable, MovingThing] = {}
    for mover in found:
        key = key_of(mover, near)
        if key is not None:
            _join(found, first.setdefault(key, mover), mover)


def _hinge(mover: MovingThing, near: float) -> Hashable:
    """Return the key of a line that turns on its start: animation and start."""
    if mover.start is None or mover.animation < 0:
        return None
    return mover.animation, round(mover.start[0] / near), round(mover.start[1] / near)


def _floor(mover: MovingThing, near: float) -> Hashable:
    """Return the key of a bar that grows: the fixed edge opposite to the moving one."""
    moved = np.flatnonzero(np.abs(mover.shift) > near / 10)
    if len(moved) != 1:
        return None
    edge = (int(moved[0]) + 2) % 4
    return edge, round(mover.after[edge] / near)


def _corners(box: Box) -> Floats:
    left, bottom, right, top = box
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
