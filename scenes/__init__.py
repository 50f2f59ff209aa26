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

_CHAPTERS = (
    Chapter(
        "alone",
        "Alone",
        about="what each worker learns by itself, and what all photos in one place would give",
        runs=("local-only", "centralised", "reference"),
        beats=(
            Beat(
                "own",
                (
                    When(
                        "photo_first",
                        "One photo fills the picture. The camera draws back, and it is one of "
                        "many small tiles inside a frame.",
                        "Many small lights appear inside a frame.",
                    ),
                    "A large number says how many of them the worker knows.",
                ),
            ),
            Beat(
                "new",
                (
                    "The frame moves to the side, and beside it appears a wall of small dark "
                    "tiles, one for each test photo. Those that the worker gets right light up.",
                    "A large number says how many.",
                ),
            ),
            Beat(
                "others",
                (
                    When(
                        "lights_fall",
                        "The frame shrinks into a row of small ones, one for each worker, and the "
                        "lights fall into a column over it.",
                        "A row of small frames appears, one for each worker.",
                    ),
                    "Columns rise and waver over the others. A line stays at the highest point; "
                    "it becomes a mark on a gauge.",
                ),
            ),
            Beat(
                "pooled",
                "The columns vanish. All that is in the small frames flies into one pile, and the "
                "gauge rises to a second mark.",
            ),
            Beat(
                "apart",
                "Everything flies back into its own frame, and the gauge runs empty. Both marks "
                "stay.",
            ),
            Beat(
                "question",
                "A bracket spans the gap between both marks, with a question mark beside it.",
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
        about="what a model forgets where each worker holds other kinds of photos, and why",
        runs=("iid-drift", "dirichlet-drift", "iid-30", "dirichlet-30"),
        beats=(
            Beat(
                "dealt",
                (
                    "A row of cases, one for each worker, holds small lights, in a line for each "
                    "class.",
                    When("dealt_anew", "The lights move to other cases, in very uneven groups."),
                ),
            ),
            Beat(
                "uneven",
                "One case is set off, with a large group of lights, and numbers for two classes.",
            ),
            Beat(
                "learned",
                "The cases shrink to a strip. Above it a wall of small dark tiles rises, in a "
                "block for each class.",
            ),
            Beat(
                "called",
                "One block lights up, and the others stay dark for the most part. Numbers count "
                "the lit tiles; a large one says how many got the name of that block.",
            ),
            Beat(
                "rounds",
                "As the rounds go by, blocks light up and go dark, and numbers run along. In each "
                "round the cases of those who train are set off.",
            ),
            Beat(
                "lost",
                "In one more round a block goes dark, and a frame closes around it.",
            ),
            Beat(
                "asked",
                "From the framed block, beams run down to the cases of the workers that trained. "
                "Numbers say how many of that class they hold, and only its lights stay bright.",
            ),
            Beat(
                "updates",
                "From a blue dot red arrows grow, one for each update. A second blue dot waits.",
            ),
            Beat(
                "apart",
                (
                    "From the second dot grow the arrows of the run on unevenly dealt data. Under "
                    "both groups stands the mean angle between two arrows.",
                    When("arrows_labelled", "Each new arrow has its worker and its main class."),
                ),
            ),
            Beat(
                "ends",
                "Two walls appear, one over the other, in a block for each class, and light up: "
                "the model of alike data above, that of uneven data below, with their numbers.",
            ),
            Beat("known", "A frame closes around the block of which the least is lit below."),
        ),
    ),
    Chapter(
        "remedies",
        "Remedies",
        about="what one remedy does, and what it and others gain, as means over seeds",
        runs=("dirichlet-30", "dirichlet-30-s1", "dirichlet-30-s2", *_REMEDIES),
        beats=(
            Beat(
                "remedy",
                When(
                    "leash",
                    "Around a blue dot, the shared model, red arrows grow to the models of "
                    "workers, far away. Then springs hold them closer.",
                    "From a start a blue dot moves along a zigzag, pulled to and fro by red "
                    "arrows. In a lane below, the same arrows pull a second one, which swings "
                    "less and gets further.",
                ),
            ),
            Beat(
                "gain",
                "A column fills up to a mark, the accuracy of plain averaging, and then moves on "
                "to a second mark, that with the remedy.",
            ),
            Beat("others", "A further mark on the column shows the best of the other remedies."),
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
