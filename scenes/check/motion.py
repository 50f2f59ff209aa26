"""The motion rule: at most five groups move at once."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt
from manim import Animation, AnimationGroup, LaggedStart, LaggedStartMap, Succession, VectorField

from scenes.check.boxes import Box, around
from scenes.check.finding import Fault, Rule
from scenes.check.moment import VISIBLE, Moment
from scenes.check.parts import Floats, Part

MOST = 5
SLOWEST = 30.0  # pixels a second; slower motion is not noticed
TOGETHER = 1.5  # pixels, and ...
SHARE = 0.1  # ... part of their shift by which things that move together may differ
TOUCHING = 4.0  # pixels between things that touch
PLAIN = (AnimationGroup, LaggedStart, LaggedStartMap, Succession)  # groups of what an author chose

Pairs = npt.NDArray[np.bool_]


@dataclass(eq=False)
class MovingThing:
    """A moving part or text: its box before and after, and the box that the eye follows."""

    key: int  # the id of the part's mobject or of the text's owner
    before: Box
    after: Box
    place: Box
    animation: int  # the index of the animation that moves it; -1 for none
    start: tuple[float, float] | None = None  # the start of its line
    whole: int | None = None  # the id of the effect or the field that it is a part of

    @property
    def shift(self) -> Floats:
        """The shift of each edge, shape (4,)."""
        shift: Floats = np.array(self.after) - np.array(self.before)
        return shift


class MovingGroups(Rule):
    """At most five groups move at once.

    A part moves if an edge of its box is faster than 30 pixels a second, before and after a moment;
    fading is no motion. One
    group are: the glyphs of a text; parts with the same shift; parts that touch, such as a packet
    and its label; bars that grow from one baseline; and the parts of one animation whose corners
    follow one affine map, or whose lines start at one point; and the parts of one of Manim's
    effects, such as ``Flash``, or of one field of vectors. A camera that moves is one group: what
    stands still in the scene, or on the screen, does not move.
    """

    def __init__(self) -> None:
        self._last: Moment | None = None
        self._moved: set[int] = set()  # the ids of what has moved since the moment before

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return a fault if too many groups have moved since the last moment of the play."""
        before, self._last = self._last, moment
        if before is None or before.play != moment.play or moment.time <= before.time:
            self._moved = set()
            return []
        found, earlier = movers(before, moment), self._moved
        self._moved = {mover.key for mover in found}
        # What has just come to rest does not move at once with what begins to.
        moving = [mover for mover in found if mover.key in earlier]
        panned = [moment.view] if moment.view != before.view else []
        groups = panned + (group_boxes(moving, moment) if len(moving) + len(panned) > MOST else [])
        if len(groups) <= MOST:
            return []
        return [Fault("moving groups", "frame", len(groups), MOST, "groups", tuple(groups))]


def movers(before: Moment, after: Moment) -> list[MovingThing]:
    """Return the parts and texts that move between two moments."""
    least = after.units(SLOWEST) * (after.time - before.time)
    there = {id(part.mobject): part for part in before.parts}
    written = {id(text.owner): text for text in before.all_texts}
    animations, wholes = animations_of(after), _wholes(after)
    found = []
    for text in after.all_texts:
        old = written.get(id(text.owner))
        if old is None or text.opacity < VISIBLE:
            continue
        was = on_screen(old.box, before, after)
        if _moves(old.box, text.box, least) and _moves(was, text.box, least):
            one = id(text.parts[0].mobject)
            key, whole = animations.get(one, -1), wholes.get(one)
            found.append(MovingThing(id(text.owner), was, text.box, text.box, key, None, whole))
    for _, part in after.shapes:
        earlier = there.get(id(part.mobject))
        if earlier is None or earlier is part:
            continue
        was = on_screen(earlier.box, before, after)
        if _moves(earlier.box, part.box, least) and _moves(was, part.box, least):
            place = _tip(part) if _is_drawn(earlier, part) else part.box
            one = id(part.mobject)
            key, whole = animations.get(one, -1), wholes.get(one)
            found.append(MovingThing(one, was, part.box, place, key, _start(part), whole))
    return found


def on_screen(box: Box, before: Moment, after: Moment) -> Box:
    """Return where the view after has what the view before had in a box."""
    old, new = before.view, after.view
    if old == new:
        return box
    x, y = new.width / old.width, new.height / old.height
    return Box(
        new.left + (box.left - old.left) * x,
        new.bottom + (box.bottom - old.bottom) * y,
        new.left + (box.right - old.left) * x,
        new.bottom + (box.top - old.bottom) * y,
    )


