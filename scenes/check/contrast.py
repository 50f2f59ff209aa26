"""The contrast rules: text and meaningful shapes against their real background."""

from collections.abc import Iterator

import numpy as np
from manim import ManimColor

from scenes.check import colours, cover
from scenes.check.boxes import Box, around
from scenes.check.film import is_chapter, role_colours
from scenes.check.finding import Fault, Rule
from scenes.check.moment import VISIBLE, Moment
from scenes.check.names import name_of
from scenes.check.parts import Floats, Part, TextOnScreen

TEXT = {"label": 4.5, "title": 4.5, "caption": 7.0}
SHAPE = 3.0
SETTLED = 0.9  # opacity from which a moving text is checked; fading text has little contrast
# Percentile of the background pixels: a thin line or an edge in the background is ignored.
WORST = 10
ROUNDING = 0.05
PROMINENT = 0.5  # opacity; a fainter shape is dimmed on purpose
SMALLEST = 10.0  # pixels: the longer side of a shape
CHROMA = 20.0  # in CIE L*a*b*: from this value a colour has a meaning if there are no theme roles
MOST_PIXELS = 400  # background pixels that are sampled


class TextContrast(Rule):
    """Text has enough contrast with the pixels behind it; faint text counts as it appears."""

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the texts with too little contrast; in motion, of glyphs that have faded in."""
        faults = []
        for text in moment.texts:
            worst, least = text_contrast(text, moment), TEXT[text.role]
            if worst < least - ROUNDING:
                faults.append(
                    Fault("contrast", text.words, worst, least, ": 1", (text.box,), at_least=True)
                )
        return faults


def text_contrast(text: TextOnScreen, moment: Moment) -> float:
    """Return the lowest contrast of a text's colours, each at the place of its glyphs."""
    by_colour: dict[tuple[float, ...], list[Part]] = {}
    for part in _judged(text, moment):
        for colour in part.fill_colors[:1]:
            by_colour.setdefault((*np.round(colour, 2), round(part.fill, 2)), []).append(part)
    lowest = 21.0
    for (*colour, opacity), parts in by_colour.items():
        box = around(part.box for part in parts)
        behind = ground_pixels(moment, box)
        if len(behind) and opacity > 0:
            visible = _composited(np.array(colour), opacity, text.top, box, behind, moment)
            ratios = colours.contrast(visible, behind)
            lowest = min(lowest, float(np.percentile(ratios, WORST)))
    return lowest


def _judged(text: TextOnScreen, moment: Moment) -> list[Part]:
    """Return the glyphs of a visible text; in motion, those that have faded in."""
    if not moment.still:
        return [part for part in text.parts if part.fill >= SETTLED]
    return text.parts if max(part.fill for part in text.parts) >= VISIBLE else []


def _composited(
    colour: Floats, opacity: float, top: int, box: Box, behind: Floats, moment: Moment
) -> Floats:
    """Return a text's colour on screen: blended with the background and dimmed by shapes above."""
    visible: Floats = opacity * colour + (1 - opacity) * behind
    for veil in moment.fills.over(top, box, VISIBLE):
        if not veil.is_image and cover.covered_share(box, veil) > PROMINENT:
            visible = (1 - veil.fill) * visible + veil.fill * veil.fill_colors[0]
    return visible


