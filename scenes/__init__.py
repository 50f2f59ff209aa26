"""The scenes of fedreel, which turn a run record into a film.

``FILM`` has the chapters of the film in order. A chapter is a scene in a module of this package,
and a story in a module of the same name in ``scenes.story``.
"""

from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Beat(NamedTuple):
    """A beat of a chapter: its name, and an audio description of its picture.

    A description must hold for any record, shape and theme: for workers drawn as cards or as a
    crowd of squares, with all data recorded or only some. It has no numbers, which the transcript
    lists, and does not rely on colour alone.
    """

    name: str
    description: str


class Chapter(NamedTuple):
    """A chapter: the name of its modules, its scene class, its beats, and its default runs.

    ``about`` says in a few words what the chapter shows, for the table in ``docs/film.md``.
    """

    name: str
    scene: str
    beats: tuple[Beat, ...]
    about: str = ""
    runs: tuple[str, ...] = ("reference",)


# Three strategies other than plain averaging, each with three seeds.
_REMEDIES = tuple(
    f"{strategy}-30-s{seed}" for strategy in ("fedprox", "fedavgm", "fedyogi") for seed in range(3)
)

_CHAPTERS = (
    Chapter(
        "opening",
        "Opening",
        about="a few rounds go by behind the title",
        beats=(
            Beat(
                "title",
                "As the title appears, the workers come in: as cards or, where they are many, as "
                "a field of squares. Then a coordinator, wires from it to the workers, and a "
                "front end with a number appear.",
            ),
            Beat(
                "rounds",
                "In each round workers stand out, and the model goes out to them along the wires, "
                "in blue. Their updates come back, in red; the coordinator pulses, and the front "
                "end shows its number anew.",
            ),
        ),
    ),
    Chapter(
        "cast",
        "Cast",
        about="who takes part, what each of them holds, and where the model is",
        beats=(
            Beat(
                "task",
                "In large type: how many workers there are, one model, no shared photos. Then the "
                "workers come in, as cards or, where they are many, as a field of squares.",
            ),
            Beat(
                "photos",
                "One worker is set off. Where several of its photos are shown, a frame moves from "
                "one to the next; where the photos were counted, large numbers say how many it "
                "has and how many all have together.",
            ),
            Beat(
                "coordinator",
                "The large type gives way to a panel, the coordinator. On it lies the model: "
                "squares in shades of blue, or one blue tile where no weights were recorded. "
                "Wires grow from it to the workers.",
            ),
            Beat(
                "front_end",
                "A second panel, the front end, appears, joined to the coordinator by a line. If "
                "the untrained model was tested, its result stands there in large type.",
            ),
        ),
    ),
    Chapter(
        "partitions",
        "Partitions",
        about="how the photos are dealt out, and what kinds of them each worker has",
        beats=(
            Beat(
                "dataset",
                "A large block of equal tiles fades in, all photos together. Where photos were "
                "recorded, some of the tiles show one.",
            ),
            Beat(
                "deal",
                "The tiles move into stacks, one for each worker; where workers are many, only a "
                "few stacks are shown, and the other tiles vanish. A border closes around each "
                "stack, with the worker's number.",
            ),
            Beat(
                "split",
                "In the stacks, the tiles kept apart for testing slip down and become outlines; "
                "the others stay filled. Both parts are labelled and, if there is room, counted.",
            ),
            Beat(
                "kinds",
                "Stack by stack, the tiles turn into rows of bars by kind of photo: the more "
                "photos, the longer the bar. One worker's border is set off, and its counts stand "
                "next to the names of the kinds.",
            ),
        ),
    ),
    Chapter(
        "one_round",
        "OneRound",
        about="one round, phase by phase: initialise, sample, distribute, train, collect, "
        "aggregate, evaluate, report",
        beats=(
            Beat(
                "initialise",
                "The stage appears: coordinator, front end, wires and workers. On the coordinator "
                "lies the model; where its weights were recorded, plain squares take on their "
                "shades of blue one after another.",
            ),
            Beat(
                "sample",
                "The workers picked for this round stand out, cards with a strong outline; any "
                "others fade into the background.",
            ),
            Beat(
                "distribute",
                "Copies of the model travel as blue packets along the wires to the picked workers "
                "and stay with them; to a crowd, one stream spreads out and marks the squares of "
                "those picked in blue.",
            ),
            Beat(
                "train",
                "Workers pulse as they train, and what they hold turns from blue to red. Where "
                "losses were recorded, a curve for each of them is drawn batch by batch, all to "
                "one scale.",
            ),
            Beat(
                "collect",
                "The red updates travel along the wires to the coordinator and come to rest in "
                "its tray; workers that send nothing fade back. Where sizes are known, large type "
                "says how much was sent, and of photos: none.",
            ),
            Beat(
                "aggregate",
                "If shares are known, the updates become bars of that width. They turn blue and "
                "rise into the model; the coordinator pulses, and where weights are drawn, those "
                "that changed most are highlighted.",
            ),
            Beat(
                "evaluate",
                "The workers that test the new model stand out, and it travels to them, in blue. "
                "They pulse; then the model vanishes from them, and only their scores travel back "
                "along the wires to the coordinator.",
            ),
            Beat(
                "report",
                "All workers come back to rest. A pulse runs along the line from the coordinator "
                "to the front end; if the model was tested before and after the round, both "
                "results stand there, joined by an arrow.",
            ),
        ),
    ),
    Chapter(
        "weighted_average",
        "WeightedAverage",
        about="one real weight of each client, times its n_k/n, summed: arithmetic to be redone",
        runs=("unequal",),
        beats=(
            Beat(
                "unequal",
                "Row by row, a bar grows for a worker, the longer the more photos it holds, with "
                "their number written out. Where workers are many, one bar stands for all that "
                "have none of their own.",
            ),
            Beat(
                "weight",
                "The workers become rows of a table. A formula, the coordinator's panel and a "
                "line from smaller to larger appear; where the old weight is known, it stands in "
                "each row, on the panel and on the line.",
            ),
            Beat(
                "sent",
                "Row by row, what came back takes its place in the table, and a ball for it comes "
                "to stand where it belongs on the line, with the worker's name.",
            ),
            Beat(
                "shares",
                "The photos are added up. Each row gets its share of them, and its ball grows or "
                "shrinks to match; then each row is multiplied out: share times value gives a "
                "product.",
            ),
            Beat(
                "sum",
                "A rule is drawn under the products, and under it appears their sum. The "
                "coordinator's panel shows the new weight, and a triangle comes under the line at "
                "the point where the balls balance.",
            ),
            Beat(
                "alike",
                "The balls take the sizes they would have if every worker counted the same. If "
                "that balances at another value, a hollow triangle marks it; then the balls "
                "return to their own sizes.",
            ),
        ),
    ),
    Chapter(
        "many_rounds",
        "ManyRounds",
        about="the rounds that follow, faster and faster; who took part when; accuracy and loss",
        runs=("iid-30", "centralised"),
        beats=(
            Beat(
                "again",
                "Round after round, each faster than the one before: workers stand out, the model "
                "goes to them in blue, updates come back in red, the coordinator pulses, the "
                "front end shows its number anew.",
            ),
            Beat(
                "grid",
                "The stage fades, and the workers become rows of a chart with a column for each "
                "round. Marks show who sent updates in the first rounds; curves of accuracy and, "
                "if known, of loss begin.",
            ),
            Beat(
                "grow",
                "Marks and curves are drawn up to the last round, and the last values appear at "
                "the curves' ends. In large type, the accuracy runs along and, if known, how much "
                "was sent so far.",
            ),
            Beat(
                "compare",
                "A dashed line crosses the plot of the accuracy for each level that is known, "
                "guessing and training in one place, with its name and value.",
            ),
        ),
    ),
    Chapter(
        "different_data",
        "DifferentData",
        about="why workers that hold different kinds of photos pull the model apart",
        runs=("iid-drift", "dirichlet-drift", "iid-30", "dirichlet-30"),
        beats=(
            Beat(
                "alike",
                "In a row, worker by worker, a group of bars grows, one bar for each kind of "
                "photo; the tallest bar of all is labelled.",
            ),
            Beat(
                "skewed",
                "The first row of bars becomes smaller and makes room for a second, drawn to the "
                "same scale. Worker by worker its bars grow, and the tallest of them is labelled.",
            ),
            Beat(
                "updates",
                "From one point red arrows grow, one for each update; then a thicker blue one "
                "grows among them, their average. An oval lies around the point like a floor, and "
                "labels say what the parts are.",
            ),
            Beat(
                "apart",
                "The arrows make room for a second group beside them, from skewed data and to the "
                "same scale: its red arrows grow, then its blue average. Numbers compare the mean "
                "angles in both groups.",
            ),
            Beat(
                "cancel",
                "In each group, a dashed line leads from the tip of the blue arrow to a mark at "
                "the mean length of the red ones. New numbers compare how much of that length the "
                "blue arrow keeps.",
            ),
            Beat(
                "curves",
                "In one plot, two lines of accuracy grow round by round and get names and last "
                "values at their ends: alike data and skewed data. If it is known, a dashed line "
                "marks the level of guessing.",
            ),
        ),
    ),
    Chapter(
        "remedies",
        "Remedies",
        about="the same with other strategies, over three seeds",
        runs=("dirichlet-30", "dirichlet-30-s1", "dirichlet-30-s2", *_REMEDIES, "iid-30"),
        beats=(
            Beat(
                "dots",
                "A chart with a row for each strategy appears. In the first row dots come up, "
                "each placed by the accuracy of one run, and then a short stroke at their mean, "
                "with its value.",
            ),
            Beat(
                "others",
                "Row by row, the other strategies get their dots, one for each run, and a short "
                "stroke at their mean, with its value.",
            ),
            Beat(
                "compared",
                "A dashed line at the first row's mean is drawn straight across all other rows, "
                "with its name where there is room.",
            ),
            Beat(
                "alike",
                "A further dashed line across all rows marks the accuracy that a run on alike "
                "data reached, with its value.",
            ),
        ),
    ),
    Chapter(
        "when_workers_fail",
        "WhenWorkersFail",
        about="workers drop out in the middle of a round, and it still closes",
        runs=("dropouts",),
        beats=(
            Beat(
                "ask",
                "The stage appears with coordinator, workers and front end. The picked workers "
                "stand out, any others fade back, and the model travels along the wires to the "
                "picked ones, in blue.",
            ),
            Beat(
                "fail",
                "Workers pulse; those that fail fade, each with a cross, and what the others hold "
                "turns red. If a card fails, its edge turns dashed, any error report travels to "
                "the coordinator, and the wire breaks off.",
            ),
            Beat(
                "close",
                "The updates that came travel back along the wires in red, turn blue and rise "
                "into the model. On the front end the old accuracy and the new one stand, joined "
                "by an arrow.",
            ),
            Beat(
                "all_rounds",
                "A chart builds up with a column for each round: filled for updates that came, "
                "outlined for those that never did. If accuracy was measured in several rounds, "
                "its curve grows along with the columns.",
            ),
            Beat(
                "none_came",
                "The columns of all rounds in which some update came fade back; those with "
                "outlines alone stay as strong as before.",
            ),
        ),
    ),
    Chapter(
        "final_model",
        "FinalModel",
        about="real test photos and what the model calls them; its confusions",
        runs=("iid-30",),
        beats=(
            Beat(
                "untrained",
                "Photos appear, each with the name of what it shows. One after the other gets the "
                "name that the untrained model gives it, with a tick or a cross; what was named "
                "right also gets a frame.",
            ),
            Beat(
                "trained",
                "The given names vanish. One after the other, the photos get the names that the "
                "trained model gives them, again with a tick or a cross, and a frame around those "
                "named right.",
            ),
            Beat(
                "matrix",
                "A grid of cells appears, a row for each kind of photo, a column for each name "
                "given. The more often a row's photos got that name, the more the cell stands "
                "out; bars, if there is room, show right answers.",
            ),
            Beat(
                "sharpen",
                "As a counter runs through the rounds, cells grow stronger or fainter and any "
                "bars longer or shorter. The diagonal, from corner to corner, holds the right "
                "answers; shares are written where there is room.",
            ),
            Beat(
                "classes",
                "The row of the kind named right most often is brought out. If there was any "
                "mistake, a frame closes around the cell of the most common one, with lines to "
                "what was shown and what it was called.",
            ),
        ),
    ),
    Chapter(
        "ledger",
        "Ledger",
        about="what left the workers, and what did not",
        runs=("iid-30",),
        beats=(
            Beat(
                "moved",
                "From one line bars grow, as long as the bytes that were sent: models to the "
                "workers, in blue, and what came back, in red. Photos sent have no bar, only the "
                "word “none”.",
            ),
            Beat(
                "stayed",
                "If the size of the photos is known, a bar on the same scale grows for all that "
                "stayed with the workers; otherwise the picture stays as it was.",
            ),
            Beat(
                "balance",
                "The bars of what was sent move end to end and become one, with its total. It "
                "starts from the same line as the bar of the photos that stayed, on the same "
                "scale.",
            ),
        ),
    ),
)
# The credits list every run of the film once.
_RUNS = tuple(dict.fromkeys(run for chapter in _CHAPTERS for run in chapter.runs))
FILM = (
    *_CHAPTERS,
    Chapter(
        "credits",
        "Credits",
        about="where every number comes from",
        runs=_RUNS,
        beats=(
            Beat(
                "runs",
                "Recorded runs are listed with the start of their fingerprints and, if there is "
                "room, strategy, rounds and seed: several as rows of a table, if they are many "
                "only some; a single one as a few facts.",
            ),
            Beat(
                "thanks",
                "The list fades. In its place come, as far as all runs agree on them, the "
                "versions of the software, the data set and the code, and when the runs were "
                "recorded.",
            ),
        ),
    ),
)
LOOP = Chapter(
    "loop",
    "Loop",
    about="rounds without an end",
    beats=(
        Beat(
            "loop",
            "Copies of the model go out to the workers in blue, and their updates come back in "
            "red, round after round; the last picture is the first one again.",
        ),
    ),
)


def _check(chapter: Chapter) -> None:
    """Check that a chapter has its files and beats, and that each beat has a description.

    Raises:
        ValueError: something is missing.
    """
    for file in (f"{chapter.name}.py", f"story/{chapter.name}.py"):
        if not (HERE / file).is_file():
            raise ValueError(
                f"scenes.FILM: the chapter {chapter.name!r} has no file scenes/{file}. Write it, "
                "or remove the chapter from the film"
            )
    if not chapter.about:
        raise ValueError(
            f"scenes.FILM: the chapter {chapter.name!r} has no `about`. Say in a few words what it "
            "shows"
        )
    if not chapter.beats:
        raise ValueError(f"scenes.FILM: the chapter {chapter.name!r} has no beats. Declare them")
    for beat in chapter.beats:
        if not beat.description:
            raise ValueError(
                f"scenes.FILM: the beat {beat.name!r} of the chapter {chapter.name!r} has no "
                "description. Describe its picture in a sentence"
            )


for _chapter in (*FILM, LOOP):
    _check(_chapter)
