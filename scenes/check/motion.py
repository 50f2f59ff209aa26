"""Few things move at once."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np
from manim import Animation, AnimationGroup

from scenes.check.boxes import Box, around
from scenes.check.finding import Fault, Glance
from scenes.check.moment import SEEN, Moment
from scenes.check.parts import Floats, Part

MOST = 5
SLOWEST = 30.0  # pixels a second below which the eye sees no motion
TOGETHER = 1.5  # pixels, and ...
SHARE = 0.1  # ... part of the way by which things that move together may differ
TOUCHING = 4.0  # pixels between things that hang together


@dataclass(eq=False)
class Mover:
    """Something that moves: its box before and after, and where the eye follows it."""

    before: Box
    after: Box
    place: Box
    animation: int  # which animation moves it; -1 for none
    start: tuple[float, float] | None = None  # where its line begins
    group: int = field(default=-1)

    @property
    def way(self) -> Floats:
        """How far each edge goes, (4,)."""
        way: Floats = np.array(self.after) - np.array(self.before)
        return way


class MovingGroups(Glance):
    """Five groups at most move at once.

    Something moves where an edge of its box goes faster than 30 pixels a second. One group are:
    the glyphs of a text; what moves by the same way; what touches while it moves, such as a packet,
    its label and the trail behind it; bars that grow on one floor; and the parts of one animation
    that shift, grow and turn as one (their corners follow one affine map) or turn on one hinge.
    Something that only fades does not move.
    """

    def __init__(self) -> None:
        self._last: Moment | None = None

    def see(self, moment: Moment) -> list[Fault]:
        """Compare with the moment before in the same play."""
        before, self._last = self._last, moment
        if before is None or before.play != moment.play or moment.time <= before.time:
            return []
        groups = grouped(movers(before, moment), moment)
        if len(groups) <= MOST:
            return []
        return [Fault("moving groups", "frame", len(groups), MOST, "groups", tuple(groups))]


def movers(before: Moment, after: Moment) -> list[Mover]:
    """Return what moves between two moments."""
    least = after.units(SLOWEST) * (after.time - before.time)
    there = {id(part.mobject): part for part in before.parts}
    written = {id(text.owner): text for text in before.letters}
    animations = _animations(after)
    found = []
    for text in after.letters:
        old = written.get(id(text.owner))
        if old is not None and text.opacity >= SEEN and _moves(old.box, text.box, least):
            key = animations.get(id(text.parts[0].mobject), -1)
            found.append(Mover(old.box, text.box, text.box, key))
    for _, part in after.shapes:
        was = there.get(id(part.mobject))
        if was is not None and was is not part and _moves(was.box, part.box, least):
            place = _tip(part) if _is_drawn(was, part) else part.box
            key = animations.get(id(part.mobject), -1)
            found.append(Mover(was.box, part.box, place, key, _start(part)))
    return found


def _moves(before: Box, after: Box, least: float) -> bool:
    return max(abs(a - b) for a, b in zip(before, after, strict=True)) > least


def _is_drawn(before: Part, after: Part) -> bool:
    """Whether a line is being drawn: it starts where it did and ends elsewhere."""
    one, other = before.strokes, after.strokes
    if not len(one) or not len(other) or after.fill >= SEEN:
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
    """Return which animation moves a mobject, by the mobject's id."""
    found: dict[int, int] = {}
    for number, animation in enumerate(_single(moment.scene.animations or [])):
        for mobject in animation.mobject.get_family():
            found[id(mobject)] = number
    return found


def _single(animations: list[Animation]) -> list[Animation]:
    """Return animations with groups taken apart."""
    found: list[Animation] = []
    for animation in animations:
        if isinstance(animation, AnimationGroup):
            found += _single(list(animation.animations))
        else:
            found.append(animation)
    return found


def grouped(found: list[Mover], moment: Moment) -> list[Box]:
    """Return the boxes of the groups that things move in."""
    for number, mover in enumerate(found):
        mover.group = number
    _join_touching(found, moment.units(TOUCHING))
    _join_parallel(found, moment.units(TOGETHER))
    _join_mapped(found, moment.units(TOGETHER))
    _join_keyed(found, moment.units(TOUCHING), _hinge)
    _join_keyed(found, moment.units(TOUCHING), _floor)
    groups: dict[int, list[Box]] = {}
    for mover in found:
        groups.setdefault(mover.group, []).append(mover.place)
    return [around(boxes) for boxes in groups.values()]


def _join(found: list[Mover], one: Mover, other: Mover) -> None:
    gone = other.group
    for mover in found:
        if mover.group == gone:
            mover.group = one.group


def _join_touching(found: list[Mover], near: float) -> None:
    for i, one in enumerate(found):
        reach = one.place.grown(near)
        for other in found[i + 1 :]:
            if other.group != one.group and reach.crosses(other.place.grown(1e-9)):
                _join(found, one, other)


def _join_parallel(found: list[Mover], loose: float) -> None:
    if not found:
        return
    ways = np.array([mover.way for mover in found])
    far = np.abs(ways).max(axis=1)
    apart = np.abs(ways[:, None] - ways[None]).max(axis=-1)
    alike = apart <= loose + SHARE * np.minimum(far[:, None], far[None])
    for i, j in np.argwhere(np.triu(alike, 1)):
        if found[i].group != found[j].group:
            _join(found, found[i], found[j])


def _join_mapped(found: list[Mover], loose: float) -> None:
    """Join the parts of one animation whose corners follow one affine map."""
    for number in {mover.animation for mover in found} - {-1}:
        parts = [mover for mover in found if mover.animation == number]
        before = np.concatenate([_corners(mover.before) for mover in parts])
        after = np.concatenate([_corners(mover.after) for mover in parts])
        known = np.c_[before, np.ones(len(before))]
        fit = known @ np.linalg.lstsq(known, after, rcond=None)[0]
        far = max(float(np.abs(mover.way).max()) for mover in parts)
        if np.abs(fit - after).max() <= loose + SHARE * far:
            for other in parts[1:]:
                _join(found, parts[0], other)


def _join_keyed(
    found: list[Mover], near: float, key_of: Callable[[Mover, float], Hashable]
) -> None:
    """Join what has the same key, where it has one."""
    first: dict[Hashable, Mover] = {}
    for mover in found:
        key = key_of(mover, near)
        if key is not None:
            _join(found, first.setdefault(key, mover), mover)


def _hinge(mover: Mover, near: float) -> Hashable:
    """Return where a line begins, and what turns it."""
    if mover.start is None or mover.animation < 0:
        return None
    return mover.animation, round(mover.start[0] / near), round(mover.start[1] / near)


def _floor(mover: Mover, near: float) -> Hashable:
    """Return the edge that a bar stands on while its opposite edge moves."""
    moved = np.flatnonzero(np.abs(mover.way) > near / 10)
    if len(moved) != 1:
        return None
    edge = (int(moved[0]) + 2) % 4
    return edge, round(mover.after[edge] / near)


def _corners(box: Box) -> Floats:
    left, bottom, right, top = box
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