def ground_pixels(moment: Moment, box: Box) -> Floats:
    """Return the background pixels in a box, sRGB from 0 to 1, shape (n, 3)."""
    ground, view = moment.ground, moment.view
    scale = ground.shape[1] / view.width
    left, right = (round((x - view.left) * scale) for x in (box.left, box.right))
    top, bottom = (round((view.top - y) * scale) for y in (box.top, box.bottom))
    part = ground[max(top, 0) : max(bottom, top + 1), max(left, 0) : max(right, left + 1)]
    flat = part.reshape(-1, part.shape[-1])
    return np.asarray(flat[:: len(flat) // MOST_PIXELS + 1] / 255.0)


class ShapeContrast(Rule):
    """Shapes with a meaning have enough contrast with their background while nothing moves.

    In a chapter these are the shapes in a theme colour that has a meaning; in any other scene, all
    shapes with enough chroma. Fill or edge is enough. A shape at less than half its opacity, or
    under a veil, is dimmed on purpose.
    """

    def check_moment(self, moment: Moment) -> list[Fault]:
        """Return the large shapes with too little contrast."""
        return list(_faint_shapes(moment)) if moment.still else []


def _faint_shapes(moment: Moment) -> Iterator[Fault]:
    fills = [(i, part) for i, part in moment.shapes if part.fill >= PROMINENT]
    boxes = np.array([part.box for _, part in fills]).reshape(-1, 4)
    smallest = moment.units(SMALLEST)
    known: dict[tuple[object, ...], float] = {}
    for order, part in moment.shapes:
        if part.is_image or max(part.box.width, part.box.height) < smallest:
            continue
        if getattr(part.mobject, "shade_in_3d", False):
            continue  # the light decides how bright it is
        own = [c for c in _colours(part) if has_meaning(c, moment)]
        if not own:
            continue
        point = _middle(part)
        hits = [fills[k] for k in _containing(boxes, point) if cover.inside(point, fills[k][1])[0]]
        if any(place > order for place, _ in hits):
            continue  # covered
        under = [below for place, below in hits if place < order and not _alike(below, own)]
        if under and under[-1].is_image:
            continue
        ground = under[-1].fill_colors[0] if under else _background(moment, point)
        key = (*np.round(own, 3).ravel(), *np.round(ground, 3))
        if key not in known:
            known[key] = max(float(colours.contrast(colour, ground)) for colour in own)
        if known[key] < SHAPE - ROUNDING:
            about = f"{name_of(part.mobject, moment.scene)} {ManimColor(own[0]).to_hex()}"
            yield Fault("shape contrast", about, known[key], SHAPE, ": 1", (part.box,), True)


def _colours(part: Part) -> list[Floats]:
    """Return the visible colours of a shape."""
    found = []
    if part.fill >= PROMINENT:
        found += list(part.fill_colors[:1])
    if part.stroke >= PROMINENT:
        found += list(part.stroke_colors[:1])
    return found


def has_meaning(colour: Floats, moment: Moment) -> bool:
    """Whether a colour has a meaning."""
    if is_chapter(moment.scene):
        return any(np.abs(colour - one).max() < 0.01 for one in role_colours().values())
    return float(np.hypot(*colours.perceived(colour)[1:])) >= CHROMA


def _middle(part: Part) -> Floats:
    """Return a point of a shape: the middle of its fill, or a point on its line."""
    if part.fill >= PROMINENT or not len(part.strokes):
        return np.array([part.box.center])
    return part.strokes[len(part.strokes) // 2, :1]


def _containing(boxes: Floats, point: Floats) -> list[int]:
    x, y = point[0]
    across = (boxes[:, 0] <= x) & (x <= boxes[:, 2])
    up = (boxes[:, 1] <= y) & (y <= boxes[:, 3])
    return [int(k) for k in np.flatnonzero(across & up)]


def _alike(part: Part, own: list[Floats]) -> bool:
    return len(part.fill_colors) > 0 and any(
        np.abs(part.fill_colors[0] - colour).max() < 0.02 for colour in own
    )


def _background(moment: Moment, point: Floats) -> Floats:
    """Return the colour of the camera's background at a point."""
    view, (height, width) = moment.view, moment.background.shape[:2]
    across, down = point[0, 0] - view.left, view.top - point[0, 1]
    column = min(max(int(across / view.width * width), 0), width - 1)
    row = min(max(int(down / view.height * height), 0), height - 1)
    return moment.background[row, column, :3] / 255.0
