"""How everything looks and how fast it moves: colours by role, sizes by role, pace.

Sizes are given in pixels of a frame whose shorter side has 1080 of them, so that they mean the same
in every shape; ``scenes.drawing.layout.Frame.px`` turns them into Manim's units.
"""

from dataclasses import asdict
from typing import Literal

from scenes.drawing.palettes import PALETTES
from scenes.text.errors import ThemeError

FONT = "Source Sans Pro"


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


# The roles that a story may give to what it shows.
Role = Literal["ink", "model", "update", "data"]


def color(role: Role) -> str:
    """Return the colour of a role in the theme in use."""
    found: str = globals()[role.upper()]
    return found


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
