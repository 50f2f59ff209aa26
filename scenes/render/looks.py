"""Looks of the film: tables of qualities and shapes, and a choice from every table."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

from scenes import theme
from scenes.drawing.palettes import PALETTES
from scenes.text.language import ENGLISH
from scenes.text.languages import LANGUAGES


class Quality(NamedTuple):
    """A quality: Manim's name for it, pixels of the shorter side, and frames a second."""

    manim: str
    short: int
    rate: int

    def __str__(self) -> str:
        """Return its short name, such as ``480p15``."""
        return f"{self.short}p{self.rate}"


QUALITIES = {
    "low": Quality("low_quality", 480, 15),
    "medium": Quality("medium_quality", 720, 30),
    "high": Quality("high_quality", 1080, 60),
}
# Width to height; the first is the default.
SHAPES = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}


@dataclass(frozen=True)
class Look:
    """The choice of quality, shape, theme and language."""

    quality: str = "medium"
    shape: str = next(iter(SHAPES))
    theme: str = theme.DEFAULT
    language: str = ENGLISH.code

    @property
    def label(self) -> str:
        """The suffix of this look in names of files; empty for the default look."""
        default = Look()
        parts = (
            self.shape.replace(":", "x") if self.shape != default.shape else "",
            self.theme if self.theme != default.theme else "",
            self.language if self.language != default.language else "",
        )
        return "".join(f"-{part}" for part in parts if part)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height; both are even, as the encoder requires."""
        across, up = SHAPES[self.shape]
        scale = QUALITIES[self.quality].short / min(across, up)
        return 2 * round(across * scale / 2), 2 * round(up * scale / 2)

    @property
    def facts(self) -> dict[str, str]:
        """All values of the look that affect a picture, by name."""
        width, height = self.pixels
        chosen = {
            "frames a second": QUALITIES[self.quality].rate,
            "size": f"{width}x{height}",
            "thousands grouped from": LANGUAGES[self.language].grouped_from,
        }
        colors = asdict(PALETTES[self.theme])
        return {name: str(fact) for name, fact in {**asdict(self), **chosen, **colors}.items()}


def every_look(quality: str) -> list[Look]:
    """Return the looks of a quality in every shape, theme and language."""
    return [
        Look(quality, shape, theme_, language)
        for language in LANGUAGES
        for shape in SHAPES
        for theme_ in PALETTES
    ]
