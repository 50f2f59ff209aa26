"""Reads a scene's mobjects: what is drawn in which order, and which texts there are."""

from collections.abc import Collection, Iterator

from manim import (
    DecimalNumber,
    MarkupText,
    Mobject,
    Paragraph,
    Scene,
    SingleStringMathTex,
    Text,
    Typst,
)
from manim.utils.family import extract_mobject_family_members

from scenes.check.parts import Lettering, Part, read_part
from scenes.drawing.text import Words

TEXTS = (Words, Text, MarkupText, Paragraph, SingleStringMathTex, Typst, DecimalNumber)
SPACE = 1e-6  # a space is a glyph without width and height
EDGES = ("caption", "title")  # of the frame: roles that a text can have


class Reader:
    """Reads one scene, again and again.

    A text whose glyphs are animated one by one is taken apart by Manim; which text a glyph
    belonged to is remembered.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._owners: dict[int, tuple[Mobject, Mobject]] = {}  # glyph and text, by the glyph's id
        self._kept: dict[int, Part] = {}

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._kept = {}

    def read(self, static: Collection[int] = ()) -> tuple[list[Part], list[Lettering]]:
        """Return what is drawn, lowest first, and the texts.

        Args:
            static: ids of the mobjects that have not changed since the last time.
        """
        whole = self._texts()
        drawn = extract_mobject_family_members(
            [*self.scene.mobjects, *self.scene.foreground_mobjects],
            use_z_index=True,
            only_those_with_points=True,
        )
        parts = [self._part(mobject, static) for mobject in drawn]
        return parts, self._lettering(parts, whole)

    def _part(self, mobject: Mobject, static: Collection[int]) -> Part:
        key = id(mobject)
        if key in static and key in self._kept:
            return self._kept[key]
        part = read_part(mobject, key in self._owners)
        if key in static:
            self._kept[key] = part
        return part

    def _texts(self) -> set[int]:
        """Note which text each glyph belongs to, and return the ids of those that are whole."""
        found: set[int] = set()
        for mobject in self.scene.mobjects:
            for text in texts_in(mobject):
                found.add(id(text))
                for glyph in text.get_family():
                    self._owners[id(glyph)] = glyph, text
        return found

    def _lettering(self, parts: list[Part], whole: set[int]) -> list[Lettering]:
        roles = dict(_roles(self.scene))
        found: dict[int, Lettering] = {}
        for order, part in enumerate(parts):
            if id(part.mobject) not in self._owners or max(part.box.width, part.box.height) < SPACE:
                continue  # a shape, or a space
            owner = self._owners[id(part.mobject)][1]
            text = found.get(id(owner))
            if text is None:
                role = roles.get(id(owner), "label")
                strayed = id(owner) not in whole
                text = Lettering(owner, words_of(owner), role, [], order, strayed)
                found[id(owner)] = text
            text.parts.append(part)
            text.top = order
        return list(found.values())


def texts_in(mobject: Mobject) -> Iterator[Mobject]:
    """Yield the texts of a mobject; a text that is part of another one is not one itself."""
    if isinstance(mobject, TEXTS):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from texts_in(part)


def words_of(text: Mobject) -> str:
    """Return what a text says."""
    if isinstance(text, Words):
        return text.string
    if isinstance(text, DecimalNumber):
        return str(text.number)
    for name in ("original_text", "tex_string", "typst_code", "text"):
        if hasattr(text, name):
            return str(getattr(text, name))
    return type(text).__name__


def _roles(scene: Scene) -> Iterator[tuple[int, str]]:
    """Yield the ids of the texts at a chapter's edges, and what they are there."""
    chrome = getattr(scene, "chrome", None)
    shown = getattr(chrome, "shown", {})
    for role in EDGES:
        if role in shown:
            yield from ((id(text), role) for text in texts_in(shown[role]))
