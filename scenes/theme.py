"""How everything looks and how fast it moves: colours by role, sizes by role, pace.

Sizes are given in pixels of a frame whose shorter side has 1080 of them, so that they mean the same
in every shape; ``scenes.stage.layout.Frame.px`` turns them into Manim's units.
"""

FONT = "Source Sans Pro"

# Colours by role. Blue is the global model on its way out and red an update on its way in; nothing
# else is ever blue or red. Gold is data and a share of it. Checked for contrast and for colour
# vision deficiencies by the tests.
GROUND = "#0F1318"
PANEL = "#171D25"
EDGE = "#2C3643"
WIRE = "#3A4656"
MUTED = "#98A2B1"
INK = "#F2F4F7"
MODEL = "#56B4E9"
UPDATE = "#F0705A"
DATA = "#F2C14E"
ON_BRIGHT = "#0F1318"  # text on a filled packet or bar

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
DIM = 0.28  # opacity of what does not take part
