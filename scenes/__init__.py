"""fedreel's scenes: any run record turned into pictures.

``FILM`` is the film: its chapters in order. A chapter is a file of this package with one scene.
"""

from typing import NamedTuple


class Chapter(NamedTuple):
    """One chapter: its file, its scene, and the committed runs that show its point best."""

    name: str
    scene: str
    runs: tuple[str, ...] = ("reference",)


FILM = (
    Chapter("cast", "Cast"),
    Chapter("one_round", "OneRound"),
    # The reference run carried on: its first rounds are the same, to the bit.
    Chapter("many_rounds", "ManyRounds", ("iid-30",)),
)
LOOP = Chapter("loop", "Loop")
