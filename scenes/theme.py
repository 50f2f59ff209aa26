"""The theme: colours and sizes by role, and the pace of animations.

Sizes are pixels of a frame with 1080 pixels on its shorter side, so that they are the same in every
shape; ``scenes.drawing.layout.Frame.px`` converts them to Manim's units.
"""

from dataclasses import asdict
from typing import Literal

from fl_sim.wording import did_you_mean
from scenes.drawing.palettes import PALETTES
from scenes.text.errors import ThemeError

FONT = "Source Sans Pro"


DEFAULT = "dark"

# The colours of the theme in use, by role. Read them as ``theme.INK`` when something is drawn, not
# when a module is imported.
GROUND: str
GROUND_MIDDLE: str
PANEL: str
EDGE: str
WIRE: str
MUTED: str
INK: str
MODEL: str
UPDATE: str
DATA: str
DATA_FILL: str
DATA_EDGE: str
ON_BRIGHT: str
ON_DATA: str
SHADOW: str

# Its opacities.
DIM: float  # of actors that do not take part
SHADE: float
GLOW: float


# The roles that a story may use.
Role = Literal["ink", "model", "update", "data"]


def color(role: Role) -> str:
    """Return the colour of a role in the theme in use."""
    found: str = globals()[role.upper()]
    return found


def use(name: str) -> None:
    """Set the theme in use.

    Raises:
        ThemeError: the theme is unknown.
    """
    if name not in PALETTES:
        raise ThemeError(
            f"there is no theme {name!r}.{did_you_mean(name, PALETTES)} Choose from: "
            f"{', '.join(PALETTES)}"
        )
    globals().update({role.upper(): color for role, color in asdict(PALETTES[name]).items()})


use(DEFAULT)


def dark() -> bool:
    """Whether text is brighter than the background in the theme in use."""
    ink, ground = (sum(bytes.fromhex(globals()[role][1:])) for role in ("INK", "GROUND"))
    return ink > ground


# Height of a capital letter, pixels.
LABEL = 25
TITLE = 37
DISPLAY = 60

# Pace.
CHARACTERS_A_SECOND = 16.5  # caption reading speed; 17 is the limit of good subtitles
CAPTION_AT_LEAST = 2.0  # seconds on screen
CARD = 1.6  # seconds of a chapter's title card
SETTLE = 0.6  # least seconds of a finished picture
MOVE = 1.0  # seconds for a move from one place to another
PUSH = 1.6  # seconds for a move of the camera
TRAIN = 4.0  # seconds for a local epoch
SWAP = 0.5  # seconds to replace a text
BREATH = 0.5  # seconds of silence after a spoken caption
