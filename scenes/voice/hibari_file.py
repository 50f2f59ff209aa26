"""A program that speaks English with hibari: ``python hibari_file.py WAV``, with the text as input.

A process of its own keeps the engine's memory and threads out of those that draw.
"""

import sys
from importlib import import_module

SEED = 0  # equal texts have equal samples


def main() -> None:
    """Speak the text into the file."""
    hibari = import_module("hibari")
    hibari.Hibari().save(sys.stdin.read(), sys.argv[1], seed=SEED)


if __name__ == "__main__":
    main()
