"""The layers of the picture, as Manim's z-indices from the lowest up."""

SOFT = -1  # glows and shadows
WIRES = 0
PANELS = 1
RECESSES = 2
CONTENT = 3
VEILS = 4
PACKETS = 5
PACKET_TEXT = 6
