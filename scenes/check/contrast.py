"""Texts and shapes that mean something stand out against what is really behind them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import ManimColor

from scenes import theme
from scenes.check import colours, cover
from scenes.check.boxes import Box, around
from scenes.check.finding import Fault, Glance
from scenes.check.moment import SEEN, Moment
from scenes.check.parts import Floats, Lettering, Part
from scenes.explainer import Explainer

TEXT = {"label": 4.5, "title": 4.5, "caption": 7.0}
SHAPE = 3.0
SETTLED = 0.9  # opacity from which on a text in motion counts: what fades in has little contrast
# Percentile of the ground's pixels: a line or an edge that fills less of it does not count.
WORST = 10
ROUNDING = 0.05
MEANINGFUL = ("MODEL", "UPDATE", "DATA", "INK")  # roles of the theme
TAKES_PART = 0.5  # opacity: a shape fainter than that has stepped back on purpose
SMALLEST = 10.0  # pixels: of a shape's longer side
CHROMA = 20.0  # of CIE L*a*b*, from which on a colour says something where there are no roles
FEW = 400  # pixels of the ground that are looked at


class TextContrast(Glance):
    """Text against the pixels behind it; a text that stands there faintly counts as it is seen."""

    def see(self, moment: Moment) -> list[Fault]:
        """Look at every visible text; while something moves, at those that have come in."""
        faults = []
        for text in moment.texts:
            fill = max(part.fill for part in text.parts)
            if fill < (SEEN if moment.still else SETTLED):
                continue
            worst, least = text_contrast(text, moment), TEXT[text.role]
            if worst < least - ROUNDING:
                faults.append(
                    Fault("contrast", text.words, worst, least, ": 1", (text.box,), at_least=True)
                )
        return faults


def text_contrast(text: Lettering, moment: Moment) -> float:
    """Return the lowest contrast of a text's colours, each where its glyphs stand."""
    by_colour: dict[tuple[float, ...], list[Part]] = {}
    for part in text.parts:
        for colour in part.fill_colors[:1]:
            by_colour.setdefault((*np.round(colour, 2), round(part.fill, 2)), []).append(part)
    lowest = 21.0
    for (*colour, opacity), parts in by_colour.items():
        box = around(part.box for part in parts)
        behind = pixels_in(moment, box)
        if len(behind) and opacity > 0:
            shown = _through(np.array(colour), opacity, text.top, box, behind, moment)
            ratios = colours.contrast(shown, behind)
            lowest = min(lowest, float(np.percentile(ratios, WORST)))
    return lowest


def _through(
    colour: Floats, opacity: float, top: int, box: Box, behind: Floats, moment: Moment
) -> Floats:
    """Return a text's colour as it is seen: let through by itself, dimmed by what lies over it."""
    shown: Floats = opacity * colour + (1 - opacity) * behind
    for veil in moment.fills.over(top, box, SEEN):
        if not veil.is_image and cover.covered_share(box, veil) > TAKES_PART:
            shown = (1 - veil.fill) * shown + veil.fill * veil.fill_colors[0]
    return shown


def pixels_in(moment: Moment, box: Box) -> Floats:
    """Return the ground's pixels in a box as sRGB, 0 to 1, (n, 3)."""
    ground, view = moment.ground, moment.view
    scale = ground.shape[1] / view.width
    left, right = (round((x - view.left) * scale) for x in (box.left, box.right))
    top, bottom = (round((view.top - y) * scale) for y in (box.top, box.bottom))
    part = ground[max(top, 0) : max(bottom, top + 1), max(left, 0) : max(right, left + 1)]
    flat = part.reshape(-1, part.shape[-1])
    return np.asarray(flat[:: len(flat) // FEW + 1] / 255.0)


class ShapeContrast(Glance):
    """Shapes that mean something against what they lie on, where nothing moves.

    In a chapter these are the shapes in one of the theme's colours that carry a meaning; in any
    other scene all that are colourful. Fill or edge is enough to be seen by. A shape at less than
    half its opacity, or under a veil, has stepped back on purpose.
    """

    def see(self, moment: Moment) -> list[Fault]:
        """Look at every shape that is large enough."""
        return list(_weak_shapes(moment)) if moment.still else []


def _weak_shapes(moment: Moment) -> Iterator[Fault]:
    fills = [(i, part) for i, part in moment.shapes if part.fill >= TAKES_PART]
    boxes = np.array([part.box for _, part in fills]).reshape(-1, 4)
    smallest = moment.units(SMALLEST)
    known: dict[tuple[object, ...], float] = {}
    for order, part in moment.shapes:
        if part.is_image or max(part.box.width, part.box.height) < smallest:
            continue
        own = [c for c in _colours(part) if means_something(c, moment)]
        if not own:
            continue
        point = _middle(part)
        hits = [fills[k] for k in _containing(boxes, point) if inside_one(point, fills[k][1])]
        if any(place > order for place, _ in hits):
            continue  # covered
        under = [below for place, below in hits if place < order and not _alike(below, own)]
        if under and under[-1].is_image:
            continue
        ground = under[-1].fill_colors[0] if under else _background(moment)
        key = (*np.round(own, 3).ravel(), *np.round(ground, 3))
        if key not in known:
            known[key] = max(float(colours.contrast(colour, ground)) for colour in own)
        if known[key] < SHAPE - ROUNDING:
            about = f"{type(part.mobject).__name__} {ManimColor(own[0]).to_hex()}"
            yield Fault("shape contrast", about, known[key], SHAPE, ": 1", (part.box,), True)


def _colours(part: Part) -> list[Floats]:
    """Return the colours that a shape is seen by."""
    found = []
    if part.fill >= TAKES_PART:
        found += list(part.fill_colors[:1])
    if part.stroke >= TAKES_PART:
        found += list(part.stroke_colors[:1])
    return found


def means_something(colour: Floats, moment: Moment) -> bool:
    """Whether a colour carries a meaning."""
    if isinstance(moment.scene, Explainer):
        return any(np.abs(colour - one).max() < 0.01 for one in role_colours().values())
    return float(np.hypot(*colours.seen(colour)[1:])) >= CHROMA


def role_colours() -> dict[str, Floats]:
    """Return the colours of the theme in use that carry a meaning, sRGB, by role."""
    return {role: np.array(ManimColor(getattr(theme, role)).to_rgb()) for role in MEANINGFUL}


def _middle(part: Part) -> Floats:
    """Return a point of a shape: of its fill its middle, of a line one on it."""
    if part.fill >= TAKES_PART or not len(part.strokes):
        return np.array([part.box.center])
    return part.strokes[len(part.strokes) // 2, :1]


def _containing(boxes: Floats, point: Floats) -> list[int]:
    x, y = point[0]
    across = (boxes[:, 0] <= x) & (x <= boxes[:, 2])
    up = (boxes[:, 1] <= y) & (y <= boxes[:, 3])
    return [int(k) for k in np.flatnonzero(across & up)]


def inside_one(point: Floats, part: Part) -> bool:
    """Whether a point, (1, 2), lies in a part's fill."""
    return bool(cover.inside(point, part)[0])


def _alike(part: Part, own: list[Floats]) -> bool:
    return len(part.fill_colors) > 0 and any(
        np.abs(part.fill_colors[0] - colour).max() < 0.02 for colour in own
    )


def _background(moment: Moment) -> Floats:
    camera: Any = moment.scene.camera
    return np.array(ManimColor(camera.background_color).to_rgb())
