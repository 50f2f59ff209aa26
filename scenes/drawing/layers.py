"""What lies over what. Manim draws in this order, whatever is animated alone or in a group."""

WIRES = 0
PANELS = 1
RECESSES = 2
CONTENT = 3
VEILS = 4
PACKETS = 5
PACKET_TEXT = 6
