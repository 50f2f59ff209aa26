"""What lies over what. Manim draws in this order, whatever is animated alone or in a group."""

WIRES = 0
PANELS = 1
CONTENT = 2
VEILS = 3
PACKETS = 4
PACKET_TEXT = 5
