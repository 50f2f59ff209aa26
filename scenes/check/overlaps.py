"""The overlap rule: no text crosses another text, a line or a shape's edge."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from scenes.check import cover
from scenes.check.boxes import Box
from scenes.check.finding import Fault, Rule
from scenes.check.moment import VISIBLE, Moment
from scenes.check.motion import animations_of
from scenes.check.names import name_of
from scenes.check.parts import Floats, Part

RULE = "overlap"
TOLERANCE = 1.0  # pixels of 1080 by which boxes may overlap
READABLE = 0.5  # opacity of a text from which a line through it is a fault
COVERED = 0.04, 0.98  # shares of a text's box under a fill; between them the text is cut


class Overlap(Rule):
    """No text box crosses another text box, a line, or the edge of a shape above it.

    A text behind a fill does not count, nor does a line behind a fill that the text stands on, nor
    a text that turns into the other one in one animation.
    """

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the overlaps of the visible texts."""
        return [*_with_texts(moment), *_with_lines(moment), *_with_shapes(moment)]


def _with_texts(moment: Moment) -> Iterator[Fault]:
    loose = moment.units(TOLERANCE)
    animations = animations_of(moment)
    for one, other in combinations(moment.texts, 2):
        if one.box.crosses(other.box, loose) and not _are_one(one.parts, other.parts, animations):
            shared = max(
                (a.common(b) for a in one.boxes for b in other.boxes if a.crosses(b, loose)),
                key=lambda box: min(box.width, box.height),
                default=None,
            )
            if shared is not None:
                about = f"{one.words} / {other.words}"
                depth = moment.px(min(shared.width, shared.height))
                yield Fault(RULE, about, depth, TOLERANCE, "px", (one.box, other.box))


def _are_one(one: list[Part], other: list[Part], animations: dict[int, int]) -> bool:
    """Whether one animation moves all glyphs or shapes, as when a text turns into another one."""
    keys = {animations.get(id(part.mobject)) for part in (*one, *other)}
    return len(keys) == 1 and None not in keys


def _with_lines(moment: Moment) -> Iterator[Fault]:
    strokes = [(order, part) for order, part in moment.shapes if part.stroke >= VISIBLE]
    reach = np.array([part.box for _, part in strokes]).reshape(-1, 4)
    loose = moment.units(TOLERANCE)
    for text in moment.texts:
        if text.opacity < READABLE:
            continue
        for box in (box.grown(-loose) for box in text.boxes):
            for i in _near(reach, box, loose):
                order, part = strokes[i]
                points = moment.fills.uncovered(within(part.strokes, box), order, box)
                length = moment.px(float(np.ptp(points, axis=0).max())) if len(points) else 0.0
                if length > TOLERANCE:
                    about = f"{text.words} / {name_of(part.mobject, moment.scene)}"
                    yield Fault(RULE, about, length, TOLERANCE, "px", (text.box, _box(points)))


def _near(boxes: Floats, box: Box, loose: float) -> list[int]:
    """Return the indices of the boxes, shape (n, 4), that come near a box."""
    left, bottom, right, top = boxes.T
    across = (left < box.right + loose) & (right > box.left - loose)
    up = (bottom < box.top + loose) & (top > box.bottom - loose)
    return [int(i) for i in np.flatnonzero(across & up)]


def _with_shapes(moment: Moment) -> Iterator[Fault]:
    animations = animations_of(moment)
    for text in moment.texts:
        for part in moment.fills.over(text.top, text.box, cover.COVERING):
            share = cover.covered_share(text.box, part)
            one = _are_one(text.parts, [part], animations)
            if COVERED[0] < share < COVERED[1] and not one:
                about = f"{name_of(part.mobject, moment.scene)} over {text.words}"
                yield Fault(RULE, about, 100 * share, 0.0, "% covered", (text.box, part.box))


def within(strokes: Floats, box: Box) -> Floats:
    """Return points, shape (m, 2), on the parts of strokes, (n, 2 ends, 2), inside a box."""
    start, step = strokes[:, 0], strokes[:, 1] - strokes[:, 0]
    flat = np.abs(step) < 1e-12
    safe = np.where(flat, 1.0, step)
    low = (np.array([box.left, box.bottom]) - start) / safe
    high = (np.array([box.right, box.top]) - start) / safe
    outside = flat & ((low > 0) | (high < 0))
    enter = np.where(flat, 0.0, np.minimum(low, high)).max(axis=1).clip(0, 1)
    leave = np.where(flat, 1.0, np.maximum(low, high)).min(axis=1).clip(0, 1)
    hit = (enter < leave) & ~outside.any(axis=1)
    shares = np.linspace(0.02, 0.98, 5)[None, :, None]
    at = enter[hit][:, None, None] + shares * (leave - enter)[hit][:, None, None]
    points: Floats = (start[hit][:, None] + at * step[hit][:, None]).reshape(-1, 2)
    return points


def _box(points: Floats) -> Box:
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    return Box(float(left), float(bottom), float(right), float(top))
