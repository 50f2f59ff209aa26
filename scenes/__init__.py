"""The scenes of fedreel, which turn a run record into a film.

``FILM`` has the chapters of the film in order. A chapter is a scene in a module of this package,
and a story in a module of the same name in ``scenes.story``.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FACTS = "story/facts.py"


class When(NamedTuple):
    """A sentence of a description where a fact holds, and one, or none, where it does not.

    ``fact`` is the name of a function in ``scenes/story/facts.py``, which takes the chapter's spec.
    """

    fact: str
    then: str
    otherwise: str = ""


class Beat(NamedTuple):
    """A beat of a chapter: its name, and an audio description of its picture.

    A description is a text, or several sentences, of which some depend on what is shown. It must
    hold for any record, shape and theme. It has no numbers, which the transcript lists, and does
    not rely on colour alone.
    """

    name: str
    description: str | tuple[str | When, ...]

    @property
    def parts(self) -> tuple[str | When, ...]:
        """The parts of the description."""
        text = self.description
        return (text,) if isinstance(text, str | When) else text

    @property
    def sentences(self) -> list[str]:
        """All sentences that a description may have."""
        choices = [part[1:] if isinstance(part, When) else (part,) for part in self.parts]
        return [sentence for choice in choices for sentence in choice if sentence]

    def seen(self, holds: Callable[[str], bool]) -> list[str]:
        """Return the sentences of the description of a picture.

        Args:
            holds: whether a fact, given by name, holds for the picture.
        """
        chosen = [
            (part.then if holds(part.fact) else part.otherwise) if isinstance(part, When) else part
            for part in self.parts
        ]
        return [sentence for sentence in chosen if sentence]


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

# Ten workers and a thousand, without noise and with three levels of it, each with three seeds.
_NOISE = tuple(
    f"{workers}{noise}-s{seed}"
    for workers in ("ten", "thousand")
    for noise in ("", "-low-noise", "-medium-noise", "-high-noise")
    for seed in range(3)
)

_CHAPTERS = (
    Chapter(
        "opening",
        "Opening",
        about="a few rounds go by behind the title",
        beats=(
            Beat(
                "title",
                (
                    When(
                        "crowd",
                        "As the title appears, the workers come in as a field of squares.",
                        "As the title appears, the workers come in as cards.",
                    ),
                    "Then a coordinator, wires from it to the workers, and a front end appear.",
                    When("tested", "A number stands on the front end."),
                ),
            ),
            Beat(
                "rounds",
                When(
                    "read_anew",
                    "In each round workers stand out, and the model goes out to them along the "
                    "wires, in blue. Their updates come back, in red; the coordinator pulses, and "
                    "the front end shows its number anew.",
                    "In each round workers stand out, and the model goes out to them along the "
                    "wires, in blue. Their updates come back, in red, and the coordinator pulses.",
                ),
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
                (
                    "In large type: how many workers there are, one model, no shared photos.",
                    When(
                        "crowd",
                        "Then the workers come in as a field of squares.",
                        "Then the workers come in as cards.",
                    ),
                ),
            ),
            Beat(
                "photos",
                (
                    "One worker is set off.",
                    When("photos_in_turn", "A frame moves from one of its photos to the next."),
                    When(
                        "photos_counted",
                        "Large numbers say how many photos it has and how many all have together.",
                    ),
                ),
            ),
            Beat(
                "coordinator",
                (
                    "The large type gives way to a panel, the coordinator.",
                    When(
                        "weights",
                        "On it lies the model, as squares in shades of blue.",
                        "On it lies the model, as one blue tile.",
                    ),
                    "Wires grow from it to the workers.",
                ),
            ),
            Beat(
                "front_end",
                (
                    "A second panel, the front end, appears, joined to the coordinator by a line.",
                    When(
                        "tested", "On it stands the result of the untrained model, in large type."
                    ),
                ),
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
                (
                    "A large block of equal tiles fades in, all photos together.",
                    When("photos_on_tiles", "Some of the tiles show a photo."),
                ),
            ),
            Beat(
                "deal",
                (
                    When(
                        "few_stacks",
                        "The tiles move into a few stacks, each for one worker, and the other "
                        "tiles vanish.",
                        "The tiles move into stacks, one for each worker.",
                    ),
                    "A border closes around each stack, with the worker's number.",
                ),
            ),
            Beat(
                "split",
                "In the stacks, the tiles kept apart for testing slip down and become "
                "outlines; the others stay filled. Both parts are labelled.",
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
                (
                    "The stage appears: coordinator, front end, wires and workers.",
                    When(
                        "weights",
                        "On the coordinator lies the model: plain squares take on their shades "
                        "of blue one after another.",
                        "On the coordinator lies the model, as one blue tile.",
                    ),
                ),
            ),
            Beat(
                "sample",
                (
                    When(
                        "crowd",
                        "The squares of the workers picked for this round stand out.",
                        "The cards of the workers picked for this round get a strong outline.",
                    ),
                    When("others", "The other workers fade into the background."),
                ),
            ),
            Beat(
                "distribute",
                When(
                    "crowd",
                    "The model travels along the wires in one blue stream, which spreads "
                    "out and marks the squares of the picked workers in blue.",
                    "Copies of the model travel as blue packets along the wires to the "
                    "picked workers and stay with them.",
                ),
            ),
            Beat(
                "train",
                (
                    "Workers pulse as they train, and what they hold turns from blue to red.",
                    When(
                        "losses",
                        "A curve of the loss is drawn for each of them, batch by batch, all to "
                        "one scale.",
                    ),
                ),
            ),
            Beat(
                "collect",
                (
                    "The red updates travel along the wires to the coordinator and come to "
                    "rest in its tray.",
                    When("lost", "Workers that send nothing fade back."),
                    When("bytes_sent", "Large type says how much was sent, and of photos: none."),
                ),
            ),
            Beat(
                "aggregate",
                (
                    When(
                        "shares",
                        "The updates become bars, as wide as their shares, turn blue and rise "
                        "into the model.",
                        "The updates turn blue and rise into the model.",
                    ),
                    When(
                        "weights",
                        "The coordinator pulses, and the weights that changed most are "
                        "highlighted.",
                        "The coordinator pulses once.",
                    ),
                ),
            ),
            Beat(
                "evaluate",
                "The workers that test the new model stand out, and it travels to them, in blue. "
                "They pulse; then the model vanishes from them, and only their scores travel back "
                "along the wires to the coordinator.",
            ),
            Beat(
                "report",
                (
                    "All workers come back to rest. A pulse runs along the line from the "
                    "coordinator to the front end.",
                    When(
                        "before_and_after",
                        "There the results before and after the round stand, joined by an arrow.",
                    ),
                    When("measured_after", "There its result stands."),
                ),
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
                (
                    "Row by row, a bar grows for a worker, the longer the more photos it "
                    "holds, with their number written out.",
                    When("grouped", "One bar stands for all workers that have none of their own."),
                ),
            ),
            Beat(
                "weight",
                (
                    "The workers become rows of a table. A formula, the coordinator's panel"
                    " and a line from smaller to larger appear.",
                    When(
                        "old_weight",
                        "The old weight stands in each row, on the panel and on the line.",
                    ),
                ),
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
                (
                    "The balls take the sizes that stand for equal shares of all workers.",
                    When(
                        "balanced_elsewhere",
                        "A hollow triangle marks the other value at which they now balance.",
                    ),
                    "Then the balls return to their own sizes.",
                ),
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
                When(
                    "read_anew",
                    "Round after round, each faster than the one before: workers stand out, the "
                    "model goes to them in blue, updates come back in red, the coordinator pulses, "
                    "the front end shows its number anew.",
                    "Round after round, each faster than the one before: workers stand out, the "
                    "model goes to them in blue, updates come back in red, the coordinator pulses.",
                ),
            ),
            Beat(
                "grid",
                (
                    "The stage fades, and the workers become rows of a chart with a column "
                    "for each round. Marks show who sent updates in the first rounds.",
                    When("accuracy_and_loss", "Curves of accuracy and of loss begin."),
                    When("accuracy_alone", "A curve of accuracy begins."),
                    When("accuracy", "", "A curve of how well the model did begins."),
                ),
            ),
            Beat(
                "grow",
                (
                    "Marks and curves are drawn up to the last round, and the last values "
                    "appear at the curves' ends.",
                    When(
                        "accuracy_and_bytes_so_far",
                        "In large type, the accuracy and how much was sent so far run along.",
                    ),
                    When("accuracy_so_far", "In large type, the accuracy runs along."),
                    When("other_so_far", "In large type, numbers run along."),
                ),
            ),
            Beat(
                "compare",
                "Dashed lines cross the plot of the accuracy, one for each level to "
                "compare with, with its name and value.",
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
                (
                    "In one plot, two lines of accuracy grow round by round and get names "
                    "and last values at their ends: alike data and skewed data.",
                    When("guessing", "A dashed line marks the level of guessing."),
                ),
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
                "A dashed line at the first row's mean is drawn straight across all other rows.",
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
        runs=("dropouts", "no-dropouts"),
        beats=(
            Beat(
                "ask",
                (
                    "The stage appears with coordinator, workers and front end. The picked "
                    "workers stand out, and the model travels along the wires to them, in "
                    "blue.",
                    When("others", "The other workers fade into the background."),
                ),
            ),
            Beat(
                "fail",
                (
                    "Workers pulse; those that fail fade, each with a cross, and what the "
                    "others hold turns red.",
                    When("reported", "Error reports travel to the coordinator."),
                    When(
                        "crowd",
                        "",
                        "The edge of a card that fails turns dashed, and its wire breaks off.",
                    ),
                ),
            ),
            Beat(
                "close",
                (
                    "The updates that came travel back along the wires in red, turn blue and rise "
                    "into the model.",
                    When(
                        "accuracy_before_and_after",
                        "On the front end the old accuracy and the new one stand, joined by an "
                        "arrow.",
                    ),
                    When("otherwise_measured", "The front end shows its number anew."),
                ),
            ),
            Beat(
                "all_rounds",
                (
                    "A chart builds up with a column for each round: filled for updates "
                    "that came, outlined for those that never did.",
                    When(
                        "accuracy_by_round",
                        "The curve of the accuracy grows along with the columns.",
                    ),
                    When(
                        "other_measure_by_round",
                        "A curve of how well the model did grows along with the columns.",
                    ),
                ),
            ),
            Beat(
                "twin",
                "A dashed line across the curve marks the end of the same run with every update.",
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
                "A grid of cells appears, a row for each kind of photo, a column for "
                "each name given. The more often a row's photos got that name, the more"
                " the cell stands out.",
            ),
            Beat(
                "sharpen",
                "As a counter runs through the rounds, cells grow stronger or fainter. "
                "The diagonal, from corner to corner, holds the right answers.",
            ),
            Beat(
                "classes",
                (
                    "The row of the kind named right most often is brought out.",
                    When(
                        "mistake",
                        "A frame closes around the cell of the most common mistake, with lines "
                        "to what was shown and what it was called.",
                    ),
                ),
            ),
        ),
    ),
    Chapter(
        "what_leaks",
        "WhatLeaks",
        about="a photo that is rebuilt from an update, and what is left of it with more photos",
        beats=(
            Beat(
                "packet",
                (
                    When(
                        "numbers_shown",
                        "A packet lies in the middle, with squares of colour on it: an update. It "
                        "opens wide, and rows of numbers appear on it.",
                        "A packet lies in the middle: an update. It opens wide.",
                    ),
                    "A text says how many numbers it is.",
                ),
            ),
            Beat(
                "rebuilt",
                "A worker's photo appears in its case, and an arrow leads from it to a second "
                "picture, of an even grey. Step by step this becomes what the attack makes of the "
                "numbers.",
            ),
            Beat(
                "outcome",
                "Only the caption changes; both pictures stay side by side.",
            ),
            Beat(
                "more",
                "Both pictures become smaller and make room for others in a row. Below each a bar "
                "grows, as high as the picture is like the photo. The mean of other photos and the "
                "nearest of them are given, too.",
            ),
            Beat(
                "most",
                "A frame closes around the last picture, of the most photos.",
            ),
        ),
    ),
    Chapter(
        "masks",
        "Masks",
        about="secure aggregation: masked updates, and the average that comes of them",
        runs=("masked",),
        beats=(
            Beat(
                "learned",
                "For each of some workers there is a plate with squares of colour: what it has "
                "learned. A text appears that says so, and that it is shown here for once.",
            ),
            Beat(
                "masked",
                "A copy of noise is laid over each plate and travels down along an arrow; the "
                "plates stay behind as they were.",
            ),
            Beat(
                "cancel",
                (
                    "Signs between the copies add them up.",
                    When(
                        "summed",
                        "Behind them a plate without noise appears, their sum. It is wiped to "
                        "another, their average.",
                        "Behind them a plate without noise appears, their average.",
                    ),
                ),
            ),
        ),
    ),
    Chapter(
        "noise",
        "Noise",
        about="what noise for privacy costs ten workers, and a thousand",
        runs=_NOISE,
        beats=(
            Beat(
                "hidden",
                "In a chart with a column for each level of noise a line is drawn from column to "
                "column, with a dot for each run: how often the model is right.",
            ),
            Beat(
                "crowd",
                "The first line turns pale. A second is drawn in the same chart, of runs with many "
                "more workers.",
            ),
            Beat(
                "costs",
                "Only the caption changes; both lines stay side by side.",
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
                When(
                    "photos_weighed",
                    "A bar on the same scale grows for all photos that stayed with the workers.",
                    "Only the caption changes; the bars of what was sent stay as they were.",
                ),
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
                (
                    When(
                        "several_runs",
                        "The recorded runs are listed as the rows of a table, with the start of"
                        " their fingerprints.",
                        "The recorded run is described by a few facts, with the start of its "
                        "fingerprint.",
                    ),
                    When("runs_left_out", "A line below says how many more there are."),
                ),
            ),
            Beat(
                "thanks",
                When(
                    "several_runs",
                    "The list fades. In its place come facts that all runs share: versions "
                    "of the software, the data set, the code and the dates of recording.",
                    "The facts fade. In their place come others: versions of the software, "
                    "the data set, the code and the date of recording.",
                ),
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


def _facts() -> frozenset[str]:
    """Return the names of the facts, without importing them."""
    module = ast.parse((HERE / FACTS).read_text("utf-8"))
    return frozenset(node.name for node in module.body if isinstance(node, ast.FunctionDef))


def _check(chapter: Chapter, facts: frozenset[str]) -> None:
    """Check that a chapter has its files and beats, and each beat a description of known facts.

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
        if not beat.sentences:
            raise ValueError(
                f"scenes.FILM: the beat {beat.name!r} of the chapter {chapter.name!r} has no "
                "description. Describe its picture in a sentence"
            )
        named = {part.fact for part in beat.parts if isinstance(part, When)}
        for fact in sorted(named - facts):
            raise ValueError(
                f"scenes.FILM: the beat {beat.name!r} of the chapter {chapter.name!r} depends on "
                f"{fact!r}, which scenes/{FACTS} does not define. Define it there, or choose a "
                "fact from there"
            )


_FACTS = _facts()
for _chapter in (*FILM, LOOP):
    _check(_chapter, _FACTS)
