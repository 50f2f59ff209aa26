"""fedreel's scenes: any run record turned into pictures.

``FILM`` is the film: its chapters in order. A chapter is a file of this package with one scene.
"""

from typing import NamedTuple


class Chapter(NamedTuple):
    """One chapter: its file, its scene, and the committed runs that show its point best."""

    name: str
    scene: str
    runs: tuple[str, ...] = ("reference",)


# Three strategies beside plain averaging, each with three seeds.
_REMEDIES = tuple(
    f"{strategy}-30-s{seed}" for strategy in ("fedprox", "fedavgm", "fedyogi") for seed in range(3)
)

_CHAPTERS = (
    Chapter("opening", "Opening"),
    Chapter("cast", "Cast"),
    Chapter("partitions", "Partitions"),
    Chapter("one_round", "OneRound"),
    # Its workers hold unequal numbers of photos, so that they count differently.
    Chapter("weighted_average", "WeightedAverage", ("unequal",)),
    # The reference run carried on: its first rounds are the same, to the bit.
    Chapter("many_rounds", "ManyRounds", ("iid-30", "centralised")),
    Chapter(
        "different_data",
        "DifferentData",
        ("iid-drift", "dirichlet-drift", "iid-30", "dirichlet-30"),
    ),
    Chapter(
        "remedies",
        "Remedies",
        ("dirichlet-30", "dirichlet-30-s1", "dirichlet-30-s2", *_REMEDIES, "iid-30"),
    ),
    Chapter("when_workers_fail", "WhenWorkersFail", ("dropouts",)),
    Chapter("final_model", "FinalModel", ("iid-30",)),
    Chapter("ledger", "Ledger", ("iid-30",)),
)
# The credits name every run that the film shows, each once.
_RUNS = tuple(dict.fromkeys(run for chapter in _CHAPTERS for run in chapter.runs))
FILM = (*_CHAPTERS, Chapter("credits", "Credits", _RUNS))
LOOP = Chapter("loop", "Loop")
