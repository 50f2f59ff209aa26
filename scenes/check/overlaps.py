"""No text crosses another text or a line, and nothing passes over a text."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from scenes.check import cover
from scenes.check.boxes import Box
from scenes.check.finding import Fault, Glance
from scenes.check.moment import SEEN, Moment
from scenes.check.parts import Floats, Part

RULE = "overlap"
LOOSE = 1.0  # pixels of 1080 by which boxes may share an edge
READABLE = 0.5  # opacity of a text from which on a line through it disturbs
COVERED = 0.04, 0.98  # shares of a text's box under a fill between which it is cut


class Overlap(Glance):
    """No text box crosses another text box, a line, or the edge of something that lies over it.

    A text behind a fill is not there; a line behind a fill that the text stands on is not either.
    """

    def see(self, moment: Moment) -> list[Fault]:
        """Look at every visible text."""
        return [*_texts(moment), *_lines(moment), *_covers(moment)]


def _texts(moment: Moment) -> Iterator[Fault]:
    loose = moment.units(LOOSE)
    for one, other in combinations(moment.texts, 2):
        if one.box.crosses(other.box, loose):
            shared = max(
                (a.common(b) for a in one.boxes for b in other.boxes if a.crosses(b, loose)),
                key=lambda box: min(box.width, box.height),
                default=None,
            )
            if shared is not None:
                about = f"{one.words} / {other.words}"
                depth = moment.px(min(shared.width, shared.height))
                yield Fault(RULE, about, depth, LOOSE, "px", (one.box, other.box))


def _lines(moment: Moment) -> Iterator[Fault]:
    strokes = [(order, part) for order, part in moment.shapes if part.stroke >= SEEN]
    reach = np.array([part.box for _, part in strokes]).reshape(-1, 4)
    loose = moment.units(LOOSE)
    for text in moment.texts:
        if text.opacity < READABLE:
            continue
        for box in (box.grown(-loose) for box in text.boxes):
            for i in _near(reach, box, loose):
                order, part = strokes[i]
                points = moment.fills.uncovered(within(part.strokes, box), order, box)
                length = moment.px(float(np.ptp(points, axis=0).max())) if len(points) else 0.0
                if length > LOOSE:
                    about = f"{text.words} / {_kind(part)}"
                    yield Fault(RULE, about, length, LOOSE, "px", (text.box, _box(points)))


def _near(boxes: Floats, box: Box, loose: float) -> list[int]:
    """Return which of some boxes, (n, 4), come near a box."""
    left, bottom, right, top = boxes.T
    across = (left < box.right + loose) & (right > box.left - loose)
    up = (bottom < box.top + loose) & (top > box.bottom - loose)
    return [int(i) for i in np.flatnonzero(across & up)]


def _covers(moment: Moment) -> Iterator[Fault]:
    for text in moment.texts:
        for part in moment.fills.over(text.top, text.box, cover.COVERING):
            share = cover.covered_share(text.box, part)
            if COVERED[0] < share < COVERED[1]:
                about = f"{_kind(part)} over {text.words}"
                yield Fault(RULE, about, 100 * share, 0.0, "% covered", (text.box, part.box))


def within(strokes: Floats, box: Box) -> Floats:
    """Return the ends of straight strokes, (n, 2 ends, 2), cut to a box: points, (m, 2)."""
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


def _kind(part: Part) -> str:
    return type(part.mobject).__name__
