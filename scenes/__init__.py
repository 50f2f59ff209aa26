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
    not rely on colour alone. Nothing is heard in a beat that is ``silent``, but a voice.
    """

    name: str
    description: str | tuple[str | When, ...]
    silent: bool = False

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

    @property
    def silent(self) -> frozenset[str]:
        """The names of the silent beats."""
        return frozenset(beat.name for beat in self.beats if beat.silent)


# Three strategies other than plain averaging, each with three seeds.
_REMEDIES = tuple(
    f"{strategy}-30-s{seed}" for strategy in ("fedprox", "fedavgm", "fedyogi") for seed in range(3)
)

# Ten workers and a thousand, without noise and with three levels of it, each with two seeds.
_NOISE = tuple(
    f"{workers}{noise}-s{seed}"
    for workers in ("ten", "thousand")
    for noise in ("", "-low-noise", "-medium-noise", "-high-noise")
    for seed in range(2)
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
                silent=True,
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
        "training",
        "Training",
        about="one worker trains: a photo, what the model says of it, and all weights, step by "
        "step",
        runs=("local-only", "reference"),
        beats=(
            Beat(
                "step",
                (
                    When(
                        "one_photo",
                        "A photo in a case lights up, and an arrow leads from it to a square of "
                        "small dots, the weights.",
                        "The name of an example lights up in a case, and an arrow leads from it to "
                        "a square of small dots, the weights.",
                    ),
                    "Beside it bars grow, one for each class, with the true one set off and its "
                    "share written large.",
                    When("first_move", "Then the dots flash."),
                ),
            ),
            Beat(
                "steps",
                (
                    "Step after step dots grow brighter, and bars change beside the thin lines at "
                    "which they began.",
                    When("batch_losses", "Below, the line of the error is drawn, batch by batch."),
                ),
            ),
        ),
    ),
    Chapter(
        "one_round",
        "OneRound",
        about="one round, phase by phase: sample, distribute, train, collect, aggregate, evaluate",
        runs=("iid-30",),
        beats=(
            Beat(
                "assemble",
                (
                    When(
                        "crowd",
                        "The workers stand there as a field of squares.",
                        "The workers stand there as cards, each on a small pile.",
                    ),
                    When(
                        "weights",
                        "Above them a panel appears, the coordinator, with the model as small "
                        "coloured squares.",
                        "Above them a panel appears, the coordinator, with the model as plain blue "
                        "squares.",
                    ),
                    "Wires grow from it to the workers.",
                    When(
                        "wall",
                        "Beside it appears the front end, with a wall of small lights.",
                        "Beside it appears the front end.",
                    ),
                ),
            ),
            Beat(
                "untrained",
                (
                    When(
                        "wall",
                        "The front end's wall grows and fills the picture, in blocks with names. "
                        "Lit is what the untrained model gets right. Its result stands below.",
                        "The front end is highlighted, with the result of the untrained model.",
                    ),
                    When("guessed", "On all other blocks the same answer is stamped."),
                ),
            ),
            Beat(
                "sample",
                (
                    When(
                        "crowd",
                        "The squares of the workers picked for this round stand out.",
                        "The cards of the workers picked for this round grow and step forward.",
                    ),
                    When("others", "The other workers fade into the background."),
                    "A dial shows the round.",
                ),
            ),
            Beat(
                "distribute",
                When(
                    "crowd",
                    "The model travels along the wires in one blue stream, which spreads "
                    "out and marks the squares of the picked workers in blue.",
                    "Copies of the model travel as plates with a blue edge along the wires to the "
                    "picked workers and stay above them.",
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
                ),
            ),
            Beat(
                "aggregate",
                (
                    When(
                        "crowd",
                        "The updates merge and rise into the model.",
                        "Below the coordinator the updates are laid side by side, slide onto each "
                        "other and become one plate, which turns blue and goes into the model.",
                    ),
                    When("shares", "Before, each has its share of the average written on it."),
                    "The coordinator pulses, and a light runs from it to the front end.",
                    When("measured_after", "There the result of the new model appears."),
                ),
            ),
            Beat("report", "All workers come back to rest, and nobody stands out."),
            Beat(
                "evaluate",
                "The workers that test the new model stand out, and it travels to them, in blue. "
                "They pulse; then the model vanishes from them, and only their scores travel back "
                "along the wires to the coordinator.",
            ),
        ),
    ),
    Chapter(
        "weighted_average",
        "WeightedAverage",
        about="one real weight of each client on a balance, where fuller cases tug harder; its sum",
        runs=("unequal",),
        beats=(
            Beat(
                "values",
                "A beam lies level. From it hang the values of one weight that came back, each at "
                "its place, the smallest on the left, over its worker's name. A pivot above marks "
                "their plain mean, written large.",
            ),
            Beat(
                "hang",
                (
                    "One by one cases come to hang under the values, the larger the more photos "
                    "their worker trained on. Each time the beam tips, and the pivot moves to "
                    "the new mean, written large.",
                    When("grouped", "The last case is of all workers that have none of their own."),
                ),
            ),
            Beat(
                "sum",
                "Below appears a formula, and beside it the same in numbers: photos times values, "
                "added, over all photos.",
            ),
        ),
    ),
    Chapter(
        "many_rounds",
        "ManyRounds",
        about="all rounds: which test photos the model gets right, how many, and who took part",
        runs=("iid-30", "centralised", "local-only"),
        beats=(
            Beat(
                "again",
                "On a wall of small tiles, one for each test photo, those are lit that the model "
                "gets right. Beside it stands a gauge. Round by round lights change, the gauge "
                "follows, and below, marks in rows show which workers took part.",
            ),
            Beat("passed", "All stands still. The mark that the gauge has passed is set off."),
            Beat(
                "on",
                "Wall, gauge and rows go on to the last round. The question mark at the gauge "
                "vanishes, and the gap that is left stays open.",
            ),
            Beat(
                "grid",
                (
                    When(
                        "who_trained",
                        "A chart appears with a row for each worker and a column for each round. "
                        "Marks show who sent updates in the first rounds.",
                    ),
                    When("accuracy_and_loss", "Curves of accuracy and of loss begin."),
                    When("accuracy_alone", "A curve of accuracy begins."),
                    When("accuracy", "", "A curve of how well the model did begins."),
                ),
            ),
            Beat(
                "grow",
                (
                    When(
                        "who_trained",
                        "Marks and curves are drawn up to the last round, and the last values "
                        "appear at the curves' ends.",
                        "The curves are drawn up to the last round, and the last values appear at "
                        "their ends.",
                    ),
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
                When(
                    "levels",
                    "Dashed lines cross the plot of the accuracy, one for each level to compare "
                    "with, with its name and value.",
                    "Only the caption changes; all curves stay as they were.",
                ),
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
                "From a blue dot red arrows grow, one for each update.",
            ),
            Beat(
                "apart",
                (
                    "From a second dot grow the arrows of the run on unevenly dealt data.",
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
                    "arrows. In a lane below, the same arrows pull a second one; a pale arrow adds "
                    "a part of its last step, and it swings less and gets further.",
                ),
            ),
            Beat(
                "gain",
                "A column fills up to the accuracy of plain averaging, and one beside it to that "
                "with the remedy.",
            ),
            Beat("others", "A further column shows the best of the other remedies."),
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
                    When("accuracy_after", "The front end shows the new accuracy."),
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
                silent=True,
            ),
            Beat(
                "rebuilt",
                "A worker's photo appears in its case, and an arrow leads from it to a second "
                "picture, of an even grey. Step by step this becomes what the attack makes of the "
                "numbers.",
                silent=True,
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
                (
                    "From one line bars grow, as long as the bytes that were sent: models to the "
                    "workers, in blue, and what came back, in red.",
                    When("none_sent", "Photos sent have no bar, only the word “none”."),
                ),
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
    Chapter(
        "closing",
        "Closing",
        about="one test photo from the first model to the last, and all of them above the workers",
        runs=("iid-30", "local-only"),
        beats=(
            Beat(
                "photo",
                "A test photo, and beside it a bar for each kind: how sure the model is that it is "
                "of that kind. The bars move from what the untrained model gives to what the last "
                "one gives; the true kind is set off.",
            ),
            Beat(
                "together",
                (
                    When(
                        "photo_joins",
                        "The photo shrinks into a wall of tiles, one for each test photo. "
                        "Those that the shared model gets right light up.",
                        "On a wall of tiles, one for each test photo, those light up that the "
                        "shared model gets right.",
                    ),
                    "Below stand the workers' cases. A number says how many are right.",
                    When(
                        "best_alone",
                        "A second one is that of the best worker alone.",
                    ),
                ),
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
                    "The title of the film appears.",
                    When(
                        "several_runs",
                        "A line below it says when the runs were recorded.",
                        "A line below it has the run's name and the start of its fingerprint.",
                    ),
                ),
            ),
            Beat("thanks", "The title stays, above thanks to those whose work is behind the film."),
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