def _wholes(moment: Moment) -> dict[int, int]:
    """Return the effect or the field that each of their mobjects is a part of, by ids."""
    effects = effects_of(moment.scene.animations or [])
    wholes = {
        id(part): id(effect)
        for effect in effects
        if isinstance(effect, AnimationGroup)
        for part in effect.mobject.get_family()
    }
    fields = ((part, part.pattern) for part in moment.parts)
    return wholes | {
        id(part.mobject): id(field) for part, field in fields if isinstance(field, VectorField)
    }


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


def animations_of(moment: Moment) -> dict[int, int]:
    """Return the number of the animation that moves each mobject, by the mobject's id."""
    found: dict[int, int] = {}
    for number, animation in enumerate(effects_of(moment.scene.animations or [])):
        for mobject in animation.mobject.get_family():
            found[id(mobject)] = number
    return found


def effects_of(animations: list[Animation]) -> list[Animation]:
    """Return all animations that are no plain groups, at any depth."""
    found: list[Animation] = []
    for animation in animations:
        if isinstance(animation, AnimationGroup) and type(animation) in PLAIN:
            found += effects_of(list(animation.animations))
        else:
            found.append(animation)
    return found


def group_boxes(found: list[MovingThing], moment: Moment) -> list[Box]:
    """Return a box around each group of moving things."""
    near, loose = moment.units(TOUCHING), moment.units(TOGETHER)
    joined = _touching(found, near) | _parallel(found, loose)
    for one, other in chain(
        _mapped(found, loose),
        _alike(found, lambda mover: mover.whole),
        _alike(found, lambda mover: _hinge(mover, near)),
        _alike(found, lambda mover: _floor(mover, near)),
    ):
        joined[one, other] = True
    boxes: dict[int, list[Box]] = {}
    for mover, group in zip(found, _groups(joined | joined.T), strict=True):
        boxes.setdefault(group, []).append(mover.place)
    return [around(places) for places in boxes.values()]


def _groups(joined: Pairs) -> list[int]:
    """Return the number of each thing's group, given which things are joined, shape (n, n)."""
    numbers, before = np.arange(len(joined)), None
    while before is None or (numbers != before).any():
        before = numbers
        numbers = np.where(joined, before, len(joined)).min(axis=1)
    return [int(number) for number in numbers]


def _touching(found: list[MovingThing], near: float) -> Pairs:
    """Return which things are near each other, shape (n, n)."""
    places = np.array([mover.place for mover in found])
    low, high = places[:, None, :2], places[:, None, 2:]
    shared = np.minimum(high, places[:, 2:]) - np.maximum(low, places[:, :2])
    return np.asarray((shared > -near).all(axis=-1))


def _parallel(found: list[MovingThing], loose: float) -> Pairs:
    """Return which things have the same shift, shape (n, n)."""
    shifts = np.array([mover.shift for mover in found])
    far = np.abs(shifts).max(axis=1)
    apart = np.abs(shifts[:, None] - shifts[None]).max(axis=-1)
    return np.asarray(apart <= loose + SHARE * np.minimum(far[:, None], far[None]))


def _mapped(found: list[MovingThing], loose: float) -> Iterator[tuple[int, int]]:
    """Yield pairs of the parts of one animation whose corners follow one affine map."""
    for number in {mover.animation for mover in found} - {-1}:
        members = [i for i, mover in enumerate(found) if mover.animation == number]
        parts = [found[i] for i in members]
        before = np.concatenate([_corners(mover.before) for mover in parts])
        after = np.concatenate([_corners(mover.after) for mover in parts])
        known = np.c_[before, np.ones(len(before))]
        fit = known @ np.linalg.lstsq(known, after, rcond=None)[0]
        far = max(float(np.abs(mover.shift).max()) for mover in parts)
        if np.abs(fit - after).max() <= loose + SHARE * far:
            yield from pairwise(members)


def _alike(
    found: list[MovingThing], key_of: Callable[[MovingThing], Hashable]
) -> Iterator[tuple[int, int]]:
    """Yield pairs of the things with the same key; None is no key."""
    first: dict[Hashable, int] = {}
    for i, mover in enumerate(found):
        key = key_of(mover)
        if key is not None:
            yield first.setdefault(key, i), i


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
