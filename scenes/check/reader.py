"""The reader: a scene's mobjects as parts in drawing order, and as texts."""

from collections.abc import Collection, Iterator
from typing import Any

from manim import (
    Code,
    DecimalNumber,
    MarkupText,
    Mobject,
    Paragraph,
    Scene,
    SingleStringMathTex,
    Text,
    ThreeDCamera,
    Typst,
    VectorField,
)
from manim.utils.iterables import list_update

from scenes.check.film import Words
from scenes.check.parts import Part, TextOnScreen, is_drawn, part_of

TEXTS = (Words, Text, MarkupText, Paragraph, SingleStringMathTex, Typst, DecimalNumber)
PATTERNS = (VectorField, Code)  # their colours are a scale or a style, without a meaning each
SPACE = 1e-6  # a space is a glyph without width and height
EDGES = ("caption", "title")  # roles of the texts at the frame's edges


class Reader:
    """Reads the mobjects of one scene at any time.

    Manim takes a text apart to animate its glyphs one by one. The reader remembers which text each
    glyph belongs to, and which pattern each of its parts.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._owners: dict[int, tuple[Mobject, Mobject]] = {}  # glyph and text, by the glyph's id
        self._patterns: dict[int, tuple[Mobject, Mobject]] = {}  # part and pattern, likewise
        self._cached: dict[int, Part] = {}

    def forget(self) -> None:
        """Forget all static parts, so that they are read again."""
        self._cached = {}

    def read(self, static: Collection[int] = ()) -> tuple[list[Part], list[TextOnScreen]]:
        """Return the parts in drawing order, lowest first, and the texts.

        Args:
            static: ids of the mobjects that have not changed since the last call.
        """
        whole = self._texts()
        camera: Any = self.scene.camera
        if isinstance(camera, ThreeDCamera):
            camera.reset_rotation_matrix()
        drawn = camera.get_mobjects_to_display(
            list_update(self.scene.mobjects, self.scene.foreground_mobjects)
        )
        parts = [self._part(mobject, static) for mobject in drawn if is_drawn(mobject)]
        return parts, self._texts_on_screen(parts, whole)

    def _part(self, mobject: Mobject, static: Collection[int]) -> Part:
        key = id(mobject)
        if key in static and key in self._cached:
            return self._cached[key]
        part = part_of(mobject, key in self._owners, self.scene.camera)
        part.pattern = self._patterns.get(key, (None, None))[1]
        if key in static:
            self._cached[key] = part
        return part

    def _texts(self) -> set[int]:
        """Record the text of each glyph, and return the ids of the texts on the scene."""
        found: set[int] = set()
        for mobject in self.scene.mobjects:
            for pattern in _within(mobject, PATTERNS):
                self._patterns.update((id(part), (part, pattern)) for part in pattern.get_family())
            for text in texts_in(mobject):
                found.add(id(text))
                for glyph in text.get_family():
                    self._owners[id(glyph)] = glyph, text
        return found

    def _texts_on_screen(self, parts: list[Part], whole: set[int]) -> list[TextOnScreen]:
        roles = dict(_roles(self.scene))
        found: dict[int, TextOnScreen] = {}
        for order, part in enumerate(parts):
            if id(part.mobject) not in self._owners or max(part.box.width, part.box.height) < SPACE:
                continue  # a shape, or a space
            owner = self._owners[id(part.mobject)][1]
            text = found.get(id(owner))
            if text is None:
                role = roles.get(id(owner), "label")
                taken_apart = id(owner) not in whole
                text = TextOnScreen(owner, words_of(owner), role, [], order, taken_apart)
                found[id(owner)] = text
            text.parts.append(part)
            text.top = order
        return list(found.values())


def texts_in(mobject: Mobject) -> Iterator[Mobject]:
    """Yield the texts of a mobject; a text inside another text is skipped."""
    yield from _within(mobject, TEXTS)


def _within(mobject: Mobject, kinds: tuple[type, ...]) -> Iterator[Mobject]:
    """Yield the mobjects of some kinds in a family; what is inside one of them is skipped."""
    if isinstance(mobject, kinds):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from _within(part, kinds)


def words_of(text: Mobject) -> str:
    """Return the characters of a text."""
    if isinstance(text, Words):
        return text.string
    if isinstance(text, Paragraph):
        return words_of(text.lines_text)
    if isinstance(text, DecimalNumber):
        return str(text.number)
    for name in ("original_text", "tex_string", "typst_code", "text"):
        if hasattr(text, name):
            return str(getattr(text, name))
    return type(text).__name__


def _roles(scene: Scene) -> Iterator[tuple[int, str]]:
    """Yield the ids and roles of the texts at a chapter's edges."""
    chrome = getattr(scene, "chrome", None)
    on_screen = getattr(chrome, "on_screen", {})
    for role in EDGES:
        if role in on_screen:
            yield from ((id(text), role) for text in texts_in(on_screen[role]))
