"""How everything looks and how fast it moves: colours by role, sizes by role, pace.

Sizes are given in pixels of a frame whose shorter side has 1080 of them, so that they mean the same
in every shape; ``scenes.drawing.layout.Frame.px`` turns them into Manim's units.
"""

from dataclasses import asdict, dataclass

from scenes.text.errors import ThemeError

FONT = "Source Sans Pro"


@dataclass(frozen=True)
class Palette:
    """Colours by role. Checked for contrast and for colour vision deficiencies by the tests.

    Blue is the global model on its way out and red an update on its way in; nothing else is ever
    blue or red. Gold is data and a share of it.
    """

    ground: str
    panel: str
    edge: str
    wire: str
    muted: str
    ink: str
    model: str
    update: str
    data: str
    on_bright: str  # text on a filled packet or bar


PALETTES = {
    "dark": Palette(
        ground="#0F1318",
        panel="#171D25",
        edge="#2C3643",
        wire="#4B5A6E",
        muted="#98A2B1",
        ink="#F2F4F7",
        model="#56B4E9",
        update="#F0705A",
        data="#F2C14E",
        on_bright="#0F1318",
    ),
    "light": Palette(
        ground="#FAFAF8",
        panel="#FFFFFF",
        edge="#C9CFD8",
        wire="#9AA5B4",
        muted="#5A6472",
        ink="#161B22",
        model="#0A629C",
        update="#C0203E",
        data="#7A5F00",
        on_bright="#FFFFFF",
    ),
}
DEFAULT = "dark"

# The colours in use, by role: ``theme.INK``. They are read when something is drawn, never when a
# module is imported.
GROUND: str
PANEL: str
EDGE: str
WIRE: str
MUTED: str
INK: str
MODEL: str
UPDATE: str
DATA: str
ON_BRIGHT: str


def use(name: str) -> None:
    """Draw everything from now on in the colours of a theme.

    Raises:
        ThemeError: there is none of that name; the text lists those there are.
    """
    if name not in PALETTES:
        raise ThemeError(f"no theme {name!r}. There are: {', '.join(PALETTES)}")
    globals().update({role.upper(): color for role, color in asdict(PALETTES[name]).items()})


use(DEFAULT)

# Height of a capital letter, pixels.
LABEL = 25
TITLE = 37
DISPLAY = 60

# Pace.
CHARACTERS_A_SECOND = 15.0  # caption reading speed; 17 is the limit of good subtitles
CAPTION_AT_LEAST = 2.0  # seconds on screen
SETTLE = 0.8  # seconds that a finished picture stands at least
MOVE = 1.0  # seconds for one thing to go from one place to another
TRAIN = 4.0  # seconds that a local epoch is shown
SWAP = 0.5  # seconds for one text to become another
DIM = 0.38  # opacity of what does not take part
